package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"assay/domain"
	"assay/domain/installation"
)

func tenantExportOf(e *installation.Export) TenantExport {
	return TenantExport{Id: e.ID, State: e.State, StartedAt: e.StartedAt, StartedBy: e.StartedBy, EndedAt: e.EndedAt, KeptUntil: e.KeptUntil,
		Files: e.Files, Rows: e.Rows, Bytes: e.Bytes, Sha256: optional(e.SHA256), Failure: optional(e.Failure)}
}

// ListTenantExports lists the administration's exports.
func (s *server) ListTenantExports(ctx context.Context, _ ListTenantExportsRequestObject) (ListTenantExportsResponseObject, error) {
	exports, err := s.Installation.Exports(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	shown := make(ListTenantExports200JSONResponse, len(exports))
	for i := range exports {
		shown[i] = tenantExportOf(&exports[i])
	}
	return shown, nil
}

// tenantExport finds one of them.
func (s *server) tenantExport(ctx context.Context, id uuid.UUID) (TenantExport, error) {
	exports, err := s.Installation.Exports(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return TenantExport{}, err
	}
	for i := range exports {
		if exports[i].ID == id {
			return tenantExportOf(&exports[i]), nil
		}
	}
	return TenantExport{}, domain.Errorf(domain.KindNotFound, "there is no such export")
}

// GetTenantExport says how far one is.
func (s *server) GetTenantExport(ctx context.Context, request GetTenantExportRequestObject) (GetTenantExportResponseObject, error) {
	found, err := s.tenantExport(ctx, request.Id)
	if err != nil {
		return nil, err
	}
	return GetTenantExport200JSONResponse(found), nil
}

// StartTenantExport asks for one.
func (s *server) StartTenantExport(ctx context.Context, _ StartTenantExportRequestObject) (StartTenantExportResponseObject, error) {
	caller := callerOf(ctx)
	id, err := s.Installation.StartExport(ctx, caller.Tenant, installation.Actor(caller.author()))
	if err != nil {
		return nil, err
	}
	started, err := s.tenantExport(ctx, id)
	if err != nil {
		return nil, err
	}
	return StartTenantExport202JSONResponse(started), nil
}

// DownloadTenantExport sends the file of one.
func (s *server) DownloadTenantExport(ctx context.Context, request DownloadTenantExportRequestObject) (DownloadTenantExportResponseObject, error) {
	caller := callerOf(ctx)
	return download(func(w http.ResponseWriter) error {
		return s.Installation.Download(ctx, caller.Tenant, request.Id, installation.Actor(caller.author()), func(e installation.Export) (io.Writer, error) {
			header := w.Header()
			header.Set(echo.HeaderContentType, "application/zip")
			header.Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="export-%s.zip"`, e.StartedAt.UTC().Format("2006-01-02")))
			header.Set(echo.HeaderContentLength, strconv.FormatInt(e.Bytes, 10))
			w.WriteHeader(http.StatusOK)
			return w, nil
		})
	}), nil
}

// download writes an export piece by piece as it is read from the database: memory does not grow with it. What fails
// before the first byte is answered as any failure; what fails later breaks the file off, which its reader sees by its length.
type download func(http.ResponseWriter) error

// VisitDownloadTenantExportResponse writes the answer.
func (d download) VisitDownloadTenantExportResponse(w http.ResponseWriter) error { return d(w) }
