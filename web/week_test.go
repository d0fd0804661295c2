package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"assay/domain/store"
)

// testWeek: a head sees the hours of the own office within those of the administration, and an officer, of whom
// none can be told, a sentence. Every declaration of the year is in some hour.
func (k *kit) testWeek(t *testing.T) {
	var registered int
	err := k.db.Read(t.Context(), k.first.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT count(*) FROM declaration WHERE tenant_id = ? AND registered_on >= '2025-01-01' AND registered_on < '2026-01-01'`, k.first.ID.String()).Scan(&registered).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	totals := func(who, path string) (all int) {
		t.Helper()
		answer := k.person(t, who).get(path)
		lines := answer.page.Find("#week-registered tfoot td:last-child")
		if answer.status != http.StatusOK || lines.Length() != 1 || answer.page.Find("svg.plot rect").Length() != 3*7*24 {
			t.Fatalf("%s %s: %d, %d totals: %.300s", who, path, answer.status, lines.Length(), answer.text())
		}
		for _, digit := range lines.Text() {
			if digit >= '0' && digit <= '9' {
				all = 10*all + int(digit-'0')
			}
		}
		return all
	}
	whole, office := totals("director_general", "/in/karouma/week?period=2025"), totals("head_of_office", "/in/karouma/week?period=2025")
	if whole != registered || office == 0 || office >= whole {
		t.Errorf("the administration registered %d by the warehouse, %d by the page, of which the head's office %d", registered, whole, office)
	}
	if asked := totals("director_general", "/in/karouma/week?period=2025&office="+k.office); asked != office {
		t.Errorf("the Director General sees %d of the office, its head %d", asked, office)
	}
	k.run(t, []scenario{
		{"head_of_office", "/in/karouma/week?period=2025&office=NONE", http.StatusForbidden, "", ""},
		{"officer", "/in/karouma/week?period=2025", http.StatusOK, "", "Told for whole offices only"},
		{"director_general", "/in/karouma/week?period=2025&lane=red", http.StatusOK, "", "Told for whole offices only"},
		{"director_general", "/in/karouma/week?period=1999", http.StatusOK, "", "Nothing in this period"},
	})
	home := k.person(t, "head_of_office").get("/in/karouma")
	if link := home.page.Find(".home-more a[href*='/week']").AttrOr("href", ""); !strings.HasPrefix(link, "/in/karouma/week?period=") {
		t.Errorf("the head's first page leads to %q", link)
	}
}
