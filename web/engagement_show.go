package web

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/audit"
	"assay/domain/engagement"
	"assay/web/view"
)

// engagementOfPath reads the identifier of the address; what is none is not found.
func (v *visit) engagementOfPath() (uuid.UUID, error) {
	id, err := uuid.Parse(v.Param("engagement"))
	if err != nil {
		return uuid.Nil, domain.Errorf(domain.KindNotFound, "there is no such engagement")
	}
	return id, nil
}

// showEngagement shows one engagement with everything that was opened under it.
func (v *visit) showEngagement() error { return v.showEngagementWith(http.StatusOK, nil) }

func (v *visit) showEngagementWith(status int, fault *view.FormFault) error {
	ctx := v.Request().Context()
	id, err := v.engagementOfPath()
	if err != nil {
		return err
	}
	e, err := v.server.Engagements.Get(ctx, v.tenant.ID, id)
	if err != nil {
		return err
	}
	before, err := v.beforeOfAddress()
	if err != nil {
		return err
	}
	address := v.at("engagements/" + id.String())
	rows, next, err := v.server.Engagements.Opened(ctx, v.tenant.ID, id, audit.Page{Before: before})
	if err != nil {
		return err
	}
	row := v.engagementRow(e, address)
	page := view.EngagementPage{Layout: v.layout(row.Expert), Back: v.at("engagements"), State: row.State, Facts: v.engagementFacts(e),
		Permissions: v.permissionNames(e.Permissions), Fault: fault}
	for i := range rows {
		page.Opened = append(page.Opened, v.auditRow(&rows[i]))
	}
	page.Pager = auditPager(address+"?", before, next)
	now := v.server.Engagements.Now()
	if v.may(access.EngagementWrite) && !e.Over(now) {
		page.Withdraw = address + "/withdraw"
		if state := e.State(now); state == engagement.Active || state == engagement.Waiting {
			page.Extend, page.Latest = address+"/extend", v.latestEnd()
			page.Earliest = e.EndsAt.In(v.tenant.Location()).Format(dayForm)
		}
	}
	return v.show(status, "engagement", page)
}

// engagementFacts are what administration and expert both see of an engagement.
func (v *visit) engagementFacts(e *engagement.Engagement) []view.Fact {
	facts := []view.Fact{{Name: v.T("engagement.field.sign_in_name"), Text: e.SignInName, Code: true}, {Name: v.T("engagement.field.purpose"), Text: e.Purpose},
		{Name: v.T("engagement.field.starts_at"), Text: v.Instant(e.StartsAt)}, {Name: v.T("engagement.field.ends_at"), Text: v.Instant(e.EndsAt)},
		{Name: v.T("engagement.granted"), Text: v.Instant(e.GrantedAt)}, {Name: v.T("engagement.granted_by"), Text: e.GrantedBy}}
	if e.NamesPurpose != "" {
		facts = append(facts, view.Fact{Name: v.T("engagement.field.names_purpose"), Text: e.NamesPurpose})
	}
	if e.AcceptedAt != nil {
		facts = append(facts, view.Fact{Name: v.T("engagement.accepted"), Text: v.Instant(*e.AcceptedAt), Muted: v.T("engagement.terms_version", "Version", strconv.Itoa(e.Terms))})
	}
	if e.WithdrawnAt != nil {
		facts = append(facts, view.Fact{Name: v.T("engagement.withdrawn"), Text: v.Instant(*e.WithdrawnAt), Muted: e.WithdrawnFor})
	}
	return append(facts, view.Fact{Name: v.T("engagement.identifier"), Text: e.ID.String(), Code: true})
}

// withdrawEngagement ends it at once.
func (v *visit) withdrawEngagement() error {
	return v.changeEngagement(func(id uuid.UUID) (uuid.UUID, error) {
		return id, v.server.Engagements.Withdraw(v.Request().Context(), v.tenant.ID, v.author(), id, v.FormValue("reason"))
	})
}

// extendEngagement grants another one that begins at the end of this.
func (v *visit) extendEngagement() error {
	return v.changeEngagement(func(id uuid.UUID) (uuid.UUID, error) {
		end, err := v.endOf(v.FormValue("ends_at"))
		if err != nil {
			return id, err
		}
		next, err := v.server.Engagements.Extend(v.Request().Context(), v.tenant.ID, v.author(), id, end)
		if err != nil {
			return id, err
		}
		return next.ID, nil
	})
}

func (v *visit) changeEngagement(change func(uuid.UUID) (uuid.UUID, error)) error {
	id, err := v.engagementOfPath()
	if err != nil {
		return err
	}
	id, err = change(id)
	if kind := kindOf(err); kind == domain.KindInvalid || kind == domain.KindConflict {
		return v.showEngagementWith(statuses[kind], v.engagementFault(err))
	}
	if err != nil {
		return err
	}
	return v.goTo(v.at("engagements/" + id.String()))
}
