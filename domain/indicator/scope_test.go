package indicator_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/indicator"
)

func TestABoundaryNeverWidens(t *testing.T) {
	t.Parallel()
	member := account.Membership{Office: "DLA1", Officer: "olga"}
	hours, err := indicator.Find("CLR01") // by office and officer
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		scope   access.Scope
		member  account.Membership
		where   string
		want    string
		refused bool
	}{
		{"administration", access.ScopeAdministration, member, "office=X", "office=X", false},
		{"office", access.ScopeOffice, member, "", "office=DLA1", false},
		{"office with another filter", access.ScopeOffice, member, "lane=red", "office=DLA1,lane=red", false},
		{"the own office named", access.ScopeOffice, member, "office=DLA1", "office=DLA1", false},
		{"another office", access.ScopeOffice, member, "office=DLA2", "", true},
		{"the own and another office", access.ScopeOffice, member, "office=DLA1|DLA2", "", true},
		{"all but one", access.ScopeOffice, member, "office!=DLA2", "", true},
		{"not the own", access.ScopeOffice, member, "office!=DLA1", "", true},
		{"the unknown office", access.ScopeOffice, member, "office=", "", true},
		{"head of no office", access.ScopeOffice, account.Membership{}, "", "", true},
		{"own", access.ScopeOwn, member, "", "officer=olga", false},
		{"another officer", access.ScopeOwn, member, "officer=otto", "", true},
		{"officer without a user", access.ScopeOwn, account.Membership{Office: "DLA1"}, "", "", true},
		{"no scope", access.ScopeNone, member, "", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			where, err := indicator.ParseFilters(c.where)
			if err != nil {
				t.Fatal(err)
			}
			var got []indicator.Filter
			boundary, err := indicator.BoundaryOf(c.scope, c.member)
			if err == nil {
				got, err = boundary.Narrow(hours, where)
			}
			if c.refused {
				if !domain.Is(err, domain.KindForbidden) {
					t.Fatalf("filters %v, error %v, want forbidden", got, err)
				}
				return
			}
			want, wrong := indicator.ParseFilters(c.want)
			if err != nil || wrong != nil {
				t.Fatal(err, wrong)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

func TestAnIndicatorWithoutTheDimensionIsRefused(t *testing.T) {
	t.Parallel()
	refused := 0
	for _, d := range indicator.All() {
		own := indicator.Boundary{Dimension: "officer", Value: "olga"}
		_, err := own.Narrow(d, nil)
		if d.Has("officer") != (err == nil) {
			t.Fatalf("%s: has an officer %v, error %v", d.Code, d.Has("officer"), err)
		}
		if err != nil {
			refused++
		}
	}
	if refused == 0 || refused == len(indicator.All()) {
		t.Fatalf("%d indicators are refused", refused)
	}
}
