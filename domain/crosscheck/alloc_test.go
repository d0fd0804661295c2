package crosscheck_test

import (
	"testing"

	"assay/domain/administration"
	"assay/domain/crosscheck"
	"assay/domain/warehouse"
)

// It is not parallel: allocations of other tests would be counted.
func TestACleanRecordCostsNoMemory(t *testing.T) {
	w := newWorld()
	w.bill("B1", 10, 500_000, off(1, 10, 500_000))
	r := w.proper(cites("B1"), func(r *warehouse.Record) { r.Header.Containers = []string{"MSKU1"} })
	w.carry()
	tenant := &administration.Tenant{Zone: tenantZone}
	c, err := crosscheck.NewContext(w.settings, administration.NewCalendars(tenant, nil, nil), w.watermark)
	if err != nil {
		t.Fatal(err)
	}
	session := &crosscheck.Session{Context: c}
	if _, broken := session.Examine(r); broken != 0 {
		t.Fatalf("%014b is broken", broken)
	}
	if n := testing.AllocsPerRun(1000, func() { session.Examine(r) }); n != 0 {
		t.Errorf("%v allocations for a clean record", n)
	}
}
