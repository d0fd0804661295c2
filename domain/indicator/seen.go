package indicator

import (
	"context"
	"slices"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/confidentiality"
	"assay/domain/cube"
)

// Seen is the figures as one person sees them: officers as the person's veil shows them in
// groups, filters and rows, and no figure about fewer things than the person may be told of.
// The filters of the person's boundary are the caller's to add, see Boundary.Narrow.
type Seen struct {
	service *Service
	veil    *confidentiality.Veil
}

// Under gives the figures under a veil.
func (s *Service) Under(veil *confidentiality.Veil) *Seen { return &Seen{service: s, veil: veil} }

// Snapshot is Service.Snapshot.
func (s *Seen) Snapshot(ctx context.Context, tenant *administration.Tenant) (*cube.Snapshot, error) {
	return s.service.Snapshot(ctx, tenant)
}

// SQL is Service.SQL. The statement is text that is not run: what was written for an officer
// stays as it was written.
func (s *Seen) SQL(ctx context.Context, tenant *administration.Tenant, code string, in Request) (*Statement, error) {
	return s.service.SQL(ctx, tenant, code, in)
}

// Compute is Service.Compute. Groups by officer are sorted as they appear, so that their order
// does not tell their names.
func (s *Seen) Compute(ctx context.Context, tenant *administration.Tenant, in Request) ([]*Result, error) {
	asked := in
	where, err := s.open(ctx, in.Where, in.By)
	if err != nil {
		return nil, err
	}
	asked.Where = where
	hidden := s.veil.Mode() != confidentiality.Named && slices.ContainsFunc(in.By, confidentiality.IsOfficer)
	// What is withheld depends on all groups: page by page, a group alone on its page would be told by all the others.
	least := s.veil.Least()
	if hidden || least > 0 {
		if err := in.checkPage(); err != nil {
			return nil, err
		}
		asked.Limit, asked.Offset = 0, 0
	}
	results, err := s.service.Compute(ctx, tenant, asked)
	if err != nil {
		return nil, err
	}
	for _, r := range results {
		r.Where = in.Where
		if hidden {
			s.hideKeys(r.Rows, in.By)
		}
		if least > 0 {
			r.Total.withhold(least)
			withholdTogether(pointers(r.Rows), least)
		}
		if hidden || least > 0 {
			r.page(r.Definition, r.Rows, &in, tenant.Settings.SmallDenominator)
		}
		if r.Other != nil && least > 0 {
			r.Other.withhold(least)
		}
	}
	return results, s.told(ctx, in.By, in.Where, codesOf(results))
}

// checkPage refuses a page that cannot be, before everything is computed for it.
func (in *Request) checkPage() error {
	if in.Limit < 0 || in.Offset < 0 || in.Limit > maxLimit {
		return domain.Errorf(domain.KindInvalid, "limit must be from 0 to %d and offset not negative", maxLimit)
	}
	return nil
}

func codesOf(results []*Result) string {
	code := ""
	for _, r := range results {
		if code != "" {
			code += " "
		}
		code += r.Code
	}
	return code
}

// open refuses dimensions of officers that the person may not be told by, and turns pseudonyms
// in filters into user names.
func (s *Seen) open(ctx context.Context, where []Filter, by []string) ([]Filter, error) {
	for _, name := range by {
		if err := s.veil.Tells(name); err != nil {
			return nil, err
		}
	}
	opened := slices.Clone(where)
	for i, f := range where {
		if err := s.veil.Tells(f.Dimension); err != nil {
			return nil, err
		}
		if !confidentiality.IsOfficer(f.Dimension) {
			continue
		}
		values, err := s.veil.Reveal(ctx, f.Values)
		if err != nil {
			return nil, err
		}
		opened[i].Values = values
	}
	return opened, nil
}

func (s *Seen) hideKeys(rows []Row, by []string) {
	for i := range rows {
		keys := slices.Clone(rows[i].Keys)
		for k, name := range by {
			if confidentiality.IsOfficer(name) {
				keys[k] = s.veil.Officer(keys[k])
			}
		}
		rows[i].Keys = keys
	}
}

// told records that officers were named, where that needs a record.
func (s *Seen) told(ctx context.Context, by []string, where []Filter, what string) error {
	named := slices.ContainsFunc(by, confidentiality.IsOfficer) || slices.ContainsFunc(where, func(f Filter) bool { return confidentiality.IsOfficer(f.Dimension) })
	if !named {
		return nil
	}
	return s.veil.Seen(ctx, "figure/"+what)
}

// withholdTogether takes out the rows that are about too few things. Who knows the whole knows by the others what those taken out are about together:
// where that is one row alone, or still too few things, the smallest of the others goes with them.
func withholdTogether(rows []*Row, least int64) {
	withheld, things := 0, int64(0)
	for _, row := range rows {
		if n := row.N; row.withhold(least) {
			withheld, things = withheld+1, things+n
		}
	}
	for withheld > 0 && (withheld == 1 || things < least) {
		var smallest *Row
		for _, row := range rows {
			if row.N > 0 && (smallest == nil || row.N < smallest.N) {
				smallest = row
			}
		}
		if smallest == nil {
			return
		}
		withheld, things = withheld+1, things+smallest.N
		smallest.clear()
	}
}

