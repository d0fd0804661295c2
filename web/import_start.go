package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"assay/domain"
	"assay/domain/intake"
	"assay/domain/warehouse"
	"assay/web/view"
)

const (
	// formMemory is how much of a delivery is kept in memory while it comes in; the rest in temporary files.
	formMemory = 4 << 20
	// tokenLimit bounds the first field of an upload, which is the token against forged forms.
	tokenLimit = 1024
	// uploadLimitText is uploadLimit for readers of a refusal; uploadLimitGigabytes is its number, for texts whose language has
	// a sign of its own for the unit.
	uploadLimitText      = "2 GB"
	uploadLimitGigabytes = 2
)

// startImport takes files. When it answers, they are kept with the job that will load
// them. A form that cannot be used is shown again with what is wrong.
func (v *visit) startImport() error {
	form, err := v.readUpload()
	if err != nil {
		return err
	}
	defer func() { _ = form.RemoveAll() }() // the system's folder is cleared in any case
	in := warehouse.DeliveryInput{Format: value(form, "format"), MapName: value(form, "map"), DryRun: value(form, "dry_run") == "yes",
		By: v.person.SignInName, Capacity: v.person.Role, Origin: v.RealIP()}
	if fault := v.checkUpload(form, in.Format); fault != nil {
		return v.showImportsWith(http.StatusBadRequest, fault)
	}
	for _, file := range form.File["files"] {
		if file.Filename == "" {
			continue
		}
		content, err := file.Open()
		if err != nil {
			return domain.Wrap(domain.KindInternal, err, "an uploaded file cannot be read again")
		}
		defer func() { _ = content.Close() }() // only read
		in.Uploads = append(in.Uploads, warehouse.Upload{Name: file.Filename, Content: content})
	}
	batch, err := v.server.Warehouse.Deliver(v.Request().Context(), v.tenant, in)
	if kind := kindOf(err); err != nil && (kind == domain.KindInvalid || kind == domain.KindTooMany || kind == domain.KindNotFound) {
		return v.showImportsWith(statuses[kind], v.faultOf(err))
	}
	if err != nil {
		return err
	}
	return v.goTo(v.at("imports/" + batch.ID.String()))
}

// readUpload reads the form from the stream. The token stands in its first field, so that
// nothing of a forged upload is kept.
func (v *visit) readUpload() (*multipart.Form, error) {
	reader, err := v.Request().MultipartReader()
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the form holds no files")
	}
	first, err := reader.NextPart()
	if err != nil || first.FormName() != "forgery" {
		return nil, errForged
	}
	token, err := io.ReadAll(io.LimitReader(first, tokenLimit))
	if err != nil {
		return nil, errForged
	}
	if err := v.requireToken(string(token)); err != nil {
		return nil, err
	}
	form, err := reader.ReadForm(formMemory)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large), errors.Is(err, multipart.ErrMessageTooLarge), errors.Is(err, echo.ErrStatusRequestEntityTooLarge):
		return nil, domain.Wrap(domain.KindTooMany, err, "the delivery is larger than %s; send it in several parts, compressed, or with the command assay import", uploadLimitText)
	case err != nil:
		return nil, domain.Wrap(domain.KindInvalid, err, "the upload broke off")
	}
	return form, nil
}

func value(form *multipart.Form, name string) string {
	if values := form.Value[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// checkUpload finds what a person can mend at once, in the reader's language.
func (v *visit) checkUpload(form *multipart.Form, format string) *view.FormFault {
	named := slices.ContainsFunc(form.File["files"], func(f *multipart.FileHeader) bool { return f.Filename != "" })
	switch {
	case !named:
		return &view.FormFault{Text: v.T("imports.fault.files")}
	case !slices.Contains(intake.Formats, format):
		return &view.FormFault{Text: v.T("imports.fault.format")}
	}
	return nil
}

// faultOf shows what the room found wrong with a delivery.
func (v *visit) faultOf(err error) *view.FormFault {
	fault := &view.FormFault{Text: v.T("failure.invalid.text")}
	var failure *domain.Error
	if errors.As(err, &failure) {
		fault.Text, fault.Fields = v.refusal(failure), v.wrongFields(failure.Fields)
	}
	return fault
}

// loadAgain queues a failed batch once more.
func (v *visit) loadAgain() error {
	batch, err := v.batchOfPath()
	if err != nil {
		return err
	}
	if err := v.server.Warehouse.Again(v.Request().Context(), v.tenant.ID, batch.ID); err != nil {
		return err
	}
	return v.goTo(v.at("imports/" + batch.ID.String()))
}
