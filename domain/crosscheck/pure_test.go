package crosscheck

import (
	"errors"
	"fmt"
	"testing"
)

func TestTheSpoolGivesBackWhatItWasGiven(t *testing.T) {
	t.Parallel()
	s := spool{limit: 3}
	for i := range 10 {
		f := Finding{Rule: Rule(i + 1), Subject: fmt.Sprintf("BIR/2026/C%d", i), DeclarationID: int64(i), Evidence: Evidence{Facts: []byte(`{"é":"\u202e<&>"}`)}}
		if err := s.add(&f); err != nil {
			t.Fatal(err)
		}
	}
	if s.count != 10 || len(s.memory) != 3 {
		t.Fatalf("%d findings, %d in memory", s.count, len(s.memory))
	}
	for range 2 {
		n := 0
		var hashes [10]string
		if err := s.each(func(f *Finding) error {
			if f.Rule != Rule(n+1) || f.DeclarationID != int64(n) {
				t.Errorf("finding %d came as %+v", n, f)
			}
			hashes[n] = string(f.Evidence.Facts)
			n++
			return nil
		}); err != nil || n != 10 {
			t.Fatalf("%d findings, %v", n, err)
		}
		if hashes[0] != hashes[9] {
			t.Errorf("evidence changed on its way through the file: %s", hashes[9])
		}
	}
	stop := errors.New("stop")
	if err := s.each(func(*Finding) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
}

func TestDaysWithinFindsWhatIsThere(t *testing.T) {
	t.Parallel()
	d := dated{{7, 10}, {3, 5}, {7, 4}, {7, 20}}
	d.sort()
	for _, s := range []struct {
		key         uint64
		first, last int32
		want        bool
	}{{7, 4, 4, true}, {7, 5, 9, false}, {7, 5, 10, true}, {7, 21, 99, false}, {3, 0, 4, false}, {3, 5, 5, true}, {9, 0, 99, false}, {0, 0, 99, false}} {
		if got := d.within(s.key, s.first, s.last); got != s.want {
			t.Errorf("%+v: %v", s, got)
		}
	}
}
