package web

import (
	"net/http"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/contract"
	"assay/web/view"
)

var homeRoutes = []route{
	{http.MethodGet, in, signedIn, access.NoticeRead, false, (*visit).showHome},
}

// homePage is the first page while it is put together. Each part asks for its own permission, and
// is left out where there is none: so every role has a page of its own, an administration's own roles
// included, and a person of several roles has all of it on one.
type homePage struct {
	*visit
	page      *view.Home
	cards     *[]contract.Latest // see latestCards
	cardScope access.Scope
}

// showHome shows where a person's day begins.
func (v *visit) showHome() error {
	page := view.Home{Layout: v.layout(v.T("home.title")), Sub: v.roleName(v.person.Tenant, v.person.Role)}
	page.Wide = true
	h := &homePage{visit: v, page: &page}
	parts := []func() error{h.ownContract, h.figures, h.offTarget, h.risks, h.people, h.groups, h.meeting, h.outcomes, h.record, h.loads, h.coverage}
	if v.may(access.ImportWrite) {
		// Who feeds data looks at the data first.
		parts = []func() error{h.loads, h.coverage, h.people, h.figures, h.risks, h.groups, h.record}
	}
	for _, part := range append([]func() error{h.tasks}, parts...) {
		if err := part(); err != nil {
			return err
		}
	}
	if len(page.Tasks) == 0 {
		page.Calm = v.T("home.calm")
	}
	return v.show(http.StatusOK, "home", page)
}

func (h *homePage) add(part view.HomePart) { h.page.Parts = append(h.page.Parts, part) }

func (h *homePage) wait(kind, text, detail, address string) {
	h.page.Tasks = append(h.page.Tasks, view.HomeTask{Kind: kind, Text: text, Detail: detail, Address: address})
}

// acting is the visit under another of the person's permissions, see under. What is about to be read is
// recorded as the page of its own would be.
func (v *visit) acting(action access.Action) (*visit, error) {
	as, err := v.under(action)
	if as == nil || err != nil {
		return nil, err
	}
	return as, as.recordReading()
}

// under gives the visit another of the person's permissions: whose rows are meant and how officers are seen
// go by it. It is nil without an error where the person has no such permission.
func (v *visit) under(action access.Action) (*visit, error) {
	grant, err := v.permissions.Require(action)
	if domain.Is(err, domain.KindForbidden) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	as := *v
	as.route.action = action
	as.grant, as.scope, as.officers = grant, grant.Scope, nil
	as.person.Membership = grant.Membership
	as.circumstances(grant)
	return &as, nil
}
