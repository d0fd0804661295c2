package warehouse

import (
	"time"

	"assay/domain/declaration"
)

// merge gives what the warehouse keeps of a declaration when a delivery brings
// it again: a part that the delivery does not give stays as it is, a part that it gives
// replaces the whole old part.
//
// The header is merged field by field. Sites deliver it in two files (items and
// transport), either of which may be missing, so a field that is empty in the delivery
// keeps its old value. What the item file always states (lanes, cancellation, top-up) is
// taken as it comes, also when empty, once the delivery has items.
func merge(old, delivered *declaration.Declaration) declaration.Declaration {
	merged := *delivered
	mergeHeader(&merged.Header, &old.Header, delivered.Items != nil)
	keepPart(&merged.Items, old.Items)
	keepPart(&merged.Events, old.Events)
	keepPart(&merged.Assignments, old.Assignments)
	keepPart(&merged.Inspections, old.Inspections)
	keepPart(&merged.Offences, old.Offences)
	keepPart(&merged.Payments, old.Payments)
	keepPart(&merged.Versions, old.Versions)
	return merged
}

func keepPart[E any](delivered *[]E, old []E) {
	if *delivered == nil {
		*delivered = old
	}
}

func mergeHeader(h, old *declaration.Header, whole bool) {
	for _, field := range []struct{ delivered, old *string }{
		{&h.BorderOffice, &old.BorderOffice}, {&h.Model, &old.Model}, {&h.Broker, &old.Broker}, {&h.Importer, &old.Importer},
		{&h.Mode, &old.Mode}, {&h.Incoterm, &old.Incoterm}, {&h.PaymentTerms, &old.PaymentTerms}, {&h.Manifest, &old.Manifest},
		{&h.DeferredAccount, &old.DeferredAccount}, {&h.Previous, &old.Previous},
	} {
		if *field.delivered == "" {
			*field.delivered = *field.old
		}
	}
	for _, field := range []struct{ delivered, old *[]string }{
		{&h.Vehicles, &old.Vehicles}, {&h.Containers, &old.Containers}, {&h.Bills, &old.Bills},
	} {
		if len(*field.delivered) == 0 {
			*field.delivered = *field.old
		}
	}
	if h.ArrivedAt == nil {
		h.ArrivedAt = old.ArrivedAt
	}
	if h.PaperFinishedAt == nil {
		h.PaperFinishedAt = old.PaperFinishedAt
	}
	if h.AssessedTotal == nil {
		h.AssessedTotal = old.AssessedTotal
	}
	if h.Guarantee == 0 {
		h.Guarantee = old.Guarantee
	}
	h.Prelodged = h.Prelodged || old.Prelodged
	if whole {
		return
	}
	if h.LaneSelected == "" {
		h.LaneSelected = old.LaneSelected
	}
	if h.LaneCurrent == "" {
		h.LaneCurrent = old.LaneCurrent
	}
	if h.TopUp == 0 {
		h.TopUp = old.TopUp
	}
	h.Cancelled = h.Cancelled || old.Cancelled
}

// extractVersions adds the document version that two extracts show between them
// when the source keeps no versions itself and the amounts differ. The first
// time it also adds the amounts before, so that the series begins with them. day is the
// local day of the newer extract; the change happened some time before.
func extractVersions(old, merged *declaration.Declaration, day time.Time) {
	before, after := old.Totals(), merged.Totals()
	if before.CustomsValue == after.CustomsValue && before.Payable == after.Payable {
		return
	}
	versions := append([]declaration.Version(nil), old.Versions...)
	if len(versions) == 0 {
		versions = append(versions, declaration.Version{Number: 1,
			Moment: declaration.Moment{At: old.Header.RegisteredOn, Precision: declaration.Day},
			Cause:  declaration.VersionExtract, CustomsValue: before.CustomsValue, Payable: before.Payable})
	}
	merged.Versions = append(versions, declaration.Version{Number: versions[len(versions)-1].Number + 1,
		Moment: declaration.Moment{At: day, Precision: declaration.Day},
		Cause:  declaration.VersionExtract, CustomsValue: after.CustomsValue, Payable: after.Payable})
}
