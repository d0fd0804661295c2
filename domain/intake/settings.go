package intake

import (
	"slices"
	"strings"
	"time"

	"assay/domain"
	"assay/domain/declaration"
)

// settings are options with every default filled in.
type settings struct {
	Options
	digits      int
	zone        *time.Location
	officeZones map[string]*time.Location // from the delivery itself
	columns     ColumnMap
	operations  map[string]Operation // by folded name
	lanes       map[string]declaration.Lane
	flows       []flowPrefix
	machines    []string
	payable     map[string]bool
}

type flowPrefix struct {
	prefix string
	flow   declaration.Flow
}

const (
	defaultMemory = 128 << 20
	maxDecimals   = 4
)

func newSettings(o Options) (*settings, error) {
	s := &settings{Options: o, digits: 2, zone: o.Zone, officeZones: map[string]*time.Location{}}
	if s.Format == "" {
		s.Format = FormatWorld
	}
	if !slices.Contains(Formats, s.Format) {
		return nil, domain.Errorf(domain.KindInvalid, "The format %q is not known; there are %s.", s.Format, strings.Join(Formats, ", "))
	}
	if o.MinorDigits != nil {
		s.digits = *o.MinorDigits
	}
	if s.digits < 0 || s.digits > maxDecimals {
		return nil, domain.Errorf(domain.KindInvalid, "A currency has 0 to %d decimals, not %d.", maxDecimals, s.digits)
	}
	if s.zone == nil {
		s.zone = time.UTC
	}
	if s.MemoryBytes <= 0 {
		s.MemoryBytes = defaultMemory
	}
	s.MemoryBytes = max(s.MemoryBytes, 1<<20)
	s.Workers = min(max(s.Workers, 1), 64)
	s.machines = o.MachineUsers
	if s.machines == nil {
		s.machines = []string{"system"}
	}
	if err := s.resolveMaps(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *settings) resolveMaps() error {
	s.columns = s.Columns
	if s.columns.Format == "" && s.Format != FormatNDJSON {
		if s.Format == FormatTable {
			return domain.Errorf(domain.KindInvalid, "The format table needs a column map.")
		}
		var err error
		if s.columns, err = ShippedColumnMap(s.Format); err != nil {
			return err
		}
	}
	if s.columns.Format != "" && s.columns.Format != s.Format {
		return domain.Errorf(domain.KindInvalid, "The column map %q is for format %s, not %s.", s.columns.Name, s.columns.Format, s.Format)
	}
	if s.columns.Format != "" {
		if err := s.columns.Validate(); err != nil {
			return err
		}
	}
	operations, lanes := s.Operations, s.Lanes
	if operations.Operations == nil {
		operations = ShippedOperationMap()
	}
	if lanes.Lanes == nil {
		lanes = ShippedLaneMap()
	}
	if err := operations.Validate(); err != nil {
		return err
	}
	if err := lanes.Validate(); err != nil {
		return err
	}
	s.operations = make(map[string]Operation, len(operations.Operations))
	for name, op := range operations.Operations {
		s.operations[foldName(name)] = op
	}
	s.lanes = make(map[string]declaration.Lane, len(lanes.Lanes))
	for name, lane := range lanes.Lanes {
		s.lanes[foldName(name)] = lane
	}
	for prefix, flow := range s.columns.Flows {
		s.flows = append(s.flows, flowPrefix{strings.ToUpper(prefix), flow})
	}
	slices.SortFunc(s.flows, func(a, b flowPrefix) int {
		if d := len(b.prefix) - len(a.prefix); d != 0 {
			return d
		}
		return strings.Compare(a.prefix, b.prefix)
	})
	s.payable = make(map[string]bool, len(s.columns.Payable))
	for _, code := range s.columns.Payable {
		s.payable[code] = true
	}
	return nil
}

// flowOf gives the direction of a model such as "IM4", empty when no map knows it.
func (s *settings) flowOf(model string) declaration.Flow {
	for _, f := range s.flows {
		if len(model) >= len(f.prefix) && strings.EqualFold(model[:len(f.prefix)], f.prefix) {
			return f.flow
		}
	}
	return ""
}

// flowCode reads a direction as sources write it: I, E, T, or the words.
func flowCode(text string) declaration.Flow {
	switch strings.ToUpper(text) {
	case "I", "IM", "IMPORT", "1":
		return declaration.Import
	case "E", "EX", "EXPORT", "0":
		return declaration.Export
	case "T", "TR", "TRANSIT":
		return declaration.Transit
	}
	return ""
}

// mode gives the mode of transport: by the map, else of two digits without leading zero the first.
func (s *settings) mode(code string) string {
	if mapped, ok := s.columns.Modes[code]; ok {
		return mapped
	}
	if len(code) == 2 && code[0] >= '1' && code[0] <= '9' && code[1] >= '0' && code[1] <= '9' {
		return code[:1]
	}
	return code
}

// isMachine says whether a user is a program.
func (s *settings) isMachine(user string) bool {
	for _, prefix := range s.machines {
		if len(user) >= len(prefix) && strings.EqualFold(user[:len(prefix)], prefix) {
			return prefix != ""
		}
	}
	return false
}

// zoneOf is the time zone of an office: what the delivery says, else what the administration
// knows, else the administration's own.
func (s *settings) zoneOf(office string) *time.Location {
	if zone := s.officeZones[office]; zone != nil {
		return zone
	}
	if s.OfficeZone != nil {
		if zone := s.OfficeZone(office); zone != nil {
			return zone
		}
	}
	return s.zone
}
