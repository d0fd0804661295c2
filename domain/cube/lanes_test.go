package cube

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// block is rows for which both ways of treating them are compared.
type block struct {
	u8   []uint8
	u16  []uint16
	u32  []uint32
	u64  []uint64
	mask []uint64
}

func drawBlock(t *rapid.T) *block {
	state := rapid.Uint64().Draw(t, "seed")
	next := func() uint64 { // quick, where rapid's own draws would be slow
		state = state*6364136223846793005 + 1442695040888963407
		return state ^ state>>29
	}
	b := &block{}
	few := rapid.Bool().Draw(t, "few different values")
	for range rapid.IntRange(1, blockRows).Draw(t, "rows") {
		v := next()
		if few {
			v = -(v & 1) // 0, or what stands for null in every width
		}
		b.u8, b.u16 = append(b.u8, uint8(v)), append(b.u16, uint16(v))
		b.u32, b.u64 = append(b.u32, uint32(v)), append(b.u64, v)
		b.mask = append(b.mask, next()|1) // the first lane has all rows
	}
	return b
}

// views gives the rows in each width.
func (b *block) views(base int64) []view {
	return []view{{u8: b.u8, base: base, none: 1<<8 - 1}, {u16: b.u16, base: base, none: 1<<16 - 1}, {u32: b.u32, base: base, none: 1<<32 - 1},
		{u64: b.u64, base: base, none: 1<<64 - 1}}
}

// TestFourRowsAtATimeAreAsOneByOne compares what treats several rows at once with the plain sense of it.
func TestFourRowsAtATimeAreAsOneByOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := drawBlock(t)
		bit := rapid.IntRange(0, 63).Draw(t, "bit")
		affected, base := rapid.Uint64().Draw(t, "affected"), rapid.Int64Range(-1<<40, 1<<40).Draw(t, "base")
		for _, v := range b.views(base) {
			var sum uint64
			cleared, values := slices.Clone(b.mask), make([]uint64, len(b.mask))
			for k := range b.mask {
				if b.mask[k]>>bit&1 == 1 {
					values[k] = uint64(v.value(k))
				}
				sum += values[k]
				if v.at(k) == v.none {
					cleared[k] &^= affected
				}
			}
			if got := v.sumLane(b.mask, bit); got != sum {
				t.Fatalf("the sum is %d, want %d", got, sum)
			}
			q := &quartet{lanes: make([]uint64, 4*blockRows)}
			q.place(2, &v, b.mask, bit)
			if diff := cmp.Diff(values, q.lanes[2*blockRows:][:len(values)]); diff != "" {
				t.Fatalf("the lane's values differ (-want +got):\n%s", diff)
			}
			got := slices.Clone(b.mask)
			v.clearNull(got, affected)
			if diff := cmp.Diff(cleared, got); diff != "" {
				t.Fatalf("the masks without nulls differ (-want +got):\n%s", diff)
			}
		}
	})
}

func TestRangesAndWideValuesOfABlock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := drawBlock(t)
		affected := rapid.Uint64().Draw(t, "affected")
		within := span{rapid.Uint64Range(0, 1<<32).Draw(t, "low"), rapid.OneOf(rapid.Uint64Range(0, 1<<33), rapid.Just(uint64(1<<64-1))).Draw(t, "width")}
		got, want := slices.Clone(b.mask), slices.Clone(b.mask)
		maskSingle(&test{spans: []span{within}}, b.u32, got, affected)
		for k, v := range b.u32 {
			if uint64(v)-within.low > within.width {
				want[k] &^= affected
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("the masks of a range differ (-want +got):\n%s", diff)
		}
		wide := packed{u40: split{b.u32, b.u8}}
		s := selection{count: len(b.u32)}
		for k, v := range s.view64(&wide) {
			if v != wide.u40.at(k) {
				t.Fatalf("row %d is %d, want %d", k, v, wide.u40.at(k))
			}
		}
	})
}

