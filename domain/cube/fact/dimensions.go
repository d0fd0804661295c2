package fact

import (
	"assay/domain/cube"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// Dimensions are the codes by which every row that belongs to a declaration can
// be drilled. The empty code means not known or not there.
type Dimensions struct {
	Office    string
	Section   string
	Officer   string
	Examiner  string
	Chief     string
	Broker    string
	Importer  string
	Flow      string
	Model     string
	Procedure string
	Lane      string
	FinalLane string
	Cause     string
	HSHeading string
	Origin    string
	Mode      string
	Cargo     string
	Carrier   string

	DeclarationID int64
}

// The kinds of loading unit on a declaration.
const (
	CargoContainer = "container"
	CargoVehicle   = "vehicle"
	CargoBoth      = "container_and_vehicle"
	CargoNone      = "none"
)

// ColumnDeclaration names the column with the declaration's number in the
// warehouse, in every grain that has one.
const ColumnDeclaration = "declaration_id"

// hsChapter derives the chapter from the heading.
var hsChapter = []cube.Derived{{Name: "hs_chapter", From: "hs_heading", Prefix: 2, Doc: "HS chapter, two digits"}}

func dimensionColumns[R any](of func(*R) *Dimensions) []column[R] {
	text := func(name, doc string, get func(*Dimensions) string) column[R] {
		return code(name, doc, func(r *R) string { return get(of(r)) })
	}
	return []column[R]{
		text("office", "office of clearance", func(d *Dimensions) string { return d.Office }),
		text("section", "section of the assignment in force at the act", func(d *Dimensions) string { return d.Section }),
		text("officer", "acting officer: the user of the act, never a machine or a broker's user", func(d *Dimensions) string { return d.Officer }),
		text("examiner", "assigned officer: examiner of the assignment in force at the act", func(d *Dimensions) string { return d.Examiner }),
		text("chief", "team head of the assignment in force at the act", func(d *Dimensions) string { return d.Chief }),
		text("broker", "declarant", func(d *Dimensions) string { return d.Broker }),
		text("importer", "importer; of exports the exporter", func(d *Dimensions) string { return d.Importer }),
		text("flow", "import, export or transit", func(d *Dimensions) string { return d.Flow }),
		text("model", "regime: type and general procedure of the declaration (IM4)", func(d *Dimensions) string { return d.Model }),
		text("procedure", "extended procedure of the item; of a declaration that of the item with the highest value", func(d *Dimensions) string { return d.Procedure }),
		text("lane", "initial lane: that of the first selection", func(d *Dimensions) string { return d.Lane }),
		text("final_lane", "lane after the last selection or re-route before release", func(d *Dimensions) string { return d.FinalLane }),
		text("cause", "cause of the first selection", func(d *Dimensions) string { return d.Cause }),
		text("hs_heading", "HS heading of the item; of a declaration that of the item with the highest value", func(d *Dimensions) string { return d.HSHeading }),
		text("origin", "country of origin of the item; of a declaration that of the item with the highest value", func(d *Dimensions) string { return d.Origin }),
		text("mode", "mode of transport at the border", func(d *Dimensions) string { return d.Mode }),
		text("cargo", "loading units: container, vehicle, container_and_vehicle or none", func(d *Dimensions) string { return d.Cargo }),
		text("carrier", "carrier of the manifest cited", func(d *Dimensions) string { return d.Carrier }),
		integer(ColumnDeclaration, "", "number of the declaration in the warehouse", func(r *R) Number {
			id := of(r).DeclarationID
			return Number{Value: id, Valid: id != 0}
		}),
	}
}

// baseDimensions gives what is the same on all rows of a declaration; officer,
// examiner, chief and section belong to the act and are left empty.
func baseDimensions(r *warehouse.Record) Dimensions {
	d := Dimensions{
		Office: r.Reference.Office, Broker: r.Header.Broker, Importer: r.Header.Importer, Flow: string(r.Header.Flow),
		Model: r.Header.Model, Mode: r.Header.Mode, Cargo: cargoOf(&r.Header), DeclarationID: r.ID,
	}
	if r.Cargo != nil {
		d.Carrier = r.Cargo.Carrier
	}
	if i := r.Principal(); i >= 0 {
		item := &r.Items[i]
		d.Procedure, d.HSHeading, d.Origin = item.Procedure, heading(item.HS), item.Origin
	}
	return d
}

func cargoOf(h *declaration.Header) string {
	switch {
	case len(h.Containers) > 0 && len(h.Vehicles) > 0:
		return CargoBoth
	case len(h.Containers) > 0:
		return CargoContainer
	case len(h.Vehicles) > 0:
		return CargoVehicle
	}
	return CargoNone
}

// heading is the first four digits of a tariff code.
func heading(hs string) string { return hs[:min(4, len(hs))] }

// subheading is the first six digits of a tariff code.
func subheading(hs string) string { return hs[:min(6, len(hs))] }
