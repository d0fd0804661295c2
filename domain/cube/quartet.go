package cube

// quartet is four sums that stand side by side in a record: where the rows of a block are of many
// groups, each row's four numbers are added to its record at once.
type quartet struct {
	measures [4]int
	position int
	lanes    []uint64 // of each measure, blockRows numbers
}

// quartets finds the sums that can be added four at a time; slots says which measure has which place.
func (l *layout) quartets() (all []quartet, slots []int) {
	slots = make([]int, len(l.positions))
	var run []int
	for i := range slots {
		slots[i] = -1
		switch {
		case !vectors || l.plan.measures[i].fn != Sum || l.wide[i]:
			continue
		case len(run) > 0 && l.positions[i] != l.positions[run[len(run)-1]]+1:
			run = run[:0]
		}
		if run = append(run, i); len(run) == 4 {
			for k, m := range run {
				slots[m] = 4*len(all) + k
			}
			all = append(all, quartet{[4]int(run), l.positions[run[0]], make([]uint64, 4*blockRows)})
			run = run[:0]
		}
	}
	return all, slots
}

// place writes the numbers of the lane's rows, 0 for the others, to a measure's place.
func (q *quartet) place(slot int, v *view, mask []uint64, bit int) {
	lane := q.lanes[slot%4*blockRows:][:len(mask)]
	up, base, done := uint64(63-bit%64), uint64(v.base), fours(len(mask))
	if done > 0 {
		switch {
		case v.u8 != nil:
			laneValues8(&lane[0], &v.u8[0], &mask[0], done, up, base)
		case v.u16 != nil:
			laneValues16(&lane[0], &v.u16[0], &mask[0], done, up, base)
		case v.u32 != nil:
			laneValues32(&lane[0], &v.u32[0], &mask[0], done, up, base)
		default:
			laneValues64(&lane[0], &v.u64[0], &mask[0], done, up, base)
		}
	}
	for k := done; k < len(lane); k++ {
		lane[k] = uint64(v.value(k)) & topBit(mask[k]<<(up&63))
	}
}

// add adds the four numbers of each row to its group's record.
func (a *accumulator) addQuartet(q *quartet) {
	done := fours(len(a.offsets))
	if done > 0 {
		addFour(&a.cells[q.position], &a.offsets[0], &q.lanes[0], done)
	}
	for k := done; k < len(a.offsets); k++ {
		cells := a.cells[int(a.offsets[k])+q.position:]
		for i := range 4 {
			cells[i] += q.lanes[i*blockRows+k]
		}
	}
}
