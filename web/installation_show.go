package web

import (
	"net/http"
	"strings"

	"golang.org/x/text/language"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/installation"
	"assay/web/locales"
	"assay/web/view"
)

// showInstallation lists the administrations for who runs the installation.
func (v *visit) showInstallation() error {
	return v.showInstallationWith(http.StatusOK, view.CreateAdministration{Currency: "USD", Zone: "UTC"}, nil)
}

func (v *visit) showInstallationWith(status int, form view.CreateAdministration, chosen []string) error {
	ctx := v.Request().Context()
	all, err := v.server.Installation.Overview(ctx)
	if err != nil {
		return err
	}
	health, err := v.server.Installation.Health(ctx)
	if err != nil {
		return err
	}
	stones, err := v.server.Installation.Tombstones(ctx)
	if err != nil {
		return err
	}
	page := view.Installation{Layout: v.layout(v.T("installation.title")), Health: v.health(health), Working: health.Working, Create: form}
	for _, one := range all {
		page.Administrations = append(page.Administrations, v.installed(one))
	}
	page.Create.Action = installationHome
	for _, code := range locales.Languages {
		selected := len(chosen) == 0 && code == v.Language
		for _, c := range chosen {
			selected = selected || c == code
		}
		page.Create.Languages = append(page.Create.Languages, view.Choice{Value: code, Text: locales.Native[code], Selected: selected})
	}
	for _, stone := range stones {
		page.Tombstones = append(page.Tombstones, view.Tombstone{Identifier: stone.Tenant.String(), ErasedAt: v.Instant(stone.ErasedAt), ErasedBy: stone.ErasedBy, Rows: v.Count(stone.Rows)})
	}
	return v.show(status, "installation", page)
}

func (v *visit) health(h installation.Health) []view.Fact {
	facts := []view.Fact{
		{Name: v.T("installation.health.program"), Text: v.server.options.Version, Code: true},
		{Name: v.T("installation.health.database"), Text: "PostgreSQL " + h.Database, Code: true},
		{Name: v.T("installation.health.schema"), Text: v.Count(h.Schema), Number: true},
		{Name: v.T("installation.health.size"), Text: v.megabytes(h.Bytes), Number: true},
		{Name: v.T("installation.health.waiting"), Text: v.Count(int64(h.Waiting)), Number: true},
	}
	if h.OldestDue > 0 {
		facts = append(facts, view.Fact{Name: v.T("installation.health.oldest"), Text: v.Locale.Duration(int64(h.OldestDue.Seconds())), Number: true})
	}
	return facts
}

// megabytes is a size as operators read it.
func (v *visit) megabytes(bytes int64) string {
	return v.T("installation.megabytes", "Count", v.Decimal(float64(bytes)/1e6, 1))
}

func (v *visit) installed(one installation.Administration) view.Installed {
	t, size := one.Tenant, one.Size
	row := view.Installed{Address: installationHome + "/" + t.Code, Code: t.Code, Name: t.Name(v.Language), Declarations: v.Count(size.Declarations), Months: v.Count(int64(size.Months)),
		Size: v.megabytes(size.Bytes), Waiting: v.Count(int64(size.Waiting)), Failed: v.Count(int64(size.Failed)), HasFailed: size.Failed > 0, LastLoad: v.T("installation.never")}
	row.State, row.StateKind = v.administrationState(t.State)
	if size.LastLoad != nil {
		row.LastLoad = v.Instant(*size.LastLoad)
	}
	return row
}

func (v *visit) administrationState(state string) (text, kind string) {
	kinds := map[string]string{administration.Active: "good", administration.Suspended: "warning", administration.Erasing: "bad"}
	return v.T("administration.state." + state), kinds[state]
}

// createAdministration adds one.
func (v *visit) createAdministration() error {
	form, err := v.FormParams()
	if err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the form cannot be read")
	}
	in := administration.Tenant{Code: strings.TrimSpace(v.FormValue("code")), Currency: strings.ToUpper(strings.TrimSpace(v.FormValue("currency"))), Zone: strings.TrimSpace(v.FormValue("zone"))}
	for _, code := range form["languages"] {
		if _, err := language.Parse(code); err == nil && locales.Known(code) {
			in.Languages = append(in.Languages, code)
		}
	}
	if len(in.Languages) > 0 {
		in.Names = map[string]string{in.Languages[0]: strings.TrimSpace(v.FormValue("name"))}
	}
	err = v.server.Administrations.Create(v.Request().Context(), &in)
	if kind := kindOf(err); err != nil && (kind == domain.KindInvalid || kind == domain.KindConflict) {
		again := view.CreateAdministration{Code: in.Code, Currency: in.Currency, Zone: in.Zone, Name: v.FormValue("name"), Fault: v.faultOf(err)}
		return v.showInstallationWith(statuses[kind], again, in.Languages)
	}
	if err != nil {
		return err
	}
	return v.goTo(installationHome + "/" + in.Code)
}
