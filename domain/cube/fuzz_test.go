package cube

import (
	"context"
	"math/rand/v2"
	"runtime"
	"testing"
)

// FuzzOpen damages segments: whatever the bytes, opening and decoding end with
// columns or an error, without a panic and without much memory.
func FuzzOpen(f *testing.F) {
	m := MonthOf(2026, 10)
	random := rand.New(rand.NewPCG(3, 4))
	for _, rows := range []int{0, 1, 300} {
		f.Add(build(f, sample, m, func(r *Row, i int) {
			r.Day(0, m.First()+Date(i%31))
			r.Code(1, []string{"", "A", "BB"}[random.IntN(3)])
			if random.IntN(2) == 0 {
				r.Integer(5, random.Int64N(1000))
			}
			r.Flags(8, random.Uint64N(4))
		}, rows).Content(), uint(0), byte(0))
	}
	f.Fuzz(func(t *testing.T, content []byte, at uint, flip byte) {
		content = append([]byte{}, content...)
		if len(content) > 0 {
			content[at%uint(len(content))] ^= flip
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		decodeAll(content)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<30 {
			t.Fatalf("%d bytes of input took %d bytes of memory", len(content), took)
		}
	})
}

func decodeAll(content []byte) {
	s, err := Open(content)
	if err != nil {
		return
	}
	for i := range s.grain.Columns {
		if c, err := s.decode(context.Background(), i); err == nil {
			for row := range min(c.rows, 100) {
				switch c.kind {
				case Code:
					c.dictionary.at(int(c.at(row)))
				case Flags:
					c.flags(row)
				default:
					c.integer(row)
				}
			}
		}
	}
}

// TestDamageIsBorne flips a bit in every second byte of a small segment, and cuts it off
// at every third.
func TestDamageIsBorne(t *testing.T) {
	t.Parallel()
	whole := office(t, MonthOf(2026, 10), "A", 50).Content()
	for at := 0; at < len(whole); at += 2 {
		content := append([]byte{}, whole...)
		content[at] ^= 1 << (at % 8)
		decodeAll(content)
	}
	for length := 0; length < len(whole); length += 3 {
		decodeAll(whole[:length])
	}
}
