package web

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/warehouse"
	"assay/web/view"
)

// batchOfPath finds the batch that the path names, within the administration.
func (v *visit) batchOfPath() (*warehouse.Batch, error) {
	id, err := uuid.Parse(v.Param("batch"))
	if err != nil {
		return nil, domain.Errorf(domain.KindNotFound, "there is no such import")
	}
	return v.server.Warehouse.Batch(v.Request().Context(), v.tenant.ID, id)
}

// rejects is one page of what a batch could not take.
func (v *visit) rejects(batch *warehouse.Batch, address string) (*view.Rejects, error) {
	after, err := v.sequence()
	if err != nil {
		return nil, err
	}
	found, err := v.server.Warehouse.Rejects(v.Request().Context(), v.tenant.ID, batch.ID, after, pageRows+1)
	if err != nil {
		return nil, err
	}
	out := &view.Rejects{Download: address + "/rejects.csv", Pager: view.Pager{Target: "#rejects"}, Why: v.T("rejects.why")}
	if batch.State == warehouse.BatchDryRun {
		out.Why = v.T("rejects.why.checked")
	}
	if len(found) > pageRows {
		found = found[:pageRows]
		out.Pager.Next = address + "?after=" + strconv.FormatInt(found[len(found)-1].Sequence, 10)
	}
	if after > 0 {
		out.Pager.Previous = address + "?after=" + strconv.FormatInt(max(0, after-pageRows), 10)
	}
	for _, reject := range v.readable(found) {
		out.Rows = append(out.Rows, view.Reject{File: reject.File, Line: v.Count(reject.Line), Field: reject.Field, Value: reject.Value, Reason: v.told(reject.Reason), Row: reject.Row})
	}
	if len(found) > 0 {
		out.Pager.Summary = v.T("pager.range", "From", v.Count(found[0].Sequence), "To", v.Count(found[len(found)-1].Sequence), "Total", v.Count(batch.Rejected))
	}
	return out, nil
}

// readable takes the delivered text out of rejects for who may not read it.
func (v *visit) readable(found []warehouse.NumberedReject) []warehouse.NumberedReject {
	if v.mayReadRows() {
		return found
	}
	shown := slices.Clone(found)
	for i := range shown {
		shown[i].Value, shown[i].Row = "", ""
	}
	return shown
}

func (v *visit) sequence() (int64, error) {
	text := v.QueryParam("after")
	if text == "" {
		return 0, nil
	}
	after, err := strconv.ParseInt(text, 10, 64)
	if err != nil || after < 0 {
		return 0, domain.Invalid("the address cannot be used", domain.FieldError{Field: "after", Message: domain.Sentence("%q cannot be read here", text)})
	}
	return after, nil
}

// rejectsAtOnce is how many rejects a download reads from the database at a time.
const rejectsAtOnce = 1000

// downloadRejects gives everything that a batch could not take, with place and reason.
func (v *visit) downloadRejects() error {
	batch, err := v.batchOfPath()
	if err != nil {
		return err
	}
	ctx := v.Request().Context()
	found, err := v.server.Warehouse.Rejects(ctx, v.tenant.ID, batch.ID, 0, rejectsAtOnce)
	if err != nil {
		return err
	}
	v.attach("rejects-"+batch.ID.String()+".csv", "text/csv; charset=utf-8")
	if _, err := io.WriteString(v.Response(), "\ufeff"); err != nil {
		return err
	}
	w := csv.NewWriter(v.Response())
	if err := w.Write([]string{v.T("reject.file"), v.T("reject.line"), v.T("reject.field"), v.T("reject.value"), v.T("reject.reason"), v.T("reject.row")}); err != nil {
		return fmt.Errorf("write rejects: %w", err)
	}
	for len(found) > 0 {
		for _, reject := range v.readable(found) {
			row := []string{harmless(reject.File), strconv.FormatInt(reject.Line, 10), harmless(reject.Field), harmless(reject.Value), harmless(v.told(reject.Reason)), harmless(reject.Row)}
			if err := w.Write(row); err != nil {
				return fmt.Errorf("write rejects: %w", err)
			}
		}
		if len(found) < rejectsAtOnce {
			break
		}
		if found, err = v.server.Warehouse.Rejects(ctx, v.tenant.ID, batch.ID, found[len(found)-1].Sequence, rejectsAtOnce); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
