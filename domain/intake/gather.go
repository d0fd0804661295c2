package intake

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cespare/xxhash/v2"
)

// gathering brings the rows of a document together by their key, in bounded memory: when its rows
// outgrow the limit they go to disk in partitions by the key's hash, and each
// partition is gathered on its own.
//
// Groups come out in the order in which their keys were first seen, rows of a group in the
// order in which they were added; after a spill this holds within each partition.
type gathering struct {
	limit int64 // bytes of rows held in memory
	spill *spillFile
	depth int // how often the rows were partitioned already

	held       gathered
	table      []int32 // open addressing: group number + 1
	partitions []chain // nil until the first spill
}

// gathered are groups of rows, ready for building documents.
type gathered struct {
	arena  []byte // full pieces are only reachable through rows
	rows   []gatheredRow
	groups []group
	bytes  int64
}

// gatheredRow is one raw row of a file.
type gatheredRow struct {
	raw  []byte
	line int64
	file int32 // which file, in the order of the delivery
	next int32 // next row of the group, -1 at the end
}

// group is the rows of one key.
type group struct {
	hash        uint64
	key         []byte
	order       int32 // what groups are sorted by: the day of registration
	first, last int32
	rows        int32
}

const (
	leastArena      = 16 << 10
	arenaBytes      = 1 << 20
	spillPartitions = 32
	spillBuffer     = 32 << 10
	maxSpillDepth   = 4
	// rowOverhead is what a row costs beside its bytes: its entry, its share of group and table.
	rowOverhead = 64
)

func newGathering(limit int64, spill *spillFile) *gathering {
	return &gathering{limit: limit, spill: spill}
}

// add takes a row. Key and raw are copied.
func (g *gathering) add(key []byte, order int32, raw []byte, file int32, line int64) error {
	hash := xxhash.Sum64(key)
	if g.partitions != nil {
		return g.toDisk(hash, key, order, raw, file, line)
	}
	g.hold(hash, key, order, raw, file, line)
	if g.held.bytes > g.limit && g.depth < maxSpillDepth && len(g.held.groups) > 1 {
		return g.overflow()
	}
	return nil
}

func (g *gathering) hold(hash uint64, key []byte, order int32, raw []byte, file int32, line int64) {
	h := &g.held
	number := g.find(hash, key)
	if number < 0 {
		number = len(h.groups)
		h.groups = append(h.groups, group{hash: hash, key: h.keep(key), order: order, first: -1, last: -1})
		g.insert(hash, number)
	}
	row := int32(len(h.rows))
	h.rows = append(h.rows, gatheredRow{raw: h.keep(raw), line: line, file: file, next: -1})
	gr := &h.groups[number]
	if gr.last >= 0 {
		h.rows[gr.last].next = row
	} else {
		gr.first = row
	}
	gr.last = row
	gr.rows++
	h.bytes += int64(len(raw)) + rowOverhead
}

// keep copies bytes into the arena.
func (h *gathered) keep(data []byte) []byte {
	if len(data) > cap(h.arena)-len(h.arena) {
		h.arena = make([]byte, 0, max(min(2*cap(h.arena), arenaBytes), leastArena, len(data)))
	}
	start := len(h.arena)
	h.arena = append(h.arena, data...)
	return h.arena[start:len(h.arena):len(h.arena)]
}

// find looks a key up. Most rows belong to the group of the row before.
func (g *gathering) find(hash uint64, key []byte) int {
	groups := g.held.groups
	if n := len(groups); n > 0 && groups[n-1].hash == hash && string(groups[n-1].key) == string(key) {
		return n - 1
	}
	if len(g.table) == 0 {
		return -1
	}
	mask := uint64(len(g.table) - 1)
	for slot := hash & mask; ; slot = (slot + 1) & mask {
		number := int(g.table[slot]) - 1
		if number < 0 {
			return -1
		}
		if groups[number].hash == hash && string(groups[number].key) == string(key) {
			return number
		}
	}
}

