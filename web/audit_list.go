package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/audit"
	"assay/domain/contract"
	"assay/web/view"
)

// showAudit searches the administration's record, newest first.
func (v *visit) showAudit() error {
	ctx := v.Request().Context()
	filter, typed, err := v.auditFilter()
	if err != nil {
		return err
	}
	before, err := v.beforeOfAddress()
	if err != nil {
		return err
	}
	rows, next, err := v.server.Audit.List(ctx, v.tenant.ID, filter, audit.Page{Before: before})
	if err != nil {
		return err
	}
	end, err := v.server.Audit.End(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	query := v.QueryParams()
	query.Del("before")
	page := view.AuditPage{Layout: v.layout(v.T("audit.title")), Action: v.at("audit"), Filter: typed, Pager: auditPager(v.at("audit")+"?"+query.Encode()+"&", before, next)}
	page.Wide = true
	if end.Sequence > 0 {
		page.Head = end.String()
	}
	for i := range rows {
		page.Rows = append(page.Rows, v.auditRow(&rows[i]))
	}
	if len(rows) == 0 {
		page.Empty = &view.Empty{Icon: "list", Title: v.T("audit.empty.title"), Text: v.T("audit.empty.text")}
	}
	if v.may(access.AuditExport) {
		for _, format := range []audit.Format{audit.CSV, audit.JSONLines} {
			page.Exports = append(page.Exports, view.Link{Text: v.T("audit.export." + string(format)), Address: v.at("audit."+string(format)) + "?" + query.Encode()})
		}
	}
	return v.show(http.StatusOK, "audit", page)
}

// auditFilter reads the search of the address. Days are the administration's.
func (v *visit) auditFilter() (f audit.Filter, typed view.AuditFilter, err error) {
	typed = view.AuditFilter{Actor: v.QueryParam("actor"), Do: v.QueryParam("action"), Object: v.QueryParam("object"),
		Engagement: v.QueryParam("engagement"), From: v.QueryParam("from"), To: v.QueryParam("to")}
	f = audit.Filter{Actor: typed.Actor, Action: typed.Do, Object: typed.Object, Engagement: typed.Engagement}
	day := func(field, text string) time.Time {
		at, parseErr := time.ParseInLocation(dayForm, text, v.tenant.Location())
		if text != "" && parseErr != nil && err == nil {
			err = domain.Invalid("the address cannot be used", domain.FieldError{Field: field, Message: domain.Sentence("%q cannot be read here", text)})
		}
		return at
	}
	f.From = day("from", typed.From)
	if typed.To != "" {
		f.To = day("to", typed.To).AddDate(0, 0, 1)
	}
	return f, typed, err
}

func (v *visit) beforeOfAddress() (int64, error) {
	text := v.QueryParam("before")
	if text == "" {
		return 0, nil
	}
	before, err := strconv.ParseInt(text, 10, 64)
	if err != nil || before < 1 {
		return 0, domain.Invalid("the address cannot be used", domain.FieldError{Field: "before", Message: domain.Sentence("%q cannot be read here", text)})
	}
	return before, nil
}

// auditPager leads through the record; base ends where parameters go on.
func auditPager(base string, before, next int64) (p view.Pager) {
	if before > 0 {
		p.Previous = base[:len(base)-1]
	}
	if next > 0 {
		p.Next = base + "before=" + strconv.FormatInt(next, 10)
	}
	return p
}

func (v *visit) auditRow(r *audit.Row) view.AuditRow {
	row := view.AuditRow{At: v.Instant(r.At), Actor: r.Actor, Capacity: v.capacityName(r.Capacity), Do: r.Action, Object: r.Object, Origin: r.Origin}
	if v.may(access.AuditRead) {
		row.Address = v.at("audit/" + strconv.FormatInt(r.Sequence, 10))
	}
	return row
}

// capacityName is a role, or what somebody is in a contract, by its name; what is neither stands as it is.
func (v *visit) capacityName(capacity string) string {
	for _, role := range access.Roles {
		if string(role) == capacity {
			return v.T("role." + capacity)
		}
	}
	for _, known := range contract.Capacities {
		if string(known) == capacity {
			return v.T("capacity." + capacity)
		}
	}
	return capacity
}

// showAuditEntry shows one row in full.
func (v *visit) showAuditEntry() error {
	sequence, err := strconv.ParseInt(v.Param("sequence"), 10, 64)
	if err != nil {
		return domain.Errorf(domain.KindNotFound, "the record has no such row")
	}
	r, err := v.server.Audit.Get(v.Request().Context(), v.tenant.ID, sequence)
	if err != nil {
		return err
	}
	page := view.AuditEntry{Layout: v.layout(r.Action), Back: v.at("audit"), Facts: v.auditFacts(r)}
	for _, d := range audit.Differences(r.Before, r.After) {
		page.Changes = append(page.Changes, view.AuditChange{Path: d.Path, Before: d.Before, After: d.After, Added: d.Added, Gone: d.Gone})
	}
	return v.show(http.StatusOK, "auditentry", page)
}

func (v *visit) auditFacts(r *audit.Row) []view.Fact {
	facts := []view.Fact{{Name: v.T("audit.at"), Text: v.Instant(r.At)}, {Name: v.T("audit.actor"), Text: r.Actor, Muted: v.capacityName(r.Capacity),
		Link: v.at("audit") + "?actor=" + url.QueryEscape(r.Actor)}, {Name: v.T("audit.object"), Text: r.Object, Code: true, Link: v.at("audit") + "?object=" + url.QueryEscape(r.Object)}}
	for _, f := range []struct{ key, text string }{{"audit.origin", r.Origin}, {"audit.session", r.Session}, {"audit.request", r.Request}} {
		if f.text != "" {
			facts = append(facts, view.Fact{Name: v.T(f.key), Text: f.text, Code: true})
		}
	}
	if r.Engagement != "" {
		facts = append(facts, view.Fact{Name: v.T("audit.engagement"), Text: r.Engagement, Code: true, Link: v.at("audit") + "?engagement=" + url.QueryEscape(r.Engagement)})
	}
	return append(facts, view.Fact{Name: v.T("audit.sequence"), Text: strconv.FormatInt(r.Sequence, 10), Number: true},
		view.Fact{Name: v.T("audit.hash"), Text: audit.Head{Sequence: r.Sequence, Hash: r.Hash}.String(), Code: true})
}

// downloadAuditCSV and downloadAuditLines give the rows of a search as a file that can be verified without the
// database. The export is in the record already when the file begins.
func (v *visit) downloadAuditCSV() error {
	return v.downloadAudit(audit.CSV, "text/csv; charset=utf-8")
}
func (v *visit) downloadAuditLines() error {
	return v.downloadAudit(audit.JSONLines, "application/x-ndjson")
}

func (v *visit) downloadAudit(format audit.Format, kind string) error {
	filter, _, err := v.auditFilter()
	if err != nil {
		return err
	}
	header := v.Response().Header()
	header.Set("Content-Type", kind)
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Disposition", `attachment; filename="audit-`+v.tenant.Code+`.`+string(format)+`"`)
	v.Response().WriteHeader(http.StatusOK)
	_, err = v.server.Audit.Export(v.Request().Context(), v.tenant.ID, filter, format, v.Response())
	return err
}
