package api

import (
	"context"
	"time"

	"assay/domain/comparison"
	"assay/domain/cube"
)

// ListDisclosures says to whom the administration shows what can be compared.
func (s *server) ListDisclosures(ctx context.Context, _ ListDisclosuresRequestObject) (ListDisclosuresResponseObject, error) {
	levels, err := s.Comparisons.Levels(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	partners, everybody, err := s.Comparisons.TakingPart(ctx)
	if err != nil {
		return nil, err
	}
	shown := ListDisclosures200JSONResponse{}
	for _, d := range comparison.Comparable() {
		level := levels[d.Code]
		if level == "" {
			level = comparison.Private
		}
		shown = append(shown, Disclosure{Indicator: d.Code, Level: DisclosureLevel(level), Partners: partners[d.Code], Everybody: everybody[d.Code]})
	}
	return shown, nil
}

// ChangeDisclosures keeps the levels that are named.
func (s *server) ChangeDisclosures(ctx context.Context, request ChangeDisclosuresRequestObject) (ChangeDisclosuresResponseObject, error) {
	caller, wanted := callerOf(ctx), map[string]comparison.Level{}
	for code, level := range request.Body.Levels {
		wanted[code] = comparison.Level(level)
	}
	if err := s.Comparisons.Disclose(ctx, caller.Tenant, caller.settler(), wanted); err != nil {
		return nil, err
	}
	return ChangeDisclosures204Response{}, nil
}

// CompareAdministrations puts administrations side by side, as the caller's may see them.
func (s *server) CompareAdministrations(ctx context.Context, request CompareAdministrationsRequestObject) (CompareAdministrationsResponseObject, error) {
	tenant := callerOf(ctx).Tenant
	quarter := comparison.Latest(cube.DateIn(s.Clock(), time.UTC) - 1)[0]
	if request.Params.Quarter != nil {
		var err error
		if quarter, err = comparison.ParseQuarter(*request.Params.Quarter); err != nil {
			return nil, err
		}
	}
	c, err := s.Comparisons.Compare(ctx, tenant, request.Code, quarter)
	if err != nil {
		return nil, err
	}
	shown := CompareAdministrations200JSONResponse{Indicator: c.Indicator.Code, Unit: string(c.Indicator.Unit), Quarter: c.Quarter.String(), Level: DisclosureLevel(c.Own),
		Partners: c.Partners, Everybody: c.Everybody, Enough: c.Enough(), Figures: []ComparedFigure{}}
	if !c.Enough() {
		return shown, nil
	}
	for _, f := range c.Figures {
		of, err := s.Administrations.ByID(ctx, f.Tenant)
		if err != nil {
			return nil, err
		}
		shown.Figures = append(shown.Figures, ComparedFigure{Administration: of.Code, Names: of.Names, Own: f.Tenant == tenant, Value: f.Value, N: f.N, Maturity: string(f.State)})
	}
	if c.Distribution != nil {
		shown.Distribution = comparedDistributionOf(c.Distribution)
	}
	return shown, nil
}

func comparedDistributionOf(d *comparison.Distribution) *ComparedDistribution {
	shown := &ComparedDistribution{Members: d.Members, Withdrawn: d.Withdrawn}
	if !d.Withdrawn {
		shown.Low, shown.Middle, shown.High = &d.Low, &d.Middle, &d.High
	}
	if d.Own != nil {
		shown.Own = &d.Own.Value
	}
	return shown
}
