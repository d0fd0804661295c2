package intake

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/domain/declaration"
)

const (
	manifestsText = "OFFICE,MAN_YEAR,MAN_NUMBER,VOYAGE,CARRIER,MODE,TRANSPORT_ID,DEPARTURE_DATE,ARRIVAL_TIME,LAST_DISCHARGE_TIME,REGISTERED_TIME,VALIDATED_TIME,USERNAME\n" +
		"KSB1,2026,44,V7,MSK,1,EVER GLAD,2026-02-01,2026-02-20 06:00,2026-02-21,2026-02-20 07:30,2026-02-20 08:00,carrier1\n" +
		"KSB1,2026,45,V8,MSK,10,EVER GLAD,,,,2026-02-25 07:30,,carrier1\n"
	billsText = "OFFICE,MAN_YEAR,MAN_NUMBER,BOL_LINE,BOL_REFERENCE,NATURE,CONSIGNEE,PACKAGES,GROSS_WEIGHT,REMAINING_PACKAGES,REMAINING_WEIGHT\n" +
		"KSB1,2026,44,2,BL2,24,TP2,5,100.5,,\n" +
		"KSB1,2026,44,1,BL1,23,TP1,10,2000,0,0.5\n"
	writeOffsText = "OFFICE,MAN_YEAR,MAN_NUMBER,BOL_REFERENCE,TIME,TYPE,DOC_OFFICE,DOC_REGDATE,DOC_REGNO,PACKAGES,GROSS_WEIGHT,USERNAME\n" +
		"KSB1,2026,44,BL1,2026-03-03 10:00,S.A.D.,KSB1,2026-03-02,C 17,10,1999.5,u1\n" +
		"KSB1,2026,44,BL1,2026-03-02 10:00,S.A.D.,KSB1,2026-03-02,C17,-10,-1999.5,u1\n" +
		"KSB1,2026,44,BL1,2026-03-02 09:00,Transhipment,,,,10,1999.5,u1\n"
)

// TestManifests joins manifests, bills and write-offs, in any order of rows.
func TestManifests(t *testing.T) {
	t.Parallel()
	e := extract{"manifests.csv": manifestsText, "bills.csv": billsText, "writeoffs.csv": writeOffsText}
	zone, err := time.LoadLocation("Africa/Blantyre")
	if err != nil {
		t.Fatal(err)
	}
	sink, summary := mustRead(t, e.source(), Options{Zone: zone})
	if len(sink.rejects) > 0 || summary.Counts != (Counts{Manifests: 2}) {
		t.Fatalf("got %+v, %v", summary.Counts, sink.rejects)
	}
	departed, arrived, registered, validated := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), minute(2, 20, 6, 0), minute(2, 20, 7, 30), minute(2, 20, 8, 0)
	discharged, none, half := declaration.Moment{At: at(2, 21, 0, 0, 0), Precision: declaration.Day}, int64(0), int64(500)
	want := &declaration.Manifest{
		Reference: "KSB1/2026/44", Office: "KSB1", Voyage: "V7", Carrier: "MSK", Mode: "1", Transport: "EVER GLAD", DepartedOn: &departed,
		ArrivedAt: &arrived, LastDischargedAt: &discharged, RegisteredAt: &registered, ValidatedAt: &validated, User: "carrier1",
		Bills: []declaration.Bill{
			{
				Line: 1, Reference: "BL1", Nature: "23", Consignee: "TP1", Packages: 10, GrossMass: 2_000_000, RemainingPackages: &none, RemainingMass: &half,
				WriteOffs: []declaration.WriteOff{
					{Sequence: 1, Moment: minute(3, 2, 9, 0), Type: "Transhipment", Packages: 10, GrossMass: 1_999_500, User: "u1"},
					{Sequence: 2, Moment: minute(3, 2, 10, 0), Type: "S.A.D.", Declaration: "KSB1/2026/C17", Packages: -10, GrossMass: -1_999_500, User: "u1"},
					{Sequence: 3, Moment: minute(3, 3, 10, 0), Type: "S.A.D.", Declaration: "KSB1/2026/C17", Packages: 10, GrossMass: 1_999_500, User: "u1"},
				},
			},
			{Line: 2, Reference: "BL2", Nature: "24", Consignee: "TP2", Packages: 5, GrossMass: 100_500},
		},
	}
	if difference := cmp.Diff(want, sink.documents[0].Manifest); difference != "" {
		t.Error(difference)
	}
	for name, text := range e {
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		slices.Reverse(lines[1:])
		e[name] = strings.Join(lines, "\n") + "\n"
	}
	again, _ := mustRead(t, e.source(), Options{Zone: zone})
	if difference := cmp.Diff(want, again.documents[1].Manifest); difference != "" {
		t.Errorf("with the rows reversed: %s", difference)
	}
}

