package web

import (
	"context"
	"net/http"
	"strconv"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/confidentiality"
	"assay/domain/engagement"
	"assay/domain/indicator"
	"assay/web/present"
	"assay/web/view"
)

// keyFigures are the indicators that the expert's home shows of each administration: time, control, data.
var keyFigures = []string{"CLR01", "CTL02", "DQ01"}

// showExpert is the expert's home: offers to answer, every administration with an active engagement, and what is
// over. Each administration stands for itself: nothing of two is put into one table here.
func (v *visit) showExpert() error {
	if err := v.refuseConfined(); err != nil {
		return err
	}
	ctx := v.Request().Context()
	list, err := v.server.Engagements.Of(ctx, v.person.Account)
	if err != nil {
		return err
	}
	page := view.Expert{Layout: v.layout(v.T("expert.title"))}
	for _, e := range list {
		tenant, err := v.server.Administrations.ByID(ctx, e.Tenant)
		if err != nil {
			return err
		}
		row := v.engagementRow(e, "/engagements/"+e.ID.String())
		row.Administration = tenant.Name(v.Language)
		switch state := e.State(v.server.Engagements.Now()); state {
		case engagement.Offered:
			page.Offers = append(page.Offers, row)
		case engagement.Active:
			card, err := v.expertCard(ctx, e, tenant, row)
			if err != nil {
				return err
			}
			page.Active = append(page.Active, card)
		default:
			page.Over = append(page.Over, row)
		}
	}
	if len(list) == 0 {
		page.Empty = &view.Empty{Icon: "eye", Title: v.T("expert.empty.title"), Text: v.T("expert.empty.text")}
	}
	return v.show(http.StatusOK, "expert", page)
}

// expertCard shows figures of one administration. They are asked for under its engagement, so that the
// administration's record tells of it.
func (v *visit) expertCard(ctx context.Context, e *engagement.Engagement, tenant *administration.Tenant, row view.Engagement) (view.ExpertCard, error) {
	card := view.ExpertCard{Engagement: row, Tenant: tenant.ID.String(), Own: row.Address, Enter: "/in/" + tenant.Code + "/board", Currency: tenant.Currency}
	err := v.server.Engagements.Open(ctx, tenant.ID, engagement.Opening{Account: v.person.Account, Engagement: e.ID, SignInName: v.person.SignInName,
		Action: access.FigureRead, Object: "page/engagements", Method: v.Request().Method, Address: v.Request().URL.RequestURI()})
	if err != nil {
		return card, err
	}
	snapshot, err := v.server.Indicators.Snapshot(ctx, tenant)
	if domain.Is(err, domain.KindNotReady) {
		card.NoData = true
		return card, nil
	}
	if err != nil {
		return card, err
	}
	period := latestComplete(knownPeriod(snapshot), snapshot.Watermark().In(tenant.Location()))
	from, to := days(period)
	seen, err := v.seenBy(ctx, e)
	if err != nil {
		return card, err
	}
	results, err := seen.Compute(ctx, tenant, indicator.Request{Codes: keyFigures, From: from, To: to})
	if domain.Is(err, domain.KindNotReady) {
		card.NoData = true
		return card, nil
	}
	if err != nil {
		return card, err
	}
	card.Period = v.PeriodName(period)
	for _, result := range results {
		d := result.Definition
		card.Figures = append(card.Figures, view.FigureSample{Name: v.IndicatorName(d),
			Figure: v.Figure(present.MeasureOf(d), present.ReadingOf(d.Unit, result.Total.Number, result.Maturity))})
	}
	return card, nil
}

// seenBy are the figures of an administration as its expert sees them, without entering it.
func (v *visit) seenBy(ctx context.Context, e *engagement.Engagement) (*indicator.Seen, error) {
	permissions, err := v.server.Access.Of(ctx, v.person.Account, e.Tenant)
	if err != nil {
		return nil, err
	}
	grant, err := permissions.Require(access.FigureRead)
	if err != nil {
		return nil, err
	}
	person := v.person
	person.Membership = grant.Membership
	veil, err := v.server.Confidentiality.Veil(ctx, confidentiality.Viewer{Person: person, Permissions: permissions, Scope: grant.Scope,
		Capacity: grant.Capacity(), Origin: v.RealIP()})
	if err != nil {
		return nil, err
	}
	return v.server.Indicators.Under(veil), nil
}

// termsOfEngagement is how many sentences the terms have.
const termsOfEngagement = 4

// showOffer shows an engagement or offer to its expert, with the terms.
func (v *visit) showOffer() error {
	if err := v.refuseConfined(); err != nil {
		return err
	}
	ctx := v.Request().Context()
	id, err := v.engagementOfPath()
	if err != nil {
		return err
	}
	e, err := v.server.Engagements.Offer(ctx, v.person.Account, id)
	if err != nil {
		return err
	}
	tenant, err := v.server.Administrations.ByID(ctx, e.Tenant)
	if err != nil {
		return err
	}
	address := "/engagements/" + id.String()
	page := view.Offer{Layout: v.layout(tenant.Name(v.Language)), Back: "/engagements", Grantor: tenant.Name(v.Language), State: v.engagementState(e),
		Facts: v.engagementFacts(e), Permissions: v.permissionNames(e.Permissions), Version: strconv.Itoa(e.Terms)}
	for i := range termsOfEngagement {
		page.Terms = append(page.Terms, v.T("terms."+strconv.Itoa(i+1)))
	}
	switch e.State(v.server.Engagements.Now()) {
	case engagement.Offered:
		page.Accept, page.Decline = address+"/accept", address+"/decline"
	case engagement.Active, engagement.Waiting:
		page.GiveUp = address + "/give-up"
	}
	return v.show(http.StatusOK, "offer", page)
}

// expert is who answers an offer.
func (v *visit) expert() access.Author {
	return access.Author{Name: v.person.SignInName, Origin: v.RealIP()}
}

func (v *visit) acceptOffer() error {
	if err := v.refuseConfined(); err != nil {
		return err
	}
	id, err := v.engagementOfPath()
	if err != nil {
		return err
	}
	terms, err := strconv.Atoi(v.FormValue("terms"))
	if err != nil || v.FormValue("agreed") != "yes" {
		return domain.Errorf(domain.KindConflict, "an engagement is accepted by agreeing to its terms")
	}
	if err := v.server.Engagements.Accept(v.Request().Context(), v.person.Account, v.expert(), id, terms); err != nil {
		return err
	}
	return v.goTo("/engagements")
}

func (v *visit) declineOffer() error {
	if err := v.refuseConfined(); err != nil {
		return err
	}
	id, err := v.engagementOfPath()
	if err != nil {
		return err
	}
	if err := v.server.Engagements.Decline(v.Request().Context(), v.person.Account, v.expert(), id); err != nil {
		return err
	}
	return v.goTo("/engagements")
}

func (v *visit) giveUpEngagement() error {
	if err := v.refuseConfined(); err != nil {
		return err
	}
	id, err := v.engagementOfPath()
	if err != nil {
		return err
	}
	if err := v.server.Engagements.GiveUp(v.Request().Context(), v.person.Account, v.expert(), id); err != nil {
		return err
	}
	return v.goTo("/engagements")
}
