package warehouse

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"assay/domain"
	"assay/domain/declaration"
)

// windowSize is how many declarations are read in one round: enough to make the
// round trip cheap, few enough to stay in the processor's caches.
const windowSize = 1000

// sparse is how many identifiers a range may span for each one wanted; above it
// the identifiers are named one by one.
const sparse = 3

// The queries of a window: one a table, then the cargo that the headers cite.
const (
	queryManifest = declarationTables + iota
	queryBill
	queryWriteOff
	windowQueries
)

// windowReader reads whole declarations by ascending identifier, some at a time,
// over the connection of a transaction. While one window is decoded the server already
// works on the next.
type windowReader struct {
	tenant   uuid.UUID
	pipeline *pgconn.Pipeline
	texts    *texts
	// statements by query; ranges takes a first and a last identifier, lists an array.
	ranges, lists [windowQueries]*pgconn.StatementDescription
	formats       [windowQueries][]int16
}

func newWindowReader(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID) (*windowReader, error) {
	w := &windowReader{tenant: uuid.UUID(tenant), texts: newTexts()}
	for q := range windowQueries {
		for _, form := range []struct {
			name       string
			list       bool
			statements *[windowQueries]*pgconn.StatementDescription
		}{{"range", false, &w.ranges}, {"list", true, &w.lists}} {
			name, sql := windowQuery(q, form.list)
			statement, err := conn.Prepare(ctx, "warehouse_"+name+"_"+form.name, sql)
			if err != nil {
				return nil, fmt.Errorf("prepare the reading of %s: %w", name, err)
			}
			form.statements[q] = statement
			w.formats[q] = formatsOf(statement.Fields)
		}
	}
	w.pipeline = conn.PgConn().StartPipeline(ctx)
	return w, nil
}

// windowQuery gives the name and the text of a query for a range or a list of
// identifiers. Rows come in the order of the identifier and, within, of the key.
func windowQuery(q int, list bool) (name, sql string) {
	chosen := func(table string) string {
		if list {
			return " FROM " + byIdentifier(table)
		}
		return " FROM (SELECT * FROM " + table + " WHERE tenant_id = $1 AND declaration_id BETWEEN $2 AND $3) d"
	}
	if q < declarationTables {
		t := &declarationLayout[q]
		order := " ORDER BY d.declaration_id"
		if q != tableDeclaration {
			order += ", d." + t.columns[1] // number or sequence
		}
		return t.name, "SELECT " + qualified("d", t) + chosen(t.name) + order
	}
	// OFFSET 0 keeps each step a lookup for what the step before found, see plan.go.
	declarations := chosen("declaration")
	bills := declarations + " CROSS JOIN LATERAL unnest(d.bills) WITH ORDINALITY AS c(reference, place)" +
		" CROSS JOIN LATERAL (SELECT * FROM bill WHERE tenant_id = $1 AND manifest = d.manifest AND reference = c.reference OFFSET 0) b"
	switch q {
	case queryManifest:
		return "cargo_manifest", "SELECT d.declaration_id, " + qualified("m", &manifestLayout[tableManifest]) + declarations +
			" CROSS JOIN LATERAL (SELECT * FROM manifest WHERE tenant_id = $1 AND reference = d.manifest OFFSET 0) m ORDER BY d.declaration_id"
	case queryBill:
		return "cargo_bill", "SELECT d.declaration_id, " + qualified("b", &manifestLayout[tableBill]) + bills +
			" ORDER BY d.declaration_id, c.place"
	default:
		return "cargo_write_off", "SELECT d.declaration_id, " + qualified("w", &manifestLayout[tableWriteOff]) + bills +
			" CROSS JOIN LATERAL (SELECT * FROM write_off WHERE tenant_id = $1 AND manifest = b.manifest AND bill = b.reference OFFSET 0) w" +
			" ORDER BY d.declaration_id, c.place, w.sequence"
	}
}

func qualified(alias string, t *table) string {
	text := ""
	for i, column := range t.read {
		if i > 0 {
			text += ", "
		}
		text += alias + "." + column
	}
	return text
}

func formatsOf(fields []pgconn.FieldDescription) []int16 {
	formats := make([]int16, len(fields))
	for i, field := range fields {
		formats[i] = resultFormats[field.DataTypeOID]
	}
	return formats
}

var binaryParameters = []int16{pgx.BinaryFormatCode}

// ask sends the queries of a window; the answers are read with read.
func (w *windowReader) ask(ids []int64) error {
	statements := &w.ranges
	first, last := ids[0], ids[len(ids)-1]
	parameters := [][]byte{w.tenant[:], nil, nil}
	if last-first >= int64(sparse*len(ids)+sparse) {
		statements = &w.lists
		parameters = parameters[:2]
		parameters[1] = encodeInt8Array(ids)
	} else {
		parameters[1] = binary.BigEndian.AppendUint64(nil, uint64(first))
		parameters[2] = binary.BigEndian.AppendUint64(nil, uint64(last))
	}
	for q, statement := range statements {
		w.pipeline.SendQueryStatement(statement, parameters, binaryParameters, w.formats[q])
	}
	if err := w.pipeline.Sync(); err != nil {
		return fmt.Errorf("ask for declarations: %w", err)
	}
	return nil
}

