package racing

import (
	"flag"
	"os"
	"strconv"
	"testing"
)

// What rapid would do a hundred times each walk of which is a life on a real database.
const (
	walks        = 40
	walksWatched = 10
)

// Walks runs the tests of a package whose random walks are each a life on a real database: forty of them instead of
// rapid's hundred, and ten under the race detector. A longer search is asked for with -rapid.checks or RAPID_CHECKS,
// which this leaves alone. It does not return.
func Walks(m *testing.M) {
	flag.Parse()
	asked := os.Getenv("RAPID_CHECKS") != ""
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if !asked {
		if err := flag.Set("rapid.checks", strconv.Itoa(Of(walksWatched, walks))); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
