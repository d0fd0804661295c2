package intake

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/domain"
	"assay/domain/declaration"
)

// sharedFile is a file of the workplace's data; the test is skipped where there is none.
func sharedFile(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no %s beside the checkout", name)
	}
	return path
}

func mustRead(t *testing.T, s Source, o Options) (*collector, Summary) {
	t.Helper()
	var sink collector
	summary, err := Read(t.Context(), s, o, &sink)
	if err != nil {
		t.Fatalf("reading: %v", err)
	}
	return &sink, summary
}

// declarations gives what was read by natural key.
func (c *collector) declarations() map[string]*declaration.Declaration {
	found := map[string]*declaration.Declaration{}
	for _, d := range c.documents {
		if d.Declaration != nil {
			found[d.Declaration.Reference.String()] = d.Declaration
		}
	}
	return found
}

const (
	realItems      = "asycuda_extract_mock/asycuda_mock_pt1_items.csv"
	realOperations = "asycuda_extract_mock/asycuda_mock_pt2_operations_regno_fixed.csv"
)

// TestRealItems reads the real column layout, recognised by its header, with values taken by hand.
func TestRealItems(t *testing.T) {
	t.Parallel()
	sink, summary := mustRead(t, Source{Paths: []string{sharedFile(t, realItems)}}, Options{})
	if summary.Counts != (Counts{Declarations: 6, Items: 6}) || summary.Read != 6 || summary.Rejected != 0 || len(sink.rejects) != 0 {
		t.Fatalf("got %+v", summary)
	}
	if len(summary.UnknownColumns) > 0 {
		t.Errorf("columns of the published layout that the map does not know: %v", summary.UnknownColumns)
	}
	got := sink.declarations()["SWE/2022/B5"]
	if got == nil {
		t.Fatalf("SWE/2022/B5 is not among %v", sink.declarations())
	}
	want := &declaration.Declaration{
		Reference: declaration.Reference{Office: "SWE", Year: 2022, Serial: "B", Number: "5"},
		Header: declaration.Header{
			BorderOffice: "DED", Flow: declaration.Import, Model: "IM4", RegisteredOn: time.Date(2022, 2, 2, 0, 0, 0, 0, time.UTC),
			Broker: "CA26776", BrokerName: "MALAWI AGENT", Importer: "12345680", ImporterName: "IMPORTER 3",
			LaneSelected: declaration.Blue, LaneCurrent: declaration.Green, Mode: "3", Incoterm: "FOB", PaymentTerms: "CASH",
		},
		Items: []declaration.Item{{
			Number: 1, HS: "73261990", Procedure: "6000", NationalProc: "000", Preference: "WTO", Origin: "MOZAMBIQUE", Description: "JUICES",
			Packages: 250, PackageKind: "CARTON", Quantity: "10", GrossMass: 100_000, NetMass: 100_000,
			InvoiceAmount: "134144.85", InvoiceCurrency: "USD", InvoiceRate: "12.999000000000001", // sic in the file
			CustomsValue: 2_401_842_00, TaxTotal: 4_237_849_00,
			Taxes: []declaration.TaxLine{
				{Code: "DUTY", Amount: 3_452_00, Payable: true},
				{Code: "EXCISE", Amount: 483_964_00, Payable: true, Relieved: 98_653_00},
				{Code: "VAT", Amount: 48_963_00, Payable: true},
			},
		}},
		Offences: []declaration.Offence{{
			Number: "DECOR", Code: "DECOR", Status: declaration.OffenceConfirmed,
			Moment: declaration.Moment{At: time.Date(2022, 2, 2, 0, 0, 0, 0, time.UTC), Precision: declaration.Day},
		}},
	}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}
	// By hand: 43718945 + 12843921 + 2401842 + 3234398240 + 840399234 + 4820384, in hundredths.
	var value int64
	for _, d := range sink.declarations() {
		value += d.Totals().CustomsValue
	}
	if value != 4_138_582_566_00 {
		t.Errorf("the customs value of all is %d", value)
	}
	if got.Events != nil || got.Inspections != nil || got.Payments != nil {
		t.Error("parts that the delivery does not have must be nil")
	}
}

