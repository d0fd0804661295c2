package engagement_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain walks forty times instead of rapid's hundred: each walk is a life on a real database. A longer search is
// asked for with -rapid.checks, which this leaves alone.
func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if !asked {
		if err := flag.Set("rapid.checks", "40"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
