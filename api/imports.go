package api

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"assay/domain"
	"assay/domain/intake"
	"assay/domain/warehouse"
)

// ListImports gives a page of imports.
func (s *server) ListImports(ctx context.Context, request ListImportsRequestObject) (ListImportsResponseObject, error) {
	var before time.Time
	if request.Params.Before != nil {
		before = *request.Params.Before
	}
	batches, err := s.Warehouse.Batches(ctx, callerOf(ctx).Tenant, before, whole(request.Params.Limit))
	if err != nil {
		return nil, err
	}
	shown := make(ListImports200JSONResponse, len(batches))
	for i, b := range batches {
		shown[i] = importOf(b)
	}
	return shown, nil
}

// GetImport gives one import.
func (s *server) GetImport(ctx context.Context, request GetImportRequestObject) (GetImportResponseObject, error) {
	batch, err := s.Warehouse.Batch(ctx, callerOf(ctx).Tenant, request.Id)
	if err != nil {
		return nil, err
	}
	return GetImport200JSONResponse(importOf(batch)), nil
}

// formMemory is how much of a delivery is kept in memory while it comes in; the rest in temporary files.
const formMemory = 4 << 20

// CreateImport takes files. When it answers, they are in the database with the job that will load them.
func (s *server) CreateImport(ctx context.Context, request CreateImportRequestObject) (CreateImportResponseObject, error) {
	form, err := request.Body.ReadForm(formMemory)
	if err != nil {
		return nil, unreadable(err)
	}
	defer func() { _ = form.RemoveAll() }() // the system's folder is cleared in any case
	in, err := deliveryOf(form)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, upload := range in.Uploads {
			_ = upload.Content.(io.Closer).Close() // only read
		}
	}()
	caller := callerOf(ctx)
	in.By, in.Capacity, in.Origin = caller.SignInName, caller.Role, caller.Origin
	tenant, err := s.Administrations.ByID(ctx, caller.Tenant)
	if err != nil {
		return nil, err
	}
	batch, err := s.Warehouse.Deliver(ctx, tenant, in)
	if err != nil {
		return nil, err
	}
	return CreateImport202JSONResponse(importOf(batch)), nil
}

// unreadable says that a form is too large, or broken.
func unreadable(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) || errors.Is(err, multipart.ErrMessageTooLarge) {
		return domain.Wrap(domain.KindTooMany, err, "the delivery is too large; send it in several, compressed, or with the command assay import")
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	return domain.Wrap(domain.KindInvalid, err, "the body is not a form with files (multipart/form-data)")
}

// deliveryOf checks the fields of a form, which the gate leaves to the handler: the
// document's bounds hold here.
func deliveryOf(form *multipart.Form) (in warehouse.DeliveryInput, err error) {
	var wrong []domain.FieldError
	for name, values := range form.Value {
		if len(values) > 1 {
			wrong = append(wrong, domain.FieldError{Field: name, Message: "is there more than once"})
			continue
		}
		switch value := values[0]; name {
		case "format":
			in.Format = value
		case "map":
			if in.MapName = value; len(value) > 200 {
				wrong = append(wrong, domain.FieldError{Field: name, Message: "must have at most 200 characters"})
			}
		case "dry_run":
			if in.DryRun = value == "true"; !in.DryRun && value != "false" {
				wrong = append(wrong, domain.FieldError{Field: name, Message: "is true or false"})
			}
		default:
			wrong = append(wrong, domain.FieldError{Field: name, Message: "is no field of this form"})
		}
	}
	if in.Format == "" {
		wrong = append(wrong, domain.FieldError{Field: "format", Message: "is missing"})
	}
	if len(form.File["files"]) == 0 {
		wrong = append(wrong, domain.FieldError{Field: "files", Message: "is missing: send at least one file"})
	}
	for name := range form.File {
		if name != "files" {
			wrong = append(wrong, domain.FieldError{Field: name, Message: "is no field of this form; files go into files"})
		}
	}
	if err := domain.Invalid("the delivery cannot be taken like this", wrong...); err != nil {
		return in, err
	}
	for _, file := range form.File["files"] {
		content, err := file.Open()
		if err != nil {
			return in, domain.Wrap(domain.KindInternal, err, "a delivered file cannot be read again")
		}
		in.Uploads = append(in.Uploads, warehouse.Upload{Name: file.Filename, Content: content})
	}
	return in, nil
}