// TestRealOperations reads the real log, in the office's time zone.
func TestRealOperations(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Africa/Blantyre") // UTC+2 all year
	if err != nil {
		t.Fatal(err)
	}
	sink, summary := mustRead(t, Source{Paths: []string{sharedFile(t, realOperations)}}, Options{Zone: zone})
	if summary.Counts != (Counts{Declarations: 2, Events: 18}) || len(summary.UnmappedOperations) != 0 {
		t.Fatalf("got %+v", summary)
	}
	if want := time.Date(2022, 4, 11, 15, 18, 0, 0, time.UTC); summary.Watermark == nil || !summary.Watermark.Equal(want) {
		t.Errorf("the watermark is %v, want %v", summary.Watermark, want)
	}
	red := sink.declarations()["BIR/2022/C678"]
	kinds := func(d *declaration.Declaration) (list []declaration.EventKind) {
		for i := range d.Events {
			list = append(list, d.Events[i].Kind)
		}
		return list
	}
	if difference := cmp.Diff([]declaration.EventKind{
		declaration.Registered, declaration.PaymentRequested, declaration.Paid, declaration.Selected, declaration.ControlRecorded,
		declaration.ControlRecorded, declaration.ControlRecorded, declaration.Cleared, declaration.Rerouted, declaration.Released,
	}, kinds(red)); difference != "" {
		t.Error(difference)
	}
	want := declaration.Event{
		Sequence: 9, Kind: declaration.Rerouted, Operation: "System re-route to green", Version: 9, User: "user2_nickname", Machine: true,
		To: declaration.Green, Moment: declaration.Moment{At: time.Date(2022, 1, 10, 14, 4, 0, 0, time.UTC), Precision: declaration.Minute},
	}
	if difference := cmp.Diff(want, red.Events[8]); difference != "" {
		t.Error(difference)
	}
	// Payment to Clear declaration, by hand: 4 January 16:04 to 9 January 16:04 is 5 days.
	if took := red.Events[7].At.Sub(red.Events[2].At); took != 120*time.Hour {
		t.Errorf("payment to clearance took %v", took)
	}
	blue := sink.declarations()["BLA/2022/C234567"]
	if difference := cmp.Diff([]declaration.EventKind{
		declaration.Registered, declaration.PaymentRequested, declaration.DocumentAdded, declaration.PostEntry,
		declaration.PaymentRequested, declaration.Paid, declaration.Selected, declaration.Released,
	}, kinds(blue)); difference != "" {
		t.Error(difference)
	}
	if blue.Header.LaneSelected != declaration.Blue || !slices.Equal(blue.Header.Vehicles, []string{"4321"}) || blue.Header.Containers != nil {
		t.Errorf("got header %+v", blue.Header)
	}
	if blue.Items != nil {
		t.Error("items that the delivery does not have must be nil")
	}
}

// TestRealFilesTogether: the two files describe different declarations, all eight load, and a part that the
// delivery has but a declaration lacks is empty, not nil.
func TestRealFilesTogether(t *testing.T) {
	t.Parallel()
	folder := filepath.Dir(sharedFile(t, realItems))
	sink, summary := mustRead(t, Source{Paths: []string{folder}}, Options{})
	if summary.Counts != (Counts{Declarations: 8, Items: 6, Events: 18}) || summary.Read != 24 {
		t.Fatalf("got %+v", summary)
	}
	if difference := cmp.Diff([]string{"LICENSE", "README.md"}, summary.IgnoredFiles); difference != "" {
		t.Error(difference)
	}
	for key, d := range sink.declarations() {
		if d.Items == nil || d.Events == nil {
			t.Errorf("%s: a part of the delivery is nil", key)
		}
	}
	var order []string
	for _, d := range sink.documents {
		order = append(order, d.Declaration.Header.RegisteredOn.Format(time.DateOnly))
	}
	if !slices.IsSorted(order) {
		t.Errorf("not in the order of registration: %v", order)
	}
}

// extract is a small extract, a file a name.
type extract map[string]string

func (e extract) source() Source {
	var s Source
	for name, text := range e {
		s.Inputs = append(s.Inputs, file(name, text))
	}
	return s
}

const (
	itemsHeader = "OFFICE,ENTRY,DEC_CODE,AGENT  NAME,REGDATE,REGNO,TPIN,IMPORTER NAME,YEAR,ITEMNO,Lane At Selectivity,Current Lane,REGIME,HSCODE," +
		"TARIFF DESCRIPTION,COMMERCIAL DESCRIPTION,EXTENDED PROC,CPC,PREFERENCE,QTY,PKGKND,PACKAGES,ORIGIN,CONSIGNEE NAME,EXPORTER,LASTCONSIGNED," +
		"GROSSWEIGHT,NETWEIGHT,DELIVERY,INSURANCE,FREIGHT,OTHER_COSTS,FOB FCY,CURRENCY,EXCRATE,VDP AMOUNTS,DUTY,EXCISE,VAT,TOTALTAX,DUTY_LOSS," +
		"EXCISE_LOSS,VAT_LOSS,TOTAL_LOSS,Topup Amount,LIST_OFFENCES,PAYMENT_TERMS,MEANS_OF_TPT\n"
	operationsHeader = "OFFICE,REGDATE,REGNO,REGIME,Lane At Selectivity,Current Lane,VEHICLE_REG,VALUE_OF_DECLARATION,CONTAINER_NUMBER," +
		"DOCUMENT_VERSION,OPERATION,OPERATION_TIME,USERNAME\n"
)

