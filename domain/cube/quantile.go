package cube

import (
	"math"
	"slices"
)

// quantiles writes the quantile at each of p to out. It reorders the values, of
// which there is at least one.
func quantiles(values []int64, p []float64, out []float64) {
	slices.Sort(values)
	for i := range p {
		out[i] = quantile(len(values), p[i], func(k int) int64 { return values[k] })
	}
}

// quantile is linear interpolation at p*(n-1) between order statistics (type 7),
// to the last digit as PostgreSQL's percentile_cont computes it; at gives the
// k-th smallest value, from 0.
func quantile(n int, p float64, at func(k int) int64) float64 {
	position := p * float64(n-1)
	low := math.Floor(position)
	v := float64(at(int(low)))
	if high := int(math.Ceil(position)); high != int(low) {
		// The conversion forbids fused multiply-add, which would round differently.
		v += float64((position - low) * (float64(at(high)) - v))
	}
	return v
}
