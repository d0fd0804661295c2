package present

import (
	"fmt"
	"strconv"

	"assay/domain/intake"
	"assay/domain/warehouse"
	"assay/web/locales"
	"assay/web/view"
)

// batchMarks are the marks of the states of a batch.
var batchMarks = map[warehouse.BatchState]string{
	warehouse.BatchWaiting: "running", warehouse.BatchReading: "running", warehouse.BatchLoaded: "good", warehouse.BatchFailed: "bad", warehouse.BatchDryRun: "info",
}

// Batch writes a batch as a line of the list.
func (p Presenter) Batch(b *warehouse.Batch, address string) view.Batch {
	out := view.Batch{Address: address, Source: b.Source, Format: p.format(b.Format), Started: p.Instant(b.StartedAt), By: b.By,
		State: p.T("batch.state." + string(b.State)), StateKind: batchMarks[b.State],
		Read: p.Count(b.Read), Loaded: p.Count(b.Loaded), Replaced: p.Count(b.Replaced), Unchanged: p.Count(b.Unchanged), Rejected: p.Count(b.Rejected), HasReject: b.Rejected > 0}
	if out.Source == "" {
		out.Source = b.ID.String()
	}
	if b.Percent != nil {
		out.Percent = strconv.Itoa(*b.Percent)
		out.PercentText = p.Percent(float64(*b.Percent)/100, 0)
	}
	if !b.EndedAt.IsZero() {
		out.Took = p.took(b)
	}
	return out
}

// took says how long a batch was read and written, in words: a bare duration beside a time reads like a part of it.
func (p Presenter) took(b *warehouse.Batch) string {
	return p.T("batch.took", "Time", p.Locale.Duration(int64(b.Seconds()+0.5)))
}

func (p Presenter) format(name string) string {
	if p.Has("format." + name) {
		return p.T("format." + name)
	}
	return name
}

// Import writes the page of a batch without its rejects.
func (p Presenter) Import(b *warehouse.Batch, address string) view.Import {
	page := view.Import{Batch: p.Batch(b, address), Failure: locales.Whole(p.Sentence(b.Failure)), Running: b.State == warehouse.BatchWaiting || b.State == warehouse.BatchReading, Poll: address}
	page.Percent = page.Batch.Percent
	switch {
	case b.State == warehouse.BatchWaiting:
		page.Phase = p.T("import.waiting")
	case page.Running:
		page.Phase = p.T("import.phase", "Rows", p.Count(b.Read))
	case b.State != warehouse.BatchFailed:
		page.Counts = []view.Fact{
			{Name: p.T("batch.read"), Text: p.Count(b.Read)}, {Name: p.T("batch.loaded"), Text: p.Count(b.Loaded)}, {Name: p.T("batch.replaced"), Text: p.Count(b.Replaced)},
			{Name: p.T("batch.unchanged"), Text: p.Count(b.Unchanged)}, {Name: p.T("batch.rejected"), Text: p.Count(b.Rejected)},
		}
	}
	page.Facts = []view.Fact{
		{Name: p.T("batch.format"), Text: p.format(b.Format)}, {Name: p.T("batch.by"), Text: b.By}, {Name: p.T("batch.started"), Text: p.Instant(b.StartedAt)},
	}
	if !b.EndedAt.IsZero() {
		page.Facts = append(page.Facts, view.Fact{Name: p.T("batch.ended"), Text: p.Instant(b.EndedAt), Muted: p.took(b)})
	}
	if !b.Watermark.IsZero() {
		page.Facts = append(page.Facts, view.Fact{Name: p.T("batch.watermark"), Text: p.Instant(b.Watermark)})
	}
	page.Facts = append(page.Facts, view.Fact{Name: p.T("batch.identifier"), Text: b.ID.String(), Code: true})
	p.reading(&page, &b.Detail)
	return page
}

// reading adds what the reader noticed: values that no map knows, columns and files that are
// unknown or missing.
func (p Presenter) reading(page *view.Import, d *warehouse.BatchDetail) {
	if d.Repeats != nil {
		page.Warnings = append(page.Warnings, p.T("batch.same"))
	}
	for _, list := range []struct {
		kind   string
		values []intake.Counted
	}{{"operation", d.Reading.UnmappedOperations}, {"lane", d.Reading.UnmappedLanes}} {
		for _, value := range list.values {
			page.Unmapped = append(page.Unmapped, view.Unmapped{Kind: p.T("unmapped.kind." + list.kind), Value: value.Value, Seen: p.Count(value.Seen)})
		}
	}
	for _, column := range d.Reading.UnknownColumns {
		page.Unknown = append(page.Unknown, fmt.Sprintf("%s: %s", column.File, column.Column))
	}
	for _, name := range d.Reading.MissingFiles {
		page.Warnings = append(page.Warnings, p.T("import.missing_file", "File", name))
	}
}
