package web

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/notice"
	"assay/web/present"
	"assay/web/view"
)

var noticeRoutes = []route{
	{http.MethodGet, "/notices", anyPerson, "", false, (*visit).showNotices},
	{http.MethodPost, "/notices", anyPerson, "", false, (*visit).readNotices},
	{http.MethodGet, "/notices/:notice", anyPerson, "", false, (*visit).openNotice},
}

// noticesShown is how many notices the list shows at a time.
const noticesShown = 25

// showNotices lists what the person was told in the administration chosen, newest first.
func (v *visit) showNotices() error {
	if v.tenant == nil {
		return errNoAdministration
	}
	before := uuid.Nil
	if text := v.QueryParam("before"); text != "" {
		var err error
		if before, err = uuid.Parse(text); err != nil {
			return domain.Invalid("the address cannot be used", domain.FieldError{Field: "before", Message: domain.Sentence("%q cannot be read here", text)})
		}
	}
	notices, err := v.server.Notices.List(v.Request().Context(), v.tenant.ID, v.person.Account, before, noticesShown+1)
	if err != nil {
		return err
	}
	page := view.Notices{Layout: v.layout(v.T("notices.title"))}
	if len(notices) > noticesShown {
		notices = notices[:noticesShown]
		page.Pager.Next = "/notices?before=" + notices[noticesShown-1].ID.String()
	}
	if before != uuid.Nil {
		page.Pager.Previous = "/notices"
	}
	for _, n := range notices {
		title, text := NoticeTexts(v.Presenter, n.Kind, n.Arguments)
		row := view.NoticeRow{Address: "/notices/" + n.ID.String(), Title: title, Text: text, At: v.Instant(n.CreatedAt), Unread: n.ReadAt == nil, Leads: n.Link != ""}
		page.AnyUnread = page.AnyUnread || row.Unread
		page.Rows = append(page.Rows, row)
	}
	if len(notices) == 0 {
		page.Empty = &view.Empty{Icon: "bell", Title: v.T("notices.empty.title"), Text: v.T("notices.empty.text")}
	}
	return v.show(http.StatusOK, "notices", page)
}

// openNotice marks one as read and leads to where it points.
func (v *visit) openNotice() error {
	if v.tenant == nil {
		return errNoAdministration
	}
	id, err := uuid.Parse(v.Param("notice"))
	if err != nil {
		return domain.Errorf(domain.KindNotFound, "there is no such notice")
	}
	opened, err := v.server.Notices.Open(v.Request().Context(), v.tenant.ID, v.person.Account, id)
	if err != nil {
		return err
	}
	if opened.Link == "" {
		return v.goTo("/notices")
	}
	return v.goTo(ownAddress(opened.Link))
}

// readNotices marks all as read.
func (v *visit) readNotices() error {
	if v.tenant == nil {
		return errNoAdministration
	}
	if err := v.server.Notices.ReadAll(v.Request().Context(), v.tenant.ID, v.person.Account); err != nil {
		return err
	}
	return v.goTo("/notices")
}

// bell counts what the person has not read. A count that cannot be had must not keep the page
// from being shown.
func (v *visit) bell() *view.Bell {
	unread, err := v.server.Notices.Unread(v.Request().Context(), v.tenant.ID, v.person.Account)
	if err != nil {
		v.server.Log.Error("unread notices were not counted", "request", v.requestNumber(), "error", err)
		return nil
	}
	bell := &view.Bell{Address: "/notices", Label: v.T("notices.title"), Current: v.Request().URL.Path == "/notices"}
	if unread > 0 {
		bell.Unread, bell.Label = v.Plain(unread), v.TN("notices.unread", int64(unread))
	}
	if unread >= 100 {
		bell.Unread = v.Plain(99) + "+"
	}
	return bell
}

// NoticeTexts are a notice's title and text in the reader's language, with its blanks filled in.
func NoticeTexts(p present.Presenter, kind notice.Kind, a notice.Arguments) (title, text string) {
	var blanks []any
	for name, value := range a.Texts {
		blanks = append(blanks, name, value)
	}
	for name, moment := range a.Moments {
		blanks = append(blanks, name, p.Instant(moment))
	}
	// A role is told by its name, a number in the reader's digits.
	if role, ok := a.Texts["Role"]; ok && p.Has("role."+role) {
		blanks = append(blanks, "Role", p.T("role."+role))
	}
	if count, err := strconv.Atoi(a.Texts["Count"]); err == nil {
		blanks = append(blanks, "Count", p.Count(int64(count)))
	}
	return p.T(string(kind)+".title", blanks...), p.T(string(kind)+".text", blanks...)
}