// LoadImportAgain queues a failed import once more.
func (s *server) LoadImportAgain(ctx context.Context, request LoadImportAgainRequestObject) (LoadImportAgainResponseObject, error) {
	tenant := callerOf(ctx).Tenant
	if _, err := s.Warehouse.Batch(ctx, tenant, request.Id); err != nil {
		return nil, err
	}
	if err := s.Warehouse.Again(ctx, tenant, request.Id); err != nil {
		return nil, err
	}
	batch, err := s.Warehouse.Batch(ctx, tenant, request.Id)
	if err != nil {
		return nil, err
	}
	return LoadImportAgain202JSONResponse(importOf(batch)), nil
}

// DiscardImportFiles removes the files of an import that waits or failed.
func (s *server) DiscardImportFiles(ctx context.Context, request DiscardImportFilesRequestObject) (DiscardImportFilesResponseObject, error) {
	tenant := callerOf(ctx).Tenant
	if _, err := s.Warehouse.Batch(ctx, tenant, request.Id); err != nil {
		return nil, err
	}
	if err := s.Warehouse.Discard(ctx, tenant, request.Id); err != nil {
		return nil, err
	}
	return DiscardImportFiles204Response{}, nil
}

// ListRejects gives a page of what an import could not take.
func (s *server) ListRejects(ctx context.Context, request ListRejectsRequestObject) (ListRejectsResponseObject, error) {
	tenant := callerOf(ctx).Tenant
	if _, err := s.Warehouse.Batch(ctx, tenant, request.Id); err != nil {
		return nil, err
	}
	var after int64
	if request.Params.After != nil {
		after = *request.Params.After
	}
	rejects, err := s.Warehouse.Rejects(ctx, tenant, request.Id, after, whole(request.Params.Limit))
	if err != nil {
		return nil, err
	}
	shown := make(ListRejects200JSONResponse, len(rejects))
	rows := mayReadRows(callerOf(ctx))
	for i, r := range rejects {
		if !rows {
			r.Value, r.Row = "", ""
		}
		shown[i] = Reject{Number: r.Sequence, File: r.File, Line: r.Line, Field: optional(r.Field), Value: optional(r.Value), Reason: r.Reason, Row: optional(r.Row)}
	}
	return shown, nil
}

// ListUnmapped gives what no map knows.
func (s *server) ListUnmapped(ctx context.Context, _ ListUnmappedRequestObject) (ListUnmappedResponseObject, error) {
	values, err := s.Warehouse.Unmapped(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	shown := make(ListUnmapped200JSONResponse, len(values))
	for i, v := range values {
		shown[i] = UnmappedValue{Kind: UnmappedValueKind(v.Kind), Value: v.Value, Seen: v.Seen, LastBatch: v.LastBatch}
	}
	return shown, nil
}

func importOf(b *warehouse.Batch) Import {
	return Import{Id: b.ID, Format: Format(b.Format), Source: b.Source, State: ImportState(b.State), By: b.By, StartedAt: b.StartedAt,
		EndedAt: instant(b.EndedAt), Read: b.Read, Loaded: b.Loaded, Replaced: b.Replaced, Unchanged: b.Unchanged, Rejected: b.Rejected,
		Watermark: instant(b.Watermark), Failure: optional(b.Failure), Percent: b.Percent, Repeats: identifier(b.Detail.Repeats),
		UnmappedOperations: some(b.Detail.Reading.UnmappedOperations), UnmappedLanes: some(b.Detail.Reading.UnmappedLanes),
		UnknownColumns: some(b.Detail.Reading.UnknownColumns)}
}

// some leaves an empty list out of an answer.
func some[T intake.Counted | intake.UnknownColumn](all []T) *[]T {
	if len(all) == 0 {
		return nil
	}
	return &all
}

// instant leaves a time that is not known out of an answer.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