func encodeInt8Array(ids []int64) []byte {
	var w copyRows
	w.array(oidInt8, len(ids), func(i int) { w.int64(ids[i]) })
	return w.bytes[4:] // without the length of the field
}

// slot is a record with the memory of its parts, used again for later records.
type slot struct {
	record      Record
	items       []declaration.Item
	events      []declaration.Event
	assignments []declaration.Assignment
	inspections []declaration.Inspection
	offences    []declaration.Offence
	payments    []declaration.Payment
	versions    []declaration.Version
	bills       []declaration.Bill
	cargo       declaration.Manifest
	found       bool
}

// read fills slots, one for each identifier, with the answers to the oldest ask.
// A declaration that is not there leaves its slot not found.
func (w *windowReader) read(ids []int64, slots []slot) error {
	for i := range ids {
		slots[i].clear()
	}
	for q := range windowQueries {
		if err := w.readQuery(q, ids, slots); err != nil {
			return fmt.Errorf("read declarations: %w", err)
		}
	}
	if _, err := w.pipeline.GetResults(); err != nil { // the end of the window
		return fmt.Errorf("read declarations: %w", err)
	}
	for i := range ids {
		slots[i].finish()
	}
	return nil
}

func (w *windowReader) readQuery(q int, ids []int64, slots []slot) error {
	results, err := w.pipeline.GetResults()
	if err != nil {
		return err
	}
	rows, ok := results.(*pgconn.ResultReader)
	if !ok {
		return fmt.Errorf("unexpected answer %T", results)
	}
	reader := rowReader{texts: w.texts}
	at := 0
	for rows.NextRow() {
		reader.values, reader.at = rows.Values(), 0
		id := integer(reader.values[0])
		for at < len(ids) && ids[at] < id {
			at++
		}
		if at == len(ids) || ids[at] != id {
			continue // in the range, but not asked for
		}
		slots[at].take(q, &reader)
	}
	_, err = rows.Close()
	return err
}

// take puts one row of a query into the slot.
func (s *slot) take(q int, r *rowReader) {
	if q == tableDeclaration {
		r.declaration(&s.record)
		s.found = true
		return
	}
	r.next() // the identifier
	switch q {
	case tableItem:
		s.items = grow(s.items)
		r.item(&s.items[len(s.items)-1])
	case tableEvent:
		s.events = append(s.events, r.event())
	case tableAssignment:
		s.assignments = append(s.assignments, r.assignment())
	case tableInspection:
		s.inspections = append(s.inspections, r.inspection())
	case tableOffence:
		s.offences = append(s.offences, r.offence())
	case tablePayment:
		s.payments = append(s.payments, r.payment())
	case tableVersion:
		s.versions = append(s.versions, r.version())
	case queryManifest:
		m := r.manifest()
		s.record.Cargo = &m
	case queryBill:
		r.next()                                             // manifest
		if bill := r.bill(); s.bill(bill.Reference) == nil { // a header may cite one twice
			s.bills = append(s.bills, bill)
		}
	case queryWriteOff:
		s.writeOff(r)
	}
}

// grow adds an element that keeps what its place held before, for its memory.
func grow[E any](all []E) []E {
	if len(all) < cap(all) {
		return all[:len(all)+1]
	}
	var zero E
	return append(all, zero)
}

func (s *slot) writeOff(r *rowReader) {
	r.next() // manifest
	bill := r.code()
	off := r.writeOff()
	cited := s.bill(bill)
	if cited == nil {
		return
	}
	if n := len(cited.WriteOffs); n > 0 && cited.WriteOffs[n-1].Sequence >= off.Sequence {
		return // of a bill that the header cites twice
	}
	cited.WriteOffs = append(cited.WriteOffs, off)
}

func (s *slot) bill(reference string) *declaration.Bill {
	for i := range s.bills {
		if s.bills[i].Reference == reference {
			return &s.bills[i]
		}
	}
	return nil
}

func (s *slot) clear() {
	s.record = Record{}
	s.found = false
	s.items, s.events, s.assignments = s.items[:0], s.events[:0], s.assignments[:0]
	s.inspections, s.offences, s.payments, s.versions = s.inspections[:0], s.offences[:0], s.payments[:0], s.versions[:0]
	s.bills = s.bills[:0]
}

// finish puts the parts into the record: nil when the sources never gave one and
// there are no rows of it.
func (s *slot) finish() {
	d := &s.record.Declaration
	d.Items = part(s.record.Parts, PartItems, &s.items)
	d.Events = part(s.record.Parts, PartEvents, &s.events)
	d.Assignments = part(s.record.Parts, PartAssignments, &s.assignments)
	d.Inspections = part(s.record.Parts, PartInspections, &s.inspections)
	d.Offences = part(s.record.Parts, PartOffences, &s.offences)
	d.Payments = part(s.record.Parts, PartPayments, &s.payments)
	d.Versions = part(s.record.Parts, PartVersions, &s.versions)
	if s.record.Cargo != nil && len(s.bills) > 0 {
		s.record.Cargo.Bills = s.bills
	}
}

func part[E any](given, which Parts, rows *[]E) []E {
	if !given.Has(which) && len(*rows) == 0 {
		return nil
	}
	if *rows == nil {
		*rows = make([]E, 0, 4)
	}
	return *rows
}
