package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/intake"
	"assay/domain/warehouse"
	"assay/web/view"
)

// batchesShown is how many batches the list shows at a time.
const batchesShown = 25

// showImports lists the batches, newest first, and offers to load files.
func (v *visit) showImports() error { return v.showImportsWith(http.StatusOK, nil) }

// showImportsWith is the same with what was wrong with a form that was sent.
func (v *visit) showImportsWith(status int, fault *view.FormFault) error {
	ctx := v.Request().Context()
	var before time.Time
	if text := v.QueryParam("before"); text != "" {
		parsed, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return domain.Invalid("the address cannot be used", domain.FieldError{Field: "before", Message: domain.Sentence("%q cannot be read here", text)})
		}
		before = parsed
	}
	batches, err := v.server.Warehouse.Batches(ctx, v.tenant.ID, before, batchesShown+1)
	if err != nil {
		return err
	}
	page := view.Imports{Layout: v.layout(v.T("imports.title"))}
	if len(batches) > batchesShown {
		batches = batches[:batchesShown]
		last := batches[len(batches)-1].StartedAt.Format(time.RFC3339Nano)
		page.Pager.Next = v.at("imports") + "?before=" + url.QueryEscape(last)
	}
	if !before.IsZero() {
		page.Pager.Previous = v.at("imports")
	}
	for _, batch := range batches {
		page.Batches = append(page.Batches, v.Batch(batch, v.at("imports/"+batch.ID.String())))
	}
	if len(batches) == 0 {
		page.Empty = &view.Empty{Icon: "box", Title: v.T("imports.empty.title"), Text: v.T("imports.empty.text")}
	}
	if v.may(access.ImportWrite) {
		page.Form = v.importForm(fault)
	}
	unmapped, err := v.server.Warehouse.Unmapped(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	for _, value := range unmapped {
		page.Unmapped = append(page.Unmapped, view.Unmapped{Kind: v.T("unmapped.kind." + value.Kind), Value: value.Value, Seen: v.Count(value.Seen)})
	}
	v.keepUp(&page.Layout, batches...)
	return v.show(status, "imports", page)
}

func (v *visit) importForm(fault *view.FormFault) *view.ImportForm {
	form := &view.ImportForm{Action: v.at("imports"), Fault: fault, Largest: v.T("imports.largest", "Gigabytes", v.Plain(uploadLimitGigabytes))}
	for i, name := range intake.Formats {
		form.Formats = append(form.Formats, view.Format{Value: name, Name: v.T("format." + name), Text: v.T("format." + name + ".text"), Selected: i == 0})
	}
	form.Maps = append(form.Maps, view.Choice{Text: v.T("imports.map.none"), Selected: true})
	for _, name := range intake.ShippedMaps() {
		// The other shipped maps are of operations and lanes.
		if columns, err := intake.ShippedColumnMap(name); err == nil && columns.Format != "" {
			form.Maps = append(form.Maps, view.Choice{Value: name, Text: name})
		}
	}
	return form
}

// showImport shows one batch; while it is loaded the page asks for its state again.
func (v *visit) showImport() error {
	batch, err := v.batchOfPath()
	if err != nil {
		return err
	}
	address := v.at("imports/" + batch.ID.String())
	page := v.Import(batch, address)
	page.Layout, page.Back = v.layout(batch.Source), v.at("imports")
	if batch.State == warehouse.BatchFailed && v.may(access.ImportWrite) {
		page.Again = address + "/again"
	}
	if batch.Rejected > 0 && !page.Running {
		if page.Rejects, err = v.rejects(batch, address); err != nil {
			return err
		}
	}
	v.keepUp(&page.Layout, batch)
	return v.show(http.StatusOK, "import", page)
}

// keepUp makes a page of imports renew itself: every few seconds while one of them is under way, else when new data are in. An
// expert's page does not, because each time would be an entry in the administration's record.
func (v *visit) keepUp(l *view.Layout, batches ...*warehouse.Batch) {
	if v.grant.Engagement != uuid.Nil {
		return
	}
	for _, b := range batches {
		l.Renew = l.Renew || b.State == warehouse.BatchWaiting || b.State == warehouse.BatchReading
	}
	if !v.may(access.FigureRead) {
		return
	}
	if snapshot, err := v.server.Indicators.Snapshot(v.Request().Context(), v.tenant); err == nil {
		v.goLive(l, snapshot.Revision())
	}
}
