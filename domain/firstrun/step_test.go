package firstrun

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/domain/cube"
)

// states writes what is missing, step by step.
func states(f Facts) map[string]string {
	found := map[string]string{}
	for _, s := range Steps(f) {
		text := string(s.State)
		for _, m := range s.Missing {
			text += " " + m.Key
		}
		found[s.Key] = text
	}
	return found
}

func TestStepsSayWhatIsMissing(t *testing.T) {
	t.Parallel()
	year := make([]cube.Month, FullYear)
	for i := range year {
		year[i] = cube.Month(2025*12 + i)
	}
	done := Facts{Offices: 2, Holidays: 1, Year: 2026, People: 2, Readers: 1, Feeders: 1, Loaded: 1, Months: year, Computed: true}
	for name, c := range map[string]struct {
		change func(*Facts)
		want   map[string]string
	}{
		"new": {func(f *Facts) { *f = Facts{People: 1, Feeders: 1} }, map[string]string{"offices": "open offices.none", "calendar": "open calendar.none", "people": "open people.readers",
			"extract": "open extract.none", "coverage": "open coverage.wait", "board": "open board.wait"}},
		"done":             {func(*Facts) {}, map[string]string{}},
		"offices in data":  {func(f *Facts) { f.OnlySeen = 1 }, map[string]string{"offices": "open offices.seen"}},
		"invited":          {func(f *Facts) { f.Readers, f.Invitations = 0, 2 }, map[string]string{"people": "open people.readers people.invited"}},
		"nobody feeds":     {func(f *Facts) { f.Feeders = 0 }, map[string]string{"people": "open people.feeders"}},
		"loading":          {func(f *Facts) { f.Loaded, f.InWork, f.Months, f.Computed = 0, 1, nil, false }, map[string]string{"extract": "working extract.working", "coverage": "open coverage.wait", "board": "open board.wait"}},
		"failed":           {func(f *Facts) { f.Loaded, f.Failed, f.Months, f.Computed = 0, 1, nil, false }, map[string]string{"extract": "open extract.failed", "coverage": "open coverage.wait", "board": "open board.wait"}},
		"failed once":      {func(f *Facts) { f.Failed = 3 }, map[string]string{}},
		"not computed yet": {func(f *Facts) { f.Computed, f.Months = false, nil }, map[string]string{"coverage": "open coverage.wait", "board": "working board.working"}},
		"gap":              {func(f *Facts) { f.Months = append(year[:5:5], year[7]+20) }, map[string]string{"coverage": "open coverage.gaps"}},
		"unmapped":         {func(f *Facts) { f.Unmapped = 4 }, map[string]string{"coverage": "open coverage.unmapped"}},
	} {
		f := done
		c.change(&f)
		want := map[string]string{"offices": "done", "calendar": "done", "people": "done", "extract": "done", "coverage": "done", "board": "done"}
		for key, text := range c.want {
			want[key] = text
		}
		if diff := cmp.Diff(want, states(f)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if Complete(Steps(f)) != (len(c.want) == 0) {
			t.Errorf("%s: complete is %v", name, Complete(Steps(f)))
		}
	}
}

func TestGapsAreTheMonthsBetween(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		has := rapid.SliceOfN(rapid.Bool(), 1, 60).Draw(t, "has")
		var months []cube.Month
		for i, there := range has {
			if there {
				months = append(months, cube.Month(i))
			}
		}
		gaps := Gaps(months)
		if len(months) > 0 && len(gaps)+len(months) != int(months[len(months)-1]-months[0])+1 {
			t.Fatalf("%v has the gaps %v", months, gaps)
		}
		for _, gap := range gaps {
			if has[gap] {
				t.Fatalf("%d is no gap in %v", gap, months)
			}
		}
	})
}
