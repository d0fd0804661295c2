package intake

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/domain"
	"assay/domain/declaration"
)

// lines writes documents as an NDJSON file.
func lines(t testing.TB, documents []Document) string {
	t.Helper()
	var b strings.Builder
	for _, d := range documents {
		line, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// everyDocument is a document of each kind, read from an extract.
func everyDocument(t testing.TB) []Document {
	t.Helper()
	e := whole()
	e["manifests.csv"], e["bills.csv"], e["writeoffs.csv"] = manifestsText, billsText, writeOffsText
	e["suspense.csv"] = "ACCOUNT,OFFICE,REGIME,HOLDER,HSCODE,DOC_OFFICE,DOC_REGDATE,DOC_REGNO,OPENED_DATE,DUE_DATE,CLOSED_DATE,QUANTITY_IN,GUARANTEE_AMOUNT,OFFENCE\n" +
		"S1,KSB1,7000,TP1,62034300,KSB1,2026-03-02,C17,2026-03-02,2026-09-02,2026-05-02,12.5,1000.50,1\n"
	e["discharges.csv"] = "ACCOUNT,TIME,DOC_OFFICE,DOC_REGDATE,DOC_REGNO,QUANTITY\nS1,2026-05-01 10:00,KSB1,2026-04-30,E3,2.25\n"
	e["transits.csv"] = "T1_REFERENCE,DEPARTURE_OFFICE,DESTINATION_OFFICE,REGISTERED_TIME,STATUS,DISTANCE_KM,OFFENCE\nT1,KSB1,MRL1,2026-03-02 08:00,New,640,1\n"
	e["staff.csv"] = "USERNAME,NAME,OFFICE,SECTION,FUNCTION,STATUS,FROM_DATE,TO_DATE,CHIEF\nexam1,Ann,KSB1,S1,EXAMINER,ACTIVE,2026-01-01,2026-06-30,chief1\n"
	e["sessions.csv"] = "USERNAME,WORKSTATION,LOGIN_TIME,LOGOUT_TIME\nexam1,PC7,2026-03-02 07:55,2026-03-02 16:30\n"
	e["holidays.csv"] = "OFFICE,DATE,NAME\n,2026-07-06,Independence Day\n"
	e["sections.csv"] = "OFFICE,CODE,NAME\nKSB1,S1,General cargo\n"
	e["targets.csv"] = "OFFICE,MONTH,AMOUNT\nKSB1,2026-03,1000000.50\n"
	e["traders.csv"], e["brokers.csv"] = "CODE,NAME\nTP1,Firm\n", "CODE,NAME\nBK1,Agents\n"
	var sink collector
	if _, err := Read(t.Context(), e.source(), Options{}, &sink); err != nil {
		t.Fatal(err)
	}
	if len(sink.rejects) > 0 {
		t.Fatalf("rejects: %v", sink.rejects)
	}
	return sink.documents
}

// TestNDJSONRoundTrip: what an extract became, written as lines and read again, is the same.
func TestNDJSONRoundTrip(t *testing.T) {
	t.Parallel()
	want := everyDocument(t)
	text := lines(t, want)
	for name, s := range map[string]Source{
		"lines":    source(file("d.ndjson", text)),
		"mark":     source(file("d.ndjson", "\ufeff"+text)),
		"windows":  source(file("d.jsonl", strings.ReplaceAll(text, "\n", "\r\n"))),
		"no end":   source(file("d.ndjson", strings.TrimSuffix(text, "\n"))),
		"blank":    source(file("d.ndjson", "\n\n"+strings.ReplaceAll(text, "\n", "\n\n"))),
		"gzip":     gzipped(t, extract{"d.ndjson": text}).source(),
		"zip":      source(file("d.zip", zipped(t, extract{"d.ndjson": text}))),
		"shuffled": source(file("d.ndjson", backwards(text))),
	} {
		sink, summary := mustRead(t, s, Options{Format: FormatNDJSON})
		if len(sink.rejects) > 0 || summary.Read != int64(len(want)) {
			t.Fatalf("%s: %+v, %v", name, summary, sink.rejects)
		}
		got := sink.documents
		if name == "shuffled" {
			for i, j := 0, len(got)-1; i < j; i, j = i+1, j-1 {
				got[i], got[j] = got[j], got[i]
			}
		}
		if difference := cmp.Diff(want, got); difference != "" {
			t.Errorf("%s: %s", name, difference)
		}
	}
}

func backwards(text string) string {
	all := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return strings.Join(all, "\n") + "\n"
}

const smallDeclaration = `{"declaration":{"reference":{"office":"A","year":2026,"number":"1"},"header":{"flow":"import","model":"IM4","registered_on":"2026-03-02T00:00:00Z"}}}`

// TestNDJSONRejects: each rule with its field, its value and its reason.
func TestNDJSONRejects(t *testing.T) {
	t.Parallel()
	change := func(old, new string) string { return strings.Replace(smallDeclaration, old, new, 1) }
	add := func(part string) string { return strings.TrimSuffix(smallDeclaration, "}}") + "," + part + "}}" }
	for name, c := range map[string]struct{ line, field, value, reason string }{
		"no JSON":       {"KSB1,2026", "", "", "The line is not valid JSON at byte 1."},
		"two documents": {`{"trader":{"code":"A"},"broker":{"code":"B"}}`, "", "2", "A line must hold one document, not 2."},
		"no document":   {`{}`, "", "0", "A line must hold one document, not 0."},
		"more after it": {`{"trader":{"code":"A"}} {}`, "", "", "The line is not a valid document: the line has something after its document."},
		"unknown field": {`{"trader":{"code":"A","colour":"red"}}`, "colour", "", "The field is not known."},
		"wrong type":    {`{"trader":{"code":7}}`, "trader.code", "number", "The value has the wrong type."},
		"wrong time":    {change("2026-03-02T00:00:00Z", "yesterday"), "", "yesterday", "The value is not a time as RFC 3339 writes it."},
		"no office":     {change(`"office":"A"`, `"office":""`), "declaration.reference.office", "", "The field is missing."},
		"slash":         {change(`"office":"A"`, `"office":"A/B"`), "declaration.reference.office", "A/B", "An office code cannot have a slash."},
		"no number":     {change(`"number":"1"`, `"number":" "`), "declaration.reference.number", " ", "The field is missing."},
		"no date":       {change(`,"registered_on":"2026-03-02T00:00:00Z"`, ""), "declaration.header.registered_on", "", "The date is missing."},
		"no midnight":   {change("T00:00:00Z", "T01:00:00Z"), "declaration.header.registered_on", "2026-03-02T01:00:00Z", "A date must be midnight UTC of the local date."},
		"other year":    {change("2026,", "2025,"), "declaration.reference.year", "2025", "The year is not that of the date of registration."},
		"ancient":       {change("2026-03-02", "0026-03-02"), "declaration.header.registered_on", "0026-03-02 00:00:00 +0000 UTC", "The year cannot be meant."},
		"flow":          {change(`"import"`, `"inward"`), "declaration.header.flow", "inward", "The word is not one of import, export, transit."},
		"lane":          {change(`"flow"`, `"lane_current":"pink","flow"`), "declaration.header.lane_current", "pink", "The word is not one of green, yellow, red, blue."},
		"kind":          {add(`"events":[{"kind":"slept","at":"2026-03-02T08:00:00Z","precision":"minute"}]`), "declaration.events[0].kind", "slept", ""},
		"no precision":  {add(`"events":[{"kind":"paid","at":"2026-03-02T08:00:00Z"}]`), "declaration.events[0].precision", "", "The precision must be day, minute or second."},
		"no time":       {add(`"events":[{"kind":"paid","precision":"minute"}]`), "declaration.events[0].at", "", "The time is missing."},
		"item twice":    {add(`"items":[{"number":1},{"number":1}]`), "declaration.items[1].number", "1", "Item numbers begin at 1 and occur once."},
		"refund": {add(`"payments":[{"kind":"refund","at":"2026-03-02T08:00:00Z","precision":"minute","amount":-5}]`), "declaration.payments[0].amount", "-5",
			"Amounts are positive, of refunds too."},
		"zero character": {change(`"model":"IM4"`, `"model":"I\u0000"`), "declaration.header.model", "I", "The text has characters that cannot be kept."},
		"long":           {change(`"model":"IM4"`, `"model":"`+strings.Repeat("x", 5000)+`"`), "declaration.header.model", strings.Repeat("x", 500), "The text is longer than 4000 bytes."},
		"manifest key":   {`{"manifest":{"reference":"B/2026/1","office":"A"}}`, "manifest.reference", "B/2026/1", "The reference must be OFFICE/YEAR/NUMBER with the manifest's office."},
		"bill twice":     {`{"manifest":{"reference":"A/2026/1","office":"A","bills":[{"reference":"x"},{"reference":"x"}]}}`, "manifest.bills[1].reference", "x", "A bill occurs once on a manifest."},
		"zone":           {`{"office":{"code":"A","zone":"Mars/Base"}}`, "office.zone", "Mars/Base", "The zone is not an IANA time zone."},
		"function":       {`{"posting":{"user":"u","function":"king","status":"active","from":"2026-01-01T00:00:00Z"}}`, "posting.function", "king", ""},
		"month":          {`{"target":{"office":"A","month":3}}`, "target.month", "3", "The month is year * 12 + month - 1."},
		"too long":       {`{"trader":{"code":"` + strings.Repeat("x", maxLine) + `"}}`, "", "", "The line is longer than 32 MB."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink, summary := mustRead(t, source(file("d.ndjson", c.line+"\n"+`{"trader":{"code":"GOOD"}}`+"\n")), Options{Format: FormatNDJSON})
			if len(sink.rejects) != 1 || summary.Counts.References != 1 || summary.Read != 2 {
				t.Fatalf("got %+v, %d rejects", summary, len(sink.rejects))
			}
			got := sink.rejects[0]
			if got.Place != (Place{File: "d.ndjson", Line: 1}) || got.Field != c.field || got.Value != c.value || c.reason != "" && got.Reason != c.reason {
				t.Errorf("got %+v", got)
			}
			if got.Row == "" || !strings.HasPrefix(c.line, got.Row) {
				t.Errorf("the row is %.100q", got.Row)
			}
		})
	}
}

func TestNDJSONTwice(t *testing.T) {
	t.Parallel()
	text := lines(t, everyDocument(t))
	sink, _ := mustRead(t, source(file("a.ndjson", text), file("b.ndjson", text)), Options{Format: FormatNDJSON})
	var fields []string
	for _, r := range sink.rejects {
		fields = append(fields, r.Field)
	}
	if difference := cmp.Diff([]string{"transit.reference", "manifest.reference", "manifest.reference", "suspense.account", "declaration.reference"}, fields); difference != "" {
		t.Error(difference)
	}
}

func TestNDJSONCutOff(t *testing.T) {
	t.Parallel()
	_, err := Read(t.Context(), source(file("d.ndjson", smallDeclaration+"\n"+smallDeclaration[:90])), Options{Format: FormatNDJSON}, &collector{})
	if !domain.Is(err, domain.KindInvalid) || !strings.Contains(err.Error(), "cut off") {
		t.Fatalf("got %v", err)
	}
}

// TestNDJSONMaps: the administration's maps say what the source did not.
func TestNDJSONMaps(t *testing.T) {
	t.Parallel()
	line := strings.TrimSuffix(smallDeclaration, "}}") + `,"events":[` +
		`{"kind":"unmapped","operation":"Exit  PAID","at":"2026-03-02T10:00:00+02:00","precision":"minute","user":"SYSTEM x"},` +
		`{"kind":"unmapped","operation":"Sing","at":"2026-03-02T07:00:00Z","precision":"minute"}]}}`
	sink, summary := mustRead(t, source(file("d.ndjson", line+"\n")), Options{Format: FormatNDJSON})
	events := sink.documents[0].Declaration.Events
	if events[0].Operation != "Sing" || events[0].Sequence != 1 || events[1].Kind != declaration.Exited || !events[1].Machine || events[1].At.Hour() != 8 {
		t.Errorf("got %+v", events)
	}
	if difference := cmp.Diff([]Counted{{Value: "Sing", Seen: 1}}, summary.UnmappedOperations); difference != "" {
		t.Error(difference)
	}
}
