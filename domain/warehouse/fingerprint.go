package warehouse

import "encoding/binary"

// fingerprint holds a hash of the header and of each part of a declaration as the
// warehouse keeps them, by which a repeated extract is known to be unchanged. A
// part that was never given has zero.
//
// The hashes are taken over encoded rows, so a change of a table's columns makes another
// layout. Fingerprints of different layouts do not match; the load then compares the
// declarations themselves and makes no new version when they are the same.
type fingerprint [fingerprintSize]byte

const (
	fingerprintLayout = 1
	fingerprintSize   = 1 + 8*declarationTables
)

func (f *fingerprint) set(table int, hash uint64) {
	if hash == 0 {
		hash = 1 // zero says that the part is not there
	}
	binary.BigEndian.PutUint64(f[1+8*table:], hash)
}

func (f *fingerprint) get(table int) uint64 { return binary.BigEndian.Uint64(f[1+8*table:]) }

// covers reports whether everything that a delivery gave is already kept exactly so.
func (f *fingerprint) covers(delivered *fingerprint) bool {
	if f[0] != delivered[0] {
		return false
	}
	for t := range declarationTables {
		if hash := delivered.get(t); hash != 0 && hash != f.get(t) {
			return false
		}
	}
	return true
}
