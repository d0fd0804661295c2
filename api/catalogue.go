package api

import (
	"context"

	"assay/domain/indicator"
)

// ListIndicators gives the catalogue.
func (s *server) ListIndicators(ctx context.Context, _ ListIndicatorsRequestObject) (ListIndicatorsResponseObject, error) {
	tenant, err := s.Administrations.ByID(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	all, err := s.Indicators.Catalogue(ctx, tenant)
	if err != nil {
		return nil, err
	}
	shown := make(ListIndicators200JSONResponse, len(all))
	for i, d := range all {
		shown[i] = definitionOf(d)
	}
	return shown, nil
}

// GetIndicator gives one definition.
func (s *server) GetIndicator(ctx context.Context, request GetIndicatorRequestObject) (GetIndicatorResponseObject, error) {
	tenant, err := s.Administrations.ByID(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	d, err := s.Indicators.Find(ctx, tenant, request.Code)
	if err != nil {
		return nil, err
	}
	return GetIndicator200JSONResponse(definitionOf(d)), nil
}

func definitionOf(d *indicator.Definition) Indicator {
	shown := Indicator{Number: d.Number, Code: d.Code, Version: d.Version, Family: string(d.Family), Name: d.Name, Definition: d.Text,
		Provenance: optional(d.Provenance), Unit: IndicatorUnit(d.Unit), Direction: IndicatorDirection(d.Direction), DateBasis: string(d.Basis),
		Rows: d.Rows, Dimensions: d.AllDimensions(), Core: d.Core(), Available: d.Available(), Missing: optional(d.Missing)}
	if len(d.Beside) > 0 {
		shown.Beside = &d.Beside
	}
	if len(d.Companions) > 0 {
		companions := make([]CompanionDefinition, len(d.Companions))
		for i, c := range d.Companions {
			companions[i] = CompanionDefinition{Key: c.Key, Name: c.Name, Unit: string(c.Unit)}
		}
		shown.Companions = &companions
	}
	return shown
}

// GetReferenceSQL gives the query that says the same as an indicator. It holds no figures,
// so nothing of it is narrowed to the caller's scope.
func (s *server) GetReferenceSQL(ctx context.Context, request GetReferenceSQLRequestObject) (GetReferenceSQLResponseObject, error) {
	tenant, err := s.Administrations.ByID(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	d, err := s.Indicators.Find(ctx, tenant, request.Code)
	if err != nil {
		return nil, err
	}
	p := request.Params
	in := indicator.Request{By: list(p.By)}
	if in.Where, err = indicator.ParseFilters(text(p.Where)); err != nil {
		return nil, err
	}
	if in.From, in.To, err = s.period(ctx, tenant, p.From, p.To); err != nil {
		return nil, err
	}
	statement, err := s.Indicators.SQL(ctx, tenant, d.Code, in)
	if err != nil {
		return nil, err
	}
	return GetReferenceSQL200JSONResponse{Code: d.Code, Version: d.Version, Text: statement.Text, Arguments: statement.Arguments, Literal: statement.Literal()}, nil
}
