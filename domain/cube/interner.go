package cube

// interner numbers different keys in order of first appearance.
type interner struct {
	slots []uint32 // number+1 of the key that is there, 0: free
	keys  []uint64 // by number
	shift uint     // 64 less the logarithm of the number of slots
}

func newInterner() *interner {
	return &interner{slots: make([]uint32, 1<<10), shift: 64 - 10}
}

func (n *interner) home(key uint64) uint64 {
	key ^= key >> 32
	return key * 0x9e3779b97f4a7c15 >> n.shift
}

// number gives the number of the key.
func (n *interner) number(key uint64) uint32 {
	mask := uint64(len(n.slots) - 1)
	for at := n.home(key); ; at = (at + 1) & mask {
		switch slot := n.slots[at]; {
		case slot == 0:
			n.keys = append(n.keys, key)
			n.slots[at] = uint32(len(n.keys))
			if len(n.keys)*2 > len(n.slots) {
				n.grow()
			}
			return uint32(len(n.keys) - 1)
		case n.keys[slot-1] == key:
			return slot - 1
		}
	}
}

func (n *interner) grow() {
	n.slots = make([]uint32, 4*len(n.slots))
	n.shift -= 2
	mask := uint64(len(n.slots) - 1)
	for i, key := range n.keys {
		at := n.home(key)
		for n.slots[at] != 0 {
			at = (at + 1) & mask
		}
		n.slots[at] = uint32(i + 1)
	}
}
