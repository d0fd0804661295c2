package web

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"assay/domain"
	"assay/domain/installation"
	"assay/web/view"
)

// showExports shows the administration's exports: how far one is, and what can be downloaded.
func (v *visit) showExports() error {
	exports, err := v.server.Installation.Exports(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return err
	}
	page := view.ExportsPage{Layout: v.layout(v.T("export.title")), Tabs: v.settingsTabs("settings/exports"), Exports: v.exports(exports, v.at("settings/exports"))}
	page.Exports.Start = v.at("settings/exports")
	return v.show(http.StatusOK, "exports", page)
}

// startExport starts an export of everything; where one is being made already, the page shows that one.
func (v *visit) startExport() error {
	_, err := v.server.Installation.StartExport(v.Request().Context(), v.tenant.ID, v.actor())
	if err != nil && kindOf(err) != domain.KindConflict {
		return err
	}
	return v.goTo(v.at("settings/exports"))
}

// downloadExport sends an export that is kept.
func (v *visit) downloadExport() error {
	id, err := uuid.Parse(strings.TrimSuffix(v.Param("export"), ".zip"))
	if err != nil {
		return domain.Errorf(domain.KindNotFound, "this export is not kept, or not any more")
	}
	return v.server.Installation.Download(v.Request().Context(), v.tenant.ID, id, v.actor(), func(e installation.Export) (io.Writer, error) {
		header := v.Response().Header()
		header.Set(echo.HeaderContentType, "application/zip")
		header.Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="%s-%s.zip"`, v.tenant.Code, e.StartedAt.UTC().Format("2006-01-02")))
		header.Set(echo.HeaderContentLength, strconv.FormatInt(e.Bytes, 10))
		header.Set(echo.HeaderCacheControl, "no-store")
		v.Response().WriteHeader(http.StatusOK)
		return v.Response(), nil
	})
}
