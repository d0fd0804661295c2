package crosscheck_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/deploy/local/dbtest/racing"
	"assay/domain/administration"
	"assay/domain/crosscheck"
	"assay/domain/intake"
	"assay/domain/sample"
	"assay/domain/warehouse"
)

// generated makes a sample, loads it through intake, and gives the bundle and the sample's folder.
func generated(t testing.TB, change func(*sample.Parameters)) (*bundle, *warehouse.Service, string) {
	t.Helper()
	p := sample.DefaultParameters()
	p.Declarations, p.Months, p.Seed = 6000, 8, 7
	change(&p)
	dir := t.TempDir()
	if _, err := sample.Write(t.Context(), dir, p, nil); err != nil {
		t.Fatal(err)
	}
	var truth sample.Truth
	content, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &truth); err != nil {
		t.Fatal(err)
	}
	b := setup(t)
	clock := func() time.Time { return at("2026-01-15 12:00") }
	administrations := administration.New(b.db, clock)
	b.owner = &administration.Tenant{Code: "sample", Names: map[string]string{"en": "Sample"}, Currency: truth.Currency, Zone: truth.Zone, Languages: []string{"en"}}
	b.owner.Settings = administration.DefaultSettings(b.owner.MinorDigits())
	b.owner.Settings.SelectionTiming = administration.SelectionTiming(p.Timing)
	if err := administrations.Create(t.Context(), b.owner); err != nil {
		t.Fatal(err)
	}
	b.tenant = b.owner.ID
	house := warehouse.New(b.db, clock)
	batch, err := house.Load(t.Context(), b.owner, warehouse.LoadInput{Format: intake.FormatWorld, Source: "sample", NoRefresh: true},
		func(ctx context.Context, sink intake.Sink) (intake.Summary, error) {
			return intake.Read(ctx, intake.Source{Paths: []string{dir}}, intake.Options{Format: intake.FormatWorld, Zone: b.owner.Location(), MinorDigits: pointer(b.owner.MinorDigits())}, sink)
		})
	if err != nil {
		t.Fatal(err)
	}
	if batch.Rejected != 0 {
		t.Fatalf("%d rows were rejected", batch.Rejected)
	}
	return b, house, dir
}

// examineAll runs a session over everything in the warehouse.
func (b *bundle) examineAll(t testing.TB, house *warehouse.Service) (*crosscheck.Session, map[int64]bits) {
	t.Helper()
	session, err := b.service.Prepare(t.Context(), b.tenant, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[int64]bits{}
	if err := house.Records(t.Context(), b.tenant, warehouse.Range{}, func(r *warehouse.Record) error {
		evaluated, broken := session.Examine(r)
		got[r.ID] = bits{evaluated, broken}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return session, got
}

// compareAll holds Go against SQL over the whole warehouse.
func (b *bundle) compareAll(t *testing.T, session *crosscheck.Session, got map[int64]bits) {
	t.Helper()
	if _, err := b.super.Exec(t.Context(), `ANALYZE`); err != nil {
		t.Fatal(err)
	}
	said := b.asked(t, session)
	if len(said) != len(got) {
		t.Errorf("SQL gives %d declarations, the warehouse %d", len(said), len(got))
	}
	wrong := 0
	for id, is := range got {
		if is != said[id] {
			if wrong++; wrong <= 10 {
				t.Errorf("declaration %d: Go says %s; SQL says %s", id, is, said[id])
			}
		}
	}
}

// planted is a row of the sample's truth_keys.csv.
type planted struct{ rule, kase, subject, key, other string }

func truthOf(t *testing.T, dir string) []planted {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, "truth_keys.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // only read
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []planted
	for _, row := range rows[1:] {
		list = append(list, planted{row[0], row[1], row[2], row[3], row[4]})
	}
	return list
}

// saved is what the table says: the findings by rule and subject.
func (b *bundle) saved(t testing.TB) map[string][]crosscheck.Finding {
	t.Helper()
	found := map[string][]crosscheck.Finding{}
	for page := (crosscheck.Page{Limit: 1000}); ; {
		listing, err := b.service.Findings(t.Context(), b.tenant, crosscheck.Filter{}, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range listing.Findings {
			found[f.Rule.String()+" "+f.Subject] = append(found[f.Rule.String()+" "+f.Subject], f)
		}
		if page.After = listing.Cursor; listing.Cursor == "" {
			return found
		}
	}
}

func TestWhatIsPlantedInASampleIsFound(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	for name, change := range map[string]func(*sample.Parameters){
		"before assessment": func(p *sample.Parameters) { p.Profile = sample.Before },
		"after payment":     func(p *sample.Parameters) { p.Profile, p.Timing = sample.Mixed, sample.AfterPayment },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, house, dir := generated(t, change)
			session, got := b.examineAll(t, house)
			b.compareAll(t, session, got)
			if _, err := session.Save(t.Context()); err != nil {
				t.Fatal(err)
			}
			found := b.saved(t)
			counted, meant := map[string]int{}, map[string]bool{}
			for _, p := range truthOf(t, dir) {
				counted[p.rule]++
				meant[p.rule+" "+p.key], meant[p.rule+" "+p.other] = true, true
				if !plantFound(found, p, b.owner.Location()) {
					t.Errorf("%s (%s) on %s %s (%s) was not found", p.rule, p.kase, p.subject, p.key, p.other)
				}
			}
			for _, rule := range sample.Rules {
				if counted[rule] == 0 {
					t.Errorf("nothing of %s is planted: the test says nothing about it", rule)
				}
			}
			for subject, list := range found {
				// A planted overlap of sessions is found on every declaration handled in it.
				if !meant[subject] && (list[0].Rule != crosscheck.ImpossibleUser || list[0].Variant != "b") {
					t.Errorf("%s %s is found, but not planted: %s", subject, list[0].Variant, list[0].Evidence.Facts)
				}
			}
		})
	}
}

// plantFound looks for a finding on what the truth names: a bill and a user are found on their
// declarations where there are some.
func plantFound(found map[string][]crosscheck.Finding, p planted, zone *time.Location) bool {
	switch p.subject {
	case "bill":
		return len(found[p.rule+" "+p.other]) > 0
	case "user":
		user, began, _ := strings.Cut(p.key, " ")
		for _, list := range found {
			for _, f := range list {
				var facts crosscheck.Overlap
				if f.Rule == crosscheck.ImpossibleUser && f.Variant == "b" && json.Unmarshal(f.Evidence.Facts, &facts) == nil && facts.User == user && facts.Second.At != nil {
					if began == facts.Second.At.In(zone).Format("2006-01-02 15:04") {
						return true
					}
				}
			}
		}
		return false
	}
	return len(found[p.rule+" "+p.key]) > 0
}

func TestACleanSampleBreaksNothing(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	for _, timing := range []sample.Timing{sample.BeforeAssessment, sample.AfterPayment} {
		t.Run(string(timing), func(t *testing.T) {
			t.Parallel()
			b, house, _ := generated(t, func(p *sample.Parameters) { p.Profile, p.Timing = sample.Clean, timing })
			session, got := b.examineAll(t, house)
			b.compareAll(t, session, got)
			if _, err := session.Save(t.Context()); err != nil {
				t.Fatal(err)
			}
			for subject, list := range b.saved(t) {
				for _, f := range list {
					t.Errorf("%s %s %s: %s", subject, f.Variant, f.Severity, f.Evidence.Facts)
				}
			}
		})
	}
}
