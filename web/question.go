package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"assay/domain"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/web/present"
)

// question is what a page of figures asks, as it stands in its address, so that an
// address that is passed on shows the same again.
type question struct {
	period  present.Period     // zero: the latest complete month
	filters []indicator.Filter // in the order in which they were chosen, one value each
	by      string
	sort    string
	falling bool
	page    int
	part    indicator.Part
}

// Parameters of an address that are no filters.
const (
	parameterPeriod = "period"
	parameterBy     = "by"
	parameterSort   = "sort"
	parameterOrder  = "order"
	parameterPage   = "page"
	parameterPart   = "part"
)

// unknownValue stands in addresses for the value that is not known; an empty parameter is none.
const unknownValue = "~"

// mostFilters bounds how deep a drill goes.
const mostFilters = 12

// readQuestion reads an address's parameters in their order. Dimensions that do not exist are
// found by the room that answers.
func readQuestion(rawQuery string) (question, error) {
	q := question{page: 1}
	for pair := range strings.SplitSeq(rawQuery, "&") {
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(rawName)
		value, err2 := url.QueryUnescape(rawValue)
		if err1 != nil || err2 != nil {
			return q, domain.Errorf(domain.KindInvalid, "the address cannot be read")
		}
		if name == "" || value == "" {
			continue
		}
		if err := q.set(name, value); err != nil {
			return q, err
		}
	}
	return q, nil
}

func (q *question) set(name, value string) error {
	wrong := func() error {
		return domain.Invalid("the address cannot be used", domain.FieldError{Field: name, Message: domain.Sentence("%q cannot be read here", value)})
	}
	switch name {
	case parameterPeriod:
		period, ok := present.ParsePeriod(value)
		if !ok {
			return wrong()
		}
		q.period = period
	case parameterBy:
		q.by = value
	case parameterSort:
		if !slices.Contains([]string{"name", "value", "n", "numerator", "denominator"}, value) {
			return wrong()
		}
		q.sort = value
	case parameterOrder:
		q.falling = value == "falling"
	case parameterPage:
		page, err := strconv.Atoi(value)
		if err != nil || page < 1 || page > 1_000_000 {
			return wrong()
		}
		q.page = page
	case parameterPart:
		q.part = indicator.Part(value)
		if q.part != indicator.NumeratorPart && q.part != indicator.DenominatorPart {
			return wrong()
		}
	default:
		return q.filter(name, value)
	}
	return nil
}

// filter adds a filter, or narrows one of the same dimension to the later value.
func (q *question) filter(dimension, value string) error {
	if value == unknownValue {
		value = ""
	}
	q.filters = slices.DeleteFunc(q.filters, func(f indicator.Filter) bool { return f.Dimension == dimension })
	if len(q.filters) >= mostFilters {
		return domain.Errorf(domain.KindTooMany, "an address holds at most %d filters", mostFilters)
	}
	q.filters = append(q.filters, indicator.Filter{Dimension: dimension, Values: []string{value}})
	return nil
}

// query writes the question as parameters of an address.
func (q question) query() string {
	var parts []string
	add := func(name, value string) {
		parts = append(parts, url.QueryEscape(name)+"="+url.QueryEscape(value))
	}
	if q.period != (present.Period{}) {
		add(parameterPeriod, q.period.String())
	}
	for _, f := range q.filters {
		value := f.Values[0]
		if value == "" {
			value = unknownValue
		}
		add(f.Dimension, value)
	}
	if q.by != "" {
		add(parameterBy, q.by)
	}
	if q.sort != "" {
		add(parameterSort, q.sort)
		if q.falling {
			add(parameterOrder, "falling")
		}
	}
	if q.part != "" {
		add(parameterPart, string(q.part))
	}
	if q.page > 1 {
		add(parameterPage, strconv.Itoa(q.page))
	}
	return strings.Join(parts, "&")
}

// address is a page with the question.
func (q question) address(path string) string {
	if query := q.query(); query != "" {
		return path + "?" + query
	}
	return path
}

// The ways in which a link asks something else. Each gives a copy.

func (q question) during(p present.Period) question {
	q.period, q.page = p, 1
	return q
}

// into narrows to one value of a dimension; what it is broken down by next is left to the page.
func (q question) into(dimension, value string) question {
	q.filters = append(slices.Clone(q.filters), indicator.Filter{Dimension: dimension, Values: []string{value}})
	q.by, q.sort, q.falling, q.page, q.part = "", "", false, 1, ""
	return q
}

// upTo keeps the first n filters and breaks down by the dimension of the next.
func (q question) upTo(n int) question {
	if n < len(q.filters) {
		q.by = q.filters[n].Dimension
	}
	q.filters = slices.Clone(q.filters[:n])
	q.sort, q.falling, q.page = "", false, 1
	return q
}

func (q question) without(dimension string) question {
	q.filters = slices.DeleteFunc(slices.Clone(q.filters), func(f indicator.Filter) bool { return f.Dimension == dimension })
	q.page = 1
	return q
}

func (q question) sorted(by string, falling bool) question {
	q.sort, q.falling, q.page = by, falling, 1
	return q
}

func (q question) onPage(page int) question {
	q.page = page
	return q
}

func (q question) asking(part indicator.Part) question {
	q.part, q.page, q.sort, q.by = part, 1, "", ""
	return q
}

// filterOf is the value by which a dimension is filtered.
func (q question) filterOf(dimension string) (string, bool) {
	for _, f := range q.filters {
		if f.Dimension == dimension {
			return f.Values[0], true
		}
	}
	return "", false
}

// days are the period's bounds for the cube.
func days(p present.Period) (from, to cube.Date) {
	return cube.DateOf(p.From.Year(), p.From.Month(), 1), cube.DateOf(p.To.Year(), p.To.Month(), 1)
}
