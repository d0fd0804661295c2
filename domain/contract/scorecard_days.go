package contract

import (
	"slices"

	"assay/domain/administration"
	"assay/domain/cube"
)

// WorkedDays says how many days of a month count.
type WorkedDays struct {
	Calendar int     `json:"calendar"` // working days of the office
	Counted  int     `json:"counted"`  // after what was taken out
	Full     int     `json:"full"`     // from so many on the month counts in full
	Taken    []Taken `json:"taken,omitempty"`
}

// Taken are working days that do not count, and why.
type Taken struct {
	Ground string `json:"ground"` // term, transfer, or that of a suspension or exemption
	Days   int    `json:"days"`
}

// Grounds besides those of suspensions and exemptions.
const (
	GroundTerm     = "term"     // before the first or after the last day of the edition
	GroundTransfer = "transfer" // the officer was posted elsewhere, or to nothing
)

// stretch is a number of days in a row, both ends included, with why they do not count.
type stretch struct {
	ground   string
	from, to cube.Date
}

// posting is a stretch in which an officer worked at an office; the last day is 0 while it lasts.
type posting struct {
	office   string
	from, to cube.Date
}

// workedDays counts the working days of a month. Each day is taken out once, by the first of: the
// term, the posting, then the stretches in their order. An officer of whom no posting is known
// at all counts as posted, because data without postings say nothing about them.
func workedDays(calendar *administration.Calendar, month cube.Month, c *Contract, postings []posting, stretches []stretch) WorkedDays {
	days := WorkedDays{Full: c.Text.Document.Terms.FullMonthDays}
	taken := map[string]int{}
	var order []string
	for day := month.First(); day < (month + 1).First(); day++ {
		if !calendar.IsWorkday(int32(day)) {
			continue
		}
		days.Calendar++
		ground := groundOf(day, c, postings, stretches)
		if ground == "" {
			days.Counted++
			continue
		}
		if taken[ground] == 0 {
			order = append(order, ground)
		}
		taken[ground]++
	}
	for _, ground := range order {
		days.Taken = append(days.Taken, Taken{ground, taken[ground]})
	}
	return days
}

func groundOf(day cube.Date, c *Contract, postings []posting, stretches []stretch) string {
	if day < c.StartsOn || day >= c.EndsOn {
		return GroundTerm
	}
	if len(postings) > 0 && !slices.ContainsFunc(postings, func(p posting) bool {
		return day >= p.from && (p.to == 0 || day <= p.to) && (c.Office == "" || p.office == c.Office)
	}) {
		return GroundTransfer
	}
	for _, s := range stretches {
		if day >= s.from && (s.to == 0 || day <= s.to) {
			return s.ground
		}
	}
	return ""
}
