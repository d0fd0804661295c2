package intake

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"assay/domain/declaration"
)

// fault is one thing wrong with a canonical document, with its place in it.
type documentFault struct {
	field  string
	value  string
	reason string
}

func (f *documentFault) Error() string { return f.field + " " + f.reason }

// checker collects the first fault of a document. Texts, times and words are checked everywhere by
// type; rules that concern particular fields are asked for one by one.
type checker struct{ fault *documentFault }

func (c *checker) fail(field string, value any, reason string) {
	if c.fault == nil {
		c.fault = &documentFault{field: field, value: clip(validText(fmt.Sprint(value)), 500), reason: reason}
	}
}

// check looks a document through and puts it in canonical order: parts sorted, numbered from 1, times in UTC.
func check(d *Document) *documentFault {
	c := &checker{}
	v := reflect.ValueOf(d).Elem()
	given := 0
	for i := range v.NumField() {
		if !v.Field(i).IsNil() {
			given++
		}
	}
	if given != 1 {
		c.fail("", given, fmt.Sprintf("A line must hold one document, not %d.", given))
		return c.fault
	}
	c.walk("", v, 0)
	if c.fault == nil {
		c.rules(d)
	}
	return c.fault
}

func (c *checker) rules(d *Document) {
	switch {
	case d.Declaration != nil:
		c.declaration(d.Declaration)
	case d.Manifest != nil:
		c.manifest(d.Manifest)
	case d.Transit != nil:
		c.key("transit.reference", d.Transit.Reference)
		c.office("transit.departure", d.Transit.Departure)
		c.office("transit.destination", d.Transit.Destination)
	case d.Suspense != nil:
		c.suspense(d.Suspense)
	default:
		c.reference(d)
	}
}

// walk checks every text, time and word by its type, and turns times to UTC.
func (c *checker) walk(path string, v reflect.Value, depth int) {
	if c.fault != nil || depth > 12 {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.walk(path, v.Elem(), depth+1)
		}
	case reflect.Slice:
		if v.Len() > maxParts {
			c.fail(path, v.Len(), "A list may have at most 32767 parts.")
		}
		for i := range v.Len() {
			c.walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i), depth+1)
		}
	case reflect.Struct:
		if at, ok := v.Addr().Interface().(*time.Time); ok {
			c.instant(path, at)
			return
		}
		if m, ok := v.Addr().Interface().(*declaration.Moment); ok {
			c.moment(path, m)
		}
		for i := range v.NumField() {
			c.walk(join2(path, fieldName(v.Type().Field(i))), v.Field(i), depth+1)
		}
	case reflect.String:
		c.text(path, v)
	default: // numbers and truth values have their own rules
	}
}