func pointers(rows []Row) []*Row {
	all := make([]*Row, len(rows))
	for i := range rows {
		all[i] = &rows[i]
	}
	return all
}

// withhold clears a row that is about some things, but too few, and says whether it did.
func (r *Row) withhold(least int64) bool {
	if r.N == 0 || r.N >= least {
		return false
	}
	r.clear()
	return true
}

func (r *Row) clear() {
	r.Number, r.Companions = Number{Small: true, Withheld: true}, nil
}

// Series is Service.Series.
func (s *Seen) Series(ctx context.Context, tenant *administration.Tenant, in SeriesRequest) ([]*Series, error) {
	asked := in
	where, err := s.open(ctx, in.Where, nil)
	if err != nil {
		return nil, err
	}
	asked.Where = where
	found, err := s.service.Series(ctx, tenant, asked)
	if err != nil {
		return nil, err
	}
	what := ""
	for _, series := range found {
		series.Where = in.Where
		what = series.Code
		if least := s.veil.Least(); least > 0 {
			points := make([]*Row, len(series.Points))
			for i := range series.Points {
				points[i] = &series.Points[i].Row
			}
			withholdTogether(points, least)
		}
	}
	return found, s.told(ctx, nil, in.Where, what)
}

// Lines is Service.Lines.
func (s *Seen) Lines(ctx context.Context, tenant *administration.Tenant, in LinesRequest) (*Lines, error) {
	where, err := s.open(ctx, in.Where, nil)
	if err != nil {
		return nil, err
	}
	in.Where = where
	lines, err := s.service.Lines(ctx, tenant, in)
	if err != nil {
		return nil, err
	}
	s.cover(lines)
	return lines, s.veil.Seen(ctx, "rows/"+in.Code)
}

// AllLines gives the lines of a request page by page, at most so many, all of one state of the
// data; the request's limit and offset do not count. That officers are named in them is recorded before
// the first page leaves. An error of take ends it and is given back.
func (s *Seen) AllLines(ctx context.Context, tenant *administration.Tenant, in LinesRequest, most int, take func(*Lines) error) error {
	where, err := s.open(ctx, in.Where, nil)
	if err != nil {
		return err
	}
	in.Where, in.Offset = where, 0
	if err := s.veil.Seen(ctx, "rows/"+in.Code); err != nil {
		return err
	}
	return s.service.eachLines(ctx, tenant, in, most, pageOfAll, func(lines *Lines) error {
		s.cover(lines)
		return take(lines)
	})
}

// cover puts what the person may see in the place of officers.
func (s *Seen) cover(lines *Lines) {
	for i := range lines.Lines {
		for dimension, value := range lines.Lines[i].Dimensions {
			if s.veil.Keeps(dimension) {
				delete(lines.Lines[i].Dimensions, dimension)
			} else if confidentiality.IsOfficer(dimension) {
				lines.Lines[i].Dimensions[dimension] = s.veil.Officer(value)
			}
		}
	}
}

// Board is every indicator for a period within a boundary: the whole administration's is kept by the
// service, one of a part is computed from the rows of the part. Indicators that cannot be told
// within the boundary are left out.
func (s *Seen) Board(ctx context.Context, tenant *administration.Tenant, from, to cube.Date, boundary Boundary, where []Filter) (*Board, error) {
	if len(where) == 0 && boundary.Whole() {
		board, err := s.service.Board(ctx, tenant, from, to)
		if err != nil || s.veil.Least() == 0 {
			return board, err
		}
		return s.coarse(board), nil
	}
	if err := checkDimensions(where); err != nil {
		return nil, err
	}
	opened, err := s.open(ctx, where, nil)
	if err != nil {
		return nil, err
	}
	board, err := s.service.boardOf(ctx, tenant, from, to, func(d *Definition) ([]Filter, bool) {
		for _, f := range opened {
			if !d.Has(f.Dimension) {
				return nil, false
			}
		}
		narrowed, err := boundary.Narrow(d, opened)
		return narrowed, err == nil
	})
	if err != nil {
		return nil, err
	}
	if s.veil.Least() > 0 {
		board = s.coarse(board)
	}
	return board, s.told(ctx, nil, where, "board")
}

// checkDimensions refuses a filter by a dimension that no indicator has.
func checkDimensions(where []Filter) error {
	var wrong []domain.FieldError
	for _, f := range where {
		if !slices.ContainsFunc(catalogue, func(d *Definition) bool { return d.Has(f.Dimension) }) {
			wrong = append(wrong, domain.FieldError{Field: "where", Message: "no indicator has a dimension \"" + f.Dimension + "\""})
		}
	}
	return domain.Invalid("this question cannot be answered", wrong...)
}

// coarse is a copy of a board without what is about too few things.
func (s *Seen) coarse(board *Board) *Board {
	least := s.veil.Least()
	shown := *board
	shown.Entries = slices.Clone(board.Entries)
	for i := range shown.Entries {
		e := &shown.Entries[i]
		e.withhold(least)
		e.Previous.withhold(least)
		e.LastYear.withhold(least)
		e.Months = slices.Clone(e.Months)
		for m := range e.Months {
			e.Months[m].withhold(least)
		}
	}
	return &shown
}
