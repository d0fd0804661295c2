package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/compress/brotli"
	"github.com/parquet-go/parquet-go/compress/gzip"
	"github.com/parquet-go/parquet-go/compress/snappy"
	"github.com/parquet-go/parquet-go/compress/uncompressed"
	"github.com/parquet-go/parquet-go/compress/zstd"
	"github.com/xuri/excelize/v2"

	"assay/domain"
	"assay/domain/declaration"
)

// TestKoreanFile reads the real published table through the shipped map: all rows, with values by hand.
func TestKoreanFile(t *testing.T) {
	t.Parallel()
	path := sharedFile(t, "kcs_synthetic/df_syn_train_eng.csv.gz")
	m, err := ShippedColumnMap("kcs")
	if err != nil {
		t.Fatal(err)
	}
	won := 0
	sink, summary := mustRead(t, Source{Paths: []string{path}}, Options{Format: FormatTable, Columns: m, MinorDigits: &won})
	if summary.Counts != (Counts{Declarations: 37385, Items: 37385, Events: 37385}) || summary.Read != 37385 || summary.Rejected != 0 {
		t.Fatalf("got %+v", summary)
	}
	if len(summary.UnknownColumns) > 0 || len(summary.MissingColumns) > 0 {
		t.Errorf("unknown %v, missing %v", summary.UnknownColumns, summary.MissingColumns)
	}
	all := sink.declarations()
	if len(all) != 37385 {
		t.Fatalf("%d keys", len(all))
	}
	// The second data row: 85945189,2020-01-01,40,B,11,21,11,40,SWF9S4X,7JD1S2X,8WDKMC6,,690722,CN,CN,8.0,A,Y,11352.0,375751.2,0,0
	// won have no decimals: 375751.2 is 375751, and 8 % of that is 30060.08, so 30060.
	midnight := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	want := &declaration.Declaration{
		Reference: declaration.Reference{Office: "40", Year: 2020, Number: "85945189"},
		Header: declaration.Header{
			Flow: declaration.Import, Model: "IM4", RegisteredOn: midnight, Broker: "SWF9S4X", Importer: "7JD1S2X", Mode: "4", PaymentTerms: "11",
		},
		Items: []declaration.Item{{
			Number: 1, HS: "690722", NationalProc: "21", Preference: "A", Origin: "CN", NetMass: 11_352_000, CustomsValue: 375751, TaxTotal: 30060,
			Taxes: []declaration.TaxLine{{Code: "DUTY", Base: 375751, Rate: "8.0", Amount: 30060, Payable: true}},
		}},
		Events:   []declaration.Event{{Sequence: 1, Kind: declaration.Registered, Operation: "Date", Moment: declaration.Moment{At: midnight, Precision: declaration.Day}}},
		Offences: []declaration.Offence{},
	}
	if difference := cmp.Diff(want, all["40/2020/85945189"]); difference != "" {
		t.Error(difference)
	}
	// Counted in the file: 8,114 fraud labels, 394 of them critical; 21,184 rows by sea.
	var offences, critical, sea int
	for _, d := range all {
		offences += len(d.Offences)
		if len(d.Offences) > 0 && d.Offences[0].Code == "CRITICAL" {
			critical++
		}
		if d.Header.Mode == "1" {
			sea++
		}
	}
	if offences != 8114 || critical != 394 || sea != 21184 {
		t.Errorf("%d offences, %d critical, %d by sea", offences, critical, sea)
	}
}

const tableMapText = `{
  "name": "t", "format": "table", "modes": {"SEA": "1"},
  "table": {
    "row": "item",
    "fields": {
      "office": {"column": "Post", "values": {"Port": "PRT1"}},
      "registered_on": {"column": "Lodged"}, "serial": {"value": "C"}, "number": {"column": "No"},
      "model": {"value": "IM4"}, "flow": {"value": "I"}, "mode": {"column": "Way", "strict": true, "values": {"ship": "SEA"}},
      "prelodged": {"column": "Early"}, "assessed_total": {"column": "Notice", "unit": "thousand"}, "arrived_at": {"column": "Arrived"},
      "item.number": {"column": "Line"}, "item.hs": {"column": "Code"}, "item.gross_mass": {"column": "Tons", "unit": "t"},
      "item.net_mass": {"column": "Pounds", "unit": "lb"}, "item.customs_value": {"column": "Value"}
    },
    "taxes": [
      {"code": "VAT", "base": {"column": "Value"}, "rate": {"value": "16.5"}, "computed": true},
      {"code": "EXC", "amount": {"column": "Excise", "unit": "minor"}, "exempt": true}
    ],
    "events": [
      {"kind": "registered", "operation": "Lodged", "time": {"column": "Lodged"}},
      {"kind": "rerouted", "operation": "Moved", "time": {"column": "Moved"}, "user": {"column": "By"}, "to": {"column": "Lane"}}
    ],
    "offences": [
      {"when": {"column": "Seized"}, "equals": ["yes"], "code": {"value": "SEIZ"}, "fine": {"column": "Fine"}, "time": {"column": "Moved"}}
    ]
  }
}`

