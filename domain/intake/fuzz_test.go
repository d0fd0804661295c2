package intake

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/compress/gzip"
	"github.com/parquet-go/parquet-go/compress/snappy"
	"github.com/parquet-go/parquet-go/compress/uncompressed"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"assay/domain"
)

// judge is a sink that checks what every reader must keep to.
type judge struct {
	t         *testing.T
	documents int64
	rejects   int64
}

func (j *judge) Document(d Document) error {
	j.documents++
	text, err := json.Marshal(d)
	if err != nil {
		j.t.Fatalf("a document cannot be written: %v", err)
	}
	if !utf8.Valid(text) || strings.Contains(string(text), `\u0000`) {
		j.t.Fatalf("a document has text that no database takes: %q", text)
	}
	// What was read is in order by the rules for documents that come from outside.
	var again Document
	if err := json.Unmarshal(text, &again); err != nil {
		j.t.Fatalf("a document cannot be read back: %v", err)
	}
	if fault := check(&again); fault != nil {
		j.t.Fatalf("a document breaks a rule: %s = %q: %s in %s", fault.field, fault.value, fault.reason, text)
	}
	return nil
}

func (j *judge) Reject(r Reject) error {
	j.rejects++
	if r.Reason == "" || r.File == "" || !utf8.ValidString(r.Row+r.Value+r.Field+r.Reason) || len(r.Row) > maxRejected {
		j.t.Fatalf("a reject without reason or place, or with a bad text: %+v", r)
	}
	return nil
}

// tryRead reads whatever the fuzzer made. Errors must be of a kind for users.
func tryRead(t *testing.T, s Source, o Options) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	o.MemoryBytes, o.SpillDir = 1<<20, t.TempDir()
	j := &judge{t: t}
	summary, err := Read(ctx, s, o, j)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			t.Fatal("reading did not come to an end")
		}
		if kind := domain.KindOf(err); kind != domain.KindInvalid && kind != domain.KindTooMany {
			t.Fatalf("an error of kind %s: %v", kind, err)
		}
		return
	}
	if summary.Rejected != j.rejects {
		t.Fatalf("%d rejects, the summary says %d", j.rejects, summary.Rejected)
	}
	if j.documents+j.rejects+summary.Duplicates == 0 && summary.Read > summary.OtherDocuments {
		t.Fatalf("%d rows were read and nothing came of them", summary.Read)
	}
}

func FuzzDelimited(f *testing.F) {
	names := []string{"items.csv", "operations.csv", "transport.csv", "lanes.csv", "examiners.csv", "inspections.csv", "offences.csv", "receipts.csv",
		"versions.csv", "offices.csv", "manifests.csv", "bills.csv", "writeoffs.csv", "unknown.csv"}
	e := whole()
	e["manifests.csv"], e["bills.csv"], e["writeoffs.csv"] = manifestsText, billsText, writeOffsText
	e["unknown.csv"] = e["operations.csv"]
	for i, name := range names {
		f.Add(uint8(i), []byte(e[name]))
	}
	f.Add(uint8(0), []byte(strings.ReplaceAll(e["items.csv"], ",", ";")))
	f.Add(uint8(1), []byte("\xff\xfeO\x00F\x00"))
	f.Add(uint8(1), []byte(operationsHeader+"KSB1,1/2/22,C17,IM4,RED,GREEN,\"a \"\"b\"\"\nc\",,x,1,Payment,31-MAR-15 10.30.00 AM,u\n"))
	f.Add(uint8(1), []byte(gzipped2(f, e["operations.csv"])))
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		name := names[int(which)%len(names)]
		other := "operations.csv"
		if name == other {
			other = "items.csv"
		}
		tryRead(t, source(file(name, string(data)), file(other, e[other])), Options{})
	})
}

// gzipped2 packs a text as the seed of a fuzz target.
func gzipped2(f *testing.F, text string) string {
	f.Helper()
	packed, err := (&gzip.Codec{}).Encode(nil, []byte(text))
	if err != nil {
		f.Fatal(err)
	}
	return string(packed)
}

func FuzzXML(f *testing.F) {
	for _, name := range []string{"import.xml", "export.xml", "stored.xml", "manifest.xml"} {
		f.Add([]byte(xmlFile(f, name)))
	}
	f.Add([]byte("<!DOCTYPE x [<!ENTITY a 'b'>]><ASYCUDA>&a;</ASYCUDA>"))
	f.Add([]byte(strings.Repeat("<ASYCUDA>", 70)))
	f.Add([]byte(`<?xml version="1.0" encoding="windows-1256"?><Awmds/>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		tryRead(t, source(file("a.xml", string(data))), Options{Format: FormatXML})
	})
}

func fuzzTableMap(f *testing.F) ColumnMap {
	f.Helper()
	m, err := ParseColumnMap([]byte(tableMapText))
	if err != nil {
		f.Fatal(err)
	}
	return m
}

func FuzzTable(f *testing.F) {
	f.Add(false, []byte(tableText(",")))
	f.Add(false, []byte(tableText("\t")))
	f.Add(true, []byte(workbook(f, true, false)))
	m := fuzzTableMap(f)
	f.Fuzz(func(t *testing.T, book bool, data []byte) {
		name := "t.csv"
		if book {
			name = "t.xlsx"
		}
		tryRead(t, source(file(name, string(data))), Options{Format: FormatTable, Columns: m})
	})
}

func FuzzParquet(f *testing.F) {
	f.Add([]byte(parquetOf(f, typedRows(), &snappy.Codec{})))
	f.Add([]byte(parquetOf(f, typedRows(), &zstd.Codec{})))
	f.Add([]byte(parquetOf(f, textRows(), &gzip.Codec{})))
	f.Add([]byte(parquetOf(f, typedRows(), &uncompressed.Codec{})))
	f.Add([]byte(parquetOf(f, textRows(), &uncompressed.Codec{})))
	m := fuzzTableMap(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		tryRead(t, source(file("t.parquet", string(data))), Options{Format: FormatTable, Columns: m})
	})
}

func FuzzNDJSON(f *testing.F) {
	for _, d := range everyDocument(f) {
		f.Add([]byte(lines(f, []Document{d})))
	}
	f.Add([]byte(smallDeclaration + "\n" + smallDeclaration))
	f.Fuzz(func(t *testing.T, data []byte) {
		tryRead(t, source(file("d.ndjson", string(data))), Options{Format: FormatNDJSON})
	})
}

func FuzzMap(f *testing.F) {
	for _, name := range ShippedMaps() {
		data, err := shippedMap(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(tableMapText))
	f.Add([]byte(`{"name":"x","operations":{"A":{"kind":"paid"},"a ":{"kind":"exited"}}}`))
	e := whole()
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := ParseColumnMap(data); err == nil {
			switch m.Format {
			case FormatTable:
				tryRead(t, source(file("t.csv", tableText(","))), Options{Format: FormatTable, Columns: m})
			case FormatWorld:
				tryRead(t, e.source(), Options{Columns: m})
			case FormatXML:
				tryRead(t, source(file("a.xml", xmlFile(t, "import.xml"))), Options{Format: FormatXML, Columns: m})
			}
		} else if !domain.Is(err, domain.KindInvalid) {
			t.Fatalf("an error of another kind: %v", err)
		}
		if m, err := ParseOperationMap(data); err == nil && m.Operations != nil {
			tryRead(t, source(file("operations.csv", e["operations.csv"])), Options{Operations: m})
		}
		if m, err := ParseLaneMap(data); err == nil && m.Lanes != nil {
			tryRead(t, source(file("operations.csv", e["operations.csv"])), Options{Lanes: m})
		}
	})
}
