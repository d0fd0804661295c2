package indicator

import (
	"context"
	"math"
	"slices"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/confidentiality"
	"assay/domain/cube"
)

// PeersRequest asks how an officer stands among comparable officers. There are no filters, and the
// period is whole months: each would be a way to single somebody out.
type PeersRequest struct {
	Code     string
	From, To cube.Date         // first days of months
	Officer  string            // who compares
	Kinds    map[string]string // kind of each office: seaport, airport, ..
}

// Peers are the comparable officers of one, without any of them. Comparable is who works mainly
// in an office of the same kind and has a like mix of lanes.
type Peers struct {
	Code string `json:"code"`
	Period
	// Enough: there are at least five peers with enough cases each. Else nothing more is told.
	Enough bool `json:"enough"`
	Count  int  `json:"count,omitempty"` // of peers
	// Own is the officer's value, nil where it cannot be told. All values are in the indicator's unit.
	Own *float64 `json:"own,omitempty"`
	// Lower, Median and Upper are the quartiles of the peers' values, rounded to two digits, because
	// among few the exact ones would be somebody's own value.
	Lower  *float64 `json:"lower,omitempty"`
	Median *float64 `json:"median,omitempty"`
	Upper  *float64 `json:"upper,omitempty"`
}

// likeMix is how far the shares of lanes of two officers may lie apart, summed over the lanes: 0 is
// the same mix, 2 nothing in common.
const likeMix = 0.5

// Peers compares an officer with peers. An indicator that cannot be told by officer is KindForbidden.
func (s *Service) Peers(ctx context.Context, tenant *administration.Tenant, in PeersRequest) (*Peers, error) {
	d, err := s.Find(ctx, tenant, in.Code)
	if err != nil {
		return nil, err
	}
	if !(Boundary{Dimension: "officer", Value: in.Officer}).Covers(d) || !d.Available() {
		return nil, domain.Errorf(domain.KindForbidden, "%s cannot be told by officer", d.Code)
	}
	if in.From.Month().First() != in.From || in.To.Month().First() != in.To {
		return nil, domain.Invalid("peers are compared over whole months", domain.FieldError{Field: "from", Message: "from and to must be first days of months"})
	}
	result := &Peers{Code: d.Code, Period: Period{Day(in.From), Day(in.To)}}
	work, err := s.workOf(ctx, tenant, d, in)
	if err != nil {
		return nil, err
	}
	values, err := s.Compute(ctx, tenant, Request{Codes: []string{d.Code}, From: in.From, To: in.To, By: []string{"officer"}})
	if err != nil {
		return nil, err
	}
	own := work[in.Officer]
	var peers []float64
	for i := range values[0].Rows {
		row := &values[0].Rows[i]
		officer := row.Keys[0]
		switch {
		case officer == "" || row.Value == nil || row.N < tenant.Settings.SmallDenominator:
		case officer == in.Officer:
			result.Own = row.Value
		case own != nil && own.like(work[officer]):
			peers = append(peers, *row.Value)
		}
	}
	if len(peers) < confidentiality.SmallestGroup {
		result.Own = nil // without peers it says nothing that the officer's own figure does not
		return result, nil
	}
	slices.Sort(peers)
	result.Enough, result.Count = true, len(peers)
	result.Lower, result.Median, result.Upper = coarseQuantile(peers, 0.25), coarseQuantile(peers, 0.5), coarseQuantile(peers, 0.75)
	return result, nil
}

// mix is what an officer works on.
type mix struct {
	kind  string // of the office with most cases
	lanes map[string]float64
}

func (m *mix) like(other *mix) bool {
	if other == nil || m.kind != other.kind {
		return false
	}
	apart := 0.0
	for lane, share := range m.lanes {
		apart += math.Abs(share - other.lanes[lane])
	}
	for lane, share := range other.lanes {
		if _, both := m.lanes[lane]; !both {
			apart += share
		}
	}
	return apart <= likeMix
}

// workOf counts what every officer worked on, by office and lane where the indicator tells them.
func (s *Service) workOf(ctx context.Context, tenant *administration.Tenant, d *Definition, in PeersRequest) (map[string]*mix, error) {
	by := []string{"officer"}
	for _, name := range []string{"office", "lane"} {
		if d.Has(name) && !d.isDetail(name) {
			by = append(by, name)
		}
	}
	found, err := s.Compute(ctx, tenant, Request{Codes: []string{d.Code}, From: in.From, To: in.To, By: by})
	if err != nil {
		return nil, err
	}
	offices, lanes := map[string]map[string]int64{}, map[string]map[string]int64{}
	for i := range found[0].Rows {
		row := &found[0].Rows[i]
		officer := row.Keys[0]
		if offices[officer] == nil {
			offices[officer], lanes[officer] = map[string]int64{}, map[string]int64{}
		}
		for k, name := range by[1:] {
			if name == "office" {
				offices[officer][row.Keys[k+1]] += row.N
			} else {
				lanes[officer][row.Keys[k+1]] += row.N
			}
		}
	}
	work := map[string]*mix{}
	for officer, counts := range offices {
		work[officer] = &mix{kind: in.Kinds[mostOf(counts)], lanes: shares(lanes[officer])}
	}
	return work, nil
}

// mostOf is the key with the largest count; of several the first by name.
func mostOf(counts map[string]int64) string {
	best := ""
	for key, n := range counts {
		if best == "" || n > counts[best] || n == counts[best] && key < best {
			best = key
		}
	}
	return best
}

func shares(counts map[string]int64) map[string]float64 {
	total := int64(0)
	for _, n := range counts {
		total += n
	}
	out := map[string]float64{}
	for key, n := range counts {
		if total > 0 {
			out[key] = float64(n) / float64(total)
		}
	}
	return out
}

// coarseQuantile is a quantile of sorted values by linear interpolation, rounded to two digits.
func coarseQuantile(sorted []float64, p float64) *float64 {
	at := p * float64(len(sorted)-1)
	low := int(at)
	value := sorted[low]
	if low+1 < len(sorted) {
		value += (at - float64(low)) * (sorted[low+1] - sorted[low])
	}
	if value != 0 {
		unit := math.Pow(10, math.Floor(math.Log10(math.Abs(value)))-1)
		value = math.Round(value/unit) * unit
	}
	return &value
}
