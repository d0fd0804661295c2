package intake

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// manyRows are the rows of a larger extract, by file, in the order of registration.
func manyRows(declarations int, chance *rand.Rand) map[string][]string {
	files := map[string][]string{}
	add := func(file, format string, args ...any) {
		files[file] = append(files[file], fmt.Sprintf(format, args...))
	}
	start := time.Date(2026, 1, 5, 7, 0, 0, 0, time.UTC)
	for n := range declarations {
		registered := start.Add(time.Duration(n) * 11 * time.Minute)
		office := []string{"KSB1", "HFA1", "MRL1"}[chance.IntN(3)]
		key := fmt.Sprintf("%s,%s,C%d", office, registered.Format(time.DateOnly), n+1)
		tail := strings.SplitN(key, ",", 2)[1]
		for i := range 1 + chance.IntN(4) {
			add("items", "%s,%s,BK%02d,Agent %d,%s,TP%d,Firm,2026,%d,RED,GREEN,IM4,62034300,Trousers,\"Trousers, grey\",4000,000,,%d,CT,%d,CN,a,b,CN,%d.5,%d,CIF,0,0,0,%d,USD,1050.25,%d.50,%d.25,,%d,%d.75,,,,0,0,,CASH,10",
				office, office, chance.IntN(30), chance.IntN(30), tail, chance.IntN(200), i+1, chance.IntN(9), chance.IntN(50), chance.IntN(900), chance.IntN(900),
				chance.IntN(9000), chance.IntN(1e6), chance.IntN(1e5), chance.IntN(1e5), chance.IntN(1e5))
		}
		at := registered
		for i, operation := range []string{"Validate and assess", "Release Order (selectivity)", "Control Results", "Payment", "Print Release Order", "Odd operation"} {
			if i > 2 && chance.IntN(4) == 0 {
				continue
			}
			at = at.Add(time.Duration(1+chance.IntN(500)) * time.Minute)
			add("operations", "%s,IM4,RED,GREEN,V%d,HIGH VALUE,,%d,%s,%s,user%d", key, n%7, i+1, operation, at.Format("2006-01-02 15:04"), chance.IntN(40))
			if operation == "Release Order (selectivity)" {
				add("lanes", "%s,%s,System,,RED,CRITERION,CR%d,", key, at.Format("2006-01-02 15:04"), chance.IntN(9))
			}
		}
		if chance.IntN(3) == 0 {
			add("inspections", "%s,A%d,%s,,exam%d,1,1,Conform,", key, n, at.Format("2006-01-02 15:04"), chance.IntN(9))
		}
		add("receipts", "%s,R%d,%s,RECEIPT,cash%d,VAT,%d.10", key, n, at.Format("2006-01-02 15:04"), chance.IntN(4), chance.IntN(1e5))
	}
	return files
}

var joinHeaders = map[string]string{
	"items": strings.TrimSuffix(itemsHeader, "\n"), "operations": strings.TrimSuffix(operationsHeader, "\n"),
	"lanes":       "OFFICE,REGDATE,REGNO,TIME,USERNAME,FROM_LANE,TO_LANE,CAUSE,CRITERION,REASON",
	"inspections": "OFFICE,REGDATE,REGNO,ACT_NUMBER,TIME,FINISHED_TIME,USERNAME,PHYSICAL,CONFORM,RESULT,REMARKS",
	"receipts":    "OFFICE,REGDATE,REGNO,RECEIPT,TIME,KIND,USERNAME,TAX_CODE,AMOUNT",
}

// delivered writes rows as files, each in a number of parts.
func delivered(files map[string][]string, parts int) Source {
	e := extract{}
	for name, rows := range files {
		size := (len(rows) + parts - 1) / parts
		for part := range parts {
			rows := rows[min(part*size, len(rows)):min((part+1)*size, len(rows))]
			e[fmt.Sprintf("%s_%03d.csv", name, part)] = joinHeaders[name] + "\n" + strings.Join(rows, "\n") + "\n"
		}
	}
	return e.source()
}

