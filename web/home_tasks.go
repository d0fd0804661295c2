package web

import (
	"assay/domain/access"
	"assay/domain/cube"
	"assay/domain/engagement"
	"assay/domain/warehouse"
)

// tasks are what waits for the person: to sign, to answer, to mend.
func (h *homePage) tasks() error {
	for _, look := range []func() error{h.toSign, h.toReview, h.toHear, h.toAnswer, h.toMend, h.toInvite, h.toLookAt, h.firstRun} {
		if err := look(); err != nil {
			return err
		}
	}
	unread, err := h.server.Notices.Unread(h.Request().Context(), h.tenant.ID, h.person.Account)
	if err == nil && unread > 0 {
		h.wait("info", h.TN("home.task.notices", int64(unread)), "", "/notices")
	}
	return err
}

// toSign finds the contracts that the person can sign today.
func (h *homePage) toSign() error {
	if !h.may(access.ContractSign) {
		return nil
	}
	waiting, err := h.server.Contracts.Waiting(h.Request().Context(), h.tenant, h.person.Account)
	if err != nil || len(waiting) == 0 {
		return err
	}
	deadline := cube.Date(0)
	for _, c := range waiting {
		if c.DeadlineOn != 0 && (deadline == 0 || c.DeadlineOn < deadline) {
			deadline = c.DeadlineOn
		}
	}
	detail := ""
	if deadline != 0 {
		detail = h.T("contracts.deadline", "Date", h.InZone(cubeZone).ShortDate(deadline.Time()))
	}
	h.wait("warning", h.TN("home.task.sign", int64(len(waiting))), detail, h.at("contracts/sitting"))
	return nil
}

// tasksOfAKind is how many of what waits for a decision stand on the page one by one.
const tasksOfAKind = 5

// toReview finds the objections that the person may review.
func (h *homePage) toReview() error {
	if !h.may(access.ObjectionDecide) {
		return nil
	}
	waiting, err := h.server.Scorecards.ToReview(h.Request().Context(), h.tenant, h.scorecardReader())
	if err != nil {
		return err
	}
	for _, o := range waiting[:min(len(waiting), tasksOfAKind)] {
		h.wait("warning", h.T("home.task.objection"), o.Contract.Number+" · "+o.Contract.SubjectName+" · "+h.nameOfIndicator(o.Indicator), h.at("objections/"+o.ID.String()))
	}
	return nil
}

// toHear finds the appeals that the person may hear.
func (h *homePage) toHear() error {
	as, err := h.acting(access.ContractRead)
	if as == nil || err != nil || as.scope != access.ScopeAdministration {
		return err
	}
	waiting, err := as.evaluations().ToHear(as.Request().Context(), as.tenant, as.contractReader())
	if err != nil {
		return err
	}
	for _, e := range waiting[:min(len(waiting), tasksOfAKind)] {
		h.wait("warning", h.T("home.task.appeal"), e.Contract.Number+" · "+e.Contract.SubjectName, h.at("contracts/"+e.Contract.ID.String()+"/evaluations"))
	}
	return nil
}

// toAnswer finds offers to the person as an expert, wherever they come from.
func (h *homePage) toAnswer() error {
	own, err := h.server.Engagements.Of(h.Request().Context(), h.person.Account)
	if err != nil {
		return err
	}
	offers, active := int64(0), int64(0)
	for _, e := range own {
		switch e.State(h.server.Engagements.Now()) {
		case engagement.Offered:
			offers++
		case engagement.Active:
			active++
		}
	}
	if offers > 0 {
		h.wait("warning", h.TN("home.task.offers", offers), "", "/engagements")
	}
	if active > 0 {
		h.wait("info", h.TN("home.task.engaged", active), "", "/engagements")
	}
	return nil
}

// toMend finds what was not loaded, and values that no map knows.
func (h *homePage) toMend() error {
	if !h.may(access.ImportWrite) {
		return nil
	}
	ctx := h.Request().Context()
	batches, err := h.server.Warehouse.Batches(ctx, h.tenant.ID, h.server.Clock().AddDate(100, 0, 0), loadsShown)
	if err != nil {
		return err
	}
	for _, b := range batches {
		if b.State == warehouse.BatchFailed {
			h.wait("bad", h.T("home.task.failed", "Source", b.Source), h.told(b.Failure), h.at("imports/"+b.ID.String()))
		}
	}
	unmapped, err := h.server.Warehouse.Unmapped(ctx, h.tenant.ID)
	if err != nil || len(unmapped) == 0 {
		return err
	}
	h.wait("warning", h.TN("home.task.unmapped", int64(len(unmapped))), h.T("home.task.unmapped.why"), h.at("imports")+"#unmapped")
	return nil
}

// toInvite finds invitations whose links have run out.
func (h *homePage) toInvite() error {
	if !h.may(access.PersonWrite) {
		return nil
	}
	invitations, err := h.server.Accounts.Invitations(h.Request().Context(), h.tenant.ID)
	if err != nil {
		return err
	}
	ended := int64(0)
	for _, i := range invitations {
		if i.Ended {
			ended++
		}
	}
	if ended > 0 {
		h.wait("warning", h.TN("home.task.invitations", ended), "", h.at("people"))
	}
	return nil
}

// toLookAt finds experts' engagements that end soon.
func (h *homePage) toLookAt() error {
	if !h.may(access.EngagementWrite) {
		return nil
	}
	list, err := h.server.Engagements.List(h.Request().Context(), h.tenant.ID)
	if err != nil {
		return err
	}
	ending := int64(0)
	for _, e := range list {
		if e.State(h.server.Engagements.Now()) == engagement.Active && e.EndsSoon(h.server.Engagements.Now()) {
			ending++
		}
	}
	if ending > 0 {
		h.wait("info", h.TN("home.task.ending", ending), "", h.at("engagements"))
	}
	return nil
}
