package warehouse

import (
	"encoding/binary"

	"assay/domain/declaration"
)

// decode functions read the columns in the order of the layouts, those that are read.

func (r *rowReader) declaration(rec *Record) {
	rec.ID = r.int64()
	rec.Version = r.int()
	rec.Batch = r.uuid()
	rec.Parts = Parts(r.int())
	rec.Totals = declaration.Totals{CustomsValue: r.int64(), Payable: r.int64(), Relieved: r.int64(), Shown: r.int64(),
		Packages: r.int64(), GrossMass: r.int64()}
	reference := r.text()
	rec.Reference, _ = declaration.ParseReference(reference)
	rec.Reference.Office = r.texts.of([]byte(rec.Reference.Office))
	h := &rec.Header
	*h = declaration.Header{RegisteredOn: r.date(), Flow: declaration.Flow(r.code()), Model: r.code(), BorderOffice: r.code(),
		Broker: r.code(), Importer: r.code(), LaneSelected: declaration.Lane(r.code()), LaneCurrent: declaration.Lane(r.code()),
		Mode: r.code(), Incoterm: r.code(), PaymentTerms: r.code(), Vehicles: r.textsOrNil(), Containers: r.textsOrNil(),
		Manifest: r.code(), Bills: r.textsOrNil(), ArrivedAt: r.momentOrNil(), Prelodged: r.bool(), DeferredAccount: r.code(),
		Guarantee: r.int64(), Previous: r.text(), AssessedTotal: r.int64OrNil(), PaperFinishedAt: r.momentOrNil(),
		Cancelled: r.bool(), TopUp: r.int64()}
}

// item reads into an item that may hold an older one, whose tax lines' memory it uses.
func (r *rowReader) item(item *declaration.Item) {
	taxes := item.Taxes[:0]
	*item = declaration.Item{Number: r.int(), HS: r.code(), Procedure: r.code(), NationalProc: r.code(), Preference: r.code(),
		Origin: r.code(), Description: r.text(), Packages: r.int64(), PackageKind: r.code(), Quantity: r.code(),
		GrossMass: r.int64(), NetMass: r.int64(), InvoiceAmount: r.text(), InvoiceCurrency: r.code(), InvoiceRate: r.code(),
		CustomsValue: r.int64(), TaxTotal: r.int64()}
	n, codes := r.elements()
	_, amounts := r.elements()
	_, payable := r.elements()
	_, relieved := r.elements()
	withBase, bases := r.elements()
	withRate, rates := r.elements()
	withCode, reliefs := r.elements()
	if n == 0 {
		return
	}
	number := func(v []byte) int64 { return int64(binary.BigEndian.Uint64(v)) }
	for range n {
		line := declaration.TaxLine{Code: r.texts.of(codes.next()), Amount: number(amounts.next()),
			Payable: payable.next()[0] != 0, Relieved: number(relieved.next())}
		if withBase > 0 {
			line.Base = number(bases.next())
		}
		if withRate > 0 {
			line.Rate = r.texts.of(rates.next())
		}
		if withCode > 0 {
			line.Relief = r.texts.of(reliefs.next())
		}
		taxes = append(taxes, line)
	}
	item.Taxes = taxes
}

func (r *rowReader) event() declaration.Event {
	return declaration.Event{Sequence: r.int(), Version: r.int(), Machine: r.bool(), Moment: r.moment(),
		Kind: declaration.EventKind(r.code()), Operation: r.code(), User: r.code(), From: declaration.Lane(r.code()),
		To: declaration.Lane(r.code()), Cause: declaration.SelectionCause(r.code()), Criterion: r.code(), Reason: r.code()}
}

func (r *rowReader) assignment() declaration.Assignment {
	return declaration.Assignment{Sequence: r.int(), Moment: r.moment(), Section: r.code(), Examiner: r.code(), Chief: r.code(),
		Manual: r.bool(), AssignedBy: r.code(), Weight: r.int()}
}