var tableColumns = []string{
	"Post", "Lodged", "No", "Way", "Early", "Notice", "Arrived", "Line", "Code", "Tons", "Pounds", "Value", "Excise", "Moved", "By", "Lane", "Seized", "Fine",
}

// tableRows is a table with two items of one declaration and one of another.
var tableRows = [][]string{
	{"Port", "2026-03-02 08:15", "17", "ship", "1", "1.5", "2026-03-01 10:00", "2", "6203.43", "1.5", "10", "200.01", "1250", "2026-03-03 09:00", "System", "Red", "yes", "10.5"},
	{"Port", "2026-03-02 08:15", "17", "ship", "1", "1.5", "2026-03-01 10:00", "1", "0102", "0.25", "1", "99.99", "0", "2026-03-03 09:00", "System", "Red", "yes", "10.5"},
	{"AIR9", "2026-03-04", "18", "", "", "", "", "", "8703", "", "", "5", "", "", "", "", "no", ""},
}

func tableMap(t *testing.T) ColumnMap {
	t.Helper()
	m, err := ParseColumnMap([]byte(tableMapText))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func tableText(separator string) string {
	var b strings.Builder
	for _, row := range append([][]string{tableColumns}, tableRows...) {
		b.WriteString(strings.Join(row, separator) + "\n")
	}
	return b.String()
}

// tableWant is what tableRows become, worked out by hand.
func tableWant() map[string]*declaration.Declaration {
	utc := func(day, hour, minute int, p declaration.Precision) declaration.Moment {
		return declaration.Moment{At: time.Date(2026, 3, day, hour, minute, 0, 0, time.UTC), Precision: p}
	}
	arrived, notice := utc(1, 10, 0, declaration.Minute), int64(1500_00)
	return map[string]*declaration.Declaration{
		"PRT1/2026/C17": {
			Reference: declaration.Reference{Office: "PRT1", Year: 2026, Serial: "C", Number: "17"},
			Header: declaration.Header{
				Flow: declaration.Import, Model: "IM4", RegisteredOn: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Mode: "1", Prelodged: true,
				AssessedTotal: &notice, ArrivedAt: &arrived,
			},
			Items: []declaration.Item{
				{ // 1 lb is 453.59237 g; 16.5 % of 99.99 is 16.49835
					Number: 1, HS: "0102", GrossMass: 250_000, NetMass: 454, CustomsValue: 99_99, TaxTotal: 16_50,
					Taxes: []declaration.TaxLine{{Code: "VAT", Base: 99_99, Rate: "16.5", Amount: 16_50, Payable: true}},
				},
				{ // 10 lb are 4535.9237 g; 16.5 % of 200.01 is 33.00165
					Number: 2, HS: "620343", GrossMass: 1_500_000, NetMass: 4536, CustomsValue: 200_01, TaxTotal: 33_00,
					Taxes: []declaration.TaxLine{{Code: "VAT", Base: 200_01, Rate: "16.5", Amount: 33_00, Payable: true}, {Code: "EXC", Amount: 12_50}},
				},
			},
			Events: []declaration.Event{
				{Sequence: 1, Kind: declaration.Registered, Operation: "Lodged", Moment: utc(2, 8, 15, declaration.Minute)},
				{Sequence: 2, Kind: declaration.Rerouted, Operation: "Moved", Moment: utc(3, 9, 0, declaration.Minute), User: "System", Machine: true, To: declaration.Red},
			},
			Offences: []declaration.Offence{{Number: "SEIZ", Code: "SEIZ", Status: declaration.OffenceConfirmed, Moment: utc(3, 9, 0, declaration.Minute), Fine: 10_50}},
		},
		"AIR9/2026/C18": {
			Reference: declaration.Reference{Office: "AIR9", Year: 2026, Serial: "C", Number: "18"},
			Header:    declaration.Header{Flow: declaration.Import, Model: "IM4", RegisteredOn: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)},
			Items: []declaration.Item{{ // 16.5 % of 5.00 is 0.825
				Number: 1, HS: "8703", CustomsValue: 5_00, TaxTotal: 83,
				Taxes: []declaration.TaxLine{{Code: "VAT", Base: 5_00, Rate: "16.5", Amount: 83, Payable: true}},
			}},
			Events:   []declaration.Event{{Sequence: 1, Kind: declaration.Registered, Operation: "Lodged", Moment: utc(4, 0, 0, declaration.Day)}},
			Offences: []declaration.Offence{},
		},
	}
}

