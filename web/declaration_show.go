package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/crosscheck"
	"assay/domain/declaration"
	"assay/domain/warehouse"
	"assay/web/present"
	"assay/web/view"
)

// declarationAddress is the page of a declaration.
func (v *visit) declarationAddress(reference declaration.Reference) string {
	return v.at("declarations/" + url.PathEscape(reference.Office) + "/" + strconv.Itoa(reference.Year) + "/" + url.PathEscape(reference.Serial+reference.Number))
}

// showDeclaration shows one declaration, its life, its versions and what was found on it.
func (v *visit) showDeclaration() error {
	record, err := v.visibleDeclaration()
	if err != nil {
		return err
	}
	dossier, err := v.dossier(record)
	if err != nil {
		return err
	}
	page := v.Declaration(*dossier)
	page.Layout = v.layout(page.Reference)
	page.Trail = []view.Link{{Text: page.Reference}}
	if v.may(access.FigureRead) {
		page.Trail = []view.Link{{Text: v.T("nav.board"), Address: v.at("board")}, {Text: page.Reference}}
	}
	return v.show(http.StatusOK, "declaration", page)
}

// visibleDeclaration finds the declaration of the path within the person's scope.
// What an officer did not act on is not found, so that nobody learns which there are.
func (v *visit) visibleDeclaration() (*warehouse.Record, error) {
	year, err := strconv.Atoi(v.Param("year"))
	if err != nil || year < 1900 || year > 9999 {
		return nil, domain.Errorf(domain.KindNotFound, "there is no such declaration")
	}
	reference := declaration.Reference{Office: v.Param("office"), Year: year}
	reference.Serial, reference.Number = declaration.SplitNumber(v.Param("number"))
	record, err := v.server.Warehouse.Visible(v.Request().Context(), v.tenant.ID, v.scope, v.person.Membership, reference)
	if err != nil {
		return nil, err
	}
	veil, err := v.veil()
	if err != nil {
		return nil, err
	}
	record.MapOfficers(veil.Officer)
	return record, veil.Seen(v.Request().Context(), "declaration/"+reference.String())
}

// dossier gathers what the page shows beside the declaration itself.
func (v *visit) dossier(record *warehouse.Record) (*present.Dossier, error) {
	ctx := v.Request().Context()
	calendars, err := v.server.Administrations.Calendars(ctx, v.tenant)
	if err != nil {
		return nil, err
	}
	d := &present.Dossier{Record: record, Calendar: calendars.Of(record.Reference.Office), Lanes: v.lanes(), Names: present.Names{}}
	d.ZoneName = d.Calendar.Location().String()
	for kind, codes := range codesOf(&record.Declaration) {
		names, err := v.server.Administrations.Names(ctx, v.tenant.ID, kind, codes)
		if err == nil && kind == "officer" {
			names, err = v.officerNames(codes, names)
		}
		if err != nil {
			return nil, err
		}
		d.Names[kind] = names
	}
	if crosscheck.MayRead(v.permissions, record.Reference.Office) {
		if d.Findings, err = v.server.Crosschecks.ByDeclaration(ctx, v.tenant.ID, record.ID); err != nil {
			return nil, err
		}
		veil, err := v.veil()
		if err != nil {
			return nil, err
		}
		for i := range d.Findings {
			if err := d.Findings[i].MapOfficers(veil.Officer); err != nil {
				return nil, err
			}
		}
	} else {
		d.FindingsHidden = true
	}
	d.Extracts, err = v.extracts(record)
	return d, err
}

// extracts are the versions that the warehouse has of the declaration, newest first.
func (v *visit) extracts(record *warehouse.Record) ([]present.Extract, error) {
	versions, err := v.server.Warehouse.VisibleVersions(v.Request().Context(), v.tenant.ID, v.person.Membership, record)
	if err != nil {
		return nil, err
	}
	veil, err := v.veil()
	if err != nil {
		return nil, err
	}
	var out []present.Extract
	for _, version := range versions {
		version.Document.MapOfficers(veil.Officer)
		extract := present.Extract{Version: version.Version, BatchName: version.Source, LoadedAt: version.LoadedAt, Current: version.SupersededAt == nil,
			Record: &warehouse.Record{Declaration: *version.Document, Version: version.Version, Parts: version.Parts, Totals: version.Document.Totals()}}
		if v.may(access.ImportRead) {
			if extract.BatchName == "" {
				extract.BatchName = version.Batch.String()
			}
			extract.BatchAddress = v.at("imports/" + version.Batch.String())
		}
		out = append(out, extract)
	}
	return out, nil
}

// codesOf are the codes on a declaration that have names, by kind.
func codesOf(d *declaration.Declaration) map[string][]string {
	codes := map[string][]string{"office": {d.Reference.Office}, "broker": {d.Header.Broker}, "trader": {d.Header.Importer}}
	officers := map[string]bool{}
	for _, e := range d.Events {
		officers[e.User] = !e.Machine
	}
	for _, a := range d.Assignments {
		officers[a.Examiner], officers[a.Chief], officers[a.AssignedBy] = true, true, true
	}
	for _, i := range d.Inspections {
		officers[i.User] = true
	}
	for _, o := range d.Offences {
		officers[o.User] = true
	}
	for _, p := range d.Payments {
		officers[p.User] = true
	}
	for user, person := range officers {
		if person && user != "" {
			codes["officer"] = append(codes["officer"], user)
		}
	}
	slices.Sort(codes["officer"])
	return codes
}
