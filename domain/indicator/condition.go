package indicator

import (
	"fmt"
	"math"
	"slices"

	"assay/domain"
	"assay/domain/cube"
)

// conditions turns tests into conditions of the cube for a period.
func conditions(g *cube.Grain, tests []Test, from, to cube.Date) ([]cube.Condition, error) {
	found := make([]cube.Condition, 0, len(tests))
	for i := range tests {
		c, err := tests[i].condition(g, from, to)
		if err != nil {
			return nil, domain.Wrap(domain.KindInternal, err, "the catalogue does not fit the grain %s", g.Name)
		}
		found = append(found, c)
	}
	return found, nil
}

func (t *Test) condition(g *cube.Grain, from, to cube.Date) (cube.Condition, error) {
	c := cube.Condition{Column: t.Column}
	if t.Either != nil {
		alternatives, err := conditions(g, t.Either, from, to)
		return cube.Condition{Either: alternatives}, err
	}
	column := g.Column(t.Column)
	if column == nil && !slices.Contains(g.Dimensions(), t.Column) {
		return c, fmt.Errorf("there is no column %q", t.Column)
	}
	for _, set := range []struct {
		names []string
		mask  *uint64
	}{{t.All, &c.AllOf}, {t.Any, &c.AnyOf}, {t.None, &c.NoneOf}} {
		for _, name := range set.names {
			mask, found := column.Flag(name)
			if !found {
				return c, fmt.Errorf("column %s has no flag %q", t.Column, name)
			}
			*set.mask |= mask
		}
	}
	c.In, c.Prefix, c.Not = t.In, t.Prefix, t.Not
	c.Min, c.Max = t.Least, t.Most
	if t.Known != nil {
		unknown := !*t.Known
		c.Null = &unknown
	}
	if t.Since != nil {
		c.Min = t.Since.day(from, to)
	}
	if t.Before != nil {
		last := *t.Before.day(from, to) - 1
		c.Max = &last
	}
	return c, nil
}

func (e *Edge) day(from, to cube.Date) *int64 {
	day := int64(from)
	if e.End {
		day = int64(to)
	}
	day -= int64(e.Less)
	day = max(day, math.MinInt32)
	return &day
}

// filter is the condition of a dimension's filter.
func (f Filter) condition() cube.Condition {
	values := f.Values
	if values == nil {
		values = []string{}
	}
	return cube.Condition{Column: f.Dimension, In: values, Not: f.Not}
}
