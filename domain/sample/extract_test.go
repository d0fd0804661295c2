package sample

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// extract is a sample read back from its files, by code that shares nothing with
// the generator but the names of the columns.
type extract struct {
	truth        Truth
	watermark    time.Time
	declarations map[string]*document
	order        []string
	bills        map[string]*lading
	transits     []map[string]string
	accounts     map[string]map[string]string
	discharges   map[string][]map[string]string // by the declaration that discharges
	staff        map[string][]interval
	sessions     []map[string]string
	manifests    map[string]map[string]string
	planted      map[string]map[string]map[string]bool // rule, case, key
	tables       map[string][]map[string]string
}

type document struct {
	key, office, importer, broker, procedure, hs string
	flow                                         string
	position                                     int // in the order of registration
	items                                        int
	packages, gross                              float64
	value, tax                                   int64
	hs6                                          map[string]bool
	assessed                                     int64
	isAssessed                                   bool
	deferred                                     string
	bill, manifest                               string
	prelodged                                    bool
	operations                                   []act
	lanes, assignments, inspections              []map[string]string
	offences, receipts, versions                 []map[string]string
	first                                        map[string]time.Time
	cancelled                                    bool
}

type lading struct {
	packages, remaining, gross float64
	written, weight            float64
	cited                      []*document
}

type interval struct {
	status   string
	from, to time.Time
}

// generate writes a sample into a folder of the test and reads it back.
func generate(t *testing.T, change func(*Parameters)) *extract {
	t.Helper()
	p := DefaultParameters()
	if change != nil {
		change(&p)
	}
	dir := t.TempDir()
	if _, err := Write(context.Background(), dir, p, nil); err != nil {
		t.Fatalf("Write: %v", err)
	}
	return readExtract(t, dir)
}

// act is an operation.
type act struct {
	at         time.Time
	name, user string
}

// record is a row with its columns' places.
type record struct {
	places map[string]int
	fields []string
}

func (r record) get(column string) string {
	i, known := r.places[column]
	if !known {
		panic("no column " + column)
	}
	return r.fields[i]
}

// pick keeps a row without the declaration's key and without empty fields.
func (r record) pick() map[string]string {
	kept := make(map[string]string, len(r.fields))
	for column, i := range r.places {
		if r.fields[i] != "" && column != "REGDATE" && column != "REGNO" {
			kept[column] = strings.Clone(r.fields[i])
		}
	}
	return kept
}

// eachRow reads a file row by row; the fields are used again for the next row.
func eachRow(t *testing.T, dir, name string, use func(row record)) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, name+".csv"))
	if err != nil {
		t.Fatalf("open %s: %v", name, err)
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	head, err := r.Read()
	if err != nil {
		t.Fatalf("%s: header: %v", name, err)
	}
	r.ReuseRecord = true
	row := record{places: make(map[string]int, len(head))}
	for i, column := range head {
		row.places[strings.Clone(column)] = i
	}
	for {
		row.fields, err = r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		use(row)
	}
}

// clockOf reads YYYY-MM-DD HH:MM. It is written out because the tests read millions.
func clockOf(t *testing.T, text string) time.Time {
	t.Helper()
	if len(text) != 16 || text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':' {
		t.Fatalf("time %q", text)
	}
	number := func(from, to int) int {
		n := 0
		for _, c := range text[from:to] {
			if c < '0' || c > '9' {
				t.Fatalf("time %q", text)
			}
			n = n*10 + int(c-'0')
		}
		return n
	}
	at := time.Date(number(0, 4), time.Month(number(5, 7)), number(8, 10), number(11, 13), number(14, 16), 0, 0, time.UTC)
	if at.Day() != number(8, 10) || at.Minute() != number(14, 16) {
		t.Fatalf("time %q does not exist", text)
	}
	return at
}

func dateOf(t *testing.T, text string) time.Time {
	t.Helper()
	return clockOf(t, text+" 00:00")
}

// amountOf reads a decimal as thousandths, exactly.
func amountOf(t *testing.T, text string) int64 {
	t.Helper()
	whole, fraction, _ := strings.Cut(or(text, "0"), ".")
	if len(fraction) > 3 {
		t.Fatalf("amount %q has more than three decimals", text)
	}
	v, err := strconv.ParseInt(whole+fraction+"000"[len(fraction):], 10, 64)
	if err != nil {
		t.Fatalf("amount %q: %v", text, err)
	}
	return v
}

