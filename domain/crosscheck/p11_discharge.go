package crosscheck

import (
	"slices"

	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// dischargeDays is how far a discharge may lie from the assessment, and how long after
// assessment it is too early to miss it.
const dischargeDays = 7

// DischargeFacts is the evidence of P11, variants a and b.
type DischargeFacts struct {
	Items    []ProcedureFacts `json:"items"` // those whose procedure must discharge an account
	Assessed Row              `json:"assessed"`
	Previous string           `json:"previous,omitempty"`
	Holder   string           `json:"holder"`
	Days     int32            `json:"days"` // around the assessment, in which no discharge was found
}

// ProcedureFacts is an item under a suspense procedure.
type ProcedureFacts struct {
	Number    int    `json:"number"`
	Procedure string `json:"procedure"`
	HS        string `json:"hs"`
	Quantity  string `json:"quantity,omitempty"`
}

// OverdrawnFacts is the evidence of P11, variant c. Quantities in thousandths.
type OverdrawnFacts struct {
	Account   string `json:"account"`
	Office    string `json:"office"`
	Regime    string `json:"regime"`
	Holder    string `json:"holder"`
	HS        string `json:"hs"`
	In        int64  `json:"quantity_in"`
	Out       int64  `json:"quantity_out"` // up to and with this discharge
	Discharge Row    `json:"discharge"`
	Quantity  int64  `json:"quantity"` // of this discharge
	DueOn     string `json:"due_on,omitempty"`
	Guarantee int64  `json:"guarantee,omitempty"`
}

// checkDischarge is P11.
func (x *examination) checkDischarge() {
	switch {
	case !x.c.suspense:
		x.lacks(ExportUndischarged, InputSuspense)
		return
	case !x.has(warehouse.PartItems):
		x.lacks(ExportUndischarged, InputItems)
		return
	case !x.has(warehouse.PartEvents):
		x.lacks(ExportUndischarged, InputOperations)
		return
	}
	x.evaluates(ExportUndischarged)
	if len(x.c.overdrawn) > 0 {
		for _, facts := range x.c.overdrawn[x.r.Reference.String()] {
			x.breaks(ExportUndischarged, "c", High, facts)
		}
	}
	if x.life.assessed == nil {
		return
	}
	if x.r.Header.Flow == declaration.Export {
		x.checkProcedures("a", x.c.Settings.ReExportProcedures)
	}
	x.checkProcedures("b", x.c.Settings.AfterSuspense)
}

// checkProcedures looks for a discharge when an item has one of the procedures.
func (x *examination) checkProcedures(variant string, procedures []string) {
	concerned := false
	for i := range x.r.Items {
		concerned = concerned || slices.Contains(procedures, x.r.Items[i].Procedure)
	}
	if !concerned {
		return
	}
	assessed := x.day(x.life.assessment)
	if x.calendar.LocalDay(x.c.Watermark)-assessed <= dischargeDays {
		x.lacks(ExportUndischarged, InputMaturity)
		return
	}
	if x.c.discharges.within(x.keyOfReference(x.r.Reference), assessed-dischargeDays, assessed+dischargeDays) {
		return
	}
	facts := DischargeFacts{Assessed: eventRow(x.life.assessed), Previous: x.r.Header.Previous, Holder: x.r.Header.Importer, Days: dischargeDays}
	for i := range x.r.Items {
		item := &x.r.Items[i]
		if !slices.Contains(procedures, item.Procedure) {
			continue
		}
		if x.c.unnamed.within(x.c.keyOfPair(x.r.Header.Importer, heading(item.HS)), assessed-dischargeDays, assessed+dischargeDays) {
			return
		}
		facts.Items = append(facts.Items, ProcedureFacts{item.Number, item.Procedure, item.HS, item.Quantity})
	}
	x.breaks(ExportUndischarged, variant, High, facts)
}
