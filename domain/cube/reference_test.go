package cube

import (
	"cmp"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// plainRow is a row of the sample grain as the reference keeps it: one value
// for each column, nil for null, string, int64 or uint64 otherwise.
type plainRow struct {
	month Month
	cells []any
}

// reference answers by looking at every row, one after the other, sharing no
// code with the engine but the calendar.
type reference struct {
	grain *Grain
	rows  []plainRow
}

func (r *reference) key(row plainRow, name string, fiscal int) string {
	fiscal = max(1, fiscal)
	date := Date(row.cells[r.grain.Index(r.grain.Date)].(int64))
	switch name {
	case "day":
		return date.String()
	case "week":
		return date.weekKey()
	case "month":
		return date.Month().String()
	case "quarter":
		return date.Month().quarterKey(fiscal)
	case "year":
		return date.Month().yearKey(fiscal)
	}
	for _, d := range r.grain.Derived {
		if d.Name == name {
			text := row.cells[r.grain.Index(d.From)].(string)
			if len(text) > d.Prefix {
				text = text[:d.Prefix]
			}
			return text
		}
	}
	i := r.grain.Index(name)
	switch v := row.cells[i].(type) {
	case string:
		return v
	case int64:
		if r.grain.Columns[i].Type == Day {
			return Date(v).String()
		}
		return strconv.FormatInt(v, 10)
	}
	return ""
}

func (r *reference) passes(row plainRow, c Condition, fiscal int) bool {
	if c.Either != nil {
		return slices.ContainsFunc(c.Either, func(each Condition) bool { return r.passes(row, each, fiscal) })
	}
	column := r.grain.Column(c.Column)
	ok := true
	switch {
	case column != nil && column.Type == Flags:
		bits := row.cells[r.grain.Index(c.Column)].(uint64)
		for b := range 64 {
			has := bits>>b&1 == 1
			if c.AllOf>>b&1 == 1 && !has || c.NoneOf>>b&1 == 1 && has {
				ok = false
			}
		}
		if c.AnyOf != 0 && bits&c.AnyOf == 0 {
			ok = false
		}
	case column != nil && column.Type != Code:
		v, known := row.cells[r.grain.Index(c.Column)].(int64)
		if !known && (c.Min != nil || c.Max != nil) {
			return false
		}
		if c.Null != nil && *c.Null == known {
			ok = false
		}
		if c.Min != nil && v < *c.Min || c.Max != nil && v > *c.Max {
			ok = false
		}
	default:
		key := r.key(row, c.Column, fiscal)
		if c.In != nil && !slices.Contains(c.In, key) || !strings.HasPrefix(key, c.Prefix) || c.Null != nil && *c.Null != (key == "") {
			ok = false
		}
	}
	return ok != c.Not
}

func (r *reference) passesAll(row plainRow, where []Condition, from, to Date, fiscal int) bool {
	date := Date(row.cells[r.grain.Index(r.grain.Date)].(int64))
	if date < from || date >= to {
		return false
	}
	for _, c := range where {
		if !r.passes(row, c, fiscal) {
			return false
		}
	}
	return true
}

// query gives nil when a sum does not fit.
func (r *reference) query(q Query) []ResultRow {
	groups := map[string][]plainRow{}
	for _, row := range r.rows {
		if r.passesAll(row, q.Where, q.From, q.To, q.FiscalYearStart) {
			var keys []string
			for _, by := range q.By {
				keys = append(keys, r.key(row, by, q.FiscalYearStart))
			}
			groups[strings.Join(keys, "\x00")] = append(groups[strings.Join(keys, "\x00")], row)
		}
	}
	if len(q.By) == 0 && len(groups) == 0 {
		groups[""] = nil
	}
	rows := []ResultRow{}
	for joined, members := range groups {
		row := ResultRow{Keys: []string{}, Values: []Value{}}
		if len(q.By) > 0 {
			row.Keys = strings.Split(joined, "\x00")
		}
		for _, a := range q.Aggregates {
			v, ok := r.aggregate(members, a, q)
			if !ok {
				return nil
			}
			row.Values = append(row.Values, v)
		}
		rows = append(rows, row)
	}
	rows = slices.DeleteFunc(rows, func(row ResultRow) bool { return !r.having(row, q) })
	slices.SortFunc(rows, func(a, b ResultRow) int { return r.compare(a, b, q) })
	return rows
}

func (r *reference) aggregate(rows []plainRow, a Aggregate, q Query) (Value, bool) {
	var values []int64
	different := map[any]bool{}
	for _, row := range rows {
		if !r.passesAll(row, a.Where, q.From, q.To, q.FiscalYearStart) {
			continue
		}
		if a.Column == "" {
			values = append(values, 0)
			continue
		}
		cell := row.cells[r.grain.Index(a.Column)]
		if cell == nil || cell == "" {
			continue
		}
		different[cell] = true
		v, _ := cell.(int64)
		if a.Minus != "" {
			minus, known := row.cells[r.grain.Index(a.Minus)].(int64)
			if !known {
				continue
			}
			v -= minus
		}
		values = append(values, v)
	}
	out := Value{N: int64(len(values)), Null: len(values) == 0}
	slices.Sort(values)
	switch a.Func {
	case Count:
		out.Int, out.Null = out.N, false
	case Distinct:
		out.Int, out.Null = int64(len(different)), false
	case Sum:
		total := new(big.Int)
		for _, v := range values {
			total.Add(total, big.NewInt(v))
		}
		if !total.IsInt64() {
			return out, false
		}
		out.Int = total.Int64()
	case Min:
		if !out.Null {
			out.Int = values[0]
		}
	case Max:
		if !out.Null {
			out.Int = values[len(values)-1]
		}
	case Quantiles:
		if !out.Null {
			for _, p := range a.P {
				out.Quantiles = append(out.Quantiles, referenceQuantile(values, p))
			}
		}
	}
	return out, true
}

func referenceQuantile(sorted []int64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	low := math.Floor(at)
	v := float64(sorted[int(low)])
	if high := int(math.Ceil(at)); high != int(low) {
		v += float64((at - low) * (float64(sorted[high]) - v))
	}
	return v
}

func (r *reference) position(q Query, name string) int {
	return slices.IndexFunc(q.Aggregates, func(a Aggregate) bool { return a.Name == name })
}

func (r *reference) having(row ResultRow, q Query) bool {
	for _, h := range q.Having {
		v := row.Values[r.position(q, h.Aggregate)]
		if v.Null {
			return false
		}
		f := new(big.Float).SetInt64(v.Int)
		if v.Quantiles != nil {
			f = big.NewFloat(v.Quantiles[h.Quantile])
		}
		if h.Min != nil && f.Cmp(big.NewFloat(*h.Min)) < 0 || h.Max != nil && f.Cmp(big.NewFloat(*h.Max)) > 0 {
			return false
		}
	}
	return true
}

func (r *reference) compare(a, b ResultRow, q Query) int {
	for _, o := range q.Order {
		c := 0
		var anull, bnull bool
		switch {
		case o.By != "":
			x, y := a.Keys[slices.Index(q.By, o.By)], b.Keys[slices.Index(q.By, o.By)]
			anull, bnull = x == "", y == ""
			c = r.compareKeys(o.By, x, y)
		default:
			x, y := a.Values[r.position(q, o.Aggregate)], b.Values[r.position(q, o.Aggregate)]
			anull, bnull = x.Null, y.Null
			switch {
			case o.Per != "":
				m, n := a.Values[r.position(q, o.Per)], b.Values[r.position(q, o.Per)]
				anull, bnull = anull || m.Null || m.Int == 0, bnull || n.Null || n.Int == 0
				if !anull && !bnull {
					c = big.NewRat(x.Int, m.Int).Cmp(big.NewRat(y.Int, n.Int))
				}
			case x.Quantiles != nil && y.Quantiles != nil:
				c = cmp.Compare(x.Quantiles[o.Quantile], y.Quantiles[o.Quantile])
			default:
				c = cmp.Compare(x.Int, y.Int)
			}
		}
		switch {
		case anull && bnull:
			continue
		case anull:
			return 1
		case bnull:
			return -1
		case c != 0 && o.Descending:
			return -c
		case c != 0:
			return c
		}
	}
	for i, by := range q.By {
		if c := r.compareKeys(by, a.Keys[i], b.Keys[i]); c != 0 {
			return c
		}
	}
	return 0
}

// compareKeys compares as the documentation of Result says.
func (r *reference) compareKeys(_, a, b string) int { return strings.Compare(a, b) }
