package crosscheck_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"assay/domain/sample"
	"assay/domain/warehouse"
)

// BenchmarkExamine measures all fourteen rules on the records of a sample, in
// memory. It reports the time for each declaration and rule.
func BenchmarkExamine(b *testing.B) {
	kit, house, _ := generated(b, func(p *sample.Parameters) { p.Declarations = 6000 })
	session, err := kit.service.Prepare(b.Context(), kit.tenant, nil)
	if err != nil {
		b.Fatal(err)
	}
	var clean []*warehouse.Record
	if err := house.Records(b.Context(), kit.tenant, warehouse.Range{}, func(r *warehouse.Record) error {
		if _, broken := session.Examine(r); broken == 0 {
			clean = append(clean, keep(r))
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, broken := session.Examine(clean[i%len(clean)]); broken != 0 {
			b.Fatal("a clean record is broken")
		}
		i++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/14, "ns/rule")
}

// BenchmarkSession measures what crosschecks add to a rebuild: Prepare, Examine
// and Save over a sample (declarations from CROSSCHECK_DECLARATIONS, else 20,000); reading
// the records is not counted.
func BenchmarkSession(b *testing.B) {
	declarations := 20_000
	if text := os.Getenv("CROSSCHECK_DECLARATIONS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		declarations = n
	}
	kit, house, _ := generated(b, func(p *sample.Parameters) { p.Declarations, p.Months = declarations, 24 })
	kit.exec(b, `ANALYZE`)
	for b.Loop() {
		start := time.Now()
		session, err := kit.service.Prepare(b.Context(), kit.tenant, nil)
		if err != nil {
			b.Fatal(err)
		}
		prepared := time.Since(start)
		var examined time.Duration
		if err := house.Records(b.Context(), kit.tenant, warehouse.Range{}, func(r *warehouse.Record) error {
			start := time.Now()
			session.Examine(r)
			examined += time.Since(start)
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		start = time.Now()
		saved, err := session.Save(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(prepared.Seconds(), "s-prepare")
		b.ReportMetric(examined.Seconds(), "s-examine")
		b.ReportMetric(time.Since(start).Seconds(), "s-save")
		b.ReportMetric(float64(saved.New+saved.Again), "findings")
	}
}

// keep copies a record that the warehouse will use again.
func keep(r *warehouse.Record) *warehouse.Record {
	c := *r
	c.Items = append(c.Items[:0:0], r.Items...)
	c.Events = append(c.Events[:0:0], r.Events...)
	c.Assignments = append(c.Assignments[:0:0], r.Assignments...)
	c.Inspections = append(c.Inspections[:0:0], r.Inspections...)
	c.Offences = append(c.Offences[:0:0], r.Offences...)
	c.Payments = append(c.Payments[:0:0], r.Payments...)
	c.Versions = append(c.Versions[:0:0], r.Versions...)
	c.Header.Bills = append(c.Header.Bills[:0:0], r.Header.Bills...)
	c.Header.Containers = append(c.Header.Containers[:0:0], r.Header.Containers...)
	for i := range c.Items {
		c.Items[i].Taxes = append(c.Items[i].Taxes[:0:0], r.Items[i].Taxes...)
	}
	if r.Cargo != nil {
		cargo := *r.Cargo
		cargo.Bills = append(cargo.Bills[:0:0], r.Cargo.Bills...)
		for i := range cargo.Bills {
			cargo.Bills[i].WriteOffs = append(cargo.Bills[i].WriteOffs[:0:0], r.Cargo.Bills[i].WriteOffs...)
		}
		c.Cargo = &cargo
	}
	return &c
}