// whole is a delivery with one declaration of which every file says something.
func whole() extract {
	return extract{
		"offices.csv": "CODE,NAME,KIND,ZONE,OPENS,CLOSES,WORKDAYS\nKSB1,Kestrel Bay Port,SEAPORT,Africa/Blantyre,07:30,17:00,1111110\n",
		"items.csv": itemsHeader +
			"KSB1,KSB2,BK01,Agent,2026-03-02,C17,TP1,\"Firm, Ltd\",2026,2,RED,GREEN,IM4,87032391,TD,Car,4000,000,,1,PCE,1,JP,x,y,JP,1500.5,1400,CIF,0,0,0,5000.00,USD,1050.25,5251250.00,1312812.50,0,0,1312812.50,0,0,866456.25,0,5000,,CASH,10\n" +
			"KSB1,KSB2,BK01,Agent,2026-03-02,C17,TP1,\"Firm, Ltd\",2026,1,RED,GREEN,IM4,62034300,TD,Trousers,4000,000,WTO,10,CT,4,CN,x,y,CN,40,36.125,CIF,0,0,0,100,USD,1050.25,105025,26256.25,,21661.4,47917.65,,,,0,0,,CASH,10\n",
		"operations.csv": operationsHeader +
			"KSB1,2026-03-02,C17,IM4,RED,GREEN,BT 1,HIGH VALUE,MSKU1,1,Validate and assess,2026-03-02 08:00,broker1\n" +
			"KSB1,2026-03-02,C17,IM4,RED,GREEN,BT 1,HIGH VALUE,MSKU2,1,Release Order (selectivity),2026-03-02 08:05,System\n" +
			"KSB1,2026-03-02,C17,IM4,RED,GREEN,BT 1,HIGH VALUE,MSKU2,1,Manual Examiner assignment,2026-03-02 09:00,chief1\n" +
			"KSB1,2026-03-02,C17,IM4,RED,GREEN,BT 1,HIGH VALUE,MSKU2,1,Stamp the papers,2026-03-02 11:00,exam1\n" +
			"KSB1,2026-03-02,C17,IM4,RED,GREEN,BT 1,HIGH VALUE,MSKU2,1,RE-ROUTE  to Green,2026-03-03 10:00:30,exam1\n",
		"transport.csv": "OFFICE,REGDATE,REGNO,FLOW,MAN_OFFICE,MAN_YEAR,MAN_NUMBER,BOL_REFERENCES,CONTAINERS,VEHICLES,ARRIVAL_TIME,PRELODGED," +
			"DEFERRED_ACCOUNT,GUARANTEE_AMOUNT,PREVIOUS_DOCUMENT,ASSESSED_TOTAL,PAPER_FINISHED_TIME\n" +
			"KSB1,2026-03-02,C17,I,KSB1,2026,44,BL1;BL2,MSKU1; MSKU2,,2026-02-20 06:00,1,ACC9,10.5,KSB1/2025/C9,1360730.15,2026-03-03\n",
		"lanes.csv": "OFFICE,REGDATE,REGNO,TIME,USERNAME,FROM_LANE,TO_LANE,CAUSE,CRITERION,REASON\n" +
			"KSB1,2026-03-02,C17,2026-03-02 08:05,System,,RED,CRITERION,CR7,\n" +
			"KSB1,2026-03-02,C17,2026-03-03 10:00,exam1,RED,GREEN,MANUAL,,Documents in order\n" +
			"KSB1,2026-03-02,C17,2026-03-04 12:00,exam2,GREEN,YELLOW,MANUAL,,Second thoughts\n",
		"examiners.csv": "OFFICE,REGDATE,REGNO,TIME,SECTION,EXAMINER,CHIEF,MODE,ASSIGNED_BY,WEIGHT\n" +
			"KSB1,2026-03-02,C17,2026-03-02 09:00,S1,exam1,chief1,MANUAL,chief1,25\n" +
			"KSB1,2026-03-02,C17,2026-03-02 08:06,S1,exam9,chief1,AUTO,System,25\n",
		"inspections.csv": "OFFICE,REGDATE,REGNO,ACT_NUMBER,TIME,FINISHED_TIME,USERNAME,PHYSICAL,CONFORM,RESULT,REMARKS\n" +
			"KSB1,2026-03-02,C17,A5,2026-03-03 09:30,2026-03-03 08:15,exam1,1,0,Excess quantity found,\"two cartons\nmore\"\n",
		"offences.csv": "OFFICE,REGDATE,REGNO,CASE_NUMBER,TIME,USERNAME,FRD_COD,STATUS,DECLARED_VALUE,ASSESSED_VALUE,EXTRA_DUTIES,FINE,EXTRA_DUTIES_PAID,FINE_PAID,PAID_DATE\n" +
			"KSB1,2026-03-02,C17,O1,2026-03-03 09:40,exam1,QTY,CONFIRMED,100.00,150.00,5000,1000,5000,500,2026-03-05\n",
		"receipts.csv": "OFFICE,REGDATE,REGNO,RECEIPT,TIME,KIND,USERNAME,TAX_CODE,AMOUNT\n" +
			"KSB1,2026-03-02,C17,R8,2026-03-03 09:50,RECEIPT,cash1,DUTY,1339068.75\n" +
			"KSB1,2026-03-02,C17,R8,2026-03-03 09:50,RECEIPT,cash1,VAT,21661.40\n" +
			"KSB1,2026-03-02,C17,R9,2026-03-09 10:00,REFUND,cash1,VAT,661.40\n",
		"versions.csv": "OFFICE,REGDATE,REGNO,DOCUMENT_VERSION,TIME,USERNAME,CAUSE,BY_CUSTOMS,REASON,CUSTOMS_VALUE,DUTIES_TAXES\n" +
			"KSB1,2026-03-02,C17,2,2026-03-03 09:45,exam1,AMENDED,1,Quantity,5356275,1360730.15\n" +
			"KSB1,2026-03-02,C17,1,2026-03-02 08:00,broker1,REGISTERED,0,,5351275,1355730.15\n",
	}
}

