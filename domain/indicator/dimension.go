package indicator

import (
	"fmt"
	"slices"
	"strings"

	"assay/domain"
	"assay/domain/cube"
)

// Calendar are the dimensions of time that every indicator has.
var Calendar = []string{cube.DimensionDay, cube.DimensionWeek, cube.DimensionMonth, cube.DimensionQuarter, cube.DimensionYear}

// drill is the drill-down set D, the calendar not named.
var drill = []string{
	"office", "section", "officer", "examiner", "chief", "broker", "importer", "flow", "model", "procedure",
	"lane", "final_lane", "cause", "hs_chapter", "hs_heading", "origin", "mode", "cargo",
}

// officerDimensions are the dimensions left out where D stands without officer.
var officerDimensions = []string{"section", "officer", "examiner", "chief"}

func plus(set []string, more ...string) []string {
	return append(slices.Clone(set), more...)
}

func less(set []string, fewer ...string) []string {
	return slices.DeleteFunc(slices.Clone(set), func(name string) bool { return slices.Contains(fewer, name) })
}

// Filter keeps rows by the value of a dimension.
type Filter struct {
	Dimension string   `json:"dimension"`
	Values    []string `json:"values"` // any of these; "" is the unknown value
	Not       bool     `json:"not,omitempty"`
}

// String gives the form that ParseFilters reads.
func (f Filter) String() string {
	operator := "="
	if f.Not {
		operator = "!="
	}
	return f.Dimension + operator + strings.Join(f.Values, "|")
}

// ParseFilters reads 'lane=red|yellow,office!=DLA1'. An empty value means not
// known. The error is KindInvalid.
func ParseFilters(text string) ([]Filter, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var filters []Filter
	for part := range strings.SplitSeq(text, ",") {
		name, values, found := strings.Cut(part, "=")
		negative := strings.HasSuffix(name, "!")
		name = strings.TrimSpace(strings.TrimSuffix(name, "!"))
		if !found || name == "" {
			return nil, domain.Errorf(domain.KindInvalid, "%q is no filter; one looks like lane=red, lane=red|yellow or office!=DLA1", part)
		}
		filters = append(filters, Filter{Dimension: name, Values: strings.Split(strings.TrimSpace(values), "|"), Not: negative})
	}
	return filters, nil
}

// Has reports whether the indicator can be drilled by a dimension.
func (d *Definition) Has(dimension string) bool {
	return slices.Contains(d.Dimensions, dimension) || slices.Contains(Calendar, dimension) ||
		d.Cases != nil && d.Cases.Dimension == dimension
}

// AllDimensions lists every dimension of the indicator, the calendar last.
func (d *Definition) AllDimensions() []string {
	names := slices.Clone(d.Dimensions)
	if d.Cases != nil {
		names = append(names, d.Cases.Dimension)
	}
	return append(names, Calendar...)
}

// check refuses dimensions that an indicator does not have, and says which it has.
func (d *Definition) check(by []string, where []Filter) error {
	var wrong []domain.FieldError
	refuse := func(field, name string) {
		wrong = append(wrong, domain.FieldError{Field: field,
			Message: fmt.Sprintf("%s has no dimension %q; it has %s", d.Code, name, strings.Join(d.AllDimensions(), ", "))})
	}
	cases := 0
	for i, name := range by {
		if !d.Has(name) {
			refuse("by", name)
		}
		if slices.Contains(by[:i], name) {
			wrong = append(wrong, domain.FieldError{Field: "by", Message: fmt.Sprintf("%q is there twice", name)})
		}
		if d.isCase(name) {
			cases++
		}
	}
	for _, f := range where {
		if !d.Has(f.Dimension) {
			refuse("where", f.Dimension)
		}
		if d.isCase(f.Dimension) {
			for _, value := range f.Values {
				if d.Cases.find(value) < 0 {
					wrong = append(wrong, domain.FieldError{Field: "where",
						Message: fmt.Sprintf("%s is one of %s, not %q", f.Dimension, strings.Join(d.Cases.keys(), ", "), value)})
				}
			}
			if len(f.Values) != 1 || f.Not {
				wrong = append(wrong, domain.FieldError{Field: "where", Message: fmt.Sprintf("%s can be filtered by one value only", f.Dimension)})
			}
		}
	}
	return domain.Invalid("this question cannot be answered", wrong...)
}

func (d *Definition) isCase(dimension string) bool {
	return d.Cases != nil && d.Cases.Dimension == dimension
}

func (d *Definition) isDetail(dimension string) bool {
	return d.Detail != nil && slices.Contains(d.Detail.Dimensions, dimension)
}

func (c *Cases) find(key string) int {
	return slices.IndexFunc(c.Of, func(each Case) bool { return each.Key == key })
}

func (c *Cases) keys() []string {
	keys := make([]string, len(c.Of))
	for i := range c.Of {
		keys[i] = c.Of[i].Key
	}
	return keys
}
