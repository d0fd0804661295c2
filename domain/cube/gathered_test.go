package cube

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestGatheredKeepsEveryValue holds what was gathered against a plain slice of the
// same values, through every width and with room made in between.
func TestGatheredKeepsEveryValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var g gathered
		var want []uint64
		edges := []uint64{0, 1, math.MaxUint8, math.MaxUint8 + 1, math.MaxUint16, math.MaxUint16 + 1, math.MaxUint32, math.MaxUint32 + 1, math.MaxUint64}
		// Values beyond the highest are left out, so that the narrow widths are met at length too.
		highest := rapid.SampledFrom(edges).Draw(t, "highest")
		for range rapid.IntRange(0, 60).Draw(t, "values") {
			if rapid.IntRange(0, 9).Draw(t, "make room") == 0 {
				g.grow(rapid.IntRange(0, 20).Draw(t, "room"))
			}
			v := min(highest, rapid.OneOf(rapid.SampledFrom(edges), rapid.Uint64()).Draw(t, "value"))
			g.append(v)
			want = append(want, v)
		}
		var got []uint64
		for i := range g.len() {
			got = append(got, g.at(i))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("gathered %v, want %v", got, want)
		}
	})
}

// TestGatheredIsNarrow looks at the widths: small values must not take more than they need.
func TestGatheredIsNarrow(t *testing.T) {
	t.Parallel()
	var g gathered
	g.grow(1000)
	for v := range uint64(1000) {
		g.append(v % 200)
	}
	if len(g.u8) != 1000 || g.len() != 1000 {
		t.Fatalf("1000 values below 200 take %d bytes and %d places", len(g.u8), g.len())
	}
	g.append(70_000)
	if len(g.u32) != 1001 || g.len() != 1001 || g.u8 != nil || g.u16 != nil {
		t.Fatalf("with a value of 17 bits: %d in four bytes of %d", len(g.u32), g.len())
	}
}

func TestFoldAndUnfold(t *testing.T) {
	t.Parallel()
	for v, want := range map[int64]uint64{0: 0, -1: 1, 1: 2, -2: 3, math.MaxInt64: math.MaxUint64 - 1, math.MinInt64: math.MaxUint64} {
		if got := fold(v); got != want || unfold(got) != v {
			t.Errorf("fold(%d) = %d, unfolded %d; want %d", v, got, unfold(got), want)
		}
	}
}