func readTableFrom(t *testing.T, s Source, m ColumnMap) (*collector, Summary) {
	t.Helper()
	sink, summary := mustRead(t, s, Options{Format: FormatTable, Columns: m})
	if len(sink.rejects) > 0 {
		t.Fatalf("rejects: %v", sink.rejects)
	}
	return sink, summary
}

// TestTables: the same table as CSV, TSV, workbook and Parquet gives the same declarations.
func TestTables(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]Source{
		"CSV":                source(file("t.csv", tableText(","))),
		"semicolons":         source(file("t.csv", tableText(";"))),
		"TSV":                source(file("t.tsv", tableText("\t"))),
		"gzip":               gzipped(t, extract{"t.csv": tableText(",")}).source(),
		"zip":                source(file("t.zip", zipped(t, extract{"a/t.csv": tableText(",")}))),
		"workbook":           source(file("t.xlsx", workbook(t, false, false))),
		"workbook with days": source(file("t.xlsx", workbook(t, true, false))),
		"workbook of 1904":   source(file("t.xlsx", workbook(t, true, true))),
		"parquet of texts":   source(file("t.parquet", parquetOf(t, textRows(), &snappy.Codec{}))),
		"parquet of types":   source(file("t.parquet", parquetOf(t, typedRows(), &zstd.Codec{}))),
		"parquet in gzip":    source(file("t.parquet", parquetOf(t, typedRows(), &gzip.Codec{}))),
		"parquet plain":      source(file("t.parquet", parquetOf(t, typedRows(), &uncompressed.Codec{}))),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink, summary := readTableFrom(t, s, tableMap(t))
			want := tableWant()
			if strings.HasPrefix(name, "parquet") && name != "parquet of texts" { // its timestamps have seconds
				d := want["PRT1/2026/C17"]
				d.Header.ArrivedAt.Precision, d.Events[1].Precision, d.Offences[0].Precision = declaration.Second, declaration.Second, declaration.Second
			}
			if difference := cmp.Diff(want, sink.declarations()); difference != "" {
				t.Error(difference)
			}
			if summary.Read != 3 || len(summary.UnknownColumns) > 0 || len(summary.MissingColumns) > 0 {
				t.Errorf("got %+v", summary)
			}
		})
	}
}

