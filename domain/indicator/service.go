package indicator

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/store"
)

// Service computes indicators from the current segments of an administration.
type Service struct {
	db     *store.DB
	engine *cube.Engine
	boards *boardCache

	breaches Breaches
}

// New makes the service. breaches, if any, is for the reference SQL of DQ01.
func New(db *store.DB, engine *cube.Engine, breaches Breaches) *Service {
	return &Service{db: db, engine: engine, boards: &boardCache{kept: map[boardKey]*Board{}}, breaches: breaches}
}

// Request asks for indicators over a period.
type Request struct {
	Codes    []string  // none means every available indicator
	From, To cube.Date // From <= day < To
	By       []string  // dimensions; none means the whole only
	Where    []Filter
	Order    Order
	Limit    int // of the rows of each indicator; 0 means all
	Offset   int
	// Least is, by indicator, the least amount of a case that counts, in minor units. Only
	// indicators of cases with an amount have one (HasLeast).
	Least map[string]int64
	// Without are declarations, by their numbers in the warehouse, that are left out of
	// every figure; at most MaxWithout.
	Without []int64
}

// MaxWithout bounds the declarations that a question may leave out.
const MaxWithout = 100

// Order says how rows are sorted. Rows without a value come last.
type Order struct {
	By         OrderBy
	Key        int // which of the dimensions, for OrderByKey
	Descending bool
}

// OrderBy is what rows are sorted by.
type OrderBy string

// What rows can be sorted by; ties by keys.
const (
	OrderByKey         OrderBy = "key" // the default
	OrderByValue       OrderBy = "value"
	OrderByN           OrderBy = "n"
	OrderByNumerator   OrderBy = "numerator"
	OrderByDenominator OrderBy = "denominator"
	OrderByP90         OrderBy = "p90"
)

// Snapshot gives the current state of an administration's figures, for several
// questions to one state. The error is KindNotReady when nothing was computed yet.
func (s *Service) Snapshot(ctx context.Context, tenant *administration.Tenant) (*cube.Snapshot, error) {
	snapshot, err := s.engine.Snapshot(ctx, tenant.ID)
	if err != nil {
		return nil, fmt.Errorf("take the figures of %s: %w", tenant.Code, err)
	}
	if snapshot.Revision() == 0 {
		return nil, domain.Errorf(domain.KindNotReady, "there are no figures of %s yet: load its data, then compute them", tenant.Code)
	}
	return snapshot, nil
}

// Compute gives indicators over a period: the whole, and where dimensions are
// named the groups, sorted and paged. Every dimension must be one of every
// indicator asked for; the error names those there are (KindInvalid).
func (s *Service) Compute(ctx context.Context, tenant *administration.Tenant, in Request) ([]*Result, error) {
	definitions, err := s.find(ctx, tenant, in.Codes)
	if err != nil {
		return nil, err
	}
	if err := in.check(definitions); err != nil {
		return nil, err
	}
	snapshot, err := s.Snapshot(ctx, tenant)
	if err != nil {
		return nil, err
	}
	e := newEvaluation(snapshot, tenant)
	e.without = in.Without
	return e.compute(ctx, tenant, definitions, in)
}

// Over computes as Compute does, from a snapshot that the caller holds: many questions to one
// state, or the segments that a published figure names (cube.Recall). Only indicators of the catalogue can be asked for. Those segments do not know the latest event time of
// the data they were made from, so it is given.
func Over(ctx context.Context, snapshot *cube.Snapshot, watermark time.Time, tenant *administration.Tenant, in Request) ([]*Result, error) {
	definitions, err := in.definitions()
	if err != nil {
		return nil, err
	}
	e := newEvaluation(snapshot, tenant)
	e.horizon, e.without = newHorizon(watermark, tenant.Location()), in.Without
	return e.compute(ctx, tenant, definitions, in)
}

