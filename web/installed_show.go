package web

import (
	"context"
	"net/http"
	"time"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/installation"
	"assay/web/view"
)

// eraseLimit bounds the erasing of one administration from a page; interrupted it goes on when it
// is asked for again.
const eraseLimit = 2 * time.Hour

// actor is who does something, for the audit record of an administration.
func (v *visit) actor() installation.Actor {
	return installation.Actor{Name: v.person.SignInName, Capacity: v.grant.Capacity(), Origin: v.RealIP()}
}

func (v *visit) tenantOfPath() (*administration.Tenant, error) {
	return v.server.Administrations.ByCode(v.Request().Context(), v.Param("code"))
}

// showInstalled shows one administration to who runs the installation.
func (v *visit) showInstalled() error { return v.showInstalledWith(http.StatusOK, nil) }

func (v *visit) showInstalledWith(status int, fault *view.FormFault) error {
	tenant, err := v.tenantOfPath()
	if err != nil {
		return err
	}
	ctx := v.Request().Context()
	one, err := v.server.Installation.One(ctx, tenant)
	if err != nil {
		return err
	}
	exports, err := v.server.Installation.Exports(ctx, tenant.ID)
	if err != nil {
		return err
	}
	row := v.installed(one)
	page := view.InstalledOne{Layout: v.layout(row.Name), Back: installationHome, Code: tenant.Code, State: view.Notice{Kind: row.StateKind, Text: row.State}, Fault: fault,
		Active: tenant.State == administration.Active, Erasing: tenant.State == administration.Erasing, StateForm: row.Address + "/state", EraseForm: row.Address + "/erase",
		Exports: v.exports(exports, "")}
	page.Exports.Start = row.Address + "/exports"
	page.Facts = []view.Fact{
		{Name: v.T("installation.code"), Text: tenant.Code, Code: true}, {Name: v.T("installation.identifier"), Text: tenant.ID.String(), Code: true},
		{Name: v.T("installation.declarations"), Text: row.Declarations, Number: true}, {Name: v.T("installation.months"), Text: row.Months, Number: true},
		{Name: v.T("installation.size"), Text: row.Size, Number: true}, {Name: v.T("installation.last_load"), Text: row.LastLoad},
		{Name: v.T("installation.waiting"), Text: row.Waiting, Number: true}, {Name: v.T("installation.failed"), Text: row.Failed, Number: true},
		{Name: v.T("installation.currency"), Text: tenant.Currency, Code: true}, {Name: v.T("installation.zone"), Text: tenant.Zone, Code: true}}
	if tenant.StateSince != nil {
		page.Facts = append(page.Facts, view.Fact{Name: v.T("installation.state_since"), Text: v.Instant(*tenant.StateSince), Muted: tenant.StateReason})
	}
	return v.show(status, "installed", page)
}

// exports shows a list of exports; from is the address below which each can be downloaded, empty for none.
func (v *visit) exports(all []installation.Export, from string) view.Exports {
	kinds := map[string]string{"waiting": "running", "running": "running", "done": "good", "failed": "bad", "removed": "info"}
	var list view.Exports
	for _, e := range all {
		row := view.ExportRow{Started: v.Instant(e.StartedAt), By: e.StartedBy, State: v.T("export.state." + e.State), StateKind: kinds[e.State], SHA256: e.SHA256}
		list.Busy = list.Busy || kinds[e.State] == "running"
		if e.State == "running" && e.Files > 0 {
			row.Rows = v.Count(e.Rows)
		}
		if e.State == "done" {
			row.Size, row.Rows = v.megabytes(e.Bytes), v.Count(e.Rows)
			if e.KeptUntil != nil {
				row.Until = v.Instant(*e.KeptUntil)
			}
			if from != "" {
				row.Download = from + "/" + e.ID.String() + ".zip"
			}
		}
		list.Rows = append(list.Rows, row)
	}
	return list
}

// changeInstalledState suspends or resumes an administration.
func (v *visit) changeInstalledState() error {
	tenant, err := v.tenantOfPath()
	if err != nil {
		return err
	}
	state := v.FormValue("state")
	if state != administration.Active && state != administration.Suspended {
		return domain.Invalid("the form cannot be used", domain.FieldError{Field: "state", Message: domain.Sentence("%q cannot be read here", state)})
	}
	err = v.server.Administrations.ChangeState(v.Request().Context(), tenant.ID, state, v.FormValue("reason"), administration.Actor(v.actor()))
	return v.doneOrShown(err, tenant)
}

// startInstalledExport starts an export for the operator, who may not download it.
func (v *visit) startInstalledExport() error {
	tenant, err := v.tenantOfPath()
	if err != nil {
		return err
	}
	_, err = v.server.Installation.StartExport(v.Request().Context(), tenant.ID, v.actor())
	return v.doneOrShown(err, tenant)
}

// doneOrShown leads back to the administration, or shows it with what can be mended.
func (v *visit) doneOrShown(err error, tenant *administration.Tenant) error {
	if kind := kindOf(err); err != nil && (kind == domain.KindInvalid || kind == domain.KindConflict) {
		return v.showInstalledWith(statuses[kind], v.faultOf(err))
	}
	if err != nil {
		return err
	}
	return v.goTo(installationHome + "/" + tenant.Code)
}

// eraseInstalled removes an administration for good, when its code was typed, and shows the proof.
func (v *visit) eraseInstalled() error {
	tenant, err := v.tenantOfPath()
	if err != nil {
		return err
	}
	// A browser that goes away must not leave half of it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.Request().Context()), eraseLimit)
	defer cancel()
	proof, err := v.server.Installation.Erase(ctx, tenant, installation.EraseInput{Confirm: v.FormValue("confirm"), Force: v.FormValue("force") == "yes", By: v.actor(), Forget: v.server.Forget})
	if err != nil {
		return v.doneOrShown(err, tenant)
	}
	page := view.Erased{Layout: v.layout(v.T("installation.erased.title")), Back: installationHome,
		Notice: view.Notice{Kind: "good", Text: v.T("installation.erased.proof", "Tables", v.Count(int64(len(proof.Left))))},
		Facts: []view.Fact{{Name: v.T("installation.identifier"), Text: proof.Tenant.String(), Code: true}, {Name: v.T("installation.erased.at"), Text: v.Instant(proof.ErasedAt)},
			{Name: v.T("installation.erased.by"), Text: proof.ErasedBy}, {Name: v.T("installation.erased.people"), Text: v.Count(proof.Removed["account"]), Number: true},
			{Name: v.T("installation.erased.tasks"), Text: v.Count(int64(proof.Queued)), Number: true}}}
	for _, c := range proof.Left {
		page.Tables = append(page.Tables, view.ErasedTable{Name: c.Table, Removed: v.Count(proof.Removed[c.Table]), Left: v.Count(c.Rows)})
	}
	return v.show(http.StatusOK, "erased", page)
}
