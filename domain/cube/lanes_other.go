//go:build !amd64

package cube

// Without instructions that treat several rows at once the plain loops do everything.
const vectors = false

func clearEqual32(*uint32, *uint64, int, uint64, uint64) {}

func clearEqual64(_, _ *uint64, _ int, _, _ uint64) {}

func clearBeyond32(*uint32, *uint64, int, uint64, uint64, uint64) {}

func sumLane32(*uint32, *uint64, int, uint64) (sum, count uint64) { return 0, 0 }

func sumLane64(_, _ *uint64, _ int, _ uint64) (sum, count uint64) { return 0, 0 }

func join40(*uint64, *uint32, *uint8, int) {}

func laneValues8(*uint64, *uint8, *uint64, int, uint64, uint64) {}

func laneValues16(*uint64, *uint16, *uint64, int, uint64, uint64) {}

func laneValues32(*uint64, *uint32, *uint64, int, uint64, uint64) {}

func laneValues64(_, _, _ *uint64, _ int, _, _ uint64) {}

func addFour(*uint64, *uint32, *uint64, int) {}

func countSixteen(_ *uint64, _ *uint32, _ *uint64, _, _ int) {}

func clearShuffled(_, _ *uint8, _ int, _ *uint8, _ uint64) {}

func joinPlanes(*uint64, *uint8, int) {}