// TestCargoRejects: rows without their manifest or bill are rejected, repeated ones only counted.
func TestCargoRejects(t *testing.T) {
	t.Parallel()
	e := extract{
		"manifests.csv": manifestsText + "KSB1,2026,45,V8,MSK,10,EVER GLAD,,,,2026-02-25 07:30,,carrier1\nKSB1,2026,45,V9,MSK,10,EVER GLAD,,,,2026-02-25 07:30,,carrier1\nKSB1,26,46,,,,,,,,,,\n",
		"bills.csv":     billsText + "KSB1,2026,99,1,BL1,23,TP1,10,2000,,\nKSB1,2026,44,3,BL1,23,TP1,11,2000,,\n",
		"writeoffs.csv": writeOffsText + "KSB1,2026,44,BL9,2026-03-02 09:00,S.A.D.,,,,10,1999.5,u1\nKSB1,2026,44,BL1,2026-03-02 09:00,S.A.D.,KSB1,,C17,10,1999.5,u1\n",
	}
	sink, summary := mustRead(t, e.source(), Options{})
	var reasons []string
	for _, r := range sink.rejects {
		reasons = append(reasons, r.File+": "+r.Field+": "+r.Reason)
	}
	slices.Sort(reasons)
	want := []string{
		"bills.csv: : The row belongs to a manifest that the delivery does not have.",
		"bills.csv: BOL_REFERENCE: The field occurs twice with different contents (bill 1).",
		"manifests.csv: MAN_NUMBER: The field occurs twice with different contents.",
		"manifests.csv: MAN_YEAR: The field has a year that cannot be meant.",
		"writeoffs.csv: BOL_REFERENCE: The field is of a bill that the manifest does not have.",
		"writeoffs.csv: DOC_REGDATE: The field is missing.",
	}
	if difference := cmp.Diff(want, reasons); difference != "" {
		t.Error(difference)
	}
	if summary.Duplicates != 1 || summary.Counts.Manifests != 2 {
		t.Errorf("got %+v", summary)
	}
}

// TestSuspenseAndTransits reads the other documents.
func TestSuspenseAndTransits(t *testing.T) {
	t.Parallel()
	sink, _ := mustRead(t, extract{
		"suspense.csv": "ACCOUNT,OFFICE,REGIME,HOLDER,HSCODE,DOC_OFFICE,DOC_REGDATE,DOC_REGNO,OPENED_DATE,DUE_DATE,CLOSED_DATE,QUANTITY_IN,GUARANTEE_AMOUNT,OFFENCE\n" +
			"S1,KSB1,7000,TP1,6203.43.00,KSB1,2026-03-02,C17,2026-03-02,2026-09-02,,12.5,1000.50,1\n",
		"discharges.csv": "ACCOUNT,TIME,DOC_OFFICE,DOC_REGDATE,DOC_REGNO,QUANTITY\nS1,2026-05-01 10:00,KSB1,2026-04-30,E3,2.25\nS1,2026-04-01 10:00,,,,1\nS2,2026-04-01 10:00,,,,1\n",
		"transits.csv": "T1_REFERENCE,DEPARTURE_OFFICE,DESTINATION_OFFICE,PRINCIPAL,CARRIER,HSCODE,REGISTERED_TIME,TRANSMITTED_TIME,TIME_LIMIT,ARRIVED_TIME,VALIDATED_TIME,STATUS,USERNAME,DISTANCE_KM,OFFENCE\n" +
			"T1,KSB1,MRL1,TP1,CAR,62034300,2026-03-02 08:00,2026-03-02 09:00,2026-03-05,2026-03-04 10:00,2026-03-04 11:00,Validated,u1,640,0\n" +
			"T1,KSB1,MRL1,TP9,CAR,62034300,2026-03-02 08:00,,,,,New,u1,640,0\n",
	}.source(), Options{})
	var suspense *declaration.SuspenseAccount
	var transit *declaration.TransitDocument
	for _, d := range sink.documents {
		switch {
		case d.Suspense != nil:
			suspense = d.Suspense
		case d.Transit != nil:
			transit = d.Transit
		}
	}
	utc := func(month, day, hour int) declaration.Moment {
		return declaration.Moment{At: time.Date(2026, time.Month(month), day, hour, 0, 0, 0, time.UTC), Precision: declaration.Minute}
	}
	if difference := cmp.Diff(&declaration.SuspenseAccount{
		Account: "S1", Office: "KSB1", Regime: "7000", Holder: "TP1", HS: "62034300", Declaration: "KSB1/2026/C17",
		OpenedOn: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), DueOn: time.Date(2026, 9, 2, 0, 0, 0, 0, time.UTC), Quantity: 12_500, Guarantee: 1000_50, Offence: true,
		Discharges: []declaration.Discharge{
			{Sequence: 1, Moment: utc(4, 1, 10), Quantity: 1000}, {Sequence: 2, Moment: utc(5, 1, 10), Declaration: "KSB1/2026/E3", Quantity: 2250},
		},
	}, suspense); difference != "" {
		t.Error(difference)
	}
	registered, transmitted, arrived, validated := utc(3, 2, 8), utc(3, 2, 9), utc(3, 4, 10), utc(3, 4, 11)
	limit := declaration.Moment{At: time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC), Precision: declaration.Day}
	if difference := cmp.Diff(&declaration.TransitDocument{
		Reference: "T1", Departure: "KSB1", Destination: "MRL1", Principal: "TP1", Carrier: "CAR", HS: "62034300", RegisteredAt: &registered,
		TransmittedAt: &transmitted, LimitAt: &limit, ArrivedAt: &arrived, ValidatedAt: &validated, Status: "Validated", User: "u1", DistanceKM: 640,
	}, transit); difference != "" {
		t.Error(difference)
	}
	if len(sink.rejects) != 2 { // the discharge of an unknown account, the second T1 of one reference
		t.Errorf("rejects %v", sink.rejects)
	}
}