// fieldName is a field's name in JSON, empty for an embedded structure.
func fieldName(f reflect.StructField) string {
	if f.Anonymous {
		return ""
	}
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func join2(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "." + name
}

func (c *checker) instant(path string, at *time.Time) {
	if at.IsZero() {
		return // what must be given is asked for by name
	}
	*at = at.UTC()
	if year := at.Year(); year < firstYear || year > lastYear {
		c.fail(path, *at, "The year cannot be meant.")
	}
}

func (c *checker) moment(path string, m *declaration.Moment) {
	if m.At.IsZero() {
		c.fail(join2(path, "at"), "", "The time is missing.")
	}
	switch m.Precision {
	case declaration.Day, declaration.Minute, declaration.Second:
	default:
		c.fail(join2(path, "precision"), m.Precision, "The precision must be day, minute or second.")
	}
}

func (c *checker) text(path string, v reflect.Value) {
	text := v.String()
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		c.fail(path, text, "The text has characters that cannot be kept.")
	case len(text) > maxText:
		c.fail(path, text, fmt.Sprintf("The text is longer than %d bytes.", maxText))
	}
	words, limited := vocabulary[v.Type()]
	if limited && !slices.Contains(words, text) {
		c.fail(path, text, "The word is not one of "+strings.Join(slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" }), ", ")+".")
	}
}

// vocabulary holds the words of each type that has a fixed set of them.
var vocabulary = map[reflect.Type][]string{
	reflect.TypeFor[declaration.Flow]():           {"import", "export", "transit"},
	reflect.TypeFor[declaration.Lane]():           {"", "green", "yellow", "red", "blue"},
	reflect.TypeFor[declaration.Precision]():      {"", "day", "minute", "second"},
	reflect.TypeFor[declaration.SelectionCause](): {"", "criterion", "random", "top_up", "manual"},
	reflect.TypeFor[declaration.OffenceStatus]():  {"open", "confirmed", "dismissed"},
	reflect.TypeFor[declaration.PaymentKind]():    {"receipt", "account_debit", "refund"},
	reflect.TypeFor[declaration.VersionCause]():   {"registered", "amended", "assessed", "post_entry", "cancelled", "refund", "extract"},
	reflect.TypeFor[declaration.EventKind]():      eventKindWords(),
}

func eventKindWords() []string {
	words := make([]string, len(declaration.EventKinds))
	for i, k := range declaration.EventKinds {
		words[i] = string(k)
	}
	return words
}

// key checks a text that identifies something.
func (c *checker) key(path, text string) {
	switch {
	case strings.TrimSpace(text) == "":
		c.fail(path, text, "The field is missing.")
	case len(text) > maxCode:
		c.fail(path, text, fmt.Sprintf("The code is longer than %d bytes.", maxCode))
	}
}

func (c *checker) office(path, code string) {
	c.key(path, code)
	if strings.Contains(code, "/") {
		c.fail(path, code, "An office code cannot have a slash.")
	}
}

// day checks a local date, which is kept as midnight UTC.
func (c *checker) day(path string, at time.Time) {
	if at.IsZero() {
		c.fail(path, "", "The date is missing.")
	} else if !at.Equal(at.Truncate(24 * time.Hour)) {
		c.fail(path, at.Format(time.RFC3339), "A date must be midnight UTC of the local date.")
	}
}

func (c *checker) days(path string, at *time.Time) {
	if at != nil {
		c.day(path, *at)
	}
}

func (c *checker) declaration(d *declaration.Declaration) {
	const at = "declaration."
	c.office(at+"reference.office", d.Reference.Office)
	c.key(at+"reference.number", d.Reference.Number)
	if len(d.Reference.Serial) > maxCode {
		c.fail(at+"reference.serial", d.Reference.Serial, "The serial is too long.")
	}
	c.day(at+"header.registered_on", d.Header.RegisteredOn)
	if d.Reference.Year != d.Header.RegisteredOn.Year() {
		c.fail(at+"reference.year", d.Reference.Year, "The year is not that of the date of registration.")
	}
	items := map[int]bool{}
	for i := range d.Items {
		number := d.Items[i].Number
		if number < 1 || items[number] {
			c.fail(fmt.Sprintf("%sitems[%d].number", at, i), number, "Item numbers begin at 1 and occur once.")
		}
		items[number] = true
	}
	versions := map[int]bool{}
	for i := range d.Versions {
		number := d.Versions[i].Number
		if number < 1 || number > maxParts || versions[number] {
			c.fail(fmt.Sprintf("%sversions[%d].number", at, i), number, "Version numbers begin at 1 and occur once.")
		}
		versions[number] = true
	}
	for i := range d.Events {
		if v := d.Events[i].Version; v < 0 || v > maxParts {
			c.fail(fmt.Sprintf("%sevents[%d].version", at, i), v, "The document version is out of range.")
		}
	}
	for i := range d.Payments {
		if d.Payments[i].Amount < 0 {
			c.fail(fmt.Sprintf("%spayments[%d].amount", at, i), d.Payments[i].Amount, "Amounts are positive, of refunds too.")
		}
	}
	for i := range d.Offences {
		c.days(fmt.Sprintf("%soffences[%d].paid_on", at, i), d.Offences[i].PaidOn)
	}
	if c.fault == nil {
		orderDeclaration(d)
	}
}

// orderDeclaration sorts the parts of a declaration and numbers them.
func orderDeclaration(d *declaration.Declaration) {
	slices.SortStableFunc(d.Items, func(x, y declaration.Item) int { return cmp.Compare(x.Number, y.Number) })
	slices.SortStableFunc(d.Events, func(x, y declaration.Event) int { return x.At.Compare(y.At) })
	slices.SortStableFunc(d.Assignments, func(x, y declaration.Assignment) int { return x.At.Compare(y.At) })
	slices.SortStableFunc(d.Inspections, func(x, y declaration.Inspection) int { return x.At.Compare(y.At) })
	slices.SortStableFunc(d.Offences, func(x, y declaration.Offence) int { return x.At.Compare(y.At) })
	slices.SortStableFunc(d.Payments, func(x, y declaration.Payment) int { return x.At.Compare(y.At) })
	slices.SortStableFunc(d.Versions, func(x, y declaration.Version) int { return cmp.Compare(x.Number, y.Number) })
	for i := range d.Events {
		d.Events[i].Sequence = i + 1
	}
	for i := range d.Assignments {
		d.Assignments[i].Sequence = i + 1
	}
	for i := range d.Payments {
		d.Payments[i].Sequence = i + 1
	}
}

func (c *checker) manifest(m *declaration.Manifest) {
	c.office("manifest.office", m.Office)
	c.key("manifest.reference", m.Reference)
	if c.fault == nil && (!strings.HasPrefix(m.Reference, m.Office+"/") || strings.Count(m.Reference, "/") < 2) {
		c.fail("manifest.reference", m.Reference, "The reference must be OFFICE/YEAR/NUMBER with the manifest's office.")
	}
	c.days("manifest.departed_on", m.DepartedOn)
	seen := map[string]bool{}
	for i := range m.Bills {
		at := fmt.Sprintf("manifest.bills[%d].reference", i)
		c.key(at, m.Bills[i].Reference)
		if seen[m.Bills[i].Reference] {
			c.fail(at, m.Bills[i].Reference, "A bill occurs once on a manifest.")
		}
		seen[m.Bills[i].Reference] = true
	}
	if c.fault == nil {
		orderManifest(m)
	}
}

func (c *checker) suspense(a *declaration.SuspenseAccount) {
	c.key("suspense.account", a.Account)
	c.office("suspense.office", a.Office)
	c.key("suspense.regime", a.Regime)
	c.day("suspense.opened_on", a.OpenedOn)
	c.day("suspense.due_on", a.DueOn)
	c.days("suspense.closed_on", a.ClosedOn)
	slices.SortStableFunc(a.Discharges, func(x, y declaration.Discharge) int { return x.At.Compare(y.At) })
	for i := range a.Discharges {
		a.Discharges[i].Sequence = i + 1
	}
}

func (c *checker) reference(d *Document) {
	switch {
	case d.Office != nil:
		c.describedOffice(d.Office)
	case d.Section != nil:
		c.office("section.office", d.Section.Office)
		c.key("section.code", d.Section.Code)
	case d.Holiday != nil:
		c.day("holiday.day", d.Holiday.Day)
	case d.Posting != nil:
		c.posting(d.Posting)
	case d.Session != nil:
		c.key("session.user", d.Session.User)
		if d.Session.StartedAt.IsZero() {
			c.fail("session.started_at", "", "The time is missing.")
		}
		if d.Session.EndedAt != nil && d.Session.EndedAt.Before(d.Session.StartedAt) {
			c.fail("session.ended_at", *d.Session.EndedAt, "The end lies before the beginning.")
		}
	case d.Trader != nil:
		c.key("trader.code", d.Trader.Code)
	case d.Broker != nil:
		c.key("broker.code", d.Broker.Code)
	case d.Target != nil:
		c.office("target.office", d.Target.Office)
		if d.Target.Month < firstYear*12 || d.Target.Month >= (lastYear+1)*12 {
			c.fail("target.month", d.Target.Month, "The month is year * 12 + month - 1.")
		}
	}
}

func (c *checker) describedOffice(o *Office) {
	c.office("office.code", o.Code)
	if o.Zone != "" {
		if _, err := time.LoadLocation(o.Zone); err != nil || o.Zone == "Local" {
			c.fail("office.zone", o.Zone, "The zone is not an IANA time zone.")
		}
	}
	if (o.Opens != 0 || o.Closes != 0) && (o.Opens < 0 || o.Closes > 24*60 || o.Opens >= o.Closes) {
		c.fail("office.closes", o.Closes, "Opening hours are minutes after midnight, closing after opening.")
	}
	if o.Workdays != "" && !workdaysForm.MatchString(o.Workdays) {
		c.fail("office.workdays", o.Workdays, "Workdays are seven digits 1 or 0, Monday first.")
	}
	c.word("office.kind", o.Kind, "", officeKinds)
}

func (c *checker) posting(p *Posting) {
	c.key("posting.user", p.User)
	c.day("posting.from", p.From)
	c.days("posting.to", p.To)
	if p.To != nil && p.To.Before(p.From) {
		c.fail("posting.to", *p.To, "The end lies before the beginning.")
	}
	c.word("posting.function", p.Function, "-", functions)
	c.word("posting.status", p.Status, "-", statuses)
}

// word checks a text against the words that a map gives; also is allowed beside them.
func (c *checker) word(path, text, also string, words map[string]string) {
	if text == also {
		return
	}
	for _, known := range words {
		if text == known {
			return
		}
	}
	c.fail(path, text, "The word is not one of those that the field may have.")
}
