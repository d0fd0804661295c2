//go:build race

package racing

// Detected says whether this program was built with the race detector.
const Detected = true
