package contract

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"assay/domain/indicator"
)

func pairRow(officer, broker string, cases, handled int64) indicator.Row {
	return indicator.Row{Keys: []string{officer, "DLA1", broker}, Number: indicator.Number{Numerator: &cases, Denominator: &handled, N: handled}}
}

// TestCasesWithOneBrokerByHand is the rule as people would apply it: twice the broker's share of the office, at least three.
func TestCasesWithOneBrokerByHand(t *testing.T) {
	t.Parallel()
	rows := []indicator.Row{
		pairRow("EX07", "B1", 12, 30), pairRow("EX07", "B2", 4, 50), pairRow("EX07", "", 9, 20),
		pairRow("EX08", "B1", 2, 10), pairRow("EX08", "B2", 5, 290),
	}
	// The office handled 400 declarations: 40 of B1, 340 of B2. EX07 has 25 cases: usual with B1 are ⌈2·25·40/400⌉ = 5, so 7 are beyond;
	// with B2 ⌈2·25·340/400⌉ = 43. Cases of an unknown broker are nobody's pair. EX08 has 7 cases: 2 with B1 are below three.
	excess := excessCases(rows)
	if excess["EX07"+keySeparator+"DLA1"] != 7 || len(excess) != 1 {
		t.Fatalf("beyond the usual: %v", excess)
	}
	numerator, denominator, value := int64(25), int64(100), 25.0
	f := CardFigure{Numerator: &numerator, Denominator: &denominator, Value: &value, Low: &value, High: &value}
	f.discount(7, 50)
	if *f.Value != 21.5 || f.Discounted != 7 || *f.Numerator != 25 || *f.Low >= 21.5 || *f.High <= 21.5 { // (25 - 7/2) / 100
		t.Fatalf("at half their weight: %+v value %v", f, *f.Value)
	}
	same := CardFigure{Numerator: &numerator, Denominator: &denominator, Value: &value}
	same.discount(7, 100)
	same.discount(0, 50)
	if same.Discounted != 0 || *same.Value != 25 {
		t.Fatalf("at full weight: %+v", same)
	}
}

// TestExcessIsAsCountedCaseByCase holds the fast count against one that takes every case into the hand.
func TestExcessIsAsCountedCaseByCase(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		brokers := []string{"", "B1", "B2", "B3"}
		var rows []indicator.Row
		for officer := range 3 {
			for _, broker := range brokers {
				handled := rapid.Int64Range(0, 60).Draw(t, "handled")
				rows = append(rows, pairRow(fmt.Sprint("EX", officer), broker, rapid.Int64Range(0, handled).Draw(t, "cases"), handled))
			}
		}
		got := excessCases(rows)
		for officer := range 3 {
			name := fmt.Sprint("EX", officer)
			total, beyond := int64(0), int64(0)
			for _, r := range rows {
				if r.Keys[0] == name {
					total += *r.Numerator
				}
			}
			for _, broker := range brokers[1:] {
				office, share, mine := 0.0, 0.0, int64(0)
				for _, r := range rows {
					office += float64(*r.Denominator)
					if r.Keys[2] == broker {
						share += float64(*r.Denominator)
						if r.Keys[0] == name {
							mine = *r.Numerator
						}
					}
				}
				allowed := 3.0
				if office > 0 {
					allowed = math.Max(3, math.Ceil(2*float64(total)*share/office-1e-9))
				}
				for c := int64(1); c <= mine; c++ {
					if float64(c) > allowed {
						beyond++
					}
				}
			}
			if got[name+keySeparator+"DLA1"] != beyond {
				t.Fatalf("%s: %d beyond, counted one by one %d", name, got[name+keySeparator+"DLA1"], beyond)
			}
		}
	})
}

func TestLateDaysOfAMonth(t *testing.T) {
	t.Parallel()
	c := Card{Daily: make([]int64, 30)}
	if handled, days := c.Late(); handled != 0 || days != 7.0/30 {
		t.Errorf("an empty month: %v, %v", handled, days)
	}
	for i := range c.Daily {
		c.Daily[i] = 1
	}
	c.Daily[29] = 31
	if handled, _ := c.Late(); handled != 37.0/60 {
		t.Errorf("37 of 60: %v", handled)
	}
}
