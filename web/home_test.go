package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"assay/domain/access"
	"assay/domain/contract"
)

// testHome opens the first page as every role: each has the parts that its permissions show and no others,
// every card leads to a page that this person may open, and every figure tells its cases.
func (k *kit) testHome(t *testing.T) {
	parts := map[access.Role]string{
		access.DirectorGeneral: "figures changes targets risks groups contracts record loads",
		access.Deputy:          "figures changes targets risks groups contracts",
		access.HeadOfOffice:    "figures changes targets risks groups",
		access.TeamHead:        "figures targets",
		access.Officer:         "contract figures changes",
		access.Analyst:         "figures changes risks groups",
		access.Auditor:         "figures changes targets risks groups contracts record loads",
		access.DataOfficer:     "loads coverage figures changes groups",
		access.HumanResources:  "figures changes groups contracts",
		access.Administrator:   "loads people experts record",
		access.Trader:          "contract figures changes",
	}
	for _, role := range access.Grantable {
		b := k.person(t, string(role))
		answer := b.get("/in/karouma")
		if answer.status != http.StatusOK {
			t.Errorf("%s: %d %s", role, answer.status, answer.text())
			continue
		}
		var shown []string
		answer.page.Find(".home-part h2").Each(func(_ int, head *goquery.Selection) { shown = append(shown, head.AttrOr("id", "")) })
		if got := strings.Join(shown, " "); got != parts[role] {
			t.Errorf("%s sees %q, want %q", role, got, parts[role])
		}
		if current := answer.page.Find(".tabs a[aria-current]"); current.Length() != 1 || current.AttrOr("href", "") != "/in/karouma" {
			t.Errorf("%s: the current place is not marked once", role)
		}
		// The pages of meetings and settings are found from here by those who may open them, and by nobody else.
		for path, wanted := range map[string]string{"meetings": "director_general deputy head_of_office team_head auditor", "settings/calendar": "administrator"} {
			found := answer.page.Find(".home-more a[href='/in/karouma/"+path+"']").Length() > 0
			if slices.Contains(strings.Fields(wanted), string(role)) != found {
				t.Errorf("%s: a link to %s: %v", role, path, found)
			}
		}
		k.followHome(t, b, role, answer.page)
	}
	// The contract that the kit proposes waits for the Director General.
	if tasks := k.person(t, "director_general").get("/in/karouma").page.Find(".home-task[href='/in/karouma/contracts/sitting']"); tasks.Length() != 1 {
		t.Errorf("%d tasks lead to what waits for a signature", tasks.Length())
	}
	if page := k.person(t, "analyst").get("/in/karouma"); page.page.Find(".home-task[href*=sitting]").Length() != 0 {
		t.Error("an analyst is told to sign")
	}
}

// followHome opens one address of each kind that the page leads to.
func (k *kit) followHome(t *testing.T, b *browser, role access.Role, page *goquery.Document) {
	t.Helper()
	seen := map[string]bool{}
	page.Find("main a[href]").Each(func(_ int, link *goquery.Selection) {
		address := link.AttrOr("href", "")
		kind, _, _ := strings.Cut(address, "?")
		if seen[kind] {
			return
		}
		seen[kind] = true
		if answer := b.get(address); answer.status != http.StatusOK && answer.status != http.StatusSeeOther {
			t.Errorf("%s: %s answers %d", role, address, answer.status)
		}
	})
	page.Find(".home-figure, .change-card").Each(func(_ int, card *goquery.Selection) {
		if card.Find(".figure-number").Length() > 0 && !strings.Contains(card.Text(), "case") {
			t.Errorf("%s: %q tells no cases", role, strings.Join(strings.Fields(card.Text()), " "))
		}
	})
}

// testUpperTargets: targets of the year that the administration or an office falls short of stand on the first page of
// who sees all of it, not on a head's; those that are reached do not.
func (k *kit) testUpperTargets(t *testing.T) {
	contracts := k.web.Contracts
	actor := contract.Actor{SignInName: "test"}
	year := contracts.Today(k.first).Month().Year()
	set := func(code, office string, target *float64) {
		t.Helper()
		if err := contracts.SetUpperTarget(t.Context(), k.first.ID, actor, year, code, office, target); err != nil {
			t.Fatal(err)
		}
	}
	everything, nothing := 100.0, 0.0
	set("CLR01", "", &everything)       // nobody assesses all on the first day
	set("CLR01", k.office, &everything) // nor this office
	set("CTL02", "", &nothing)          // any rate reaches it
	rows := func(who string) []string {
		var found []string
		k.person(t, who).get("/in/karouma").page.Find(".home-part:has(#targets) tbody tr").Each(func(_ int, row *goquery.Selection) {
			found = append(found, strings.Join(strings.Fields(row.Text()), " "))
		})
		return found
	}
	director := rows("director_general")
	if len(director) != 2 || !strings.HasPrefix(director[0], "Karouma Customs target of the year") || !strings.HasPrefix(director[1], k.office) ||
		!strings.Contains(director[0], "100.0") || !strings.Contains(director[0], "target not reached") || !strings.Contains(director[0], "cases") {
		t.Errorf("the Director General sees %q", director)
	}
	if head := rows("head_of_office"); len(head) != 0 {
		t.Errorf("a head of office sees %q", head)
	}
	for _, of := range [][2]string{{"CLR01", ""}, {"CLR01", k.office}} {
		set(of[0], of[1], nil)
	}
	if text := k.person(t, "auditor").get("/in/karouma").page.Find(".home-part:has(#targets)").Text(); !strings.Contains(text, "All targets of the year are reached") {
		t.Errorf("with all targets reached: %s", text)
	}
	set("CTL02", "", nil)
}
