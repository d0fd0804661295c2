package intake

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"assay/domain"
	"assay/domain/declaration"
)

//go:embed maps/*.json
var shippedMaps embed.FS

// ColumnMap says under which names a source keeps what. It is data: JSON, shipped under
// maps/ and copied by an administration that names things otherwise.
type ColumnMap struct {
	Name   string `json:"name"`
	Format string `json:"format"` // the format it is for
	// Encoding is the encoding of delimited files; empty means found out from their bytes.
	Encoding string `json:"encoding,omitempty"`
	// Decimal is the sign before decimals: "point", "comma", or "auto" (also when empty),
	// which finds it out from the first rows of each file.
	Decimal string `json:"decimal,omitempty"`
	// DateOrder says what stands first in dates such as 03/04/2022: "dmy" or "mdy". When it is
	// empty such dates are read where only one reading is possible and rejected where not;
	// for asycuda-xml empty means "mdy", as ASYCUDA writes.
	DateOrder string `json:"date_order,omitempty"`
	// Flows gives the direction of the goods by the beginning of a model
	// ("IM" to import); the longest beginning wins.
	Flows map[string]declaration.Flow `json:"flows,omitempty"`
	// Modes gives the mode of transport (digit of UN Recommendation 19) by the site's code. Codes
	// not named here are taken as they are; of two digits without leading zero the first counts.
	Modes map[string]string `json:"modes,omitempty"`
	// Payable are the modes of payment of tax lines that are to be paid (asycuda-xml).
	Payable []string `json:"payable,omitempty"`
	// Files are, for asycuda-world, the names of files and columns, by kind of file (see EXTRACT.md).
	Files map[string]FileMap `json:"files,omitempty"`
	// Table is, for format table, how a row becomes a document.
	Table *TableMap `json:"table,omitempty"`
}

// FileMap is how a site names one file and its columns. Names of columns are compared
// without letter case, and any run of blanks and signs is the same.
type FileMap struct {
	Names   []string            `json:"names"`             // beginnings of file names
	Columns map[string][]string `json:"columns"`           // field to accepted column names, the best first
	Taxes   []TaxColumns        `json:"taxes,omitempty"`   // payable tax lines of an item, for file items
	Ignored []string            `json:"ignored,omitempty"` // known columns that are not read
}

// TaxColumns is one tax that a site keeps in columns.
type TaxColumns struct {
	Code     string   `json:"code"`
	Amount   []string `json:"amount"`
	Relieved []string `json:"relieved,omitempty"`
}

// OperationMap gives each operation of a log its meaning by the name the source
// writes, letter case and repeated blanks ignored.
type OperationMap struct {
	Name       string               `json:"name"`
	Operations map[string]Operation `json:"operations"`
}

// Operation is the meaning of one operation.
type Operation struct {
	Kind declaration.EventKind `json:"kind"`
	To   declaration.Lane      `json:"to,omitempty"` // lane that the operation gives
	// Machine marks an operation that a program does in the name of the user
	// who is at work ("System re-route to green").
	Machine bool `json:"machine,omitempty"`
}

// LaneMap gives each lane its canonical name by the name the source writes,
// letter case ignored.
type LaneMap struct {
	Name  string                      `json:"name"`
	Lanes map[string]declaration.Lane `json:"lanes"`
}

// Limits of a map.
const (
	maxMapBytes   = 4 << 20
	maxMapEntries = 100_000
)

// ParseColumnMap reads and checks a column map.
func ParseColumnMap(data []byte) (ColumnMap, error) {
	var m ColumnMap
	if err := parseMap(data, &m); err != nil {
		return ColumnMap{}, err
	}
	return m, m.Validate()
}

// ParseOperationMap reads and checks an operation map.
func ParseOperationMap(data []byte) (OperationMap, error) {
	var m OperationMap
	if err := parseMap(data, &m); err != nil {
		return OperationMap{}, err
	}
	return m, m.Validate()
}

// ParseLaneMap reads and checks a lane map.
func ParseLaneMap(data []byte) (LaneMap, error) {
	var m LaneMap
	if err := parseMap(data, &m); err != nil {
		return LaneMap{}, err
	}
	return m, m.Validate()
}

func parseMap(data []byte, into any) error {
	if len(data) > maxMapBytes {
		return domain.Errorf(domain.KindInvalid, "A map may have at most %d MB.", maxMapBytes>>20)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return domain.Wrap(domain.KindInvalid, err, "The map is not valid JSON of a map: %s.", mapFault(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return domain.Errorf(domain.KindInvalid, "The map has something after its end.")
	}
	return nil
}

// mapFault says what is wrong with the JSON of a map without Go's names.
func mapFault(err error) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("%s at byte %d", syntax.Error(), syntax.Offset)
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Sprintf("%s cannot be a %s", kind.Field, kind.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// ShippedColumnMap is a column map that comes with the program: "asycuda-world", "asycuda-xml", "kcs".
func ShippedColumnMap(name string) (ColumnMap, error) {
	data, err := shippedMap(name)
	if err != nil {
		return ColumnMap{}, err
	}
	return ParseColumnMap(data)
}

// ShippedOperationMap is the operation map that comes with the program.
func ShippedOperationMap() OperationMap {
	return mustShip("operations", ParseOperationMap)
}

// ShippedLaneMap is the lane map that comes with the program.
func ShippedLaneMap() LaneMap { return mustShip("lanes", ParseLaneMap) }

func mustShip[M any](name string, parse func([]byte) (M, error)) M {
	data, err := shippedMap(name)
	if err == nil {
		var m M
		if m, err = parse(data); err == nil {
			return m
		}
	}
	panic("intake: the shipped map " + name + " is broken: " + err.Error()) // a test reads every shipped map
}

func shippedMap(name string) ([]byte, error) {
	data, err := shippedMaps.ReadFile("maps/" + name + ".json")
	if err != nil {
		return nil, domain.Errorf(domain.KindNotFound, "No map named %q comes with the program; there are %s.", name, strings.Join(ShippedMaps(), ", "))
	}
	return data, nil
}

// ShippedMaps lists the names of all maps that come with the program.
func ShippedMaps() []string {
	entries, err := shippedMaps.ReadDir("maps")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".json"))
	}
	return names
}

