package warehouse_test

import (
	"flag"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/domain/declaration"
	"assay/domain/intake"
	"assay/domain/warehouse"
)

func init() {
	// Each run makes an administration and some loads.
	if err := flag.Set("rapid.checks", "40"); err != nil {
		panic(err)
	}
}

// modelled is what the merge model says of one declaration.
type modelled struct {
	document declaration.Declaration
	version  int
	batch    int
	history  []declaration.Declaration // earlier versions, the oldest first
}

// statedByItems are the header fields that a delivery with items states also when they are empty.
var statedByItems = []string{"LaneSelected", "LaneCurrent", "TopUp", "Cancelled"}

// deliver is the merge model, written without a look at the code under test: a part
// that is given replaces the old one, a header field that is not empty too.
func (m *modelled) deliver(d declaration.Declaration, batch int, today time.Time) {
	merged := m.document
	header, old := reflect.ValueOf(&d.Header).Elem(), reflect.ValueOf(m.document.Header)
	for i := range header.NumField() {
		stated := d.Items != nil && slices.Contains(statedByItems, header.Type().Field(i).Name)
		if empty := header.Field(i).IsZero() || header.Field(i).Kind() == reflect.Slice && header.Field(i).Len() == 0; empty && !stated {
			header.Field(i).Set(old.Field(i))
		}
	}
	merged.Header = d.Header
	parts, given := reflect.ValueOf(&merged).Elem(), reflect.ValueOf(d)
	for i := range given.NumField() {
		if field := given.Field(i); field.Kind() == reflect.Slice && !field.IsNil() {
			parts.Field(i).Set(field)
		}
	}
	before, after := m.document.Totals(), merged.Totals()
	if d.Versions == nil && d.Items != nil && m.document.Items != nil && (before.CustomsValue != after.CustomsValue || before.Payable != after.Payable) {
		versions := slices.Clone(merged.Versions)
		add := func(number int, at time.Time, t declaration.Totals) {
			versions = append(versions, declaration.Version{Number: number, Moment: declaration.Moment{At: at, Precision: declaration.Day},
				Cause: declaration.VersionExtract, CustomsValue: t.CustomsValue, Payable: t.Payable})
		}
		if len(versions) == 0 {
			add(1, m.document.Header.RegisteredOn, before)
		}
		add(versions[len(versions)-1].Number+1, today, after)
		merged.Versions = versions
	}
	if cmp.Equal(m.document, merged, same) {
		return
	}
	if m.batch != batch {
		m.history = append(m.history, m.document)
		m.version++
		m.batch = batch
	}
	m.document = merged
}

// drawDeclaration draws one of few declarations, so that they come again, with few
// values, so that they often come unchanged.
func drawDeclaration(t *rapid.T) declaration.Declaration {
	number := rapid.IntRange(1, 4).Draw(t, "number")
	choice := func(name string, values ...string) string { return rapid.SampledFrom(values).Draw(t, name) }
	d := declaration.Declaration{Reference: declaration.Reference{Office: "O1", Year: 2026, Serial: "C", Number: fmt.Sprint(number)}}
	d.Header = declaration.Header{Flow: declaration.Import, Model: choice("model", "", "IM4"), RegisteredOn: day(2026, 1, number),
		LaneCurrent: declaration.Lane(choice("lane", "", "red")), Broker: choice("broker", "", "B1", "B2"), Cancelled: rapid.Bool().Draw(t, "cancelled"),
		TopUp: int64(rapid.IntRange(0, 1).Draw(t, "top-up")), Prelodged: rapid.Bool().Draw(t, "prelodged")}
	if rapid.Bool().Draw(t, "arrived") {
		d.Header.ArrivedAt = pointer(moment(2026, 1, 2, 3, rapid.IntRange(0, 1).Draw(t, "minute")))
		d.Header.Vehicles = []string{choice("vehicle", "V1", "V2")}
	}
	part := func(name string) int { return rapid.IntRange(-1, 2).Draw(t, name) } // -1 is not given
	if n := part("items"); n >= 0 {
		d.Items = make([]declaration.Item, n)
		for i := range d.Items {
			d.Items[i] = declaration.Item{Number: i + 1, HS: choice("hs", "0101", "0102"), CustomsValue: int64(rapid.IntRange(1, 2).Draw(t, "value"))}
			if rapid.Bool().Draw(t, "taxed") {
				d.Items[i].Taxes = []declaration.TaxLine{{Code: "VAT", Amount: int64(rapid.IntRange(1, 2).Draw(t, "tax")), Payable: true}}
			}
		}
	}
	at := func() declaration.Moment {
		return moment(2026, time.Month(rapid.IntRange(1, 3).Draw(t, "month")), 5, 6, 7)
	}
	if n := part("events"); n >= 0 {
		d.Events = make([]declaration.Event, n)
		for i := range d.Events {
			d.Events[i] = declaration.Event{Sequence: i + 1, Kind: declaration.Assessed, Operation: "A", Moment: at(), User: choice("user", "", "u1")}
		}
	}
	if n := part("payments"); n >= 0 {
		d.Payments = make([]declaration.Payment, n)
		for i := range d.Payments {
			d.Payments[i] = declaration.Payment{Sequence: i + 1, Kind: declaration.Receipt, Moment: at(), Amount: 5}
		}
	}
	if n := part("inspections"); n >= 0 {
		d.Inspections = make([]declaration.Inspection, n)
		for i := range d.Inspections {
			d.Inspections[i] = declaration.Inspection{Number: fmt.Sprint(i), Moment: at()}
		}
	}
	if n := part("versions"); n >= 0 {
		d.Versions = make([]declaration.Version, n)
		for i := range d.Versions {
			d.Versions[i] = declaration.Version{Number: i + 1, Moment: at(), Cause: declaration.VersionAssessed}
		}
	}
	return d
}

