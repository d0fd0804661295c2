package cube

// tally counts, for each of 64 bits, the words that have it set: digits[i] holds
// the bit of value 1<<i of all 64 numbers. A word is added to all of them with a few
// operations, as an adder of a processor does it.
type tally struct{ digits [tallyDigits]uint64 }

// tallyDigits is enough for the rows of a block.
const tallyDigits = 11

// addCarry adds words that count 1<<digit each.
func (t *tally) addCarry(carry uint64, digit int) {
	for ; carry != 0; digit++ {
		t.digits[digit], carry = t.digits[digit]^carry, t.digits[digit]&carry
	}
}

// full adds three bits: the sum is low + 2*high.
func full(a, b, c uint64) (high, low uint64) {
	either := a ^ b
	return a&b | either&c, either ^ c
}

// addAll counts the words; there are at most blockRows.
func (t *tally) addAll(words []uint64) {
	var ones, twos, fours uint64
	for ; len(words) >= 8; words = words[8:] {
		w := (*[8]uint64)(words)
		var twosA, twosB, foursA, foursB, eights uint64
		twosA, ones = full(ones, w[0], w[1])
		twosB, ones = full(ones, w[2], w[3])
		foursA, twos = full(twos, twosA, twosB)
		twosA, ones = full(ones, w[4], w[5])
		twosB, ones = full(ones, w[6], w[7])
		foursB, twos = full(twos, twosA, twosB)
		eights, fours = full(fours, foursA, foursB)
		t.addCarry(eights, 3)
	}
	t.addCarry(ones, 0)
	t.addCarry(twos, 1)
	t.addCarry(fours, 2)
	for _, w := range words {
		t.addCarry(w, 0)
	}
}

// count gives how many words had a bit.
func (t *tally) count(bit int) (n uint64) {
	for i, digit := range t.digits {
		n |= digit >> bit & 1 << i
	}
	return n
}

// countAlone adds the bits of the masks to the counts where all rows are of one group.
func (a *accumulator) countAlone(masks [][]uint64) {
	cells := a.cells[a.offsets[0]:][:a.words]
	for w, mask := range masks {
		var t tally
		t.addAll(mask[:len(a.offsets)])
		for lane := 64 * w; lane < min(64*(w+1), 4*a.words); lane++ {
			cells[lane/4] += t.count(lane%64) << (16 * (lane % 4))
		}
	}
}
