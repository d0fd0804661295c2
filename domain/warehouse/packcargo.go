package warehouse

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"assay/domain/declaration"
)

// cargoReader looks up the cargo that the declarations of a window cite: each manifest and each bill once,
// however many cite it.
type cargoReader struct {
	tenant          uuid.UUID
	manifest, bill  *pgconn.StatementDescription
	formats         [2][]int16
	row             rowReader
	asked           bool
	manifests       map[string]*declaration.Manifest // nil: the warehouse has none
	bills           map[citedBill]*declaration.Bill
	wantedManifests []string
	wantedBills     []citedBill
}

type citedBill struct{ manifest, reference string }

func newCargoReader(ctx context.Context, conn *pgx.Conn, tenant uuid.UUID, known *texts) (*cargoReader, error) {
	c := &cargoReader{tenant: tenant, row: rowReader{texts: known}, manifests: map[string]*declaration.Manifest{}, bills: map[citedBill]*declaration.Bill{}}
	for i, q := range []struct {
		name, sql string
		statement **pgconn.StatementDescription
	}{
		{"warehouse_cited_manifests", "SELECT " + qualified("m", &manifestLayout[tableManifest]) + ` FROM unnest($2::text[]) AS wanted(reference)
			CROSS JOIN LATERAL (SELECT * FROM manifest WHERE tenant_id = $1 AND reference BETWEEN wanted.reference AND wanted.reference ORDER BY reference LIMIT 1) m`, &c.manifest},
		// Write-offs come with their bill: nearly every bill has one.
		{"warehouse_cited_bills", "SELECT " + qualified("b", &manifestLayout[tableBill]) + ", w.bill IS NOT NULL, " + qualified("w", &manifestLayout[tableWriteOff]) + `
			FROM unnest($2::text[], $3::text[]) AS wanted(manifest, reference)
			CROSS JOIN LATERAL (SELECT * FROM bill WHERE tenant_id = $1 AND manifest = wanted.manifest AND reference = wanted.reference OFFSET 0) b
			LEFT JOIN LATERAL (SELECT * FROM write_off WHERE tenant_id = $1 AND manifest = wanted.manifest AND bill = wanted.reference ORDER BY tenant_id, manifest, bill, sequence) w ON true`, &c.bill},
	} {
		statement, err := conn.Prepare(ctx, q.name, q.sql)
		if err != nil {
			return nil, fmt.Errorf("prepare the reading of cargo: %w", err)
		}
		*q.statement = statement
		c.formats[i] = formatsOf(statement.Fields)
	}
	return c, nil
}

// ask sends the queries for what a window cites.
func (c *cargoReader) ask(pipeline *pgconn.Pipeline, window *packWindow) error {
	clear(c.manifests)
	clear(c.bills)
	c.wantedManifests, c.wantedBills = c.wantedManifests[:0], c.wantedBills[:0]
	for i := range window.count {
		h := &window.slots[i].record.Header
		if h.Manifest == "" {
			continue
		}
		if _, wanted := c.manifests[h.Manifest]; !wanted {
			c.manifests[h.Manifest] = nil
			c.wantedManifests = append(c.wantedManifests, h.Manifest)
		}
		for _, reference := range h.Bills {
			cited := citedBill{h.Manifest, reference}
			if _, wanted := c.bills[cited]; !wanted {
				c.bills[cited] = nil
				c.wantedBills = append(c.wantedBills, cited)
			}
		}
	}
	if c.asked = len(c.wantedManifests) > 0; !c.asked {
		return nil
	}
	manifests := textArray(len(c.wantedManifests), func(i int) string { return c.wantedManifests[i] })
	pipeline.SendQueryStatement(c.manifest, [][]byte{c.tenant[:], manifests}, binaryParameters, c.formats[0])
	of := textArray(len(c.wantedBills), func(i int) string { return c.wantedBills[i].manifest })
	bills := textArray(len(c.wantedBills), func(i int) string { return c.wantedBills[i].reference })
	pipeline.SendQueryStatement(c.bill, [][]byte{c.tenant[:], of, bills}, binaryParameters, c.formats[1])
	if err := pipeline.Sync(); err != nil {
		return fmt.Errorf("ask for cargo: %w", err)
	}
	return nil
}

func textArray(n int, of func(i int) string) []byte {
	var w copyRows
	w.array(oidText, n, func(i int) { w.text("reference", of(i)) })
	return w.bytes[4:] // without the length of the field
}

// read takes the answers and gives each declaration its cargo.
func (c *cargoReader) read(pipeline *pgconn.Pipeline, window *packWindow) error {
	if !c.asked {
		return nil
	}
	err := eachAnswer(pipeline, func(values [][]byte) error {
		c.row.values, c.row.at = values, 0
		m := c.row.manifest()
		c.manifests[m.Reference] = &m
		return nil
	})
	if err == nil {
		err = eachAnswer(pipeline, func(values [][]byte) error {
			c.row.values, c.row.at = values, 0
			c.billRow()
			return nil
		})
	}
	if err == nil {
		err = endAnswers(pipeline)
	}
	if err != nil {
		return fmt.Errorf("read cargo: %w", err)
	}
	for i := range window.count {
		c.give(&window.slots[i])
	}
	return nil
}

// billRow takes a bill with one of its write-offs, or without any.
func (c *cargoReader) billRow() {
	manifest := c.row.code()
	bill := c.row.bill()
	key := citedBill{manifest, bill.Reference}
	known := c.bills[key]
	if known == nil {
		known = &bill
		c.bills[key] = known
	}
	if !c.row.bool() {
		return
	}
	c.row.next() // manifest
	c.row.next() // bill
	known.WriteOffs = append(known.WriteOffs, c.row.writeOff())
}

// give puts the cargo into a declaration: nothing unless the manifest is there.
func (c *cargoReader) give(s *slot) {
	h := &s.record.Header
	m := c.manifests[h.Manifest]
	if h.Manifest == "" || m == nil {
		return
	}
	s.cargo = *m
	s.record.Cargo = &s.cargo
	for _, reference := range h.Bills {
		if bill := c.bills[citedBill{h.Manifest, reference}]; bill != nil && s.bill(reference) == nil { // a header may cite one twice
			s.bills = append(s.bills, *bill)
		}
	}
	if len(s.bills) > 0 {
		s.record.Cargo.Bills = s.bills
	}
}