func (e *evaluation) compute(ctx context.Context, tenant *administration.Tenant, definitions []*Definition, in Request) ([]*Result, error) {
	asks := make([]*ask, 0, 2*len(definitions))
	for _, d := range definitions {
		asks = append(asks, e.newAsk(d, in.From, in.To, nil, in.Where))
	}
	if len(in.By) > 0 {
		for _, d := range definitions {
			asks = append(asks, e.newAsk(d, in.From, in.To, in.By, in.Where))
		}
	}
	answers, err := e.run(ctx, asks)
	if err != nil {
		return nil, fmt.Errorf("compute indicators of %s: %w", tenant.Code, err)
	}
	results := make([]*Result, len(definitions))
	for i, d := range definitions {
		mine := answers[i : i+1]
		if len(in.By) > 0 {
			mine = append(mine[:1:1], answers[len(definitions)+i])
		}
		results[i] = &Result{Provenance: e.provenance(d, mine...), Period: Period{Day(in.From), Day(in.To)}, By: in.By, Where: in.Where,
			Maturity: e.horizon.maturity(d.Mature, in.From, in.To, e.settings), Total: answers[i].rows(e.settings.SmallDenominator)[0]}
		if len(in.By) > 0 {
			results[i].page(d, mine[1].rows(e.settings.SmallDenominator), &in, e.settings.SmallDenominator)
		}
	}
	return results, nil
}

// maxLimit bounds the page of a breakdown that names a limit.
const maxLimit = 100_000

// definitions finds what is asked for in the catalogue and refuses what cannot be.
func (in *Request) definitions() ([]*Definition, error) {
	definitions, err := findAll(in.Codes)
	if err != nil {
		return nil, err
	}
	if err := in.check(definitions); err != nil {
		return nil, err
	}
	return definitions, in.floor(definitions)
}

func (in *Request) check(definitions []*Definition) error {
	if in.From >= in.To {
		return domain.Errorf(domain.KindInvalid, "the period ends before it begins: %s is not before %s", in.From, in.To)
	}
	if in.From < cube.MinDate || in.To > cube.MaxDate {
		return domain.Errorf(domain.KindInvalid, "the period must lie between the years 1 and 9999")
	}
	if in.Limit < 0 || in.Offset < 0 || in.Limit > maxLimit {
		return domain.Errorf(domain.KindInvalid, "limit must be from 0 to %d and offset not negative", maxLimit)
	}
	switch in.Order.By {
	case "", OrderByKey, OrderByValue, OrderByN, OrderByNumerator, OrderByDenominator, OrderByP90:
	default:
		return domain.Errorf(domain.KindInvalid, "rows can be sorted by key, value, n, numerator, denominator or p90, not by %q", in.Order.By)
	}
	if in.Order.Key < 0 || in.Order.Key > 0 && in.Order.Key >= len(in.By) {
		return domain.Errorf(domain.KindInvalid, "there is no dimension number %d to sort by", in.Order.Key)
	}
	if len(in.Without) > MaxWithout {
		return domain.Errorf(domain.KindInvalid, "at most %d declarations can be left out", MaxWithout)
	}
	for _, d := range definitions {
		if err := d.check(in.By, in.Where); err != nil {
			return err
		}
	}
	return nil
}

func newEvaluation(snapshot *cube.Snapshot, tenant *administration.Tenant) *evaluation {
	return &evaluation{snapshot: snapshot, settings: &tenant.Settings, horizon: newHorizon(snapshot.Watermark(), tenant.Location())}
}

func (e *evaluation) newAsk(d *Definition, from, to cube.Date, by []string, where []Filter) *ask {
	a := &ask{Definition: d, from: from, to: to, through: cube.MaxDate, by: by, where: where}
	if d.Mature != (Maturity{}) {
		a.through = e.horizon.through(d.Mature, e.settings)
	}
	return a
}

// provenance names the definition and the segments that answers were read from.
func (e *evaluation) provenance(d *Definition, answers ...*answer) Provenance {
	segments := map[string]bool{}
	for _, found := range answers {
		maps.Copy(segments, found.segments)
	}
	p := Provenance{Code: d.Code, Version: d.Version, Definition: d, Segments: slices.Sorted(maps.Keys(segments)), Revision: e.snapshot.Revision()}
	if watermark := e.snapshot.Watermark(); !watermark.IsZero() {
		p.Watermark = &watermark
	}
	return p
}