func numberOf(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(or(text, "0"), 64)
	if err != nil {
		t.Fatalf("number %q: %v", text, err)
	}
	return v
}

var eventNames = map[string]string{
	"Validate and assess": "registered", "Registered direct to assessed": "assessed", "Payment": "paid", "Print Release Order": "released",
	"Exit Paid": "exited", "Cancel": "cancelled", "Release Order (selectivity)": "selected", "Store": "stored",
}

func documentKey(row record) string {
	return row.get("OFFICE") + "/" + row.get("REGDATE")[:4] + "/" + row.get("REGNO")
}

func readExtract(t *testing.T, dir string) *extract {
	t.Helper()
	x := &extract{declarations: map[string]*document{}, bills: map[string]*lading{}, accounts: map[string]map[string]string{}, staff: map[string][]interval{},
		manifests: map[string]map[string]string{}, planted: map[string]map[string]map[string]bool{}, tables: map[string][]map[string]string{}}
	content, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil {
		t.Fatalf("truth: %v", err)
	}
	if err := json.Unmarshal(content, &x.truth); err != nil {
		t.Fatalf("truth: %v", err)
	}
	x.watermark = clockOf(t, x.truth.Watermark)
	x.readTransport(t, dir)
	x.readItems(t, dir)
	x.readRows(t, dir)
	x.readCargo(t, dir)
	for _, name := range []string{"transits", "discharges", "sessions", "suspense", "staff", "offices", "sections", "traders", "brokers", "holidays", "targets"} {
		eachRow(t, dir, name, func(row record) { x.tables[name] = append(x.tables[name], row.pick()) })
		if got, want := int64(len(x.tables[name])), x.truth.Rows[name]; got != want {
			t.Errorf("%s has %d rows, truth.json says %d", name, got, want)
		}
	}
	x.transits, x.sessions = x.tables["transits"], x.tables["sessions"]
	x.discharges = map[string][]map[string]string{}
	eachRow(t, dir, "discharges", func(row record) {
		key := row.get("DOC_OFFICE") + "/" + row.get("DOC_REGDATE")[:4] + "/" + row.get("DOC_REGNO")
		x.discharges[key] = append(x.discharges[key], row.pick())
	})
	for _, entry := range x.tables["suspense"] {
		x.accounts[entry["ACCOUNT"]] = entry
	}
	for _, entry := range x.tables["staff"] {
		to := x.watermark.AddDate(9, 0, 0)
		if entry["TO_DATE"] != "" {
			to = dateOf(t, entry["TO_DATE"]).AddDate(0, 0, 1)
		}
		x.staff[entry["USERNAME"]] = append(x.staff[entry["USERNAME"]], interval{entry["STATUS"], dateOf(t, entry["FROM_DATE"]), to})
	}
	eachRow(t, dir, "truth_keys", func(row record) {
		if x.planted[row.get("RULE")] == nil {
			x.planted[row.get("RULE")] = map[string]map[string]bool{}
		}
		if x.planted[row.get("RULE")][row.get("CASE")] == nil {
			x.planted[row.get("RULE")][row.get("CASE")] = map[string]bool{}
		}
		x.planted[row.get("RULE")][row.get("CASE")][row.get("KEY")] = true
	})
	return x
}

func (x *extract) readTransport(t *testing.T, dir string) {
	t.Helper()
	eachRow(t, dir, "transport", func(row record) {
		d := &document{key: documentKey(row), office: row.get("OFFICE"), flow: row.get("FLOW"), deferred: row.get("DEFERRED_ACCOUNT"), bill: row.get("BOL_REFERENCES"),
			prelodged: row.get("PRELODGED") == "1", hs6: map[string]bool{}, first: map[string]time.Time{}}
		if row.get("ASSESSED_TOTAL") != "" {
			d.assessed, d.isAssessed = amountOf(t, row.get("ASSESSED_TOTAL")), true
		}
		if row.get("MAN_NUMBER") != "" {
			d.manifest = row.get("MAN_OFFICE") + "/" + row.get("MAN_YEAR") + "/" + row.get("MAN_NUMBER")
		}
		if x.declarations[d.key] != nil {
			t.Fatalf("declaration %s twice in transport", d.key)
		}
		d.position = len(x.order)
		x.declarations[d.key] = d
		x.order = append(x.order, d.key)
	})
}

