package indicator_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"assay/deploy/local/dbtest/racing"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
	"assay/domain/intake"
	"assay/domain/warehouse"
)

// shared gives the path of a data set that lies beside the checkout, and skips
// the test where it is absent.
func shared(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not there", path)
	}
	return path
}

// counted is a figure counted by hand.
type counted struct {
	code                   string
	by, key                string
	numerator, denominator int64
}

func (b *bundle) hold(t *testing.T, from, to cube.Date, figures []counted) {
	t.Helper()
	for _, want := range figures {
		in := indicator.Request{Codes: []string{want.code}, From: from, To: to}
		if want.by != "" {
			in.Where = []indicator.Filter{{Dimension: want.by, Values: []string{want.key}}}
		}
		total := b.computeOne(t, in).Total
		if value(total.Numerator) != want.numerator || value(total.Denominator) != want.denominator {
			t.Errorf("%s %s=%s is %d / %d, by hand %d / %d", want.code, want.by, want.key,
				value(total.Numerator), value(total.Denominator), want.numerator, want.denominator)
		}
	}
}

// The two mock files of an ASYCUDA World extract: six declarations with items and
// no operations (B3 to B8), two with operations and no items (C678, C234567).
func TestMockExtractByHand(t *testing.T) {
	t.Parallel()
	folder := shared(t, "asycuda_extract_mock")
	b := open(t, func(tenant *administration.Tenant) {
		tenant.Currency, tenant.Zone = "MWK", "Africa/Blantyre"
		tenant.Settings = administration.DefaultSettings(2)
		tenant.Settings.SmallDenominator = 0
	})
	var paths []string
	for _, name := range []string{"asycuda_mock_pt1_items.csv", "asycuda_mock_pt2_operations_regno_fixed.csv"} {
		paths = append(paths, filepath.Join(folder, name))
	}
	b.importFiles(t, warehouse.ImportInput{Format: intake.FormatWorld, Delivery: intake.Source{Paths: paths}, Source: "mock"})
	b.hold(t, cube.DateOf(2022, 1, 1), cube.DateOf(2023, 1, 1), []counted{
		// Yield per declaration: DUTY + EXCISE + VAT in tambala (1/100 kwacha).
		//   B3   435345 +      0 +  468396 =   903741
		//   B4   435345 +      0 + 6849306 =  7284651
		//   B5     3452 + 483964 +   48963 =   536379
		//   B6   574575 +  45903 + 6439634 =  7060112
		//   B7  8769769 +     65 +   84963 =  8854797
		//   B8   769769 +    872 +  684396 =  1455037
		//                                    26094717 over 6 declarations
		{"REV02", "", "", 26_094_717_00, 6},
		// Red at selectivity are B3, B4, B8: 903741 + 7284651 + 1455037 = 9643429.
		{"REV02", "lane", "red", 9_643_429_00, 3},
		// Only VAT: 468396 + 6849306 + 48963 + 6439634 + 84963 + 684396 = 14575658, over all 6.
		{"REV02", "tax", "VAT", 14_575_658_00, 6},
		// Relieved: VAT 46364 (B3) and 3646 (B7), excise 98653 (B5) = 148663;
		// payable and relieved together 26094717 + 148663 = 26243380.
		{"REV05", "", "", 148_663_00, 26_243_380_00},
		// Released are C678 (re-route to green by the system, 10 January) and C234567
		// (release order, 11 April); neither has an exit. The data end on 11 April: of the
		// second it cannot be told yet whether its goods leave within seven days.
		{"CLR08", "", "", 0, 1},
		// Officers' acts (registration, payment, requests and documents are the trader's; the
		// system's re-route is nobody's). Hours are Monday to Friday, 8 to 17.
		//   C678: selected Wed 5 Jan 16:04 in, results Thu 6 and Fri 7 in, Sat 8 out,
		//         cleared Sun 9 out, release order Tue 11 in                    2 of 6
		//   C234567: post-entry Fri 8 Apr 17:00 out, selected Sun 10 out,
		//         release order Mon 11 17:18 out                                3 of 3
		{"INT05", "", "", 5, 9},
		{"INT05", "office", "BIR", 2, 6},
	})
	// Backlog at the end of 4 January and of 10 April: C678 was released on
	// 10 January, C234567 registered on 4 April and released on 11 April.
	b.hold(t, cube.DateOf(2022, 1, 1), cube.DateOf(2022, 1, 5), []counted{{"CLR10", "", "", 1, 0}})
	b.hold(t, cube.DateOf(2022, 4, 1), cube.DateOf(2022, 4, 11), []counted{{"CLR10", "", "", 1, 0}})
	b.hold(t, cube.DateOf(2022, 4, 1), cube.DateOf(2022, 5, 1), []counted{{"CLR10", "", "", 0, 0}})
}

// The Korean file: 37,385 declarations of one item each, dates only, with a mark
// of fraud. Counted with awk over the file, for example for all of it:
//
//	zcat df_syn_train_eng.csv.gz | awk -F, 'NR > 1 {n++; f += $21} END {print n, f}'
func TestKoreanFileByHand(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	folder := shared(t, "kcs_synthetic")
	b := open(t, func(tenant *administration.Tenant) {
		tenant.Currency, tenant.Zone = "KRW", "Asia/Seoul"
		tenant.Settings = administration.DefaultSettings(0)
	})
	b.importFiles(t, warehouse.ImportInput{Format: intake.FormatTable, MapName: "kcs", Source: "kcs",
		Delivery: intake.Source{Paths: []string{filepath.Join(folder, "df_syn_train_eng.csv.gz")}}})
	b.hold(t, cube.DateOf(2020, 1, 1), cube.DateOf(2021, 1, 1), []counted{
		// Compliant: without a mark of fraud; nothing was changed after assessment.
		//   all         37385 - 8114 = 29271      office 40    13909 - 2966 = 10943
		//   chapter 85   4478 - 1066 =  3412      March 2020    3279 -  696 =  2583
		{"OPR01", "", "", 29_271, 37_385},
		{"OPR01", "office", "40", 10_943, 13_909},
		{"OPR01", "hs_chapter", "85", 3_412, 4_478},
		{"OPR01", "month", "2020-03", 2_583, 3_279},
	})
	total := b.computeOne(t, indicator.Request{Codes: []string{"INF03"}, From: cube.DateOf(2020, 1, 1), To: cube.DateOf(2021, 1, 1)}).Total
	if value(total.Denominator) != 8_114 {
		t.Errorf("there are %d offence cases, by hand 8114", value(total.Denominator))
	}
	// Dates never give hours.
	speed := b.computeOne(t, indicator.Request{Codes: []string{"CLR04"}, From: cube.DateOf(2020, 1, 1), To: cube.DateOf(2021, 1, 1)}).Total
	if speed.Spread.N != 0 || speed.Value != nil {
		t.Errorf("a processing time of %v was made of dates", speed.Spread)
	}
}

func (b *bundle) importFiles(t *testing.T, in warehouse.ImportInput) {
	t.Helper()
	batch, err := b.warehouse.Import(t.Context(), b.tenant, in)
	if err != nil {
		t.Fatal(err)
	}
	if batch.Rejected > 0 {
		t.Fatalf("%d rows were rejected", batch.Rejected)
	}
	b.watermark = batch.Watermark
	b.rebuild(t, fact.RebuildInput{})
}
