package web

import (
	"net/http"
	"testing"
)

// TestPages runs everything that needs data on one kit.
func TestPages(t *testing.T) {
	t.Parallel()
	k := newKit(t, kitSize())
	t.Run("board", k.testBoard)
	t.Run("indicators", k.testIndicators)
}

func (k *kit) testBoard(t *testing.T) {
	b := k.person(t, "director_general")
	answer := b.get("/in/karouma/board")
	if answer.status != http.StatusOK {
		t.Fatalf("%d: %s", answer.status, answer.text())
	}
	t.Log(answer.text()[:1500])
}

func (k *kit) testIndicators(t *testing.T) {}
