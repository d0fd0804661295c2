package indicator

import "math"

// wilsonZ is the 97.5th percentile of the standard normal distribution.
const wilsonZ = 1.959963984540054

// Wilson gives the 95 % score interval of a share of count successes among n
// (E. B. Wilson 1927), each between 0 and 1. n must be positive.
func Wilson(count, n int64) (low, high float64) {
	trials := float64(n)
	p := float64(count) / trials
	square := wilsonZ * wilsonZ
	middle := (p + square/(2*trials)) / (1 + square/trials)
	half := wilsonZ / (1 + square/trials) * math.Sqrt(p*(1-p)/trials+square/(4*trials*trials))
	return max(0, middle-half), min(1, middle+half)
}
