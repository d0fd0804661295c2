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
	importer := account.Membership{Role: string(access.Trader), Trader: "IMP1", TraderKind: account.Importer}
	broker := account.Membership{Role: string(access.Trader), Trader: "IMP1", TraderKind: account.Broker, Officer: "olga", Office: "DLA1"}
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
		{"importer", access.ScopeOwn, importer, "", "importer=IMP1", false},
		{"importer by broker", access.ScopeOwn, importer, "broker=B", "importer=IMP1,broker=B", false},
		{"another importer", access.ScopeOwn, importer, "importer=IMP2", "", true},
		{"the own and another importer", access.ScopeOwn, importer, "importer=IMP1|IMP2", "", true},
		{"all importers but one", access.ScopeOwn, importer, "importer!=IMP2", "", true},
		{"broker, whatever else the row says", access.ScopeOwn, broker, "", "broker=IMP1", false},
		{"another broker", access.ScopeOwn, broker, "broker=B", "", true},
		{"operator of no code", access.ScopeOwn, account.Membership{Role: string(access.Trader), TraderKind: account.Importer, Officer: "olga"}, "", "", true},
		{"operator of no kind", access.ScopeOwn, account.Membership{Role: string(access.Trader), Trader: "IMP1"}, "", "", true},
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

// What an operator is not told is answered like what there is not; what it is told can be kept within its own declarations.
func TestWhatOperatorsAreTold(t *testing.T) {
	t.Parallel()
	for _, kind := range []account.TraderKind{account.Importer, account.Broker} {
		b, err := indicator.BoundaryOf(access.ScopeOwn, account.Membership{Role: string(access.Trader), Trader: "X1", TraderKind: kind})
		if err != nil || b.Whole() || !b.Outside() {
			t.Fatalf("%+v, %v", b, err)
		}
		told := 0
		for _, d := range indicator.All() {
			where, err := b.Narrow(d, nil)
			if err != nil {
				if !domain.Is(err, domain.KindNotFound) {
					t.Errorf("%s by %s: %v", d.Code, kind, err)
				}
				continue
			}
			told++
			if want := (indicator.Filter{Dimension: string(kind), Values: []string{"X1"}}); len(where) != 1 || cmp.Diff(want, where[0]) != "" {
				t.Errorf("%s by %s is narrowed to %v", d.Code, kind, where)
			}
			if d.Family == indicator.Integrity || d.Family == indicator.Workload || d.Own != nil {
				t.Errorf("%s is told to operators", d.Code)
			}
		}
		if told < 15 {
			t.Errorf("%d indicators are told by %s", told, kind)
		}
	}
}