func (r *rowReader) inspection() declaration.Inspection {
	return declaration.Inspection{Number: r.text(), Moment: r.moment(), FinishedAt: r.momentOrNil(), User: r.code(),
		Physical: r.bool(), Conform: r.bool(), Result: r.code(), Remarks: r.text()}
}

func (r *rowReader) offence() declaration.Offence {
	return declaration.Offence{Number: r.text(), Moment: r.moment(), User: r.code(), Code: r.code(),
		Status: declaration.OffenceStatus(r.code()), DeclaredValue: r.int64(), AssessedValue: r.int64(), ExtraDuties: r.int64(),
		Fine: r.int64(), ExtraDutiesPaid: r.int64(), FinePaid: r.int64(), PaidOn: r.dateOrNil()}
}

func (r *rowReader) payment() declaration.Payment {
	return declaration.Payment{Sequence: r.int(), Receipt: r.text(), Moment: r.moment(), Kind: declaration.PaymentKind(r.code()),
		User: r.code(), Tax: r.code(), Amount: r.int64()}
}

func (r *rowReader) version() declaration.Version {
	return declaration.Version{Number: r.int(), Moment: r.moment(), User: r.code(), Cause: declaration.VersionCause(r.code()),
		ByCustoms: r.bool(), Reason: r.code(), CustomsValue: r.int64(), Payable: r.int64()}
}

func (r *rowReader) manifest() declaration.Manifest {
	return declaration.Manifest{Reference: r.text(), Office: r.code(), Voyage: r.code(), Carrier: r.code(), Mode: r.code(),
		Transport: r.code(), DepartedOn: r.dateOrNil(), ArrivedAt: r.momentOrNil(), LastDischargedAt: r.momentOrNil(),
		RegisteredAt: r.momentOrNil(), ValidatedAt: r.momentOrNil(), User: r.code()}
}

// bill reads the columns behind the manifest's reference.
func (r *rowReader) bill() declaration.Bill {
	return declaration.Bill{Reference: r.text(), Line: r.int(), Nature: r.code(), Consignee: r.code(), Packages: r.int64(),
		GrossMass: r.int64(), RemainingPackages: r.int64OrNil(), RemainingMass: r.int64OrNil()}
}

// writeOff reads the columns behind the references of manifest and bill.
func (r *rowReader) writeOff() declaration.WriteOff {
	return declaration.WriteOff{Sequence: r.int(), Moment: r.moment(), Type: r.code(), Declaration: r.text(),
		Packages: r.int64(), GrossMass: r.int64(), User: r.code()}
}

func (r *rowReader) transit() declaration.TransitDocument {
	return declaration.TransitDocument{Reference: r.text(), Departure: r.code(), Destination: r.code(), Principal: r.code(),
		Carrier: r.code(), HS: r.code(), RegisteredAt: r.momentOrNil(), TransmittedAt: r.momentOrNil(), LimitAt: r.momentOrNil(),
		ArrivedAt: r.momentOrNil(), ValidatedAt: r.momentOrNil(), Status: r.code(), User: r.code(), DistanceKM: r.int64(),
		Offence: r.bool()}
}

func (r *rowReader) suspenseAccount() declaration.SuspenseAccount {
	return declaration.SuspenseAccount{Account: r.text(), Office: r.code(), Regime: r.code(), Holder: r.code(), HS: r.code(),
		Declaration: r.text(), OpenedOn: r.date(), DueOn: r.date(), ClosedOn: r.dateOrNil(), Quantity: r.int64(),
		Guarantee: r.int64(), Offence: r.bool()}
}

// discharge reads the columns behind the account.
func (r *rowReader) discharge() declaration.Discharge {
	return declaration.Discharge{Sequence: r.int(), Moment: r.moment(), Declaration: r.text(), Quantity: r.int64()}
}
