package main

import (
	"fmt"
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
	for _, o := range q.Order {
		for i, a := range q.Aggregates {
			if a.Name == o.Aggregate {
				direction := ""
				if o.Descending {
					direction = " DESC"
				}
				order = append(order, fmt.Sprintf("a%d%s", i, direction))
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
		s += fmt.Sprintf(" LIMIT %d", q.Limit)
	}
	return s
}

func (d dialect) key(g *cube.Grain, by string) string {
	if by == cube.DimensionMonth {
		return fmt.Sprintf(d.months, g.Date)
	}
	if by == cube.DimensionDay {
		return "CAST(" + g.Date + " AS text)"
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
		return "count(" + a.Column + ")" + filter
	case cube.Sum:
		return "CAST(sum(" + a.Column + ")" + filter + " AS bigint)"
	case cube.Quantiles:
		return d.quantile(a.Column, a.P, filter)
	}
	panic("the questions have no such function")
}

func (d dialect) conditions(g *cube.Grain, conditions []cube.Condition) string {
	var all []string
	for _, c := range conditions {
		if c.In != nil {
			var texts []string
			for _, text := range c.In {
				texts = append(texts, "'"+strings.ReplaceAll(text, "'", "''")+"'")
			}
			all = append(all, c.Column+" IN ("+strings.Join(texts, ", ")+")")
		}
		if c.Min != nil {
			all = append(all, fmt.Sprintf("%s >= %d", c.Column, *c.Min))
		}
		if c.Max != nil {
			all = append(all, fmt.Sprintf("%s <= %d", c.Column, *c.Max))
		}
		if c.AllOf != 0 {
			all = append(all, fmt.Sprintf("(%s & %d) = %d", c.Column, c.AllOf, c.AllOf))
		}
		if c.AnyOf != 0 {
			all = append(all, fmt.Sprintf("(%s & %d) <> 0", c.Column, c.AnyOf))
		}
	}
	return strings.Join(all, " AND ")
}