func at(month, day, hour, minute, second int) time.Time {
	return time.Date(2026, time.Month(month), day, hour-2, minute, second, 0, time.UTC) // Blantyre is two hours ahead
}

func minute(month, day, hour, minutes int) declaration.Moment {
	return declaration.Moment{At: at(month, day, hour, minutes, 0), Precision: declaration.Minute}
}

// TestEveryFile joins every file of a declaration and compares with what was worked out by hand.
func TestEveryFile(t *testing.T) {
	t.Parallel()
	sink, summary := mustRead(t, whole().source(), Options{})
	if len(sink.rejects) > 0 {
		t.Fatalf("rejects: %v", sink.rejects)
	}
	arrived, finished := minute(2, 20, 6, 0), declaration.Moment{At: at(3, 3, 0, 0, 0), Precision: declaration.Day}
	inspected, total, paid := minute(3, 3, 8, 15), int64(1360730_15), time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
	want := &declaration.Declaration{
		Reference: declaration.Reference{Office: "KSB1", Year: 2026, Serial: "C", Number: "17"},
		Header: declaration.Header{
			BorderOffice: "KSB2", Flow: declaration.Import, Model: "IM4", RegisteredOn: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
			Broker: "BK01", BrokerName: "Agent", Importer: "TP1", ImporterName: "Firm, Ltd", LaneSelected: declaration.Red,
			LaneCurrent: declaration.Green, Mode: "1", Incoterm: "CIF", PaymentTerms: "CASH", Vehicles: []string{"BT 1"},
			Containers: []string{"MSKU1", "MSKU2"}, Manifest: "KSB1/2026/44", Bills: []string{"BL1", "BL2"}, ArrivedAt: &arrived,
			Prelodged: true, DeferredAccount: "ACC9", Guarantee: 10_50, Previous: "KSB1/2025/C9", AssessedTotal: &total,
			PaperFinishedAt: &finished, TopUp: 5000_00,
		},
		Items: []declaration.Item{
			{
				Number: 1, HS: "62034300", Procedure: "4000", NationalProc: "000", Preference: "WTO", Origin: "CN", Description: "Trousers",
				Packages: 4, PackageKind: "CT", Quantity: "10", GrossMass: 40_000, NetMass: 36_125, InvoiceAmount: "100", InvoiceCurrency: "USD",
				InvoiceRate: "1050.25", CustomsValue: 105025_00, TaxTotal: 47917_65,
				Taxes: []declaration.TaxLine{{Code: "DUTY", Amount: 26256_25, Payable: true}, {Code: "VAT", Amount: 21661_40, Payable: true}},
			},
			{
				Number: 2, HS: "87032391", Procedure: "4000", NationalProc: "000", Origin: "JP", Description: "Car", Packages: 1,
				PackageKind: "PCE", Quantity: "1", GrossMass: 1_500_500, NetMass: 1_400_000, InvoiceAmount: "5000.00", InvoiceCurrency: "USD",
				InvoiceRate: "1050.25", CustomsValue: 5251250_00, TaxTotal: 1312812_50,
				Taxes: []declaration.TaxLine{
					{Code: "DUTY", Amount: 1312812_50, Payable: true}, {Code: "VAT", Payable: true, Relieved: 866456_25},
				},
			},
		},
		Events: []declaration.Event{
			{Sequence: 1, Kind: declaration.Registered, Operation: "Validate and assess", Version: 1, Moment: minute(3, 2, 8, 0), User: "broker1"},
			{Sequence: 2, Kind: declaration.Selected, Operation: "Release Order (selectivity)", Version: 1, Moment: minute(3, 2, 8, 5),
				User: "System", Machine: true, To: declaration.Red, Cause: declaration.CauseCriterion, Criterion: "CR7"},
			{Sequence: 3, Kind: declaration.ExaminerAssigned, Moment: minute(3, 2, 8, 6), User: "System", Machine: true},
			{Sequence: 4, Kind: declaration.ExaminerAssigned, Operation: "Manual Examiner assignment", Version: 1, Moment: minute(3, 2, 9, 0), User: "chief1"},
			{Sequence: 5, Kind: declaration.Unmapped, Operation: "Stamp the papers", Version: 1, Moment: minute(3, 2, 11, 0), User: "exam1"},
			{Sequence: 6, Kind: declaration.Rerouted, Operation: "RE-ROUTE  to Green", Version: 1, User: "exam1",
				Moment: declaration.Moment{At: at(3, 3, 10, 0, 30), Precision: declaration.Second},
				From:   declaration.Red, To: declaration.Green, Cause: declaration.CauseManual, Reason: "Documents in order"},
			{Sequence: 7, Kind: declaration.Rerouted, Moment: minute(3, 4, 12, 0), User: "exam2", From: declaration.Green, To: declaration.Yellow,
				Cause: declaration.CauseManual, Reason: "Second thoughts"},
		},
		Assignments: []declaration.Assignment{
			{Sequence: 1, Moment: minute(3, 2, 8, 6), Section: "S1", Examiner: "exam9", Chief: "chief1", AssignedBy: "System", Weight: 25},
			{Sequence: 2, Moment: minute(3, 2, 9, 0), Section: "S1", Examiner: "exam1", Chief: "chief1", Manual: true, AssignedBy: "chief1", Weight: 25},
		},
		Inspections: []declaration.Inspection{{
			Number: "A5", Moment: minute(3, 3, 9, 30), FinishedAt: &inspected, User: "exam1", Physical: true,
			Result: "Excess quantity found", Remarks: "two cartons\nmore",
		}},
		Offences: []declaration.Offence{{
			Number: "O1", Moment: minute(3, 3, 9, 40), User: "exam1", Code: "QTY", Status: declaration.OffenceConfirmed, DeclaredValue: 100_00,
			AssessedValue: 150_00, ExtraDuties: 5000_00, Fine: 1000_00, ExtraDutiesPaid: 5000_00, FinePaid: 500_00, PaidOn: &paid,
		}},
		Payments: []declaration.Payment{
			{Sequence: 1, Receipt: "R8", Moment: minute(3, 3, 9, 50), Kind: declaration.Receipt, User: "cash1", Tax: "DUTY", Amount: 1339068_75},
			{Sequence: 2, Receipt: "R8", Moment: minute(3, 3, 9, 50), Kind: declaration.Receipt, User: "cash1", Tax: "VAT", Amount: 21661_40},
			{Sequence: 3, Receipt: "R9", Moment: minute(3, 9, 10, 0), Kind: declaration.Refund, User: "cash1", Tax: "VAT", Amount: 661_40},
		},
		Versions: []declaration.Version{
			{Number: 1, Moment: minute(3, 2, 8, 0), User: "broker1", Cause: declaration.VersionRegistered, CustomsValue: 5351275_00, Payable: 1355730_15},
			{Number: 2, Moment: minute(3, 3, 9, 45), User: "exam1", Cause: declaration.VersionAmended, ByCustoms: true, Reason: "Quantity",
				CustomsValue: 5356275_00, Payable: 1360730_15},
		},
	}
	if difference := cmp.Diff(want, sink.declarations()["KSB1/2026/C17"]); difference != "" {
		t.Error(difference)
	}
	if difference := cmp.Diff([]Counted{{Value: "Stamp the papers", Seen: 1}}, summary.UnmappedOperations); difference != "" {
		t.Error(difference)
	}
	if summary.Watermark == nil || !summary.Watermark.Equal(at(3, 4, 12, 0, 0)) {
		t.Errorf("the watermark is %v", summary.Watermark)
	}
}

