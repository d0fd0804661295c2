package crosscheck

import (
	"time"

	"assay/domain/declaration"
)

// Row is one source row in the evidence of a finding.
type Row struct {
	// Source is the kind of row: operation, assignment, inspection, offence,
	// payment, version, manifest, transit, discharge, session or header.
	Source      string                     `json:"source"`
	Declaration string                     `json:"declaration,omitempty"` // where it is not the finding's own
	Office      string                     `json:"office,omitempty"`
	Number      string                     `json:"number,omitempty"` // of the act, case, receipt, version or workstation
	Name        string                     `json:"name,omitempty"`   // of the operation as in the source; else status, kind or cause
	At          *time.Time                 `json:"at,omitempty"`     // UTC
	Precision   declaration.Precision      `json:"precision,omitempty"`
	User        string                     `json:"user,omitempty"`
	Machine     bool                       `json:"machine,omitempty"`
	From        declaration.Lane           `json:"from,omitempty"`
	To          declaration.Lane           `json:"to,omitempty"`
	Cause       declaration.SelectionCause `json:"cause,omitempty"`
	Criterion   string                     `json:"criterion,omitempty"`
	Reason      string                     `json:"reason,omitempty"`
	Tax         string                     `json:"tax,omitempty"`
	Amount      *int64                     `json:"amount,omitempty"`  // minor units
	Payable     *int64                     `json:"payable,omitempty"` // of a version, minor units
	Value       *int64                     `json:"value,omitempty"`   // of a version, minor units
	Conform     *bool                      `json:"conform,omitempty"` // of an inspection act
	Examiner    string                     `json:"examiner,omitempty"`
	Chief       string                     `json:"chief,omitempty"`
	Manual      bool                       `json:"manual,omitempty"` // of an assignment
}

func (r Row) at(m declaration.Moment) Row {
	at := m.At.UTC()
	r.At, r.Precision = &at, m.Precision
	return r
}

func eventRow(e *declaration.Event) Row {
	return Row{Source: "operation", Name: e.Operation, User: e.User, Machine: e.Machine, From: e.From, To: e.To,
		Cause: e.Cause, Criterion: e.Criterion, Reason: e.Reason}.at(e.Moment)
}

func assignmentRow(a *declaration.Assignment) Row {
	return Row{Source: "assignment", Examiner: a.Examiner, Chief: a.Chief, Manual: a.Manual, User: a.AssignedBy}.at(a.Moment)
}

func inspectionRow(i *declaration.Inspection) Row {
	conform := i.Conform
	return Row{Source: "inspection", Number: i.Number, Name: i.Result, User: i.User, Conform: &conform}.at(i.Moment)
}

func offenceRow(o *declaration.Offence) Row {
	return Row{Source: "offence", Number: o.Number, Name: string(o.Status), Criterion: o.Code, User: o.User}.at(o.Moment)
}

func paymentRow(p *declaration.Payment) Row {
	amount := p.Amount
	return Row{Source: "payment", Number: p.Receipt, Name: string(p.Kind), User: p.User, Tax: p.Tax, Amount: &amount}.at(p.Moment)
}

func versionRow(v *declaration.Version) Row {
	payable, value := v.Payable, v.CustomsValue
	return Row{Source: "version", Number: decimal(int64(v.Number)), Name: string(v.Cause), User: v.User, Reason: v.Reason,
		Payable: &payable, Value: &value}.at(v.Moment)
}

// present gives a figure its own memory, so that only a breach costs it.
func present(n int64) *int64 { return &n }

// few keeps evidence readable where a source has very many rows of one kind.
const few = 40

func paymentRows(payments []declaration.Payment) []Row {
	rows := make([]Row, 0, min(len(payments), few))
	for i := range payments[:min(len(payments), few)] {
		rows = append(rows, paymentRow(&payments[i]))
	}
	return rows
}
