package warehouse

import (
	"testing"
	"time"

	"github.com/klauspost/compress/s2"

	"assay/domain/declaration"
)

// FuzzPack opens damaged packs: an error, and neither a panic nor a claim to hold more than there is.
func FuzzPack(f *testing.F) {
	at := declaration.Moment{At: time.Date(2026, 1, 2, 3, 4, 5, 678_000, time.UTC), Precision: declaration.Second}
	w := newPackWriter()
	for id := range int64(3) {
		total := int64(-7)
		w.add(&Record{ID: id + 1, Parts: PartItems | PartEvents, Declaration: declaration.Declaration{
			Reference: declaration.Reference{Office: "O1", Year: 2026, Serial: "C", Number: "1"},
			Header:    declaration.Header{RegisteredOn: at.At, Bills: []string{"B1", "B2"}, ArrivedAt: &at, AssessedTotal: &total},
			Items:     []declaration.Item{{Number: 1, HS: "010121", Taxes: []declaration.TaxLine{{Code: "VAT", Amount: 5}}}},
			Events:    []declaration.Event{{Sequence: 1, Moment: at, Kind: declaration.Assessed}}, Assignments: []declaration.Assignment{{Moment: at}},
			Inspections: []declaration.Inspection{{Moment: at, FinishedAt: &at}}, Offences: []declaration.Offence{{Moment: at, PaidOn: &at.At}},
			Payments: []declaration.Payment{{Moment: at}}, Versions: []declaration.Version{{Moment: at}}}})
	}
	whole, err := s2.Decode(nil, w.take(0).content)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	for n := range whole {
		f.Add(whole[:n])
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		p := newPackReader()
		var into slot
		if err := p.open(s2.Encode(nil, plain)); err != nil {
			return
		}
		for n := 0; p.more(); n++ {
			if n > len(plain) {
				t.Fatal("more declarations than bytes")
			}
			if err := p.next(&into); err != nil {
				return
			}
		}
	})
}
