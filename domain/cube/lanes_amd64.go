package cube

import "golang.org/x/sys/cpu"

// vectors says whether the processor treats four rows at once. Without it, and on other
// processors, the plain loops do the same, row by row.
var vectors = cpu.X86.HasAVX2

// clearEqual32 and clearEqual64 are clearNull.
//
//go:noescape
func clearEqual32(values *uint32, mask *uint64, rows int, none, affected uint64)

//go:noescape
func clearEqual64(values, mask *uint64, rows int, none, affected uint64)

// clearBeyond32 is maskSingle with one span.
//
//go:noescape
func clearBeyond32(values *uint32, mask *uint64, rows int, low, width, affected uint64)

// sumLane32 and sumLane64 add up the values of the rows whose mask has a bit, which
// stands up places below the highest, and count them.
//
//go:noescape
func sumLane32(values *uint32, mask *uint64, rows int, up uint64) (sum, count uint64)

//go:noescape
func sumLane64(values, mask *uint64, rows int, up uint64) (sum, count uint64)

// join40 is split.at of rows side by side.
//
//go:noescape
func join40(out *uint64, lower *uint32, upper *uint8, rows int)

// laneValues8 and the like write, for each row, base and the value if the row is in the lane, else 0.
//
//go:noescape
func laneValues8(out *uint64, values *uint8, mask *uint64, rows int, up, base uint64)

//go:noescape
func laneValues16(out *uint64, values *uint16, mask *uint64, rows int, up, base uint64)

//go:noescape
func laneValues32(out *uint64, values *uint32, mask *uint64, rows int, up, base uint64)

//go:noescape
func laneValues64(out, values, mask *uint64, rows int, up, base uint64)

// addFour adds four measures, which stand blockRows apart in lanes and side by side in a
// record, to the records at the offsets from cells.
//
//go:noescape
func addFour(cells *uint64, offsets *uint32, lanes *uint64, rows int)

// countSixteen adds the 16 bits after so many bytes of each row's mask to the four words at its offset from cells;
// rows need not be a multiple of four.
//
//go:noescape
func countSixteen(cells *uint64, offsets *uint32, mask *uint64, rows, skip int)

// clearShuffled takes bits out of a byte for each row: cleared has those that go for each of
// sixteen values from first on. rows is a multiple of 32.
//
//go:noescape
func clearShuffled(plane, values *uint8, rows int, cleared *uint8, first uint64)

// joinPlanes makes each row's mask of its bytes in eight planes, which stand blockRows apart.
// rows is a multiple of 32.
//
//go:noescape
func joinPlanes(mask *uint64, planes *uint8, rows int)
