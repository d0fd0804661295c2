package web

import (
	"assay/domain/access"
	"assay/domain/engagement"
	"assay/web/view"
)

// people shows who works here, who is invited, and which experts may see what.
func (h *homePage) people() error {
	if !h.may(access.PersonWrite) {
		return nil
	}
	as, err := h.acting(access.PersonRead)
	if as == nil || err != nil {
		return err
	}
	ctx := as.Request().Context()
	members, err := h.server.Accounts.Members(ctx, h.tenant.ID)
	if err != nil {
		return err
	}
	invitations, err := h.server.Accounts.Invitations(ctx, h.tenant.ID)
	if err != nil {
		return err
	}
	without, suspended := int64(0), int64(0)
	for _, m := range members {
		switch {
		case m.Suspended:
			suspended++
		case !m.SecondFactor && !m.SignsInByPeer:
			without++
		}
	}
	people := h.at("people")
	part := view.HomePart{Key: "people", Title: h.T("people.title"), More: []view.Link{{Text: h.T("home.people.all"), Address: people}}, Facts: []view.Fact{
		{Name: h.T("home.people.members"), Text: h.Count(int64(len(members))), Number: true, Link: people},
		{Name: h.T("home.people.invited"), Text: h.Count(int64(len(invitations))), Number: true, Link: people},
		{Name: h.T("home.people.without_factor"), Text: h.Count(without), Number: true, Link: people},
		{Name: h.T("home.people.suspended"), Text: h.Count(suspended), Number: true, Link: people}}}
	if h.may(access.TenantWrite) {
		part.More = append(part.More, view.Link{Text: h.T("nav.settings"), Address: h.at("settings")}, view.Link{Text: h.T("settings.tab.calendar"), Address: h.at("settings/calendar")})
	}
	h.add(part)
	return h.experts()
}

// experts counts the engagements that hold.
func (h *homePage) experts() error {
	if !h.may(access.EngagementRead) {
		return nil
	}
	list, err := h.server.Engagements.List(h.Request().Context(), h.tenant.ID)
	if err != nil {
		return err
	}
	count := map[engagement.State]int64{}
	for _, e := range list {
		count[e.State(h.server.Engagements.Now())]++
	}
	part := view.HomePart{Key: "experts", Title: h.T("engagements.title"), More: []view.Link{{Text: h.T("home.experts.all"), Address: h.at("engagements")}}}
	for _, state := range []engagement.State{engagement.Offered, engagement.Active, engagement.Waiting} {
		if count[state] > 0 {
			part.Facts = append(part.Facts, view.Fact{Name: h.T("engagement.state." + string(state)), Text: h.Count(count[state]), Number: true, Link: h.at("engagements")})
		}
	}
	if len(part.Facts) == 0 {
		part.Empty = h.T("home.experts.none")
	}
	h.add(part)
	return nil
}

// recordChecked is how many of the last rows of the record the page checks.
const recordChecked = 500

// record shows whether the end of the audit record is whole, and how long the record is.
func (h *homePage) record() error {
	if !h.may(access.AuditRead) {
		return nil
	}
	ctx := h.Request().Context()
	report, err := h.server.Audit.VerifyEnd(ctx, h.tenant.ID, recordChecked)
	if err != nil {
		return err
	}
	part := view.HomePart{Key: "record", Title: h.T("home.record"), Note: h.T("home.record.how"), More: []view.Link{{Text: h.T("home.record.open"), Address: h.at("audit")}}}
	if report.Records == 0 {
		part.Empty, part.Note = h.T("audit.empty.text"), ""
		h.add(part)
		return nil
	}
	state := view.Notice{Kind: "good", Text: h.T("home.record.intact")}
	if !report.Intact() {
		state = view.Notice{Kind: "bad", Text: h.T("home.record.broken", "Number", h.Count(report.FirstBroken))}
	}
	part.Rows = []view.HomeRow{{Cells: []view.HomeCell{{Text: h.T("home.record.checked", "First", h.Count(report.First), "Last", h.Count(report.LastSequence))}, {Status: &state}}}}
	h.add(part)
	return nil
}
