package api

import (
	"context"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/cube"
	"assay/domain/indicator"
)

// PeersOfFigure compares an officer with comparable officers.
func (s *server) PeersOfFigure(ctx context.Context, request PeersOfFigureRequestObject) (PeersOfFigureResponseObject, error) {
	caller := callerOf(ctx)
	if access.Role(caller.Role) == access.Trader {
		return nil, domain.Errorf(domain.KindForbidden, "peers are for officers; figures of other operators are not told")
	}
	if caller.Scope != access.ScopeOwn {
		return nil, domain.Errorf(domain.KindForbidden, "peers are for who sees the own figures only; you can compare officers themselves")
	}
	boundary, err := indicator.BoundaryOf(caller.Scope, caller.Membership)
	if err != nil {
		return nil, err
	}
	tenant, err := s.Administrations.ByID(ctx, caller.Tenant)
	if err != nil {
		return nil, err
	}
	from, to, err := s.period(ctx, tenant, request.Params.From, request.Params.To)
	if err != nil {
		return nil, err
	}
	if request.Params.From == nil {
		from = from.Month().First()
	}
	if request.Params.To == nil {
		to = lastMonthEnd(to)
	}
	offices, err := s.Administrations.Offices(ctx, caller.Tenant)
	if err != nil {
		return nil, err
	}
	in := indicator.PeersRequest{Code: request.Code, From: from, To: to, Officer: boundary.Value, Kinds: map[string]string{}}
	for _, office := range offices {
		in.Kinds[office.Code] = office.Kind
	}
	peers, err := s.Indicators.Peers(ctx, tenant, in)
	if err != nil {
		return nil, err
	}
	return PeersOfFigure200JSONResponse(*peers), nil
}

// lastMonthEnd is the first day after the month in which the data end.
func lastMonthEnd(to cube.Date) cube.Date { return ((to - 1).Month() + 1).First() }
