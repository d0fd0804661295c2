package indicator

import (
	"cmp"
	"slices"
	"strings"

	"assay/domain/cube"
)

// page sorts the rows, keeps those asked for and sums the others.
func (r *Result) page(d *Definition, rows []Row, in *Request, least int64) {
	sortRows(rows, in.Order)
	r.Groups = len(rows)
	first := min(in.Offset, len(rows))
	last := len(rows)
	if in.Limit > 0 {
		last = min(first+in.Limit, len(rows))
	}
	r.Rows = rows[first:last]
	if len(r.Rows) < len(rows) && d.sums(in.By) {
		other := d.together(slices.Concat(rows[:first], rows[last:]), len(in.By), least)
		r.Other = &other
	}
}

// sums reports whether the groups by dimensions add up to the whole: numerators
// and denominators are sums, and no row is in two groups.
func (d *Definition) sums(by []string) bool {
	if d.Numerator == nil || d.Denominator != nil && d.Denominator.Func == cube.Distinct {
		return false
	}
	return !slices.ContainsFunc(by, func(name string) bool {
		return d.isDetail(name) || d.isCase(name) && !d.Cases.Exclusive
	})
}

// together adds rows up. Spreads and companions cannot be added.
func (d *Definition) together(rows []Row, keys int, least int64) Row {
	total := raw{hasNumerator: true, hasDenominator: d.Denominator != nil}
	total.numerator.Null, total.denominator.Null = true, true
	for i := range rows {
		add(&total.numerator, rows[i].Numerator)
		add(&total.denominator, rows[i].Denominator)
		total.numerator.N += rows[i].N
		total.denominator.N += rows[i].N
	}
	plain := d.Figure
	plain.Spread = nil
	return Row{Keys: make([]string, keys), Number: plain.number(&total, d.Unit, d.Interval, least)}
}

func add(sum *cube.Value, n *int64) {
	if n != nil {
		sum.Int += *n
		sum.Null = false
	}
}

func sortRows(rows []Row, o Order) {
	slices.SortFunc(rows, func(a, b Row) int {
		if n := o.compare(&a, &b); n != 0 {
			return n
		}
		return slices.CompareFunc(a.Keys, b.Keys, strings.Compare)
	})
}

func (o Order) compare(a, b *Row) int {
	direction := 1
	if o.Descending {
		direction = -1
	}
	switch o.By {
	case OrderByValue:
		return compareKnown(a.Value, b.Value, direction)
	case OrderByN:
		return direction * cmp.Compare(a.N, b.N)
	case OrderByNumerator:
		return compareKnown(a.Numerator, b.Numerator, direction)
	case OrderByDenominator:
		return compareKnown(a.Denominator, b.Denominator, direction)
	case OrderByP90:
		return compareKnown(a.percentile90(), b.percentile90(), direction)
	}
	if len(a.Keys) > 0 {
		return direction * strings.Compare(a.Keys[o.Key], b.Keys[o.Key])
	}
	return 0
}

func (n *Number) percentile90() *float64 {
	if n.Spread == nil || len(n.Spread.Values) <= Percentile90 {
		return nil
	}
	return &n.Spread.Values[Percentile90]
}

// compareKnown puts what is not known last, whatever the direction.
func compareKnown[T cmp.Ordered](a, b *T, direction int) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return direction * cmp.Compare(*a, *b)
}
