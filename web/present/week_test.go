package present

import (
	"strings"
	"testing"

	"assay/domain/indicator"
)

func TestWeekIsOfAverageDays(t *testing.T) {
	t.Parallel()
	p := presenter(t, "en")
	count := indicator.WeekCount{Untimed: 3}
	count.Hours[0][9], count.Hours[0][10], count.Hours[1][10] = 5, 20, 20 // five Mondays, four Tuesdays, no Sunday
	part := p.WeekPart("registered", &count, [7]int{5, 4, 4, 4, 4, 4, 0})
	for what, pair := range map[string][2]string{
		"Monday at nine":     {part.Rows[0].Hours[9].Text, "1.0"},
		"Monday at ten":      {part.Rows[0].Hours[10].Text, "4.0"},
		"Tuesday at ten":     {part.Rows[1].Hours[10].Text, "5.0"},
		"Wednesday at ten":   {part.Rows[2].Hours[10].Text, "0"},
		"Sunday at ten":      {part.Rows[6].Hours[10].Text, "–"},
		"an average Monday":  {part.Rows[0].Day, "5.0"},
		"all Mondays":        {part.Rows[0].Total, "25"},
		"every day at ten":   {part.Together.Hours[10].Text, "1.6"},
		"all together":       {part.Together.Total, "45"},
		"number of cases":    {part.Cases, "45 declarations"},
		"the busiest hour":   {part.Busiest, "Busiest on Tuesday, 10:00 to 11:00: 5.0 on average."},
		"the last column":    {part.Columns[23], "23:00"},
		"the last hour ends": {p.weekTitle(0, 23, 5, 5), "Monday, 23:00 to 00:00: 1.0 on average, 5 declarations on 5 such days"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, not %q", what, pair[0], pair[1])
		}
	}
	if part.Rows[1].Hours[10].Level != 5 || part.Rows[0].Hours[9].Level != 1 || part.Rows[2].Hours[10].Level != 0 {
		t.Error("the busiest hour is not the darkest, the quietest not the lightest, or an hour without anything is shaded")
	}
	if !strings.HasPrefix(part.Untimed, "3 ") || len(part.Plot.Boxes) != 7*24 {
		t.Errorf("untimed %q, %d fields", part.Untimed, len(part.Plot.Boxes))
	}
	if none := p.WeekPart("released", &indicator.WeekCount{}, [7]int{}); none.Busiest != "" || none.Untimed != "" {
		t.Errorf("of nothing: %q, %q", none.Busiest, none.Untimed)
	}
}