// TestWaysOfWriting: the same extract with other separators, decimals, dates, encodings, packings, names and
// parts gives the same documents.
func TestWaysOfWriting(t *testing.T) {
	t.Parallel()
	plain, _ := mustRead(t, whole().source(), Options{})
	for name, s := range rewritten(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other, _ := mustRead(t, s, Options{})
			if len(other.rejects) > 0 {
				t.Fatalf("rejects: %v", other.rejects)
			}
			if difference := cmp.Diff(plain.declarations(), other.declarations()); difference != "" {
				t.Error(difference)
			}
		})
	}
}

// TestRepeatedOperations: a row with the key of another is dropped and counted; with another user it is rejected.
func TestRepeatedOperations(t *testing.T) {
	t.Parallel()
	row := "KSB1,2026-03-02,C17,IM4,RED,GREEN,,,,3,Control Results,2026-03-02 10:00,exam1\n"
	sink, summary := mustRead(t, extract{"operations.csv": operationsHeader + row + row +
		strings.Replace(row, "exam1", "exam2", 1) + strings.Replace(row, ",3,", ",4,", 1) + strings.Replace(row, "10:00", "10:01", 1)}.source(), Options{})
	if summary.Duplicates != 1 || summary.Counts.Events != 3 || summary.Rejected != 1 {
		t.Fatalf("got %+v", summary)
	}
	want := Reject{
		Place: Place{File: "operations.csv", Line: 4}, Field: "USERNAME", Value: "exam2",
		Reason: "The field repeats version, operation and time of another row under another user (line 2).",
		Row:    "KSB1,2026-03-02,C17,IM4,RED,GREEN,,,,3,Control Results,2026-03-02 10:00,exam2",
	}
	if difference := cmp.Diff(want, sink.rejects[0]); difference != "" {
		t.Error(difference)
	}
}