func (g *gathering) insert(hash uint64, number int) {
	if len(g.held.groups)*2 > len(g.table) {
		g.table = make([]int32, max(1024, 2*len(g.table)))
		for i := range g.held.groups[:number] {
			g.place(g.held.groups[i].hash, i)
		}
	}
	g.place(hash, number)
}

func (g *gathering) place(hash uint64, number int) {
	mask := uint64(len(g.table) - 1)
	slot := hash & mask
	for g.table[slot] != 0 {
		slot = (slot + 1) & mask
	}
	g.table[slot] = int32(number) + 1
}

// overflow moves all rows to disk.
func (g *gathering) overflow() error {
	g.partitions = make([]chain, spillPartitions)
	for i := range g.held.groups {
		gr := &g.held.groups[i]
		for n := gr.first; n >= 0; n = g.held.rows[n].next {
			row := &g.held.rows[n]
			if err := g.toDisk(gr.hash, gr.key, gr.order, row.raw, row.file, row.line); err != nil {
				return err
			}
		}
	}
	g.held, g.table = gathered{}, nil
	return nil
}

// partition uses other bits of the hash at each depth, and none of those the table uses.
func (g *gathering) partition(hash uint64) *chain {
	return &g.partitions[hash>>(59-5*g.depth)&(spillPartitions-1)]
}

func (g *gathering) toDisk(hash uint64, key []byte, order int32, raw []byte, file int32, line int64) error {
	var head [4*binary.MaxVarintLen64 + binary.MaxVarintLen32]byte
	return g.spill.append(g.partition(hash), spillBuffer, appendRowHead(head[:0], key, order, raw, file, line), key, raw)
}

func appendRowHead(to, key []byte, order int32, raw []byte, file int32, line int64) []byte {
	to = binary.AppendUvarint(to, uint64(len(key)))
	to = binary.AppendUvarint(to, uint64(len(raw)))
	to = binary.AppendVarint(to, int64(order))
	to = binary.AppendUvarint(to, uint64(file))
	return binary.AppendUvarint(to, uint64(line))
}

var errSpillDamaged = errors.New("rows written for sorting came back damaged")

// spilledRow is a row read back from disk.
type spilledRow struct {
	key, raw []byte
	order    int32
	file     int32
	line     int64
}

// rowsOf reads the rows of an extent.
func rowsOf(data []byte, take func(spilledRow) error) error {
	for len(data) > 0 {
		var n [5]uint64
		for i := range n {
			value, used := binary.Uvarint(data)
			if used <= 0 {
				return errSpillDamaged
			}
			n[i], data = value, data[used:]
		}
		if n[0]+n[1] > uint64(len(data)) {
			return errSpillDamaged
		}
		order := int64(n[2] >> 1) // zigzag, as AppendVarint writes
		if n[2]&1 != 0 {
			order = ^order
		}
		row := spilledRow{key: data[:n[0]], raw: data[n[0] : n[0]+n[1]], order: int32(order), file: int32(n[3]), line: int64(n[4])}
		data = data[n[0]+n[1]:]
		if err := take(row); err != nil {
			return err
		}
	}
	return nil
}

// drain gives everything that was added and empties the gathering. It may call take many
// times; take owns what it gets.
func (g *gathering) drain(take func(*gathered) error) error {
	if g.partitions == nil {
		if len(g.held.groups) == 0 {
			return nil
		}
		held := g.held
		// The next window is about as large: room for it at once saves copying it while it grows.
		g.held = gathered{rows: make([]gatheredRow, 0, len(held.rows)), groups: make([]group, 0, len(held.groups))}
		clear(g.table)
		return take(&held)
	}
	partitions := g.partitions
	g.partitions = nil
	for i := range partitions {
		part := &gathering{limit: g.limit, spill: g.spill, depth: g.depth + 1}
		err := g.spill.read(&partitions[i], func(data []byte) error {
			return rowsOf(data, func(r spilledRow) error { return part.add(r.key, r.order, r.raw, r.file, r.line) })
		})
		if err != nil {
			return fmt.Errorf("gathering rows: %w", err)
		}
		partitions[i] = chain{}
		if err := part.drain(take); err != nil {
			return err
		}
	}
	return nil
}
