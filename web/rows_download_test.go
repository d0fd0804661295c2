package web

import (
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// rowsIn reads a download of comma-separated values.
func rowsIn(t *testing.T, a *answer) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("CSV: %d, %d rows, %v: %.300s", a.status, len(rows), err, a.body)
	}
	return rows
}

func column(t *testing.T, rows [][]string, name string) []string {
	t.Helper()
	at := slices.Index(rows[0], name)
	if at < 0 {
		t.Fatalf("there is no column %q in %q", name, rows[0])
	}
	var cells []string
	for _, row := range rows[1:] {
		cells = append(cells, row[at])
	}
	return cells
}

// testRowDownloads compares the files with the page: as many rows as it counts, in its order, in
// both formats, within the reader's scope, with officers as the reader may see them, and cut with a sentence.
func (k *kit) testRowDownloads(t *testing.T) {
	const rows = "/in/karouma/indicators/CLR01/declarations"
	const asked = "?period=2025&part=denominator"
	b := k.person(t, "director_general")
	page := b.get(rows + asked)
	for _, kind := range []string{"csv", "xlsx"} {
		if page.page.Find(`.downloads a[href="`+rows+"."+kind+asked+`"]`).Length() != 1 {
			t.Errorf("the page does not offer %s: %s", kind, page.page.Find(".downloads").Text())
		}
	}
	answer := b.get(rows + ".csv" + asked)
	all := rowsIn(t, answer)
	if disposition := answer.header.Get("Content-Disposition"); disposition != `attachment; filename="CLR01-denominator-rows-2025.csv"` {
		t.Errorf("the file is named %s", disposition)
	}
	var shown []string
	page.page.Find("#rows tbody tr td:first-child a").Each(func(_ int, s *goquery.Selection) { shown = append(shown, s.Text()) })
	references := column(t, all, "Reference")
	if len(shown) != pageRows || len(references) <= pageRows {
		t.Fatalf("the page shows %d rows, the file has %d", len(shown), len(references))
	}
	if difference := cmp.Diff(shown, references[:pageRows]); difference != "" {
		t.Errorf("the file begins otherwise than the page (-page +file):\n%s", difference)
	}
	if said := page.page.Find("#rows .pager").Text(); !strings.Contains(strings.ReplaceAll(said, ",", ""), strconv.Itoa(len(references))) {
		t.Errorf("the page says %q, the file has %d rows", said, len(references))
	}
	met := map[string]bool{}
	for _, reference := range references {
		met[reference] = true
	}
	if len(met) != len(references) {
		t.Errorf("%d rows tell %d declarations", len(references), len(met))
	}
	k.sameWorkbook(t, b.get(rows+".xlsx"+asked), all)
	if page.page.Find(".rows-head + p").Length() != 0 {
		t.Error("the page says that a whole file is cut")
	}

	own := rowsIn(t, k.person(t, "head_of_office").get(rows+".csv"+asked))
	for _, office := range column(t, own, "Office") {
		if office != k.office {
			t.Fatalf("the head of %s is given a row of %s", k.office, office)
		}
	}
	if len(own) >= len(all) {
		t.Errorf("one office has %d rows, all have %d", len(own), len(all))
	}
	k.rowsUnderVeil(t, rows, all)
	k.cutRows(t, rows, asked)
}

// rowsUnderVeil holds that a download names no officer to whom the page names none.
func (k *kit) rowsUnderVeil(t *testing.T, rows string, all [][]string) {
	t.Helper()
	const asked = "?period=2025&part=denominator"
	named := column(t, all, "Acting officer")
	analyst := k.person(t, "analyst")
	veiled := rowsIn(t, analyst.get(rows+".csv"+asked))
	if !slices.ContainsFunc(named, func(code string) bool { return code != "" }) {
		t.Fatal("no row has an officer")
	}
	for i, code := range column(t, veiled, "Acting officer") {
		if code != "" && code == named[i] {
			t.Fatalf("the analyst is told that row %d is of %s", i, code)
		}
	}
	for i, name := range column(t, veiled, "Acting officer – Name") {
		if name != "" && name == column(t, all, "Acting officer – Name")[i] {
			t.Fatalf("the analyst is told the name %s", name)
		}
	}
}

// cutRows makes the bound small and holds that page and files say what is missing.
func (k *kit) cutRows(t *testing.T, rows, asked string) {
	t.Helper()
	k.web.options.MostRows = 7
	defer func() { k.web.options.MostRows = 0 }()
	b := k.person(t, "auditor")
	cut := rowsIn(t, b.get(rows+".csv"+asked))
	last := cut[len(cut)-1][0]
	if len(cut) != 1+7+1 || !strings.HasPrefix(last, "A download holds the first 7 of ") {
		t.Errorf("a file cut at 7 rows has %d lines and ends with %q", len(cut), last)
	}
	if said := b.get(rows + asked).page.Find(".rows-head + p").Text(); said != last {
		t.Errorf("the page says %q, the file %q", said, last)
	}
	k.sameWorkbook(t, b.get(rows+".xlsx"+asked), cut)
}

// sameWorkbook holds that a workbook has the rows of the other file.
func (k *kit) sameWorkbook(t *testing.T, a *answer, want [][]string) {
	t.Helper()
	book, err := excelize.OpenReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatalf("%d: %v", a.status, err)
	}
	defer func() { _ = book.Close() }()
	sheet, err := book.GetRows("Rows")
	if err != nil || len(sheet) != len(want) {
		t.Fatalf("the workbook has %d rows, the CSV %d; %v", len(sheet), len(want), err)
	}
	for i := range sheet {
		if sheet[i][0] != want[i][0] || i > 0 && len(want[i][1]) > 0 && sheet[i][1] != want[i][1] {
			t.Fatalf("row %d is %q in the workbook, %q in the CSV", i, sheet[i], want[i])
		}
	}
	if about, err := book.GetRows("About"); err != nil || len(about) < 5 || !strings.HasPrefix(about[0][1], "CLR01") {
		t.Errorf("about: %q, %v", about, err)
	}
}
