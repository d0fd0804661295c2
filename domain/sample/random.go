package sample

import (
	"math"
	"math/rand/v2"
)

// source is one stream of chance. Each purpose has a stream of its own, so that a
// change to one part of the generator does not shuffle all others.
type source struct{ rand.PCG }

// The streams.
const (
	streamWorld uint64 = iota + 1
	streamVolume
	streamLives
	streamTransits
	streamSessions
	streamRoster
	streamPlants
)

func newSource(seed, stream uint64) *source {
	s := &source{}
	s.Seed(mix(seed), mix(stream*0x9e3779b97f4a7c15+seed))
	return s
}

// unit gives a number in [0, 1).
func (s *source) unit() float64 { return float64(s.Uint64()>>11) * 0x1p-53 }

// chance is true with probability p.
func (s *source) chance(p float64) bool { return p > 0 && s.unit() < p }

// below gives a whole number in [0, n); the bias for the small n used here is
// below one in 2^32.
func (s *source) below(n int) int {
	return int((s.Uint64() >> 32) * uint64(n) >> 32)
}

// between gives a whole number from low to high, both included.
func (s *source) between(low, high int) int { return low + s.below(high-low+1) }

// normal gives a standard normal number by the polar method.
func (s *source) normal() float64 {
	for {
		u, v := 2*s.unit()-1, 2*s.unit()-1
		q := u*u + v*v
		if q > 0 && q < 1 {
			return u * math.Sqrt(-2*math.Log(q)/q)
		}
	}
}

// logNormal gives a number with this median and standard deviation of logarithms,
// cut at four deviations.
func (s *source) logNormal(median, sigma float64) float64 {
	return median * math.Exp(sigma*min(max(s.normal(), -4), 4))
}

// exponential gives a number with this mean, cut at eight means.
func (s *source) exponential(mean float64) float64 {
	return mean * min(-math.Log(1-s.unit()), 8)
}

// mix scrambles a number (the finalizer of splitmix64): chance without state, for
// facts that must be the same whenever they are asked for.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// mixUnit turns scrambled facts into a number in [0, 1).
func mixUnit(parts ...uint64) float64 {
	h := uint64(0x6a09e667f3bcc909)
	for _, p := range parts {
		h = mix(h ^ p)
	}
	return float64(h>>11) * 0x1p-53
}

// spread is the standard deviation of logarithms of a lognormal with this ratio
// of 90th percentile to median.
func spread(p90ToMedian float64) float64 { return math.Log(p90ToMedian) / 1.2815515655446004 }
