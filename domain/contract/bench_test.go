package contract_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
)

// The size of the benchmark: an administration with a year of data, and the time that a month of cards may take.
const (
	benchOfficers     = 2_000
	benchOffices      = 24
	benchDeclarations = 1_000_000
	benchBound        = 30 * time.Second
	readBound         = 100 * time.Millisecond
)

// benchRows is how many rows of a grain there are for a declaration, as in the generated samples.
var benchRows = map[string]float64{fact.Declaration: 1, fact.Act: 4, fact.Offence: 0.03}

// benchSegment makes rows of a grain for a month: officers work at one office each, other codes and flags are at random.
func benchSegment(g *cube.Grain, month cube.Month, rows int) (*cube.Segment, error) {
	random := rand.New(rand.NewPCG(uint64(month), uint64(len(g.Columns))))
	builder, r := cube.NewBuilder(g, month), g.NewRow()
	days := int((month + 1).First() - month.First())
	for n := range rows {
		officer := random.IntN(benchOfficers)
		day := month.First() + cube.Date(n*days/rows)
		for i := range g.Columns {
			switch c := &g.Columns[i]; c.Type {
			case cube.Code:
				r.Code(i, benchCode(c.Name, officer, random))
			case cube.Day:
				r.Day(i, day)
			case cube.Integer:
				value := int64(1 + random.IntN(100_000))
				if c.Name == fact.ColumnDeclaration {
					value = int64(month)*10_000_000 + int64(n)
				}
				r.Integer(i, value)
			case cube.Flags:
				bits := random.Uint64() & (1<<len(c.Flags) - 1)
				if cancelled, known := c.Flag("cancelled"); known {
					bits &^= cancelled
				}
				if dismissed, known := c.Flag("dismissed"); known {
					bits &^= dismissed
				}
				r.Flags(i, bits)
			}
		}
		if err := builder.Append(&r); err != nil {
			return nil, err
		}
	}
	return builder.Segment()
}

func benchCode(column string, officer int, random *rand.Rand) string {
	switch column {
	case "officer", "examiner":
		return fmt.Sprintf("EX%04d", officer)
	case "office":
		return fmt.Sprintf("OFF%02d", officer%benchOffices)
	case "broker":
		return fmt.Sprintf("BRK%03d", random.IntN(500))
	case "importer":
		return fmt.Sprintf("M%05d", random.IntN(40_000))
	case "kind":
		return []string{"case", "paid"}[random.IntN(2)]
	}
	return fmt.Sprintf("%.3s%02d", column, random.IntN(12))
}

// benchKit is the kit with a year of figures and 2,000 officers under contract, planted in bulk.
func newBenchKit(b *testing.B) (*cardKit, []*contract.Contract) {
	b.Helper()
	k := &cardKit{kit: newKit(b, noFigures{})}
	ctx := b.Context()
	segments := cube.NewStore(k.db)
	k.now.Store(time.Date(2026, time.January, 15, 9, 0, 0, 0, time.UTC).Unix())
	var making errgroup.Group
	making.SetLimit(2)
	for _, grain := range fact.Grains() {
		for month := cube.MonthOf(2025, time.January); month <= cube.MonthOf(2025, time.December); month++ {
			if rows := int(benchDeclarations / 12 * benchRows[grain.Name]); rows > 0 {
				making.Go(func() error {
					segment, err := benchSegment(grain, month, rows)
					if err != nil {
						return err
					}
					return segments.Publish(ctx, k.tenant.ID, cube.Publication{Segments: []*cube.Segment{segment}, At: k.clock()})
				})
			}
		}
	}
	if err := making.Wait(); err != nil {
		b.Fatal(err)
	}
	watermark := time.Date(2025, time.December, 31, 23, 0, 0, 0, time.UTC)
	if err := segments.Publish(ctx, k.tenant.ID, cube.Publication{Watermark: watermark, At: k.clock()}); err != nil {
		b.Fatal(err)
	}
	engine, err := cube.NewEngine(segments, fact.Grains(), cube.Options{})
	if err != nil {
		b.Fatal(err)
	}
	k.indicators = indicator.New(k.db, engine, nil)
	k.cards = contract.NewCards(k.service, k.indicators, segments)
	if k.super, err = pgx.Connect(ctx, k.database.SuperURL); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = k.super.Close(context.WithoutCancel(ctx)) })
	// People are told as in the program, by rows of notices and letters.
	k.service = contract.New(k.db, k.admin, k.accounts, noFigures{}, contract.Notices{Administrations: k.admin, Clock: k.clock}, k.clock)
	k.cards = contract.NewCards(k.service, k.indicators, segments)
	return k, k.benchContracts(b)
}