// TestRecordsOfABlock adds counts and sums to the records of groups in every way there is.
func TestRecordsOfABlock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := drawBlock(t)
		words := rapid.IntRange(1, 20).Draw(t, "words of counts")
		groups := make([]uint32, len(b.mask))
		several := uint32(rapid.SampledFrom([]int{1, 3, 700}).Draw(t, "groups"))
		for k := range groups {
			groups[k] = b.u32[k] % several
		}
		q := &quartet{position: words, lanes: make([]uint64, 4*blockRows)}
		for i := range q.lanes {
			q.lanes[i] = b.u64[i%len(b.u64)] + uint64(i)
		}
		masks := [][]uint64{b.mask, b.u64}[:(words+15)/16]
		a := newAccumulator(make([]uint64, words+4), words)
		a.copies = uint(rapid.IntRange(0, 2).Draw(t, "copies"))
		a.grow(int(several))
		a.locate(groups)
		if !a.alone {
			a.addQuartet(q)
		}
		a.count(masks)
		l := &layout{plan: &plan{}}
		a.fold(l)
		counts, sums := make([]int64, int(several)*4*words), make([]uint64, 4*several)
		for k, g := range groups {
			for lane := range 4 * words {
				counts[int(g)*4*words+lane] += int64(masks[lane/64][k] >> (lane % 64) & 1)
			}
			for i := range uint32(4) {
				sums[4*g+i] += q.lanes[int(i)*blockRows+k]
			}
		}
		alone := a.alone
		for g := range several {
			for lane := range 4 * words {
				if got, want := a.counted(lane, g), counts[int(g)*4*words+lane]; got != want {
					t.Fatalf("lane %d of group %d has %d, want %d", lane, g, got, want)
				}
			}
			for i := range 4 {
				if got, want := uint64(a.at(words+i, g)), sums[4*int(g)+i]; got != want && !alone {
					t.Fatalf("sum %d of group %d is %d, want %d", i, g, got, want)
				}
			}
		}
	})
}

// TestMasksByColumnsOfOneByte compares shuffles with the tables that they stand for.
func TestMasksByColumnsOfOneByte(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		block := drawBlock(t)
		rows := len(block.mask)
		start := rapid.OneOf(rapid.Just(^uint64(0)), rapid.Uint64()).Draw(t, "start")
		lanes, want := byteLanes{start: start}, make([]uint64, rows)
		for k := range want {
			want[k] = start
		}
		for range rapid.IntRange(1, 6).Draw(t, "columns") {
			different := rapid.SampledFrom([]int{1, 3, 17, 60, 255}).Draw(t, "different values")
			values, null := make([]uint64, rows), []bool(nil)
			if rapid.Bool().Draw(t, "nulls") {
				null = make([]bool, rows)
			}
			for k := range values {
				values[k] = block.u64[(k+different)%rows] >> 7 % uint64(different)
				if null != nil {
					null[k] = block.u8[k]&3 == 0
				}
			}
			column := pack(values, null, max(1, uint64(different-1)))
			table := new([256]uint64)
			cleared := rapid.Uint64().Draw(t, "cleared")
			every := rapid.SampledFrom([]int{1, 2, 50, 255}).Draw(t, "every")
			for v := range table {
				if table[v] = ^uint64(0); v%every == 0 {
					table[v] &^= cleared << (v % 8)
				}
			}
			lanes.add(&column, table)
			for k, v := range column.u8 {
				want[k] &= table[v]
			}
		}
		got := make([]uint64, rows)
		for range 2 { // the second time over what the first one left
			lanes.set(&selection{count: rows}, got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("the masks of all rows differ (-want +got):\n%s", diff)
			}
		}
		some := selection{}
		for k := 0; k < rows; k += 3 {
			some.rows, some.count = append(some.rows, uint32(k)), some.count+1
		}
		lanes.set(&some, got[:some.count])
		for k, row := range some.rows {
			if got[k] != want[row] {
				t.Fatalf("the mask of row %d is %x, want %x", row, got[k], want[row])
			}
		}
	})
}
