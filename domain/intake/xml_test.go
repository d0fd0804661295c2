package intake

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"assay/domain"
	"assay/domain/declaration"
)

func xmlFile(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/xml/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func dayOf(year, month, day int) declaration.Moment {
	return declaration.Moment{At: time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC), Precision: declaration.Day}
}

// TestXMLDeclaration has every trap: two ways of saying nothing, dates M/d/yy, numbers with exponents, misspelt
// and lower-case names, a name with dots, eight tax lines of which five are empty, fourteen blank totals.
func TestXMLDeclaration(t *testing.T) {
	t.Parallel()
	sink, summary := mustRead(t, source(file("import.xml", xmlFile(t, "import.xml"))), Options{Format: FormatXML})
	if len(sink.rejects) > 0 || summary.Counts != (Counts{Declarations: 1, Items: 2, Events: 3}) {
		t.Fatalf("got %+v, %v", summary.Counts, sink.rejects)
	}
	total := int64(10_623_724_00)
	want := &declaration.Declaration{
		Reference: declaration.Reference{Office: "PRT1", Year: 2015, Serial: "C", Number: "9998"},
		Header: declaration.Header{
			BorderOffice: "PRT2", Flow: declaration.Import, Model: "IM4", RegisteredOn: time.Date(2015, 3, 31, 0, 0, 0, 0, time.UTC),
			Broker: "BK7", BrokerName: "Quick Clearing", Importer: "TP100", ImporterName: "Harbour Textiles & Sons", Mode: "1", Incoterm: "CIF",
			PaymentTerms: "CREDIT", Vehicles: []string{"EVER GLAD"}, Containers: []string{"MSKU1234565", "MSKU7654321"}, Manifest: "PRT1/2015/299",
			Bills: []string{"BL77", "BL78"}, DeferredAccount: "ACC55", AssessedTotal: &total,
		},
		Items: []declaration.Item{
			{
				Number: 1, HS: "06039000", Procedure: "4000", NationalProc: "000", Origin: "KE", Description: "Roses, fresh", Packages: 40,
				PackageKind: "CT", Quantity: "1500", GrossMass: 1_600_500, NetMass: 1_500_000, InvoiceAmount: "18050.25", InvoiceCurrency: "USD",
				InvoiceRate: "1052.6", CustomsValue: 20_000_000_00, TaxTotal: 10_623_724_00,
				Taxes: []declaration.TaxLine{
					{Code: "DUT", Base: 20_000_000_00, Rate: "25.0", Amount: 5_000_000_00, Payable: true},
					{Code: "VAT", Base: 25_000_000_00, Rate: "22.494896", Amount: 5_623_724_00, Payable: true},
					{Code: "SUR", Base: 20_000_000_00, Rate: "5.0", Amount: 1_000_000_00, Relief: "R10"},
				},
			},
			{Number: 2, HS: "4819100010", Procedure: "4000", Origin: "KE", Description: "Boxes", Packages: 1, PackageKind: "PK", GrossMass: 2000, CustomsValue: 50_50},
		},
		Events: []declaration.Event{
			{Sequence: 1, Kind: declaration.Registered, Operation: "Registration", Moment: dayOf(2015, 3, 31)},
			{Sequence: 2, Kind: declaration.Assessed, Operation: "Assessment", Moment: dayOf(2015, 3, 31)},
			{Sequence: 3, Kind: declaration.Paid, Operation: "receipt", Moment: dayOf(2015, 4, 1)},
		},
	}
	got := sink.documents[0].Declaration
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}
	// 5,000,000 + 5,623,724: the line with mode of payment 5 is not payable.
	if got.Totals().Payable != 10_623_724_00 {
		t.Errorf("payable is %d", got.Totals().Payable)
	}
	if got.Inspections != nil || got.Assignments != nil {
		t.Error("XML has neither inspections nor assignments: they must be nil")
	}
}

