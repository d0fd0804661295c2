package crosscheck

import (
	"encoding/json"
	"fmt"
	"hash/maphash"
	"sort"
	"strconv"
	"strings"
	"time"

	"assay/domain/administration"
	"assay/domain/declaration"
)

// Context is what the rules know besides the record: the administration's
// settings and calendars, how far the data reach, and facts of other documents.
// It does not change once made and is safe for concurrent use.
type Context struct {
	Settings  administration.Settings
	Calendars *administration.Calendars
	// Watermark is the latest time that the data know of: what is younger cannot be judged yet.
	Watermark time.Time

	machines      map[string]bool           // users that are programs, besides those that the settings name
	cancellations map[string][]cancellation // P8, by importer
	bills         map[uint64]sharedBill     // P9, by key of manifest and bill; only those that more than one document touches
	writeOffs     bool                      // P9: the administration gives write-offs at all
	transits      map[uint64]bool           // P10, by key of the reference; true when broken
	transitBreach map[string][]TransitFacts // P10, by reference, the broken ones
	suspense      bool                      // P11: the administration gives suspense accounts at all
	discharges    dated                     // P11, by key of the declaration's reference
	unnamed       dated                     // P11, discharges that name no declaration, by key of holder and HS heading of six digits
	overdrawn     map[string][]OverdrawnFacts
	staff         bool                  // P12: there is a register, a session log or log users of Customs
	watched       map[string]*watch     // P12, by user
	trips         map[int64][]TripFacts // P12, by number of the declaration

	parameters [Count]json.RawMessage
	seed       maphash.Seed
}

// NewContext makes a context without facts of other documents.
func NewContext(settings administration.Settings, calendars *administration.Calendars, watermark time.Time) (*Context, error) {
	c := &Context{Settings: settings, Calendars: calendars, Watermark: watermark, seed: maphash.MakeSeed(),
		machines: map[string]bool{}, cancellations: map[string][]cancellation{}, bills: map[uint64]sharedBill{}, transits: map[uint64]bool{},
		transitBreach: map[string][]TransitFacts{}, overdrawn: map[string][]OverdrawnFacts{},
		watched: map[string]*watch{}, trips: map[int64][]TripFacts{}}
	for i := range c.parameters {
		content, err := json.Marshal(parametersOf(Rule(i+1), &settings))
		if err != nil {
			return nil, fmt.Errorf("write the parameters of %s: %w", Rule(i+1), err)
		}
		c.parameters[i] = content
	}
	return c, nil
}

// parametersOf gives the settings that a rule uses, by their names in administration.Settings.
func parametersOf(rule Rule, s *administration.Settings) map[string]any {
	money := func(more map[string]any) map[string]any {
		more["money_epsilon"], more["money_epsilon_per_mille"] = s.MoneyEpsilon, s.MoneyEpsilonPerMille
		return more
	}
	switch rule {
	case Order:
		return map[string]any{"clock_tolerance_seconds": s.ClockToleranceSeconds, "payment_at_assessment": s.PaymentAtAssessment, "exempt_terms": s.ExemptTerms}
	case RedUninspected, Rerouting:
		return map[string]any{"clock_tolerance_seconds": s.ClockToleranceSeconds, "selection_timing": s.SelectionTiming}
	case OutsideInspection:
		return map[string]any{}
	case ReleasedUnpaid:
		return money(map[string]any{"pay_grace_hours": s.PayGraceHours, "exempt_terms": s.ExemptTerms})
	case OffenceAgainstMoney:
		return money(map[string]any{"offence_days": s.OffenceDays, "monetary_de_minimis": s.MonetaryDeMinimis, "documentary_offences": s.DocumentaryOffences})
	case AdjustmentReversed:
		return money(map[string]any{"reversal_days": s.ReversalDays, "reversed_per_mille": s.ReversedPerMille})
	case RegisteredAgain:
		return map[string]any{"re_registration_days": s.ReRegistrationDays, "hs_overlap_per_mille": hsOverlapPerMille}
	case WriteOffBalance:
		return map[string]any{"package_tolerance": s.PackageTolerance, "weight_per_mille": s.WeightPerMille}
	case ImpossibleTransit:
		return map[string]any{"transit_speed": s.TransitSpeed, "history_needed": transitHistory}
	case ExportUndischarged:
		return map[string]any{"re_export_procedures": s.ReExportProcedures, "after_suspense_procedures": s.AfterSuspense, "discharge_days": dischargeDays}
	case ImpossibleUser:
		return map[string]any{"session_overlap_seconds": s.SessionOverlapSecs, "travel_minutes": s.TravelMinutes}
	case TaxArithmetic:
		return money(map[string]any{})
	case LateManifest:
		return map[string]any{"late_manifest_minutes": s.LateManifestMinutes, "pre_arrival_allowed": s.PreArrivalAllowed}
	}
	return nil
}

// machine reports whether a program did an operation.
func (c *Context) machine(e *declaration.Event) bool {
	return e.Machine || c.program(e.User)
}

// program reports whether a user is a program: known as one, or named like one.
func (c *Context) program(user string) bool {
	if c.machines[user] {
		return true
	}
	for _, beginning := range c.Settings.MachineUsers {
		if beginning != "" && len(user) >= len(beginning) && strings.EqualFold(user[:len(beginning)], beginning) {
			return true
		}
	}
	return false
}

// Facts of many documents are kept by 64-bit keys instead of texts, with a seed
// of each context: among ten million documents two share a key once in some
// hundred thousand contexts.

// watch gives a user's times, made when needed.
func (c *Context) watch(user string) *watch {
	w := c.watched[user]
	if w == nil {
		w = new(watch)
		c.watched[user] = w
	}
	return w
}

func (c *Context) keyOf(text string) uint64 { return maphash.String(c.seed, text) }

func (c *Context) keyOfPair(a, b string) uint64 {
	return c.keyOf(a)*0x9e3779b97f4a7c15 + c.keyOf(b)
}

// keyOfReference is keyOf of a reference's text, without making the text.
func (x *examination) keyOfReference(r declaration.Reference) uint64 {
	b := append(x.key[:0], r.Office...)
	b = append(b, '/')
	b = strconv.AppendInt(b, int64(r.Year), 10)
	b = append(b, '/')
	b = append(b, r.Serial...)
	b = append(b, r.Number...)
	x.key = b
	return maphash.Bytes(x.c.seed, b)
}

// dated holds days by key, sorted, in little memory.
type dated []datedKey

type datedKey struct {
	key uint64
	day int32
}

func (d dated) sort() {
	sort.Slice(d, func(i, j int) bool {
		if d[i].key != d[j].key {
			return d[i].key < d[j].key
		}
		return d[i].day < d[j].day
	})
}

// within reports whether there is a day from first to last with the key.
func (d dated) within(key uint64, first, last int32) bool {
	i := sort.Search(len(d), func(i int) bool { return d[i].key > key || d[i].key == key && d[i].day >= first })
	return i < len(d) && d[i].key == key && d[i].day <= last
}
