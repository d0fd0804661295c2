package sample

import "math"

// zipf gives the weights 1/(k+1+c)^s for k from 0, summing to 1.
func zipf(n int, s, c float64) []float64 {
	w := make([]float64, n)
	sum := 0.0
	for k := range w {
		w[k] = math.Pow(float64(k)+1+c, -s)
		sum += w[k]
	}
	for k := range w {
		w[k] /= sum
	}
	return w
}

// lottery draws an index in constant time with given weights (alias method of Vose).
type lottery struct {
	keep  []float32
	alias []int32
}

func newLottery(weights []float64) *lottery {
	n := len(weights)
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	l := &lottery{keep: make([]float32, n), alias: make([]int32, n)}
	scaled := make([]float64, n)
	var small, large []int32
	for i, w := range weights {
		scaled[i] = w * float64(n) / sum
		if scaled[i] < 1 {
			small = append(small, int32(i))
		} else {
			large = append(large, int32(i))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, g := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		l.keep[s], l.alias[s] = float32(scaled[s]), g
		scaled[g] -= 1 - scaled[s]
		if scaled[g] < 1 {
			large = large[:len(large)-1]
			small = append(small, g)
		}
	}
	for _, i := range append(small, large...) {
		l.keep[i], l.alias[i] = 1, i
	}
	return l
}

// at gives the index that belongs to u in [0, 1).
func (l *lottery) at(u float64) int {
	x := u * float64(len(l.keep))
	i := min(int(x), len(l.keep)-1)
	if float32(x-float64(i)) < l.keep[i] {
		return i
	}
	return int(l.alias[i])
}

func (l *lottery) draw(s *source) int { return l.at(s.unit()) }

// locate shares out members over offices: every member has a main office where it
// is boost times as present, while its weight over all offices stays what it was
// given. It returns one lottery per office.
func locate(weights, shares []float64, main []int, boost float64) []*lottery {
	adjusted := append([]float64(nil), weights...)
	presence := make([][]float64, len(shares))
	for o := range presence {
		presence[o] = make([]float64, len(weights))
	}
	for range 6 {
		total := make([]float64, len(weights))
		for o := range shares {
			sum := 0.0
			for k := range adjusted {
				presence[o][k] = adjusted[k]
				if main[k] == o {
					presence[o][k] *= boost
				}
				sum += presence[o][k]
			}
			for k := range adjusted {
				total[k] += shares[o] * presence[o][k] / sum
			}
		}
		for k := range adjusted {
			adjusted[k] *= weights[k] / total[k]
		}
	}
	tables := make([]*lottery, len(shares))
	for o := range shares {
		tables[o] = newLottery(presence[o])
	}
	return tables
}
