package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/audit"
)

func rowOf(r *audit.Row) AuditRow {
	return AuditRow{Sequence: r.Sequence, At: r.At, Actor: r.Actor, Capacity: r.Capacity, Engagement: optional(r.Engagement), Action: r.Action, Object: r.Object,
		Before: stateOf(r.Before), After: stateOf(r.After), Origin: r.Origin, Session: optional(r.Session), Request: optional(r.Request),
		Hash: audit.Head{Sequence: r.Sequence, Hash: r.Hash}.String()}
}

func stateOf(state json.RawMessage) *json.RawMessage {
	if state == nil {
		return nil
	}
	return &state
}

// auditFilter is the search that several operations have.
func auditFilter(actor, action, object *string, engagement *uuid.UUID, from, to *time.Time) audit.Filter {
	f := audit.Filter{Actor: text(actor), Action: text(action), Object: text(object)}
	if engagement != nil {
		f.Engagement = engagement.String()
	}
	if from != nil {
		f.From = from.UTC()
	}
	if to != nil {
		f.To = to.UTC()
	}
	return f
}

// ListAudit searches the record.
func (s *server) ListAudit(ctx context.Context, request ListAuditRequestObject) (ListAuditResponseObject, error) {
	tenant, p := callerOf(ctx).Tenant, request.Params
	asked := audit.Page{Limit: whole(p.Limit)}
	if p.Before != nil {
		asked.Before = *p.Before
	}
	rows, next, err := s.Audit.List(ctx, tenant, auditFilter(p.Actor, p.Action, p.Object, p.Engagement, p.From, p.To), asked)
	if err != nil {
		return nil, err
	}
	end, err := s.Audit.End(ctx, tenant)
	if err != nil {
		return nil, err
	}
	page := ListAudit200JSONResponse{Rows: []AuditRow{}}
	for i := range rows {
		page.Rows = append(page.Rows, rowOf(&rows[i]))
	}
	if next > 0 {
		page.Before = &next
	}
	if end.Sequence > 0 {
		page.End = optional(end.String())
	}
	return page, nil
}

// GetAuditRow gives one row.
func (s *server) GetAuditRow(ctx context.Context, request GetAuditRowRequestObject) (GetAuditRowResponseObject, error) {
	r, err := s.Audit.Get(ctx, callerOf(ctx).Tenant, request.Sequence)
	if err != nil {
		return nil, err
	}
	return GetAuditRow200JSONResponse(rowOf(r)), nil
}

// VerifyAudit reads the whole record and says whether it is whole.
func (s *server) VerifyAudit(ctx context.Context, request VerifyAuditRequestObject) (VerifyAuditResponseObject, error) {
	var noted *audit.Head
	if request.Params.Noted != nil {
		head, err := audit.ParseHead(*request.Params.Noted)
		if err != nil {
			return nil, err
		}
		noted = &head
	}
	report, err := s.Audit.Verify(ctx, callerOf(ctx).Tenant, noted)
	if err != nil {
		return nil, err
	}
	shown := VerifyAudit200JSONResponse{Intact: report.Intact(), Records: report.Records}
	if report.LastSequence > 0 && report.Intact() {
		shown.End = optional(report.End().String())
	}
	if !report.Intact() {
		shown.Problem, shown.At = optional(string(report.Problem)), &report.FirstBroken
	}
	return shown, nil
}

// ExportAuditCSV and ExportAuditLines give the rows of a search as a file. The export is in the record before the file begins.
func (s *server) ExportAuditCSV(ctx context.Context, request ExportAuditCSVRequestObject) (ExportAuditCSVResponseObject, error) {
	p := request.Params
	file, err := s.exportAudit(ctx, auditFilter(p.Actor, p.Action, p.Object, p.Engagement, p.From, p.To), audit.CSV)
	if err != nil {
		return nil, err
	}
	return ExportAuditCSV200TextcsvResponse{Body: file}, nil
}

// ExportAuditLines is ExportAuditCSV in the other form.
func (s *server) ExportAuditLines(ctx context.Context, request ExportAuditLinesRequestObject) (ExportAuditLinesResponseObject, error) {
	p := request.Params
	file, err := s.exportAudit(ctx, auditFilter(p.Actor, p.Action, p.Object, p.Engagement, p.From, p.To), audit.JSONLines)
	if err != nil {
		return nil, err
	}
	return ExportAuditLines200ApplicationxNdjsonResponse{Body: file}, nil
}

// exportAudit begins a file that is written while it is read: memory does not grow with the record. What fails before the first byte is an error
// here; what fails later breaks the file off, which its reader sees by the last hash.
func (s *server) exportAudit(ctx context.Context, f audit.Filter, format audit.Format) (io.Reader, error) {
	from, to := io.Pipe()
	tenant := callerOf(ctx).Tenant
	// The request's context ends with the request: then nobody reads any more.
	context.AfterFunc(ctx, func() { _ = from.CloseWithError(context.Cause(ctx)) })
	go func() {
		_, err := s.Audit.Export(ctx, tenant, f, format, to)
		_ = to.CloseWithError(err) // never fails
	}()
	file := bufio.NewReader(from)
	if _, err := file.Peek(1); err != nil && !errors.Is(err, io.EOF) {
		var known *domain.Error
		if errors.As(err, &known) {
			return nil, err
		}
		return nil, fmt.Errorf("export the record: %w", err)
	}
	return file, nil
}