// TestRejects: what is wrong is told with its place, field, value and row, and the rest loads.
func TestRejects(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, old, new string // one change of a whole delivery
		want           Reject // without its row
		declarations   int64
	}{
		"amount": {"items.csv", "5251250.00", "much", Reject{Place: Place{"items.csv", 2}, Field: "VDP AMOUNTS", Value: "much", Reason: "The field is not a number."}, 1},
		"item number": {"items.csv", "2026,2,RED", "2026,two,RED",
			Reject{Place: Place{"items.csv", 2}, Field: "ITEMNO", Value: "two", Reason: "The field is not a number."}, 1},
		"repeated item": {"items.csv", "2026,2,RED", "2026,1,RED", Reject{Place: Place{"items.csv", 3}, Field: "ITEMNO", Value: "1",
			Reason: "The field occurs twice with different contents."}, 1},
		"no tariff code": {"items.csv", "62034300", "", Reject{Place: Place{"items.csv", 3}, Field: "HSCODE", Reason: "The field is missing."}, 1},
		"time": {"operations.csv", "2026-03-02 11:00", "2026-02-30 11:00",
			Reject{Place: Place{"operations.csv", 5}, Field: "OPERATION_TIME", Value: "2026-02-30 11:00", Reason: "The field is a day that does not exist."}, 1},
		"two dates": {"operations.csv", "2026-03-02 11:00", "03/02/2026 11:00", Reject{Place: Place{"operations.csv", 5}, Field: "OPERATION_TIME",
			Value: "03/02/2026 11:00", Reason: "The field can be read as two different dates; the column map's date_order must say which."}, 1},
		"registration": {"receipts.csv", "KSB1,2026-03-02,C17,R9", "KSB1,,C17,R9",
			Reject{Place: Place{"receipts.csv", 4}, Field: "REGDATE", Reason: "The field is missing."}, 1},
		"no number": {"receipts.csv", "KSB1,2026-03-02,C17,R9", "KSB1,2026-03-02,,R9",
			Reject{Place: Place{"receipts.csv", 4}, Field: "REGNO", Reason: "The field is missing."}, 1},
		"office": {"receipts.csv", "KSB1,2026-03-02,C17,R9", "KS/B1,2026-03-02,C17,R9",
			Reject{Place: Place{"receipts.csv", 4}, Field: "OFFICE", Value: "KS/B1", Reason: "The field is not an office code."}, 1},
		"word": {"offences.csv", "CONFIRMED", "PERHAPS", Reject{Place: Place{"offences.csv", 2}, Field: "STATUS", Value: "PERHAPS",
			Reason: "The field is not one of the words this field may have."}, 1},
		"flag":           {"inspections.csv", "exam1,1,0", "exam1,9,0", Reject{Place: Place{"inspections.csv", 2}, Field: "PHYSICAL", Value: "9", Reason: "The field is neither 1 nor 0."}, 1},
		"negative":       {"receipts.csv", "VAT,661.40", "VAT,-661.40", Reject{Place: Place{"receipts.csv", 4}, Field: "AMOUNT", Value: "-661.40", Reason: "The field is out of range."}, 1},
		"too few fields": {"versions.csv", ",Quantity,5356275,1360730.15", "", Reject{Place: Place{"versions.csv", 2}, Reason: "The row has 8 fields where the header has 11."}, 1},
		"too many fields": {"versions.csv", ",Quantity,5356275,1360730.15", ",Quantity,5356275,1360730.15,more",
			Reject{Place: Place{"versions.csv", 2}, Reason: "The row has 12 fields where the header has 11."}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := whole()
			changed := strings.Replace(e[c.file], c.old, c.new, 1)
			if changed == e[c.file] {
				t.Fatalf("%q does not occur in %s", c.old, c.file)
			}
			e[c.file] = changed
			sink, summary := mustRead(t, e.source(), Options{})
			if len(sink.rejects) != 1 || summary.Rejected != 1 || summary.Counts.Declarations != c.declarations {
				t.Fatalf("got %+v, rejects %v", summary.Counts, sink.rejects)
			}
			got := sink.rejects[0]
			if !strings.Contains(changed, got.Row) || got.Row == "" {
				t.Errorf("the row %q is none of the file", got.Row)
			}
			got.Row = ""
			if difference := cmp.Diff(c.want, got); difference != "" {
				t.Error(difference)
			}
		})
	}
}