// TestReferences reads what describes the administration itself.
func TestReferences(t *testing.T) {
	t.Parallel()
	sink, summary := mustRead(t, extract{
		"offices.csv":  "CODE,NAME,KIND,ZONE,OPENS,CLOSES,WORKDAYS\nKSB1,Kestrel Bay,SEAPORT,Africa/Blantyre,07:30,24:00,1111110\nX,Y,CASTLE,,,,\nZ1,,,Mars/Base,,,\nZ2,,,,17:00,08:00,\nZ3,,,,,,11111\n",
		"sections.csv": "OFFICE,CODE,NAME\nKSB1,S1,General cargo\nKSB1,S1,General cargo\nKSB1,S1,Other\n",
		"holidays.csv": "OFFICE,DATE,NAME\n,2026-07-06,Independence Day\nKSB1,2026-07-07,\n",
		"staff.csv": "USERNAME,NAME,OFFICE,SECTION,FUNCTION,STATUS,FROM_DATE,TO_DATE,CHIEF\nexam1,Ann,KSB1,S1,EXAMINER,ACTIVE,2026-01-01,2026-06-30,chief1\n" +
			"exam1,Ann,KSB1,S1,EXAMINER,LEAVE,2026-07-01,9999-12-31,chief1\nexam2,Bo,KSB1,S1,EXAMINER,ACTIVE,2026-07-01,2026-06-30,\n",
		"sessions.csv": "USERNAME,WORKSTATION,LOGIN_TIME,LOGOUT_TIME\nexam1,PC7,2026-03-02 07:55,2026-03-02 16:30\nexam1,PC7,2026-03-03 07:55,\n",
		"traders.csv":  "CODE,NAME\nTP1,\"Firm, Ltd\"\n",
		"brokers.csv":  "CODE,NAME\nBK1,Agents\n",
		"targets.csv":  "OFFICE,MONTH,AMOUNT\nKSB1,2026-03,1000000.50\nKSB1,2026-13,1\n",
	}.source(), Options{})
	to := time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
	ended := time.Date(2026, 3, 2, 16, 30, 0, 0, time.UTC)
	want := []Document{
		{Office: &Office{Code: "KSB1", Name: "Kestrel Bay", Kind: "seaport", Zone: "Africa/Blantyre", Opens: 450, Closes: 1440, Workdays: "1111110"}},
		{Section: &Section{Office: "KSB1", Code: "S1", Name: "General cargo"}},
		{Holiday: &Holiday{Day: time.Date(2026, 7, 6, 0, 0, 0, 0, time.UTC), Name: "Independence Day"}},
		{Holiday: &Holiday{Office: "KSB1", Day: time.Date(2026, 7, 7, 0, 0, 0, 0, time.UTC)}},
		{Trader: &Trader{Code: "TP1", Name: "Firm, Ltd"}},
		{Broker: &Broker{Code: "BK1", Name: "Agents"}},
		{Posting: &Posting{User: "exam1", Name: "Ann", Office: "KSB1", Section: "S1", Function: "examiner", Status: "active", From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: &to, Chief: "chief1"}},
		{Posting: &Posting{User: "exam1", Name: "Ann", Office: "KSB1", Section: "S1", Function: "examiner", Status: "leave", From: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Chief: "chief1"}},
		{Session: &Session{User: "exam1", Workstation: "PC7", StartedAt: time.Date(2026, 3, 2, 7, 55, 0, 0, time.UTC), EndedAt: &ended}},
		{Session: &Session{User: "exam1", Workstation: "PC7", StartedAt: time.Date(2026, 3, 3, 7, 55, 0, 0, time.UTC)}},
		{Target: &Target{Office: "KSB1", Month: 2026*12 + 2, Amount: 1000000_50}},
	}
	if difference := cmp.Diff(want, sink.documents); difference != "" {
		t.Error(difference)
	}
	if summary.Duplicates != 1 || len(sink.rejects) != 7 {
		t.Errorf("%d duplicates, rejects %v", summary.Duplicates, sink.rejects)
	}
}