// benchContracts makes one contract by the service and 1,999 like it by copying its rows: what is timed comes after.
func (k *cardKit) benchContracts(b *testing.B) []*contract.Contract {
	b.Helper()
	k.open(b, false, contract.AnyOrder)
	k.now.Store(time.Date(2025, time.October, 20, 9, 0, 0, 0, time.UTC).Unix())
	holder, err := k.accounts.Create(b.Context(), account.NewAccount{SignInName: "holder@example.org", Name: "Amina holder", Language: "en", Password: "correct horse battery staple 7"})
	if err != nil {
		b.Fatal(err)
	}
	model, err := k.service.Draft(b.Context(), k.tenant, contract.DraftInput{Template: k.template.ID, Subject: "EX0000", SubjectName: "Officer EX0000", Office: "OFF00", StartsOn: cube.DateOf(2025, time.November, 1),
		Signatories: []contract.Signatory{{Side: contract.SideHolder, Account: holder.ID, Name: holder.Name, Post: "Examiner"}, {Side: contract.SideAdministration, Account: dg.Account, Name: dg.Name, Post: "Director General"}},
		Actor:       dg, Targets: figures(), WithoutHistory: true})
	if err != nil {
		b.Fatal(err)
	}
	k.exec(b, `UPDATE contract SET state = 'active', activated_at = starts_on, signed_at = starts_on WHERE tenant_id = $1 AND contract_id = $2`, k.tenant.ID.String(), model.ID)
	contracts := []*contract.Contract{model}
	for n := 1; n < benchOfficers; n++ {
		c := *model
		c.ID, c.Lineage = uuid.New(), uuid.New()
		c.Number, c.Subject, c.Office = fmt.Sprintf("2025-%04d", n+1), fmt.Sprintf("EX%04d", n), fmt.Sprintf("OFF%02d", n%benchOffices)
		document := model.Text.Document.Clone()
		document.Holder.Code, document.Holder.Name = c.Subject, "Officer "+c.Subject
		contracts = append(contracts, &c)
		arguments := []any{k.tenant.ID.String(), model.ID, c.ID, c.Lineage, c.Number, c.Subject, c.Office, string(document.Canonical()), document.Hash()}
		for _, statement := range []string{
			`INSERT INTO contract SELECT (jsonb_populate_record(x, jsonb_build_object('contract_id', $3::uuid, 'lineage_id', $4::uuid, 'number', $5::text, 'subject', $6::text, 'subject_name', 'Officer ' || $6::text, 'office', $7::text))).* FROM contract x WHERE tenant_id = $1 AND contract_id = $2`,
			`INSERT INTO contract_text SELECT (jsonb_populate_record(x, jsonb_build_object('contract_id', $3::uuid))).tenant_id, $3, number, $4, $5, action, reason, capacity, author, author_name, written_at FROM contract_text x WHERE tenant_id = $1 AND contract_id = $2`,
			`INSERT INTO contract_signatory SELECT (jsonb_populate_record(x, jsonb_build_object('contract_id', $3::uuid))).* FROM contract_signatory x WHERE tenant_id = $1 AND contract_id = $2`} {
			using := arguments[:3]
			switch {
			case strings.Contains(statement, "INTO contract SELECT"):
				using = arguments[:7]
			case strings.Contains(statement, "contract_text"):
				using = []any{arguments[0], arguments[1], arguments[2], arguments[7], arguments[8]}
			}
			k.exec(b, statement, using...)
		}
	}
	if _, err := k.super.Exec(b.Context(), `ANALYZE contract, contract_text, contract_signatory`); err != nil {
		b.Fatal(err)
	}
	k.now.Store(time.Date(2026, time.January, 15, 9, 0, 0, 0, time.UTC).Unix())
	return contracts
}

// BenchmarkCards computes and freezes a month of 2,000 officers' cards over a million declarations, tries the pass that
// finds nothing changed, and reads cards as their page does.
func BenchmarkCards(b *testing.B) {
	k, contracts := newBenchKit(b)
	for b.Loop() {
		before := time.Now()
		swept, err := k.cards.Sweep(b.Context(), k.tenant)
		took := time.Since(before)
		if err != nil || swept.Published != benchOfficers {
			b.Fatalf("the pass did %+v: %v", swept, err)
		}
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		b.ReportMetric(took.Seconds(), "s/month")
		b.ReportMetric(float64(memory.HeapInuse)/(1<<20), "MB")
		if took > benchBound {
			b.Errorf("a month of %d cards took %s, the bound is %s", benchOfficers, took, benchBound)
		}
		before = time.Now()
		if swept, err = k.cards.Sweep(b.Context(), k.tenant); err != nil || swept != (contract.Swept{}) {
			b.Fatalf("nothing has changed, and the pass did %+v: %v", swept, err)
		}
		b.ReportMetric(time.Since(before).Seconds(), "s/unchanged")
		k.readingTimes(b, contracts)
	}
}

// readingTimes reads three hundred cards with what was said about them.
func (k *cardKit) readingTimes(b *testing.B, contracts []*contract.Contract) {
	b.Helper()
	var times []time.Duration
	for n := range 300 {
		reader := contract.Reader{Actor: dg, Scope: access.ScopeAdministration}
		before := time.Now()
		d, err := k.cards.Card(b.Context(), k.tenant, reader, contracts[n*6].ID, cube.MonthOf(2025, time.November), 0)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := k.cards.Conversation(b.Context(), k.tenant, reader, d); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(before))
	}
	slices.Sort(times)
	p95 := times[len(times)*95/100]
	b.ReportMetric(float64(p95.Microseconds())/1000, "ms/card-p95")
	if p95 > readBound {
		b.Errorf("a card is read in %s at the 95th percentile, the bound is %s", p95, readBound)
	}
}