// Validate checks a column map; the error names every wrong field.
func (m ColumnMap) Validate() error {
	var wrong []domain.FieldError
	add := func(field, format string, args ...any) {
		wrong = append(wrong, domain.FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	if !slices.Contains(Formats, m.Format) {
		add("format", "must be one of %s", strings.Join(Formats, ", "))
	}
	if !slices.Contains([]string{"", encodingUTF8, encodingUTF16LE, encodingUTF16BE, encoding1252, encoding1256}, m.Encoding) {
		add("encoding", "%q is not known", m.Encoding)
	}
	if !slices.Contains([]string{"", "auto", "point", "comma"}, m.Decimal) {
		add("decimal", "must be point, comma or auto")
	}
	if !slices.Contains([]string{"", "dmy", "mdy"}, m.DateOrder) {
		add("date_order", "must be dmy or mdy")
	}
	for _, prefix := range slices.Sorted(maps.Keys(m.Flows)) {
		if !knownFlow(m.Flows[prefix]) {
			add("flows."+prefix, "must be import, export or transit")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		m.validateFile(name, add)
	}
	if m.Table != nil {
		m.Table.validate(add)
	} else if m.Format == FormatTable {
		add("table", "is missing")
	}
	return domain.Invalid("The column map has faults.", wrong...)
}

func (m ColumnMap) validateFile(name string, add func(field, format string, args ...any)) {
	kind := kindNamed(name)
	if kind == nil {
		add("files."+name, "is not a file of the format")
		return
	}
	file := m.Files[name]
	for _, field := range slices.Sorted(maps.Keys(file.Columns)) {
		if kind.field(field) < 0 {
			add("files."+name+".columns."+field, "is not a field of this file")
		}
	}
	if len(file.Taxes) > 0 && name != fileItems {
		add("files."+name+".taxes", "only the file items has taxes")
	}
	if len(file.Taxes) > maxTaxes {
		add("files."+name+".taxes", "at most %d taxes", maxTaxes)
	}
	for i, tax := range file.Taxes {
		if tax.Code == "" || len(tax.Code) > maxCode || len(tax.Amount) == 0 {
			add(fmt.Sprintf("files.%s.taxes[%d]", name, i), "needs a code and a column for its amount")
		}
	}
}

func knownFlow(f declaration.Flow) bool {
	return f == declaration.Import || f == declaration.Export || f == declaration.Transit
}

func knownLane(l declaration.Lane) bool { return l == "" || l.Strength() >= 0 }

// Validate checks an operation map.
func (m OperationMap) Validate() error {
	var wrong []domain.FieldError
	if len(m.Operations) > maxMapEntries {
		wrong = append(wrong, domain.FieldError{Field: "operations", Message: "has too many entries"})
	}
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(m.Operations)) {
		op, field := m.Operations[name], "operations."+name
		if !slices.Contains(declaration.EventKinds, op.Kind) {
			wrong = append(wrong, domain.FieldError{Field: field, Message: fmt.Sprintf("%q is not a kind of event", op.Kind)})
		}
		if !knownLane(op.To) {
			wrong = append(wrong, domain.FieldError{Field: field, Message: fmt.Sprintf("%q is not a lane", op.To)})
		}
		key := foldName(name)
		if other, twice := seen[key]; twice && m.Operations[other] != op {
			wrong = append(wrong, domain.FieldError{Field: field, Message: fmt.Sprintf("is the same name as %q with another meaning", other)})
		}
		seen[key] = name
	}
	return domain.Invalid("The operation map has faults.", wrong...)
}

// Validate checks a lane map.
func (m LaneMap) Validate() error {
	var wrong []domain.FieldError
	if len(m.Lanes) > maxMapEntries {
		wrong = append(wrong, domain.FieldError{Field: "lanes", Message: "has too many entries"})
	}
	for _, name := range slices.Sorted(maps.Keys(m.Lanes)) {
		if !knownLane(m.Lanes[name]) {
			wrong = append(wrong, domain.FieldError{Field: "lanes." + name, Message: fmt.Sprintf("%q is not a lane", m.Lanes[name])})
		}
	}
	return domain.Invalid("The lane map has faults.", wrong...)
}

// foldName makes names comparable: small letters, single blanks, none at the ends.
func foldName(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

// foldColumn makes column names comparable: capital letters and digits, anything between
// them one underscore.
func foldColumn(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(unicode.ToUpper(r))
			continue
		}
		gap = true
	}
	return b.String()
}
