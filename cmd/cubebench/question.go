package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"assay/domain/cube"
)

// dialect writes a question as SQL that says the same.
type dialect struct {
	table    string
	months   string // expression of the month of a day, with %s for the day
	quantile func(column string, p []float64, filter string) string
}

var duckDialect = dialect{
	months: "strftime(%s, '%%Y-%%m')",
	quantile: func(column string, p []float64, filter string) string {
		return fmt.Sprintf("quantile_cont(%s, [%s])%s", column, list(p), filter)
	},
}

var postgresDialect = dialect{
	months: "to_char(%s, 'YYYY-MM')",
	quantile: func(column string, p []float64, filter string) string {
		return fmt.Sprintf("percentile_cont(ARRAY[%s]::float8[]) WITHIN GROUP (ORDER BY %s)%s", list(p), column, filter)
	},
}

func list(p []float64) string {
	var texts []string
	for _, v := range p {
		texts = append(texts, strconv.FormatFloat(v, 'f', -1, 64))
	}
	return strings.Join(texts, ", ")
}

// sql gives the statement. Its columns are the keys, then for each aggregate
// one column, or one for each quantile.
func (d dialect) sql(g *cube.Grain, q cube.Query) string {
	var columns, groups, order []string
	for i, by := range q.By {
		columns = append(columns, d.key(g, by)+fmt.Sprintf(" AS k%d", i))
		groups = append(groups, strconv.Itoa(i+1))
	}
	for i, a := range q.Aggregates {
		columns = append(columns, d.aggregate(g, a)+fmt.Sprintf(" AS a%d", i))
	}
	s := "SELECT " + strings.Join(columns, ", ") + " FROM " + d.table + " WHERE " +
		fmt.Sprintf("%s >= DATE '%s' AND %s < DATE '%s'", g.Date, q.From, g.Date, q.To)
	if len(q.Where) > 0 {
		s += " AND " + d.conditions(g, q.Where)
	}
	if len(groups) > 0 {
		s += " GROUP BY " + strings.Join(groups, ", ")
	}
	if having := d.having(g, q); having != "" {
		s += " HAVING " + having
	}
	for _, o := range q.Order {
		direction := ""
		if o.Descending {
			direction = " DESC"
		}
		for i, by := range q.By {
			if by == o.By { // an unknown code comes last
				order = append(order, fmt.Sprintf("k%d = ''", i), fmt.Sprintf("k%d%s", i, direction))
			}
		}
		for i, a := range q.Aggregates {
			if a.Name == o.Aggregate {
				order = append(order, fmt.Sprintf("a%d%s NULLS LAST", i, direction))
			}
		}
	}
	for i := range q.By {
		order = append(order, fmt.Sprintf("k%d", i))
	}
	if len(order) > 0 {
		s += " ORDER BY " + strings.Join(order, ", ")
	}
	if q.Limit > 0 {
		s += fmt.Sprintf(" LIMIT %d OFFSET %d", q.Limit, q.Offset)
	}
	return s
}

// having keeps groups by whole numbers.
func (d dialect) having(g *cube.Grain, q cube.Query) string {
	var all []string
	for _, h := range q.Having {
		for _, a := range q.Aggregates {
			if a.Name != h.Aggregate {
				continue
			}
			if h.Min != nil {
				all = append(all, fmt.Sprintf("%s >= %.0f", d.aggregate(g, a), *h.Min))
			}
			if h.Max != nil {
				all = append(all, fmt.Sprintf("%s <= %.0f", d.aggregate(g, a), *h.Max))
			}
		}
	}
	return strings.Join(all, " AND ")
}

func (d dialect) key(g *cube.Grain, by string) string {
	if by == cube.DimensionMonth {
		return fmt.Sprintf(d.months, g.Date)
	}
	if by == cube.DimensionDay {
		return "CAST(" + g.Date + " AS text)"
	}
	if d := slices.IndexFunc(g.Derived, func(of cube.Derived) bool { return of.Name == by }); d >= 0 {
		return fmt.Sprintf("substr(%s, 1, %d)", g.Derived[d].From, g.Derived[d].Prefix)
	}
	return by
}

func (d dialect) aggregate(g *cube.Grain, a cube.Aggregate) string {
	filter := ""
	if len(a.Where) > 0 {
		filter = " FILTER (WHERE " + d.conditions(g, a.Where) + ")"
	}
	switch a.Func {
	case cube.Count:
		if a.Column == "" {
			return "count(*)" + filter
		}
		return d.given(g, a, "count("+a.Column+")")
	case cube.Sum:
		return "CAST(sum(" + a.Column + ")" + filter + " AS bigint)"
	case cube.Min:
		return "min(" + a.Column + ")" + filter
	case cube.Max:
		return "max(" + a.Column + ")" + filter
	case cube.Distinct:
		return d.given(g, a, "count(DISTINCT "+a.Column+")")
	case cube.Quantiles:
		return d.quantile(a.Column, a.P, filter)
	}
	panic("the questions have no such function")
}

// given counts values; the unknown code is none.
func (d dialect) given(g *cube.Grain, a cube.Aggregate, count string) string {
	known := false
	if g.Column(a.Column).Type == cube.Code {
		a.Where = append(slices.Clone(a.Where), cube.Condition{Column: a.Column, Null: &known})
	}
	if len(a.Where) > 0 {
		count += " FILTER (WHERE " + d.conditions(g, a.Where) + ")"
	}
	return count
}

func (d dialect) conditions(g *cube.Grain, conditions []cube.Condition) string {
	all := make([]string, len(conditions))
	for i, c := range conditions {
		all[i] = "(" + strings.Join(d.tests(g, c), " AND ") + ")"
		if c.Not {
			all[i] = "NOT " + all[i]
		}
	}
	return strings.Join(all, " AND ")
}

func (d dialect) tests(g *cube.Grain, c cube.Condition) (all []string) {
	column := d.key(g, c.Column)
	kind := cube.Code
	if found := g.Column(c.Column); found != nil {
		kind = found.Type
	}
	if c.In != nil {
		var texts []string
		for _, text := range c.In {
			texts = append(texts, "'"+strings.ReplaceAll(text, "'", "''")+"'")
		}
		all = append(all, column+" IN ("+strings.Join(texts, ", ")+")")
	}
	if c.Prefix != "" {
		all = append(all, column+" LIKE '"+c.Prefix+"%'")
	}
	for operator, bound := range map[string]*int64{">=": c.Min, "<=": c.Max} {
		if bound != nil && kind == cube.Day {
			all = append(all, fmt.Sprintf("%s %s DATE '%s'", column, operator, cube.Date(*bound)))
		} else if bound != nil {
			all = append(all, fmt.Sprintf("%s %s %d", column, operator, *bound))
		}
	}
	if c.AllOf != 0 {
		all = append(all, fmt.Sprintf("(%s & %d) = %d", column, c.AllOf, c.AllOf))
	}
	if c.AnyOf != 0 {
		all = append(all, fmt.Sprintf("(%s & %d) <> 0", column, c.AnyOf))
	}
	if c.NoneOf != 0 {
		all = append(all, fmt.Sprintf("(%s & %d) = 0", column, c.NoneOf))
	}
	if c.Null != nil {
		test, opposite := column+" IS NULL", column+" IS NOT NULL"
		if kind == cube.Code {
			test, opposite = column+" = ''", column+" <> ''"
		}
		if !*c.Null {
			test = opposite
		}
		all = append(all, test)
	}
	return all
}
