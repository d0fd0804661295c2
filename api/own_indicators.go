package api

import (
	"context"

	"assay/domain"
	"assay/domain/indicator"
)

// ListOwnIndicators gives the administration's own indicators.
func (s *server) ListOwnIndicators(ctx context.Context, _ ListOwnIndicatorsRequestObject) (ListOwnIndicatorsResponseObject, error) {
	found, err := s.Indicators.Owns(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	return ListOwnIndicators200JSONResponse(ownIndicators(found)), nil
}

// ListOwnIndicatorVersions gives every version of one.
func (s *server) ListOwnIndicatorVersions(ctx context.Context, request ListOwnIndicatorVersionsRequestObject) (ListOwnIndicatorVersionsResponseObject, error) {
	found, err := s.Indicators.OwnVersions(ctx, callerOf(ctx).Tenant, request.Code)
	if err != nil {
		return nil, err
	}
	return ListOwnIndicatorVersions200JSONResponse(ownIndicators(found)), nil
}

// AddOwnIndicator defines an indicator.
func (s *server) AddOwnIndicator(ctx context.Context, request AddOwnIndicatorRequestObject) (AddOwnIndicatorResponseObject, error) {
	tenant, err := s.Administrations.ByID(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	if request.Body.Version != nil || request.Body.Retired != nil {
		return nil, domain.Errorf(domain.KindInvalid, "a new indicator has no version yet and is not retired")
	}
	saved, err := s.Indicators.SaveOwn(ctx, tenant, s.indicatorAuthor(ctx), ownOf(request.Body))
	if err != nil {
		return nil, err
	}
	return AddOwnIndicator201JSONResponse(ownIndicator(saved)), nil
}

// ChangeOwnIndicator saves the next version, or only takes the indicator from the board or brings it back.
func (s *server) ChangeOwnIndicator(ctx context.Context, request ChangeOwnIndicatorRequestObject) (ChangeOwnIndicatorResponseObject, error) {
	tenant, err := s.Administrations.ByID(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	if request.Body.Version == nil {
		return nil, domain.Errorf(domain.KindInvalid, "name the version that the change was made from")
	}
	in := ownOf(request.Body)
	in.Code, in.Version = request.Code, *request.Body.Version
	in.Retired = request.Body.Retired != nil && *request.Body.Retired
	saved, err := s.Indicators.SaveOwn(ctx, tenant, s.indicatorAuthor(ctx), in)
	if err != nil {
		return nil, err
	}
	return ChangeOwnIndicator200JSONResponse(ownIndicator(saved)), nil
}

// TryOwnIndicator computes one that is not saved.
func (s *server) TryOwnIndicator(ctx context.Context, request TryOwnIndicatorRequestObject) (TryOwnIndicatorResponseObject, error) {
	tenant, err := s.Administrations.ByID(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	from, to, err := s.period(ctx, tenant, request.Params.From, request.Params.To)
	if err != nil {
		return nil, err
	}
	_, result, err := s.Indicators.TryOwn(ctx, tenant, ownOf(request.Body), from, to, nil)
	if err != nil {
		return nil, err
	}
	return TryOwnIndicator200JSONResponse(*result), nil
}

func (s *server) indicatorAuthor(ctx context.Context) indicator.Author {
	caller := callerOf(ctx)
	return indicator.Author{SignInName: caller.SignInName, Capacity: caller.Grant.Capacity(), Origin: caller.Origin, At: s.Clock()}
}

func ownOf(in *OwnIndicatorInput) indicator.Own {
	own := indicator.Own{Names: in.Names, Formula: indicator.Formula{Rows: in.Rows, Counted: text(in.Counted), Text: in.Formula},
		Unit: indicator.Unit(in.Unit), Direction: indicator.Direction(in.Direction)}
	if in.Texts != nil {
		own.Texts = *in.Texts
	}
	if in.MatureDays != nil {
		own.MatureDays = *in.MatureDays
	}
	return own
}

func ownIndicators(found []*indicator.Own) []OwnIndicator {
	shown := make([]OwnIndicator, len(found))
	for i, o := range found {
		shown[i] = ownIndicator(o)
	}
	return shown
}

func ownIndicator(o *indicator.Own) OwnIndicator {
	shown := OwnIndicator{Code: o.Code, Version: o.Version, Names: o.Names, Texts: o.Texts, Rows: o.Formula.Rows, Counted: o.Formula.Counted, Formula: o.Formula.Text,
		Unit: string(o.Unit), Direction: string(o.Direction), MatureDays: o.MatureDays, Retired: o.Retired, SavedBy: o.SavedBy, SavedAt: o.SavedAt}
	if shown.Texts == nil {
		shown.Texts = map[string]string{}
	}
	if shown.Names == nil {
		shown.Names = map[string]string{}
	}
	return shown
}