// TestXMLExport: for exports the exporter is the trader; one item is wrong and rejected alone.
func TestXMLExport(t *testing.T) {
	t.Parallel()
	sink, summary := mustRead(t, source(file("export.xml", xmlFile(t, "export.xml"))), Options{Format: FormatXML})
	if summary.Counts.Declarations != 1 || len(sink.rejects) != 1 {
		t.Fatalf("got %+v, %v", summary.Counts, sink.rejects)
	}
	d := sink.documents[0].Declaration
	if d.Header.Importer != "TP200" || d.Header.Flow != declaration.Export || d.Header.Previous != "PRT1/2024/C5" || d.Header.AssessedTotal != nil {
		t.Errorf("got %+v", d.Header)
	}
	if len(d.Items) != 1 || d.Items[0].Number != 2 || d.Items[0].HS != "06031200" {
		t.Errorf("got %+v", d.Items)
	}
	want := []declaration.Event{
		{Sequence: 1, Kind: declaration.Registered, Operation: "Registration", Moment: dayOf(2025, 11, 18)},
		{Sequence: 2, Kind: declaration.Released, Operation: "Export_release",
			Moment: declaration.Moment{At: time.Date(2025, 11, 19, 14, 5, 0, 0, time.UTC), Precision: declaration.Minute}},
	}
	if difference := cmp.Diff(want, d.Events); difference != "" {
		t.Error(difference)
	}
	r := sink.rejects[0]
	if r.Field != "Total_CIF_itm" || r.Value != "much" || r.Line != 13 || !strings.Contains(r.Row, "<commodity_code>06031100") {
		t.Errorf("got %+v", r)
	}
}

func TestXMLManifest(t *testing.T) {
	t.Parallel()
	text := string(encoded(t, charmap.ISO8859_1, strings.Replace(xmlFile(t, "manifest.xml"), "EVER GLAD", "ÉTOILE", 1)))
	sink, _ := mustRead(t, source(file("manifest.xml", text)), Options{Format: FormatXML})
	departed := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	arrived := declaration.Moment{At: time.Date(2026, 2, 20, 6, 15, 0, 0, time.UTC), Precision: declaration.Minute}
	discharged := dayOf(2026, 2, 21)
	want := &declaration.Manifest{
		Reference: "PRT1/2026/V7-N@20260201", Office: "PRT1", Voyage: "V 7/N", Carrier: "MSK", Mode: "1", Transport: "ÉTOILE",
		DepartedOn: &departed, ArrivedAt: &arrived, LastDischargedAt: &discharged,
		Bills: []declaration.Bill{
			{Line: 1, Reference: "BL77", Nature: "23", Consignee: "TP100", Packages: 40, GrossMass: 1_600_500},
			{Line: 2, Reference: "BL78", Nature: "24", Packages: 1, GrossMass: 2000},
		},
	}
	if len(sink.documents) != 1 {
		t.Fatalf("got %v", sink)
	}
	if difference := cmp.Diff(want, sink.documents[0].Manifest); difference != "" {
		t.Error(difference)
	}
	if len(sink.rejects) != 1 || sink.rejects[0].Field != "Bol_reference" || sink.rejects[0].Value != "BL77" {
		t.Errorf("rejects %v", sink.rejects)
	}
}