// workbook writes the table as a workbook; with days, dates are day numbers as in real workbooks.
func workbook(t testing.TB, days, from1904 bool) string {
	t.Helper()
	book := excelize.NewFile()
	if from1904 {
		yes := true
		if err := book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}); err != nil {
			t.Fatal(err)
		}
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if from1904 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	for r, row := range append([][]string{tableColumns}, tableRows...) {
		for c, text := range row {
			name, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err != nil {
				t.Fatal(err)
			}
			var value any = text
			if at, err := time.Parse("2006-01-02 15:04", text); err == nil && days {
				value = at.Sub(epoch).Hours() / 24
			} else if at, err := time.Parse(time.DateOnly, text); err == nil && days {
				value = at.Sub(epoch).Hours() / 24
			} else if plainNumber.MatchString(text) {
				value = json.Number(text)
			}
			if number, ok := value.(json.Number); ok {
				f, err := number.Float64()
				if err != nil {
					t.Fatal(err)
				}
				value = f
			}
			if text == "" {
				continue
			}
			if err := book.SetCellValue("Sheet1", name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// textRow and typedRow are the table's columns as Parquet has them: texts only, or with types.
type textRow struct {
	Post, Lodged, No, Way, Early, Notice, Arrived, Line, Code, Tons, Pounds, Value, Excise, Moved, By, Lane, Seized, Fine string
}

type typedRow struct {
	Post    string     `parquet:"Post,dict"`
	Lodged  string     `parquet:"Lodged"`
	No      int64      `parquet:"No"`
	Way     *string    `parquet:"Way,optional"`
	Early   bool       `parquet:"Early"`
	Notice  *float64   `parquet:"Notice,optional"`
	Arrived *time.Time `parquet:"Arrived,optional,timestamp(microsecond)"`
	Line    *int32     `parquet:"Line,optional"`
	Code    string     `parquet:"Code"`
	Tons    *float64   `parquet:"Tons,optional"`
	Pounds  *float32   `parquet:"Pounds,optional"`
	Value   int64      `parquet:"Value,decimal(2:18)"`
	Excise  *int64     `parquet:"Excise,optional"`
	Moved   *time.Time `parquet:"Moved,optional,timestamp(millisecond)"`
	By      *string    `parquet:"By,optional"`
	Lane    *string    `parquet:"Lane,optional"`
	Seized  string     `parquet:"Seized"`
	Fine    *float64   `parquet:"Fine,optional"`
}

func textRows() []textRow {
	var list []textRow
	for _, r := range tableRows {
		list = append(list, textRow{r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14], r[15], r[16], r[17]})
	}
	return list
}

func typedRows() []typedRow {
	ship, system, red, fine, notice := "ship", "System", "Red", 10.5, 1.5
	arrived, moved := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	one, two, ten, lb := int32(1), int32(2), float32(10), float32(1)
	heavy, light, excise, none := 1.5, 0.25, int64(1250), int64(0)
	first := typedRow{
		Post: "Port", Lodged: "2026-03-02 08:15", No: 17, Way: &ship, Early: true, Notice: &notice, Arrived: &arrived, Line: &two, Code: "6203.43",
		Tons: &heavy, Pounds: &ten, Value: 20001, Excise: &excise, Moved: &moved, By: &system, Lane: &red, Seized: "yes", Fine: &fine,
	}
	second := first
	second.Line, second.Code, second.Tons, second.Pounds, second.Value, second.Excise = &one, "0102", &light, &lb, 9999, &none
	return []typedRow{first, second, {Post: "AIR9", Lodged: "2026-03-04", No: 18, Code: "8703", Value: 500, Seized: "no"}}
}

func parquetOf[T any](t testing.TB, rows []T, codec compress.Codec) string {
	t.Helper()
	var out bytes.Buffer
	w := parquet.NewGenericWriter[T](&out, parquet.Compression(codec))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// The timestamps of typedRow are in UTC and the test's zone is UTC; a timestamp that carries its zone must not be
// shifted by the office's.
func TestParquetTimestampsKeepTheirZone(t *testing.T) {
	t.Parallel()
	s := source(file("t.parquet", parquetOf(t, typedRows(), &snappy.Codec{})))
	sink, _ := mustRead(t, s, Options{Format: FormatTable, Columns: tableMap(t), Zone: time.FixedZone("", 5*3600)})
	d := sink.declarations()["PRT1/2026/C17"]
	if got := d.Header.ArrivedAt.At; !got.Equal(time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("arrived at %v", got)
	}
	if got := d.Events[0].At; !got.Equal(time.Date(2026, 3, 2, 3, 15, 0, 0, time.UTC)) {
		t.Errorf("a local text became %v", got)
	}
}

// TestTableRejects: each row is rejected by itself.
func TestTableRejects(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		row, column int
		value       string
		field       string
		reason      string
		file        string
	}{
		"mode not in a strict list": {0, 3, "mule", "Way", "The field is not one of the words this field may have.", "t.csv"},
		"mass":                      {1, 9, "heavy", "Tons", "The field is not a number.", "t.csv"},
		"date":                      {2, 1, "2026-02-30", "Lodged", "The field is a day that does not exist.", "t.csv"},
		"office":                    {2, 0, "", "Post", "The field is missing.", "t.csv"},
		"item twice":                {1, 7, "2", "Line", "The field occurs twice with different contents.", "t.csv"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			b.WriteString(strings.Join(tableColumns, ",") + "\n")
			for i, row := range tableRows {
				row = append([]string{}, row...)
				if i == c.row {
					row[c.column] = c.value
				}
				b.WriteString(strings.Join(row, ",") + "\n")
			}
			sink, summary := mustRead(t, source(file("t.csv", b.String())), Options{Format: FormatTable, Columns: tableMap(t)})
			if len(sink.rejects) != 1 || summary.Rejected != 1 {
				t.Fatalf("rejects %v", sink.rejects)
			}
			got := sink.rejects[0]
			if got.Field != c.field || got.Value != c.value || got.Reason != c.reason || got.Line != int64(c.row+2) || got.Row == "" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestRowIsADeclaration: a second row of one declaration is rejected, a repeated one counted.
func TestRowIsADeclaration(t *testing.T) {
	t.Parallel()
	m := tableMap(t)
	m.Table.Row = rowDeclaration
	text := tableText(",") + strings.Join(tableRows[2], ",") + "\n"
	sink, summary := mustRead(t, source(file("t.csv", text)), Options{Format: FormatTable, Columns: m})
	if summary.Counts.Declarations != 2 || summary.Duplicates != 1 || len(sink.rejects) != 1 || sink.rejects[0].Line != 3 {
		t.Errorf("got %+v, %v", summary, sink.rejects)
	}
}

func TestTableColumns(t *testing.T) {
	t.Parallel()
	_, err := Read(t.Context(), source(file("t.csv", "Post,Lodged\nPort,2026-03-02\n")), Options{Format: FormatTable, Columns: tableMap(t)}, &collector{})
	if !domain.Is(err, domain.KindInvalid) || !strings.Contains(err.Error(), "No") {
		t.Errorf("a table without its key: %v", err)
	}
	_, err = Read(t.Context(), source(file("t.csv", "x\n")), Options{Format: FormatTable}, &collector{})
	if !domain.Is(err, domain.KindInvalid) {
		t.Errorf("no map: %v", err)
	}
	_, summary := mustRead(t, source(file("t.csv", "Post,Lodged,No,Colour\nPort,2026-03-02,1,red\n")), Options{Format: FormatTable, Columns: tableMap(t)})
	if difference := cmp.Diff([]UnknownColumn{{File: "t.csv", Column: "Colour"}}, summary.UnknownColumns); difference != "" {
		t.Error(difference)
	}
	if len(summary.MissingColumns) != len(tableColumns)-3 {
		t.Errorf("missing %v", summary.MissingColumns)
	}
}

// TestWorkbookSheets: the sheet and the row of the names are the map's to say.
func TestWorkbookSheets(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	if _, err := book.NewSheet("Data"); err != nil {
		t.Fatal(err)
	}
	for i, row := range [][]any{{"Report of March"}, nil, {"Post", "Lodged", "No", "Value"}, {"Port", "2026-03-02", 17, 5.25}, nil, {"Port", "2026-03-02", 18, "x"}} {
		if err := book.SetSheetRow("Data", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	m := tableMap(t)
	m.Table.Sheet, m.Table.HeaderRow = "data", 3
	sink, summary := mustRead(t, source(file("b.xlsx", out.String())), Options{Format: FormatTable, Columns: m})
	if summary.Counts.Declarations != 1 || len(sink.rejects) != 1 {
		t.Fatalf("got %+v, %v", summary.Counts, sink.rejects)
	}
	if got := sink.rejects[0].Place; got != (Place{File: "b.xlsx/Data", Line: 6}) {
		t.Errorf("the reject is at %+v", got)
	}
	m.Table.Sheet = "Nowhere"
	if _, err := Read(t.Context(), source(file("b.xlsx", out.String())), Options{Format: FormatTable, Columns: m}, &collector{}); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("a sheet that is not there: %v", err)
	}
}

// TestDamagedTables: cut-off workbooks and Parquet files stop the delivery.
func TestDamagedTables(t *testing.T) {
	t.Parallel()
	book, columns := workbook(t, true, false), parquetOf(t, typedRows(), &snappy.Codec{})
	for name, input := range map[string]Input{
		"workbook":      file("t.xlsx", book[:len(book)-40]),
		"parquet":       file("t.parquet", columns[:len(columns)-10]),
		"parquet pages": file("t.parquet", columns[:4]+strings.Repeat("\xff", 40)+columns[44:]),
		"brotli":        file("t.parquet", parquetOf(t, typedRows(), &brotli.Codec{})),
	} {
		if _, err := Read(t.Context(), source(input), Options{Format: FormatTable, Columns: tableMap(t)}, &collector{}); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