// TestUnusableHeader: a declaration whose direction nobody knows is rejected whole, a reject a row.
func TestUnusableHeader(t *testing.T) {
	t.Parallel()
	e := extract{"operations.csv": operationsHeader +
		"KSB1,2026-03-02,C17,PEI9,,,,,,1,Payment,2026-03-02 08:00,u\nKSB1,2026-03-02,C17,PEI9,,,,,,1,Exit Paid,2026-03-02 09:00,u\n" +
		"KSB1,2026-03-02,C18,IM4,,,,,,1,Payment,2026-03-02 08:00,u\n",
		"lanes.csv": "OFFICE,REGDATE,REGNO,TIME,USERNAME,FROM_LANE,TO_LANE,CAUSE,CRITERION,REASON\nKSB1,2026-03-02,C19,2026-03-02 08:05,System,,RED,,,\n"}
	sink, summary := mustRead(t, e.source(), Options{})
	if summary.Counts.Declarations != 1 || len(sink.rejects) != 3 {
		t.Fatalf("got %+v, %v", summary.Counts, sink.rejects)
	}
	var reasons []string
	for _, r := range sink.rejects {
		reasons = append(reasons, r.Reason)
	}
	slices.Sort(reasons)
	unknown := `The row belongs to a declaration with the regime PEI9, whose flow no map knows.`
	if difference := cmp.Diff([]string{"The row belongs to a declaration of which no row gives the regime or the flow.", unknown, unknown}, reasons); difference != "" {
		t.Error(difference)
	}
	// The administration's own map helps.
	m, err := ShippedColumnMap(FormatWorld)
	if err != nil {
		t.Fatal(err)
	}
	m.Flows["PEI"] = declaration.Import
	sink, _ = mustRead(t, e.source(), Options{Columns: m})
	if d := sink.declarations()["KSB1/2026/C17"]; d == nil || d.Header.Flow != declaration.Import || d.Header.Model != "PEI9" {
		t.Errorf("got %+v", d)
	}
}

// TestOneNumberTwoDates: office, year and number are the key; a second date under the same number is rejected.
func TestOneNumberTwoDates(t *testing.T) {
	t.Parallel()
	sink, summary := mustRead(t, extract{"operations.csv": operationsHeader +
		"KSB1,2026-03-02,C17,IM4,,,,,,1,Payment,2026-03-02 08:00,u\nKSB1,2026-03-05,C17,IM4,,,,,,1,Payment,2026-03-05 08:00,u\n" +
		"KSB1,2027-03-02,C17,IM4,,,,,,1,Payment,2027-03-02 08:00,u\n"}.source(), Options{})
	if summary.Counts.Declarations != 2 || len(sink.rejects) != 1 || sink.rejects[0].Line != 3 {
		t.Fatalf("got %+v, %v", summary.Counts, sink.rejects)
	}
}