// TestOrderDoesNotMatter: rows in any order, files in any number of parts and any amount of memory give the
// same declarations. The ordered delivery in much memory, which sorts nothing, is the reference.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(7, 11))
	files := manyRows(2000, chance)
	reference, summary := mustRead(t, delivered(files, 1), Options{MemoryBytes: 1 << 30})
	if summary.Counts.Declarations != 2000 || summary.Rejected != 0 {
		t.Fatalf("got %+v", summary)
	}
	want := reference.declarations()
	shuffled := map[string][]string{}
	for name, rows := range files {
		rows = slices.Clone(rows)
		chance.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		shuffled[name] = rows
	}
	mixed := map[string][]string{} // only one file out of order
	for name, rows := range files {
		mixed[name] = rows
	}
	mixed["operations"] = shuffled["operations"]
	oneDay := map[string][]string{}
	for name, rows := range shuffled {
		oneDay[name] = rows
	}
	for name, c := range map[string]struct {
		files   map[string][]string
		parts   int
		options Options
	}{
		"windows":                   {files, 1, Options{MemoryBytes: 1 << 20}},
		"windows and workers":       {files, 1, Options{MemoryBytes: 1 << 20, Workers: 4}},
		"parts":                     {files, 40, Options{MemoryBytes: 1 << 20}},
		"shuffled in memory":        {shuffled, 1, Options{MemoryBytes: 1 << 30}},
		"shuffled through the disk": {shuffled, 1, Options{MemoryBytes: 1 << 20, SpillDir: t.TempDir()}},
		"shuffled parts":            {shuffled, 9, Options{MemoryBytes: 1 << 20}},
		"one file shuffled":         {mixed, 3, Options{MemoryBytes: 1 << 20}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink, again := mustRead(t, delivered(c.files, c.parts), c.options)
			if again.Counts != summary.Counts || again.Rejected != 0 || again.Read != summary.Read {
				t.Errorf("got %+v, want %+v", again, summary)
			}
			if difference := cmp.Diff(summary.UnmappedOperations, again.UnmappedOperations); difference != "" {
				t.Error(difference)
			}
			got := sink.declarations()
			if len(got) != len(want) {
				t.Fatalf("%d declarations, want %d", len(got), len(want))
			}
			for key := range want {
				comparable := *got[key]
				// Header texts that differ from row to row of one declaration are taken from the first row of
				// the files as they lie, which is another one when they are shuffled.
				h := want[key].Header
				comparable.Header.Broker, comparable.Header.BrokerName, comparable.Header.Importer = h.Broker, h.BrokerName, h.Importer
				if !reflect.DeepEqual(want[key], &comparable) {
					t.Fatalf("%s: %s", key, cmp.Diff(want[key], &comparable))
				}
			}
			days := make([]string, 0, len(sink.documents))
			for _, d := range sink.documents {
				days = append(days, d.Declaration.Header.RegisteredOn.Format(time.DateOnly))
			}
			if !slices.IsSorted(days) {
				t.Error("not in the order of registration")
			}
		})
	}
}

// TestOneBigDay: a day that does not fit memory goes through the disk, by parts of its keys.
func TestOneBigDay(t *testing.T) {
	t.Parallel()
	files := manyRows(3000, rand.New(rand.NewPCG(3, 5)))
	for name, rows := range files {
		for i, row := range rows {
			cells := strings.SplitN(row, ",", 6)
			at := 1
			if name == "items" {
				at = 4
			}
			cells[at] = "2026-02-02"
			rows[i] = strings.Join(cells, ",")
		}
	}
	want, summary := mustRead(t, delivered(files, 1), Options{MemoryBytes: 1 << 30})
	got, again := mustRead(t, delivered(files, 1), Options{MemoryBytes: 1 << 20, SpillDir: t.TempDir()})
	if summary.Counts.Declarations != 3000 || again.Counts != summary.Counts {
		t.Fatalf("got %+v, want %+v", again, summary)
	}
	if !reflect.DeepEqual(want.declarations(), got.declarations()) {
		t.Error(cmp.Diff(want.declarations(), got.declarations()))
	}
}

// TestNothingIsLeftBehind: what sorting wrote is gone when reading ends.
func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := manyRows(2000, rand.New(rand.NewPCG(3, 5)))
	slices.Reverse(files["operations"])
	mustRead(t, delivered(files, 1), Options{MemoryBytes: 1 << 20, SpillDir: dir})
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Fatalf("%v is left, %v", entries, err)
	}
}

// TestManyRowsOfOneDeclaration: what numbers a part in the warehouse is a small integer.
func TestManyRowsOfOneDeclaration(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString(operationsHeader)
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for n := range maxParts + 50 {
		fmt.Fprintf(&text, "KSB1,2026-03-02,C17,IM4,,,,,,1,Control Results,%s,u\n", start.Add(time.Duration(n)*time.Minute).Format("2006-01-02 15:04"))
	}
	sink, summary := mustRead(t, extract{"operations.csv": text.String()}.source(), Options{MemoryBytes: 1 << 20})
	if summary.Counts.Events != maxParts || summary.Rejected != 50 || sink.rejects[0].Line != maxParts+2 {
		t.Fatalf("got %+v", summary)
	}
}

func TestWindows(t *testing.T) {
	t.Parallel()
	f := &survey{days: map[int32]int64{10: 100, 11: 100, 13: 300, 20: 5000, 21: 10, 22: 10}}
	got := planWindows([]*survey{f}, 600)
	want := []window{{-1 << 31, 11}, {13, 13}, {20, 20}, {21, 1<<31 - 1}}
	if difference := cmp.Diff(want, got, cmp.AllowUnexported(window{})); difference != "" {
		t.Error(difference)
	}
	for day, number := range map[int32]int{-5: 0, 10: 0, 11: 0, 12: 1, 13: 1, 14: 2, 20: 2, 21: 3, 9999: 3} {
		if got := windowOf(want, day); got != number {
			t.Errorf("day %d is in window %d, want %d", day, got, number)
		}
	}
}

func testChance() *rand.Rand { return rand.New(rand.NewPCG(17, 19)) }
