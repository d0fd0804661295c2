package web

import (
	"net/http"
	"time"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/engagement"
	"assay/web/view"
)

const dayForm = "2006-01-02"

// showEngagements lists what the administration granted, and offers to grant.
func (v *visit) showEngagements() error { return v.showEngagementsWith(http.StatusOK, nil) }

func (v *visit) showEngagementsWith(status int, form *view.GrantForm) error {
	ctx := v.Request().Context()
	list, err := v.server.Engagements.List(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	uses, err := v.server.Engagements.Uses(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	page := view.Engagements{Layout: v.layout(v.T("engagements.title"))}
	for _, e := range list {
		row := v.engagementRow(e, v.at("engagements/"+e.ID.String()))
		if use := uses[e.ID]; use.Rows > 0 {
			row.Opened = v.T("engagement.opened_last", "Count", v.Count(use.Rows), "Instant", v.Instant(use.Last))
		}
		page.Rows = append(page.Rows, row)
	}
	if len(list) == 0 {
		page.Empty = &view.Empty{Icon: "eye", Title: v.T("engagements.empty.title"), Text: v.T("engagements.empty.text")}
	}
	if v.may(access.EngagementWrite) {
		if form == nil {
			form = v.grantForm(engagement.Grant{EndsAt: v.server.Engagements.Now().AddDate(0, 3, 0)})
		}
		page.Form = form
	}
	return v.show(status, "engagements", page)
}

// engagementRow is an engagement in a list.
func (v *visit) engagementRow(e *engagement.Engagement, address string) view.Engagement {
	now := v.server.Engagements.Now()
	row := view.Engagement{Address: address, Expert: e.ExpertName, SignInName: e.SignInName, Purpose: e.Purpose, State: v.engagementState(e),
		Ends: v.Instant(e.EndsAt), EndsSoon: e.EndsSoon(now)}
	if row.Expert == "" {
		row.Expert = e.SignInName
	}
	return row
}

func (v *visit) engagementState(e *engagement.Engagement) view.Notice {
	state := e.State(v.server.Engagements.Now())
	kind := map[engagement.State]string{engagement.Active: "good", engagement.Offered: "info", engagement.Waiting: "info", engagement.Withdrawn: "bad"}[state]
	if kind == "" {
		kind = "warning"
	}
	return view.Notice{Kind: kind, Text: v.T("engagement.state." + string(state))}
}

func (v *visit) permissionName(action access.Action) string {
	return v.T("engagement.may." + string(action))
}

func (v *visit) permissionNames(actions []access.Action) (names []string) {
	for _, action := range actions {
		names = append(names, v.permissionName(action))
	}
	return names
}

func (v *visit) grantForm(g engagement.Grant) *view.GrantForm {
	now := v.server.Engagements.Now().In(v.tenant.Location())
	form := &view.GrantForm{Action: v.at("engagements"), SignInName: g.SignInName, Purpose: g.Purpose, NamesPurpose: g.NamesPurpose,
		Ends: g.EndsAt.In(v.tenant.Location()).Format(dayForm), Earliest: now.AddDate(0, 0, 1).Format(dayForm), Latest: v.latestEnd()}
	for _, action := range engagement.Choices {
		choice := view.Choice{Value: string(action), Text: v.permissionName(action)}
		for _, chosen := range g.Permissions {
			choice.Selected = choice.Selected || chosen == action
		}
		form.Permissions = append(form.Permissions, choice)
	}
	return form
}

// latestEnd is the last day whose end lies within the bound.
func (v *visit) latestEnd() string {
	return engagement.Latest(v.server.Engagements.Now()).In(v.tenant.Location()).AddDate(0, 0, -1).Format(dayForm)
}

// endOf is the end of a day in the administration's zone: an engagement holds through its last day.
func (v *visit) endOf(day string) (time.Time, error) {
	at, err := time.ParseInLocation(dayForm, day, v.tenant.Location())
	if err != nil {
		return time.Time{}, domain.Invalid("the day cannot be read", domain.FieldError{Field: "ends_at", Message: domain.Sentence("%q cannot be read here", day)})
	}
	return at.AddDate(0, 0, 1).UTC(), nil
}

func (v *visit) author() access.Author {
	return access.Author{Name: v.person.SignInName, Capacity: v.person.Role, Origin: v.RealIP()}
}

// grantEngagement offers an engagement; what is wrong is said above the form that was sent.
func (v *visit) grantEngagement() error {
	g := engagement.Grant{SignInName: v.FormValue("sign_in_name"), Purpose: v.FormValue("purpose"), NamesPurpose: v.FormValue("names_purpose")}
	parameters, err := v.FormParams()
	if err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the form cannot be read")
	}
	for _, action := range parameters["permission"] {
		g.Permissions = append(g.Permissions, access.Action(action))
	}
	if g.EndsAt, err = v.endOf(v.FormValue("ends_at")); err == nil {
		var made *engagement.Engagement
		if made, err = v.server.Engagements.Grant(v.Request().Context(), v.tenant.ID, v.author(), g); err == nil {
			return v.goTo(v.at("engagements/" + made.ID.String()))
		}
	}
	if kind := kindOf(err); kind != domain.KindInvalid && kind != domain.KindConflict {
		return err
	}
	form := v.grantForm(g)
	if g.EndsAt.IsZero() {
		form.Ends = ""
	} else {
		form.Ends = v.FormValue("ends_at")
	}
	form.Fault = v.engagementFault(err)
	return v.showEngagementsWith(statuses[kindOf(err)], form)
}

// engagementFault says in the reader's language what is wrong with a form.
func (v *visit) engagementFault(err error) *view.FormFault {
	fault := &view.FormFault{Text: v.T("engagement.fault")}
	for _, field := range fieldsOf(err) {
		fault.Fields = append(fault.Fields, view.Fact{Name: v.T("engagement.field." + field.Field), Text: v.T("engagement.fault." + field.Field)})
	}
	if len(fault.Fields) == 0 {
		fault.Text = v.T("engagement.fault.conflict")
	}
	return fault
}