// TestOtherBinders: the log serves all kinds of document.
func TestOtherBinders(t *testing.T) {
	t.Parallel()
	header := strings.Replace(operationsHeader, "USERNAME", "USERNAME,BINDER_ID", 1)
	_, summary := mustRead(t, extract{"operations.csv": header +
		"KSB1,2026-03-02,C17,IM4,,,,,,1,Payment,2026-03-02 08:00,u,B_asysad\nKSB1,2026-03-02,C17,IM4,,,,,,1,Validate,2026-03-02 08:00,u,B_asyman\n"}.source(), Options{})
	if summary.OtherDocuments != 1 || summary.Counts.Events != 1 || summary.Rejected != 0 {
		t.Fatalf("got %+v", summary)
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	header := strings.Replace(operationsHeader, "USERNAME", "USERNAME,STATUS", 1)
	sink, _ := mustRead(t, extract{"operations.csv": header +
		"KSB1,2026-03-02,C1,IM4,,,,,,1,Payment,2026-03-02 08:00,u,Cancelled\nKSB1,2026-03-02,C2,IM4,,,,,,1,Payment,2026-03-02 08:00,u,Paid\n" +
		"KSB1,2026-03-02,C3,IM4,,,,,,1,Cancel,2026-03-02 08:00,u,\n"}.source(), Options{})
	for number, want := range map[string]bool{"C1": true, "C2": false, "C3": true} {
		if d := sink.declarations()["KSB1/2026/"+number]; d.Header.Cancelled != want || len(d.Events) != 1 {
			t.Errorf("%s: cancelled is %t with %d events", number, d.Header.Cancelled, len(d.Events))
		}
	}
}

// TestColumns: unknown columns are listed, missing ones too, and a file without its key is refused.
func TestColumns(t *testing.T) {
	t.Parallel()
	_, summary := mustRead(t, extract{"operations.csv": "REGNO;office;Reg Date;OPERATION;operation_time;REGIME;COLOUR OF STAMP\nC1;KSB1;2026-03-02;Payment;2026-03-02 08:00;IM4;blue\n"}.source(),
		Options{Columns: renamed(t, fileOperations, "registered_on", "REG_DATE")})
	if difference := cmp.Diff([]UnknownColumn{{File: "operations", Column: "COLOUR OF STAMP"}}, summary.UnknownColumns); difference != "" {
		t.Error(difference)
	}
	if !slices.Contains(summary.MissingColumns, MissingColumn{File: "operations", Column: "USERNAME"}) {
		t.Errorf("USERNAME is not among the missing columns: %v", summary.MissingColumns)
	}
	_, err := Read(t.Context(), extract{"operations.csv": "OFFICE,REGDATE,OPERATION\n"}.source(), Options{}, &collector{})
	if !domain.Is(err, domain.KindInvalid) || !strings.Contains(err.Error(), "REGNO, OPERATION_TIME") {
		t.Errorf("a file without its key: %v", err)
	}
	_, err = Read(t.Context(), extract{"x.csv": "CODE,NAME\nA,B\n"}.source(), Options{}, &collector{})
	if !domain.Is(err, domain.KindInvalid) || !strings.Contains(err.Error(), "its name must say which") {
		t.Errorf("a file that could be two: %v", err)
	}
	_, err = Read(t.Context(), extract{"x.csv": "FOO,BAR\n1,2\n"}.source(), Options{}, &collector{})
	if !domain.Is(err, domain.KindInvalid) {
		t.Errorf("a file that is none: %v", err)
	}
}

// renamed is the shipped map with one column called otherwise.
func renamed(t *testing.T, kind, field, column string) ColumnMap {
	t.Helper()
	m, err := ShippedColumnMap(FormatWorld)
	if err != nil {
		t.Fatal(err)
	}
	m.Files[kind].Columns[field] = []string{column}
	return m
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	_, one := mustRead(t, whole().source(), Options{})
	again, err := FingerprintOf(t.Context(), whole().source())
	if err != nil || again != one.Fingerprint {
		t.Errorf("got %v, %v; want %v", again, err, one.Fingerprint)
	}
	e := whole()
	e["items.csv"] += " "
	if changed, err := FingerprintOf(t.Context(), e.source()); err != nil || changed == one.Fingerprint {
		t.Errorf("one byte more gives the same fingerprint: %v", err)
	}
}
