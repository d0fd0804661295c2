package contract

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/domain/store"
)

// UpperStanding is how the administration or an office stands to a target that was set for it from above, outside of
// contracts.
type UpperStanding struct {
	Office string // empty for the administration
	Code   string
	Unit   indicator.Unit
	Target float64
	Now    *float64 // value of the twelve months before this one; nil where there is none
	N      int64    // cases of these months
	// Reached is whether Now reaches the target in the direction of the indicator.
	Reached bool
	From    cube.Month // first of the twelve
}

// UpperStandings gives how the administration and its offices stand to the targets set for a year: those of the administration first,
// then by office, each in order of indicators. An indicator that is no longer computed is left out.
func (s *Service) UpperStandings(ctx context.Context, tenant *administration.Tenant, year int) ([]UpperStanding, error) {
	var rows []struct {
		Office, Indicator string
		Target            float64
	}
	err := s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT office, indicator, target FROM upper_target WHERE tenant_id = ? AND year = ?`, tenant.ID.String(), year).Scan(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var codes []string
	for _, r := range rows {
		if d, err := indicator.Find(r.Indicator); err == nil && d.Available() && d.Has("office") && !slices.Contains(codes, r.Indicator) {
			codes = append(codes, r.Indicator)
		}
	}
	if len(codes) == 0 {
		return nil, nil
	}
	end := s.Today(tenant).Month()
	results, err := s.figures.Compute(ctx, tenant, indicator.Request{Codes: codes, From: (end - 12).First(), To: end.First(), By: []string{"office"}})
	if err != nil {
		return nil, fmt.Errorf("read the figures of upper targets: %w", err)
	}
	var found []UpperStanding
	for _, r := range rows {
		i := slices.IndexFunc(results, func(result *indicator.Result) bool { return result.Code == r.Indicator })
		if i < 0 {
			continue
		}
		d, err := indicator.Find(r.Indicator)
		if err != nil {
			return nil, err
		}
		standing := UpperStanding{Office: r.Office, Code: r.Indicator, Unit: d.Unit, Target: r.Target, From: end - 12}
		number := results[i].Total.Number
		if r.Office != "" {
			number = indicator.Number{}
			if at := slices.IndexFunc(results[i].Rows, func(row indicator.Row) bool { return row.Keys[0] == r.Office }); at >= 0 {
				number = results[i].Rows[at].Number
			}
		}
		standing.Now, standing.N = number.Value, number.N
		standing.Reached = number.Value != nil && (d.Direction == indicator.Lower && *number.Value <= r.Target || d.Direction != indicator.Lower && *number.Value >= r.Target)
		found = append(found, standing)
	}
	slices.SortFunc(found, func(a, b UpperStanding) int {
		return cmp.Or(cmp.Compare(a.Office, b.Office), cmp.Compare(a.Code, b.Code))
	})
	return found, nil
}