func (x *extract) of(t *testing.T, file string, row record) *document {
	t.Helper()
	d := x.declarations[documentKey(row)]
	if d == nil {
		t.Fatalf("%s names declaration %s, which is not in transport", file, documentKey(row))
	}
	return d
}

func (x *extract) readItems(t *testing.T, dir string) {
	t.Helper()
	rows := int64(0)
	eachRow(t, dir, "items", func(row record) {
		rows++
		d := x.of(t, "items", row)
		d.items++
		d.importer, d.broker, d.procedure, d.hs = row.get("TPIN"), row.get("DEC_CODE"), row.get("EXTENDED PROC"), row.get("HSCODE")
		d.hs6[row.get("HSCODE")[:6]] = true
		d.packages += numberOf(t, row.get("PACKAGES"))
		d.gross += numberOf(t, row.get("GROSSWEIGHT"))
		d.value += amountOf(t, row.get("VDP AMOUNTS"))
		tax := amountOf(t, row.get("DUTY")) + amountOf(t, row.get("EXCISE")) + amountOf(t, row.get("VAT"))
		if tax != amountOf(t, row.get("TOTALTAX")) {
			t.Errorf("%s item %s: TOTALTAX %s is not the sum of its taxes", d.key, row.get("ITEMNO"), row.get("TOTALTAX"))
		}
		d.tax += tax
		if rows%7 == 0 {
			x.checkItem(t, d, row)
		}
	})
	if rows != x.truth.Rows["items"] {
		t.Errorf("items has %d rows, truth.json says %d", rows, x.truth.Rows["items"])
	}
}

// checkItem recomputes value and VAT of an item in exact arithmetic.
func (x *extract) checkItem(t *testing.T, d *document, row record) {
	t.Helper()
	rational := func(text string) *big.Rat {
		v, ok := new(big.Rat).SetString(or(text, "0"))
		if !ok {
			t.Fatalf("amount %q", text)
		}
		return v
	}
	decimals := exponentOf(x.truth.Currency)
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
	round := func(v *big.Rat) *big.Rat { // half up to the minor unit
		scaled := new(big.Rat).Mul(v, scale)
		scaled.Add(scaled, big.NewRat(1, 2))
		return new(big.Rat).Quo(new(big.Rat).SetInt(new(big.Int).Quo(scaled.Num(), scaled.Denom())), scale)
	}
	value := round(new(big.Rat).Mul(rational(row.get("FOB FCY")), rational(row.get("EXCRATE"))))
	for _, column := range []string{"INSURANCE", "FREIGHT", "OTHER_COSTS"} {
		value.Add(value, rational(row.get(column)))
	}
	if value.Cmp(rational(row.get("VDP AMOUNTS"))) != 0 {
		t.Errorf("%s item %s: value is %s, invoice and costs give %s", d.key, row.get("ITEMNO"), row.get("VDP AMOUNTS"), value.FloatString(decimals))
	}
	if rational(row.get("VAT")).Sign() > 0 {
		base := new(big.Rat).Add(value, rational(row.get("DUTY")))
		base.Add(base, rational(row.get("EXCISE")))
		rate := big.NewRat(int64(locales[x.truth.Parameters.Locale].vat), 10_000)
		if vat := round(base.Mul(base, rate)); vat.Cmp(rational(row.get("VAT"))) != 0 {
			t.Errorf("%s item %s: VAT is %s, not %s", d.key, row.get("ITEMNO"), row.get("VAT"), vat.FloatString(decimals))
		}
	}
}

