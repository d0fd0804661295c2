package api

import (
	"context"
	"strings"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
)

// GetBoard gives every indicator within what the caller may see.
func (s *server) GetBoard(ctx context.Context, request GetBoardRequestObject) (GetBoardResponseObject, error) {
	caller := callerOf(ctx)
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
	seen, err := s.figures(ctx)
	if err != nil {
		return nil, err
	}
	board, err := seen.Board(ctx, tenant, from, to, boundary, nil)
	if err != nil {
		return nil, err
	}
	return GetBoard200JSONResponse(*board), nil
}

// ComputeFigures gives several indicators.
func (s *server) ComputeFigures(ctx context.Context, request ComputeFiguresRequestObject) (ComputeFiguresResponseObject, error) {
	p := request.Params
	codes := list(p.Codes)
	if len(codes) == 0 {
		var err error
		if codes, err = s.visibleCodes(ctx); err != nil {
			return nil, err
		}
	}
	q, err := s.ask(ctx, codes, p.From, p.To, p.By, p.Where)
	if err != nil {
		return nil, err
	}
	q.Limit = whole(p.Limit)
	results, err := q.seen.Compute(ctx, q.tenant, q.Request)
	if err != nil {
		return nil, err
	}
	return ComputeFigures200JSONResponse(results), nil
}

// visibleCodes are the available indicators that can be kept within the caller's scope.
func (s *server) visibleCodes(ctx context.Context) ([]string, error) {
	caller := callerOf(ctx)
	boundary, err := indicator.BoundaryOf(caller.Scope, caller.Membership)
	if err != nil {
		return nil, err
	}
	tenant, err := s.Administrations.ByID(ctx, caller.Tenant)
	if err != nil {
		return nil, err
	}
	all, err := s.Indicators.Catalogue(ctx, tenant)
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, d := range all {
		if d.Available() && boundary.Covers(d) {
			codes = append(codes, d.Code)
		}
	}
	return codes, nil
}

// BreakDownFigure gives one indicator by dimensions.
func (s *server) BreakDownFigure(ctx context.Context, request BreakDownFigureRequestObject) (BreakDownFigureResponseObject, error) {
	p := request.Params
	q, err := s.ask(ctx, []string{request.Code}, p.From, p.To, p.By, p.Where)
	if err != nil {
		return nil, err
	}
	q.Order, q.Limit, q.Offset = order(p.Sort), whole(p.Limit), whole(p.Offset)
	results, err := q.seen.Compute(ctx, q.tenant, q.Request)
	if err != nil {
		return nil, err
	}
	return BreakDownFigure200JSONResponse(*results[0]), nil
}

// SeriesOfFigure gives one indicator over time.
func (s *server) SeriesOfFigure(ctx context.Context, request SeriesOfFigureRequestObject) (SeriesOfFigureResponseObject, error) {
	p := request.Params
	q, err := s.ask(ctx, []string{request.Code}, p.From, p.To, nil, p.Where)
	if err != nil {
		return nil, err
	}
	in := indicator.SeriesRequest{Codes: q.Codes, From: q.From, To: q.To, Where: q.Where, Granularity: cube.DimensionMonth}
	if p.Step != nil {
		in.Granularity = string(*p.Step)
	}
	series, err := q.seen.Series(ctx, q.tenant, in)
	if err != nil {
		return nil, err
	}
	return SeriesOfFigure200JSONResponse(*series[0]), nil
}

// RowsOfFigure gives what a figure counts.
func (s *server) RowsOfFigure(ctx context.Context, request RowsOfFigureRequestObject) (RowsOfFigureResponseObject, error) {
	p := request.Params
	q, err := s.ask(ctx, []string{request.Code}, p.From, p.To, nil, p.Where)
	if err != nil {
		return nil, err
	}
	in := indicator.LinesRequest{Code: request.Code, From: q.From, To: q.To, Where: q.Where, Limit: whole(p.Limit), Offset: whole(p.Offset)}
	if p.Part != nil {
		in.Part = indicator.Part(*p.Part)
	}
	lines, err := q.seen.Lines(ctx, q.tenant, in)
	if err != nil {
		return nil, err
	}
	if lines.Lines == nil {
		lines.Lines = []indicator.Line{} // no rows are an empty list, not null
	}
	return RowsOfFigure200JSONResponse(*lines), nil
}

// question is what the operations on figures have in common, kept within what the caller may see.
type question struct {
	indicator.Request
	tenant   *administration.Tenant
	boundary indicator.Boundary
	seen     *indicator.Seen
}

func (s *server) ask(ctx context.Context, codes []string, from *From, to *To, by *By, where *Where) (*question, error) {
	caller := callerOf(ctx)
	boundary, err := indicator.BoundaryOf(caller.Scope, caller.Membership)
	if err != nil {
		return nil, err
	}
	filters, err := indicator.ParseFilters(text(where))
	if err != nil {
		return nil, err
	}
	tenant, err := s.Administrations.ByID(ctx, caller.Tenant)
	if err != nil {
		return nil, err
	}
	narrowed := filters
	for _, code := range codes {
		d, err := s.Indicators.Find(ctx, tenant, code)
		if err != nil {
			return nil, err
		}
		if narrowed, err = boundary.Narrow(d, filters); err != nil {
			return nil, err
		}
	}
	seen, err := s.figures(ctx)
	if err != nil {
		return nil, err
	}
	q := &question{tenant: tenant, boundary: boundary, seen: seen, Request: indicator.Request{Codes: codes, By: list(by), Where: narrowed}}
	q.From, q.To, err = s.period(ctx, tenant, from, to)
	return q, err
}

// period is the period asked for; an end that is left out is that of the data.
func (s *server) period(ctx context.Context, tenant *administration.Tenant, from, to *openapi_types.Date) (first, next cube.Date, err error) {
	if from == nil || to == nil {
		snapshot, err := s.Indicators.Snapshot(ctx, tenant)
		if err != nil {
			return 0, 0, err
		}
		var known bool
		if first, next, known = snapshot.Span(fact.Declaration); !known {
			return 0, 0, domain.Errorf(domain.KindNotReady, "there are no declarations yet: say from and to, or load data")
		}
	}
	if from != nil {
		first = cube.DateOf(from.Date())
	}
	if to != nil {
		next = cube.DateOf(to.Date())
	}
	return first, next, nil
}

// order reads the parameter sort, whose values the document lists.
func order[T ~string](sort *T) indicator.Order {
	if sort == nil {
		return indicator.Order{}
	}
	by, descending := strings.CutPrefix(string(*sort), "-")
	return indicator.Order{By: indicator.OrderBy(by), Descending: descending}
}

// list reads a comma separated list; nil when it is empty.
func list(pointer *string) []string {
	var found []string
	for part := range strings.SplitSeq(text(pointer), ",") {
		if part = strings.TrimSpace(part); part != "" {
			found = append(found, part)
		}
	}
	return found
}

// whole is the number that a pointer points to, 0 for nil.
func whole(pointer *int) int {
	if pointer == nil {
		return 0
	}
	return *pointer
}
