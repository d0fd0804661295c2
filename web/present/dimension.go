package present

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"assay/domain/declaration"
	"assay/domain/indicator"
	"assay/web/view"
)

// dimensionGroups order the dimensions in the choice of a breakdown.
var dimensionGroups = []struct {
	key     string
	members []string
}{
	{"place", []string{"office", "section", "officer", "examiner", "chief", "head", "departure", "route"}},
	{"trader", []string{"broker", "importer", "carrier", "principal"}},
	{"goods", []string{"hs_chapter", "hs_heading", "hs_subheading", "origin", "procedure", "model", "flow", "mode", "cargo", "tax", "relief", "regime", "nature"}},
	{"control", []string{"lane", "final_lane", "cause", "reason", "change_reason", "type", "rule", "age"}},
	{"time", indicator.Calendar},
}

// Dimensions groups the dimensions of an indicator for choosing one, leaving out those
// that are fixed already.
func (p Presenter) Dimensions(d *indicator.Definition, chosen string, fixed func(string) bool) []view.ChoiceGroup {
	var groups []view.ChoiceGroup
	for _, group := range dimensionGroups {
		entry := view.ChoiceGroup{Name: p.T("dimension.group." + group.key)}
		for _, name := range group.members {
			if d.Has(name) && (!fixed(name) || name == chosen) {
				entry.Choices = append(entry.Choices, view.Choice{Value: name, Text: p.T("dimension." + name), Selected: name == chosen})
			}
		}
		if len(entry.Choices) > 0 {
			groups = append(groups, entry)
		}
	}
	return groups
}

// deeper is, for each dimension, where one usually goes on from one of its values.
var deeper = map[string][]string{
	"office": {"section", "officer", "lane", "broker", "hs_chapter"}, "section": {"officer", "examiner"}, "chief": {"examiner", "officer"},
	"officer": {"broker", "lane", "hs_chapter"}, "examiner": {"broker", "lane", "hs_chapter"}, "head": {"office"},
	"broker": {"importer", "officer", "hs_chapter"}, "importer": {"hs_chapter", "broker"}, "hs_chapter": {"hs_heading"}, "hs_heading": {"hs_subheading", "origin", "importer"},
	"hs_subheading": {"origin"}, "origin": {"hs_chapter", "importer"}, "lane": {"officer", "office"}, "final_lane": {"officer", "office"}, "cause": {"lane", "office"},
	"model": {"procedure", "hs_chapter"}, "procedure": {"hs_chapter", "importer"}, "flow": {"model", "office"}, "mode": {"office", "cargo"}, "carrier": {"office"},
	"year": {"quarter", "month"}, "quarter": {"month"}, "month": {"week", "day"}, "week": {"day"}, "rule": {"office", "officer"}, "type": {"officer", "office"},
	"departure": {"route", "office"}, "principal": {"carrier"}, "regime": {"importer"},
}

// Deeper proposes the dimension of the next level: after one value was chosen the
// usual next step, else the first one that is not fixed.
func Deeper(d *indicator.Definition, from string, fixed func(string) bool) string {
	candidates := append(append([]string(nil), deeper[from]...), "office", "officer", "broker", "importer", "lane", "hs_chapter", "origin", "month", "day")
	for _, name := range candidates {
		if d.Has(name) && !fixed(name) && name != from {
			return name
		}
	}
	return ""
}

// nameKinds says under which kind the names of a dimension's codes are kept.
var nameKinds = map[string]string{
	"office": "office", "departure": "office", "officer": "officer", "examiner": "officer", "chief": "officer", "head": "officer",
	"broker": "broker", "importer": "trader", "principal": "trader",
}

// NameKind is the kind of names of a dimension (office, officer, broker or trader), empty for none.
func NameKind(dimension string) string { return nameKinds[dimension] }

// DimensionValue names one value of a dimension; the code is given apart where the
// name does not hold it.
func (p Presenter) DimensionValue(dimension, key string, names Names, lanes LaneNames) (name, code string) {
	if key == "" {
		return p.T("breakdown.unknown"), ""
	}
	if kind := nameKinds[dimension]; kind != "" {
		if own := names.Of(kind, key); own != "" {
			return own, key
		}
		return key, ""
	}
	switch dimension {
	case "lane", "final_lane":
		return p.Lane(declaration.Lane(key), lanes).Name, ""
	case "origin":
		return p.country(key), key
	case "hs_chapter":
		if p.Has("hs.chapter." + key) {
			return p.T("hs.chapter." + key), key
		}
	case "rule":
		return p.T("rule." + key + ".name"), key
	case "age":
		return p.T("age.class", "Days", p.Digit(strings.Replace(key, "-", "–", 1))), ""
	case "month", "quarter", "year", "day":
		return p.calendarValue(dimension, key), ""
	case "flow", "cause", "cargo", "mode", "nature":
		if p.Has(dimension + "." + key) {
			return p.T(dimension + "." + key), ""
		}
	}
	return key, ""
}

// country names a country by its ISO code in the reader's language.
func (p Presenter) country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if name := display.Regions(language.MustParse(p.Language)).Name(region); name != "" {
		return name
	}
	return code
}

// calendarValue names a stretch of time; what is not in the form of one stays as it is.
func (p Presenter) calendarValue(dimension, key string) string {
	switch dimension {
	case "day":
		if day, err := time.Parse(time.DateOnly, key); err == nil {
			return p.ShortDate(day)
		}
	case "month":
		if month, err := time.Parse("2006-01", key); err == nil {
			return p.Month(month)
		}
	case "quarter":
		if year, quarter, found := strings.Cut(key, "-Q"); found {
			return p.T("filter.quarter", "Quarter", p.Digit(quarter), "Year", p.Digit(year))
		}
	case "year":
		if year, err := strconv.Atoi(key); err == nil {
			return p.Plain(year)
		}
	}
	return p.Digit(key)
}