func (x *extract) readRows(t *testing.T, dir string) {
	t.Helper()
	files := map[string]func(*document) *[]map[string]string{
		"lanes":       func(d *document) *[]map[string]string { return &d.lanes },
		"examiners":   func(d *document) *[]map[string]string { return &d.assignments },
		"inspections": func(d *document) *[]map[string]string { return &d.inspections },
		"offences":    func(d *document) *[]map[string]string { return &d.offences },
		"receipts":    func(d *document) *[]map[string]string { return &d.receipts },
		"versions":    func(d *document) *[]map[string]string { return &d.versions },
	}
	for _, name := range []string{"operations", "lanes", "examiners", "inspections", "offences", "receipts", "versions"} {
		rows, at := int64(0), -1
		eachRow(t, dir, name, func(row record) {
			rows++
			d := x.of(t, name, row)
			if d.position < at {
				t.Fatalf("%s is not in the order of registration at %s", name, d.key)
			}
			at = d.position
			if name == "operations" {
				d.operations = append(d.operations, act{clockOf(t, row.get("OPERATION_TIME")), row.get("OPERATION"), row.get("USERNAME")})
				return
			}
			list := files[name](d)
			*list = append(*list, row.pick())
		})
		if rows != x.truth.Rows[name] {
			t.Errorf("%s has %d rows, truth.json says %d", name, rows, x.truth.Rows[name])
		}
	}
	for _, d := range x.declarations {
		for _, op := range d.operations {
			if op.at.After(x.watermark) {
				t.Errorf("%s: %s at %s lies after the end of the extract", d.key, op.name, op.at)
			}
			event := eventNames[op.name]
			if first, met := d.first[event]; event != "" && (!met || op.at.Before(first)) {
				d.first[event] = op.at
			}
		}
		_, d.cancelled = d.first["cancelled"]
	}
}

func (x *extract) readCargo(t *testing.T, dir string) {
	t.Helper()
	eachRow(t, dir, "manifests", func(row record) {
		x.manifests[row.get("OFFICE")+"/"+row.get("MAN_YEAR")+"/"+row.get("MAN_NUMBER")] = map[string]string{"REGISTERED_TIME": row.get("REGISTERED_TIME")}
	})
	eachRow(t, dir, "bills", func(row record) {
		manifest := row.get("OFFICE") + "/" + row.get("MAN_YEAR") + "/" + row.get("MAN_NUMBER")
		if x.manifests[manifest] == nil {
			t.Fatalf("bill %s is on manifest %s, which is not there", row.get("BOL_REFERENCE"), manifest)
		}
		key := manifest + "/" + row.get("BOL_REFERENCE")
		if x.bills[key] != nil {
			t.Fatalf("bill %s twice", key)
		}
		x.bills[key] = &lading{packages: numberOf(t, row.get("PACKAGES")), remaining: numberOf(t, row.get("REMAINING_PACKAGES")), gross: numberOf(t, row.get("GROSS_WEIGHT"))}
	})
	for _, d := range x.declarations {
		if d.bill == "" {
			continue
		}
		b := x.bills[d.manifest+"/"+d.bill]
		if b == nil {
			t.Fatalf("%s cites bill %s/%s, which is not there", d.key, d.manifest, d.bill)
		}
		b.cited = append(b.cited, d)
	}
	eachRow(t, dir, "writeoffs", func(row record) {
		key := row.get("OFFICE") + "/" + row.get("MAN_YEAR") + "/" + row.get("MAN_NUMBER") + "/" + row.get("BOL_REFERENCE")
		b := x.bills[key]
		if b == nil {
			t.Fatalf("write-off of bill %s, which is not there", key)
		}
		if x.declarations[row.get("DOC_OFFICE")+"/"+row.get("DOC_REGDATE")[:4]+"/"+row.get("DOC_REGNO")] == nil {
			t.Fatalf("write-off of bill %s by a declaration that is not there", key)
		}
		b.written += numberOf(t, row.get("PACKAGES"))
		b.weight += numberOf(t, row.get("GROSS_WEIGHT"))
	})
}

func (x *extract) isCase(rule, variant, key string) bool { return x.planted[rule][variant][key] }

// keysOf lists the planted keys of a rule.
func (x *extract) keysOf(rule string) map[string]bool {
	all := map[string]bool{}
	for _, keys := range x.planted[rule] {
		for key := range keys {
			all[key] = true
		}
	}
	return all
}

func isMachine(user string) bool { return strings.HasPrefix(user, "System") }
