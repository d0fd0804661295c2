package cube

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestPreparedQuestionsAnswerTheSame prepares random questions together and compares their
// answers with those of a snapshot that nothing was prepared for. All rounds share what
// the store keeps, so that figures kept of one question are found by others.
func TestPreparedQuestionsAnswerTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	random := rand.New(rand.NewPCG(9, 9))
	var segments []*Segment
	for m := MonthOf(2025, 11); m <= MonthOf(2026, 2); m++ {
		segments = append(segments, build(t, sample, m, func(r *Row, _ int) {
			r.Day(0, m.First()+Date(random.IntN(28)))
			r.Code(1, []string{"", "DLA1", "YDE"}[random.IntN(3)])
			if random.IntN(4) > 0 {
				r.Integer(5, random.Int64N(40))
			}
			if random.IntN(4) > 0 {
				r.Integer(6, random.Int64N(1<<40)-1<<39)
			}
			r.Integer(7, random.Int64N(1000))
			r.Flags(8, random.Uint64N(64))
		}, []int{300, 0, 200, 1}[m-MonthOf(2025, 11)]))
	}
	b.publish(t, b.one, segments...)
	plain, err := NewSnapshot(segments...)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		questions := rapid.SliceOfN(rapid.Custom(drawMonthly), 1, 4).Draw(t, "questions")
		engine, err := NewEngine(b.store, []*Grain{sample}, Options{})
		if err != nil {
			t.Fatalf("engine: %v", err)
		}
		snapshot, err := engine.Snapshot(ctx, b.one)
		if err != nil {
			t.Fatalf("snapshot: %v", err)
		}
		passing := rapid.Bool().Draw(t, "passing")
		if err := snapshot.Prepare(ctx, questions, passing); err != nil {
			t.Fatalf("prepare: %v", err)
		}
		if decoded := snapshot.Decoded(); passing && decoded > 0 {
			t.Fatalf("%d columns stayed", decoded)
		}
		for i, q := range questions {
			want, wantErr := plain.Query(context.Background(), q)
			before := snapshot.Decoded()
			got, gotErr := snapshot.Query(context.Background(), q)
			if (wantErr == nil) != (gotErr == nil) {
				t.Fatalf("question %d: %v, prepared %v", i, wantErr, gotErr)
			}
			if wantErr != nil {
				continue
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("question %d (-plain +prepared):\n%s", i, diff)
			}
			if decoded := snapshot.Decoded() - before; decoded > 0 && len(q.By) > 0 && q.By[0] == DimensionMonth {
				t.Fatalf("question %d was prepared, and decoded %d columns", i, decoded)
			}
		}
	})
}

// drawMonthly draws a question whose groups have one key a month, with conditions on
// the date at and around the ends of months.
func drawMonthly(t *rapid.T) Query {
	q := drawQuery(t)
	if rapid.IntRange(0, 2).Draw(t, "filtered") > 0 {
		q.Where = nil
	}
	q.By = rapid.SampledFrom([][]string{{}, {DimensionMonth}, {DimensionMonth}, {DimensionQuarter}, {DimensionYear, DimensionMonth}}).Draw(t, "calendar")
	q.Order, q.Having = nil, nil
	days := []Date{DateOf(2025, 10, 31), DateOf(2025, 11, 1), DateOf(2025, 11, 30), DateOf(2025, 12, 1), DateOf(2026, 1, 1), DateOf(2026, 1, 17), DateOf(2026, 1, 31), DateOf(2026, 2, 28)}
	for i := range q.Aggregates {
		var c Condition
		bound := func(name string) *int64 {
			if rapid.Bool().Draw(t, name+" set") {
				return nil
			}
			day := int64(rapid.SampledFrom(days).Draw(t, name))
			return &day
		}
		if c.Min, c.Max = bound("first"), bound("last"); c.Min != nil || c.Max != nil {
			c.Column = "registered"
			q.Aggregates[i].Where = append(q.Aggregates[i].Where, c)
		}
	}
	return q
}
