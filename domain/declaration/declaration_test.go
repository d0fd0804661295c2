package declaration

import (
	"testing"

	"pgregory.net/rapid"
)

func TestReferencesSurviveTheirText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := Reference{Office: rapid.StringMatching(`[A-Z0-9]{2,5}`).Draw(t, "office"), Year: rapid.IntRange(1900, 9999).Draw(t, "year"),
			Serial: rapid.StringMatching(`[A-Z]{0,2}`).Draw(t, "serial"), Number: rapid.StringMatching(`[0-9][0-9/]{0,8}`).Draw(t, "number")}
		got, err := ParseReference(r.String())
		if err != nil || got != r {
			t.Fatalf("%q became %+v, %v", r.String(), got, err)
		}
	})
	for _, bad := range []string{"", "BIR", "BIR/2022", "/2022/C1", "BIR/x/C1", "BIR/2022/", "BIR/22/C1"} {
		if r, err := ParseReference(bad); err == nil {
			t.Errorf("%q became %+v", bad, r)
		}
	}
}

func TestSplitNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{"C678": {"C", "678"}, "678": {"", "678"}, "CD6E7": {"CD", "6E7"}, "ABC": {"", "ABC"}, "": {"", ""}} {
		if serial, number := SplitNumber(text); serial != want[0] || number != want[1] {
			t.Errorf("%q: %q %q", text, serial, number)
		}
	}
}

func TestTotalsAndPrincipal(t *testing.T) {
	t.Parallel()
	d := Declaration{Items: []Item{
		{Number: 2, CustomsValue: 500, TaxTotal: 60, Packages: 3, GrossMass: 1000, Taxes: []TaxLine{{Code: "DUTY", Amount: 50, Payable: true, Relieved: 5}, {Code: "VAT", Amount: 7}}},
		{Number: 1, CustomsValue: 500, TaxTotal: 10, Packages: 1, GrossMass: 500, Taxes: []TaxLine{{Code: "DUTY", Amount: 10, Payable: true}}},
		{Number: 3, CustomsValue: 400},
	}}
	want := Totals{CustomsValue: 1400, Payable: 60, Relieved: 5, Shown: 70, Packages: 4, GrossMass: 1500}
	if got := d.Totals(); got != want {
		t.Errorf("totals %+v, want %+v: an unpayable line stays out of Payable", got, want)
	}
	if got := d.Principal(); got != 1 {
		t.Errorf("principal %d: of two items of the same value it is the one with the lower number", got)
	}
	if (&Declaration{}).Principal() != -1 {
		t.Error("without items there is none")
	}
}

func TestRefundsCountAgainstRevenue(t *testing.T) {
	t.Parallel()
	if (Payment{Kind: Refund, Amount: 5}).Signed() != -5 || (Payment{Kind: AccountDebit, Amount: 5}).Signed() != 5 {
		t.Error("sign of payments")
	}
}

func TestLanesAreOrderedByStrength(t *testing.T) {
	t.Parallel()
	order := []Lane{"", Green, Blue, Yellow, Red}
	for i := 1; i < len(order); i++ {
		if order[i-1].Strength() >= order[i].Strength() {
			t.Errorf("%q is not weaker than %q", order[i-1], order[i])
		}
	}
}