// TestAnyDeliveriesGiveWhatTheMergeModelSays loads drawn deliveries one after the
// other into a fresh administration and compares everything with the model.
func TestAnyDeliveriesGiveWhatTheMergeModelSays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	runs := 0
	rapid.Check(t, func(r *rapid.T) {
		runs++
		tenant := newTenant(t, b.db, func() time.Time { return b.now }, fmt.Sprintf("run-%d", runs), "UTC")
		state := map[string]*modelled{}
		today := day(2026, 3, 10)
		for batch := 1; batch <= rapid.IntRange(1, 4).Draw(r, "batches"); batch++ {
			drawn := rapid.SliceOfN(rapid.Custom(drawDeclaration), 0, 5).Draw(r, "delivery")
			loadedBefore := len(state)
			var documents []intake.Document
			for i := range drawn {
				d := drawn[i]
				documents = append(documents, one(&d))
			}
			result := b.load(t, tenant, documents...)
			fresh, replaced := 0, 0
			for i := range drawn {
				key := drawn[i].Reference.String()
				m := state[key]
				if m == nil {
					state[key] = &modelled{document: drawn[i], version: 1, batch: batch}
					continue
				}
				version := m.version
				m.deliver(drawn[i], batch, today)
				replaced += m.version - version
			}
			fresh = len(state) - loadedBefore
			if result.Loaded != int64(fresh) || result.Replaced != int64(replaced) || result.Rejected != 0 {
				r.Fatalf("batch %d: loaded %d, replaced %d, rejected %d; want %d, %d, 0", batch, result.Loaded, result.Replaced, result.Rejected, fresh, replaced)
			}
		}
		records := b.records(t, tenant.ID, warehouse.Range{})
		if len(records) != len(state) {
			r.Fatalf("%d records, want %d", len(records), len(state))
		}
		for i := range records {
			want := state[records[i].Reference.String()]
			if diff := cmp.Diff(want.document, records[i].Declaration, same); diff != "" || records[i].Version != want.version {
				r.Fatalf("%s version %d, want %d (-want +got):\n%s", records[i].Reference, records[i].Version, want.version, diff)
			}
			versions, err := b.service.Versions(t.Context(), tenant.ID, records[i].Reference.String())
			if err != nil || len(versions) != want.version {
				r.Fatalf("%d versions, want %d, %v", len(versions), want.version, err)
			}
			for v, old := range want.history {
				kept := versions[len(versions)-1-v]
				if diff := cmp.Diff(old, *kept.Document, same); diff != "" || kept.Version != v+1 {
					r.Fatalf("earlier version %d (-want +got):\n%s", v+1, diff)
				}
			}
		}
	})
}