// TestXMLRejects: a file or document that cannot be taken is rejected, the others load.
func TestXMLRejects(t *testing.T) {
	t.Parallel()
	good := xmlFile(t, "import.xml")
	for name, c := range map[string]struct{ text, field, reason string }{
		"not registered":   {xmlFile(t, "stored.xml"), "Registration", "The value is missing: the declaration has not been registered."},
		"something else":   {"<Invoice><Number>1</Number></Invoice>", "", "The file has neither a declaration (ASYCUDA) nor a manifest (Awmds)."},
		"degroupage":       {"<Awbolds><Master_bol/></Awbolds>", "awbolds", "Documents of degroupage are not read."},
		"not XML":          {"OFFICE,REGDATE\nKSB1,2026-03-02\n", "", "The file has neither a declaration (ASYCUDA) nor a manifest (Awmds)."},
		"crossed elements": {"<ASYCUDA><a></b></a></ASYCUDA>", "", "The file is not XML that can be read: line 1: element <a> closed by </b>."},
		"entity bomb": {`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><ASYCUDA>&b;</ASYCUDA>`, "",
			"The file is not XML that can be read: the document declares entities, which are not read."},
		"unknown entity": {"<ASYCUDA>&nbsp;</ASYCUDA>", "", "The file is not XML that can be read: line 1: invalid character entity &nbsp;."},
		"too deep": {"<ASYCUDA>" + strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100) + "</ASYCUDA>", "",
			"The file is not XML that can be read: the document is nested too deeply."},
		"wrapped too deep": {strings.Repeat("<a>", 100) + "<ASYCUDA/>" + strings.Repeat("</a>", 100), "",
			"The file is not XML that can be read: the document is nested too deeply."},
		"no office":    {strings.Replace(good, "<Customs_clearance_office_code>PRT1<", "<Customs_clearance_office_code><", 1), "Customs_clearance_office_code", "The value is missing."},
		"wrong date":   {strings.Replace(good, "<Number>9998</Number><Date>3/31/15", "<Number>9998</Number><Date>31/3/15", 1), "Registration/Date", "The value is a day that does not exist."},
		"unknown flow": {strings.NewReplacer("<Sad_flow>I<", "<Sad_flow><", ">IM<", ">QQ<").Replace(good), "Type", "The value is a model whose flow no map knows."},
		"twice":        {good, "declaration.reference", "The document occurs twice in the delivery."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink, summary := mustRead(t, source(file("a.xml", good), file("b.xml", c.text)), Options{Format: FormatXML})
			if summary.Counts.Declarations != 1 || len(sink.rejects) != 1 {
				t.Fatalf("got %+v, %v", summary.Counts, sink.rejects)
			}
			got := sink.rejects[0]
			if got.File != "b.xml" || got.Field != c.field || got.Reason != c.reason {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestXMLPackings: many files, a zip, UTF-16, several documents in one file.
func TestXMLPackings(t *testing.T) {
	t.Parallel()
	one := xmlFile(t, "export.xml")
	var many strings.Builder
	e := extract{}
	many.WriteString("<Documents>")
	for i := range 30 {
		text := strings.Replace(one, "<Number>12<", fmt.Sprintf("<Number>%d<", 100+i), 1)
		e[fmt.Sprintf("d%02d.xml", i)] = text
		many.WriteString(text)
	}
	many.WriteString("</Documents>")
	wide := strings.Replace(xmlFile(t, "import.xml"), `encoding="UTF-8"`, `encoding="UTF-16"`, 1)
	for name, c := range map[string]struct {
		source Source
		want   int64
	}{
		"files":    {e.source(), 30},
		"zip":      {source(file("all.zip", zipped(t, e))), 30},
		"gzips":    {gzipped(t, e).source(), 30},
		"one file": {source(file("all.xml", many.String())), 30},
		"UTF-16":   {source(file("w.xml", string(encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), wide)))), 1},
	} {
		_, summary := mustRead(t, c.source, Options{Format: FormatXML})
		if summary.Counts.Declarations != c.want {
			t.Errorf("%s: got %+v", name, summary)
		}
	}
}

func TestXMLCutOff(t *testing.T) {
	t.Parallel()
	text := xmlFile(t, "import.xml")
	for _, length := range []int{len(text) - 5, len(text) / 2, 60} {
		_, err := Read(t.Context(), source(file("a.xml", text[:length])), Options{Format: FormatXML}, &collector{})
		if !domain.Is(err, domain.KindInvalid) || !strings.Contains(err.Error(), "cut off") {
			t.Errorf("cut at %d: %v", length, err)
		}
	}
}

func TestXMLDecimalComma(t *testing.T) {
	t.Parallel()
	m, err := ShippedColumnMap(FormatXML)
	if err != nil {
		t.Fatal(err)
	}
	m.Decimal, m.DateOrder = "comma", "dmy"
	text := strings.NewReplacer("11/18/25", "18/11/25", "11/19/25", "19/11/25", ">10<", ">1.010,5<").Replace(xmlFile(t, "export.xml"))
	sink, _ := mustRead(t, source(file("a.xml", text)), Options{Format: FormatXML, Columns: m})
	if d := sink.documents[0].Declaration; d.Items[0].CustomsValue != 1010_50 || d.Header.RegisteredOn.Day() != 18 {
		t.Errorf("got %+v", d)
	}
}
