package cube

import (
	"testing"

	"pgregory.net/rapid"
)

// TestEveryWidthKeepsItsValues packs integers of every size, with and without
// nulls, and reads them back one by one and as views.
func TestEveryWidthKeepsItsValues(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.IntRange(0, 62).Draw(t, "bits")
		base := rapid.Int64Range(-1<<61, 1<<61).Draw(t, "base")
		rows := rapid.IntRange(1, 3000).Draw(t, "rows")
		raw, want := rawColumn{kind: Integer}, []int64{}
		state := rapid.Uint64().Draw(t, "seed")
		nulls := rapid.Bool().Draw(t, "nulls")
		if nulls {
			raw.null = make([]bool, rows)
		}
		for i := range rows {
			state = state*6364136223846793005 + 1442695040888963407
			want = append(want, base+int64(state>>1>>(63-bits)))
			if nulls && state>>60 == 0 {
				raw.null[i], want[i] = true, 0
			}
			raw.values = append(raw.values, uint64(want[i])) // they are packed in place
		}
		c := raw.column()
		n := newNumbers(c, nil)
		var s selection
		for first := 0; first < rows; first += zoneRows {
			s.choose(nil, first, min(first+zoneRows, rows))
			v := n.view(&s)
			for k := range s.count {
				row := first + k
				value, null := c.integer(row)
				if wantNull := nulls && raw.null[row]; null != wantNull || !null && value != want[row] {
					t.Fatalf("row %d of %d bits is %d, %v; want %d, %v", row, bits, value, null, want[row], wantNull)
				}
				if null && c.nulls < c.rows && v.at(k) != v.none || !null && v.value(k) != want[row] {
					t.Fatalf("row %d of %d bits is %d in the view, want %d", row, bits, v.value(k), want[row])
				}
			}
		}
	})
}

func TestMemoryOfEachWidth(t *testing.T) {
	t.Parallel()
	const rows = 100_000
	for bits, most := range map[uint]float64{0: 0.1, 7: 1.1, 15: 2.1, 31: 4.1, 39: 5.1, 50: 8.1} {
		raw := rawColumn{kind: Integer, values: make([]uint64, rows), null: nil}
		raw.values[7] = 1<<bits - 1
		if got := float64(raw.column().bytes()) / rows; got > most {
			t.Errorf("values of %d bits take %.2f bytes each", bits, got)
		}
	}
}
