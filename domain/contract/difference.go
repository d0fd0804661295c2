package contract

import (
	"maps"
	"slices"
	"strconv"
)

// Difference is one thing that two texts say differently.
type Difference struct {
	About         string // code of the indicator, "article:5", or the part of the text itself
	Part          string // weight, baseline, threshold, target, red_low, red_high, definition, indicator, title, text, term, rule
	Before, After string
	From, To      *float64 // of values
}

// Differences lists what the second text says differently from the first, in the order of the text.
func Differences(first, second *Document) []Difference {
	var found []Difference
	add := func(about, part, before, after string) {
		if before != after {
			found = append(found, Difference{About: about, Part: part, Before: before, After: after})
		}
	}
	add("term", "term", first.StartsOn+" – "+first.EndsOn, second.StartsOn+" – "+second.EndsOn)
	for i := range first.Targets {
		a := &first.Targets[i]
		b := second.Find(a.Code)
		if b == nil {
			add(a.Code, "indicator", a.Code, "")
			continue
		}
		add(a.Code, "definition", strconv.Itoa(a.Definition)+" "+a.DefinitionHash, strconv.Itoa(b.Definition)+" "+b.DefinitionHash)
		add(a.Code, "weight", strconv.Itoa(a.Weight), strconv.Itoa(b.Weight))
		for _, value := range []struct {
			part     string
			from, to *float64
		}{{"baseline", a.Baseline, b.Baseline}, {"threshold", a.Threshold, b.Threshold}, {"target", a.Target, b.Target}, {"red_low", a.RedLow, b.RedLow}, {"red_high", a.RedHigh, b.RedHigh}} {
			if !sameValue(value.from, value.to) {
				found = append(found, Difference{About: a.Code, Part: value.part, From: value.from, To: value.to})
			}
		}
	}
	for i := range second.Targets {
		if first.Find(second.Targets[i].Code) == nil {
			add(second.Targets[i].Code, "indicator", "", second.Targets[i].Code)
		}
	}
	for i, a := range first.Articles {
		if i >= len(second.Articles) {
			break
		}
		for _, language := range slices.Sorted(maps.Keys(a.Text)) {
			text := a.Text[language]
			about := "article:" + strconv.Itoa(a.Number)
			add(about, "title", a.Title[language], second.Articles[i].Title[language])
			add(about, "text", text, second.Articles[i].Text[language])
		}
	}
	return found
}

func sameValue(a, b *float64) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}
