package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"assay/domain/indicator"
)

// mostExported bounds the groups of one file.
const mostExported = 100_000

// ExportBreakdown gives one indicator by dimensions as comma separated values.
func (s *server) ExportBreakdown(ctx context.Context, request ExportBreakdownRequestObject) (ExportBreakdownResponseObject, error) {
	p := request.Params
	q, err := s.ask(ctx, []string{request.Code}, p.From, p.To, p.By, p.Where)
	if err != nil {
		return nil, err
	}
	q.Order, q.Limit = order(p.Sort), mostExported
	results, err := q.seen.Compute(ctx, q.tenant, q.Request)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := writeBreakdown(&file, results[0]); err != nil {
		return nil, err
	}
	return ExportBreakdown200TextcsvResponse{Body: &file, ContentLength: int64(file.Len())}, nil
}

// writeBreakdown writes the groups, or the whole where no dimension was named.
func writeBreakdown(file *bytes.Buffer, result *indicator.Result) error {
	w := csv.NewWriter(file)
	head := append(append([]string{}, result.By...), "value", "numerator", "denominator", "n", "low", "high", "small", "median", "p90")
	rows := result.Rows
	if len(result.By) == 0 {
		rows = []indicator.Row{result.Total}
	}
	if err := w.Write(head); err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	for i := range rows {
		if err := w.Write(cells(&rows[i])); err != nil {
			return fmt.Errorf("write file: %w", err)
		}
	}
	w.Flush()
	return w.Error()
}

func cells(row *indicator.Row) []string {
	var out []string
	for _, key := range row.Keys {
		out = append(out, harmless(key))
	}
	var median, p90 *float64
	if row.Spread != nil && len(row.Spread.Values) > indicator.Percentile90 {
		median, p90 = &row.Spread.Values[indicator.Median], &row.Spread.Values[indicator.Percentile90]
	}
	return append(out, decimal(row.Value), integer(row.Numerator), integer(row.Denominator), strconv.FormatInt(row.N, 10),
		decimal(row.Low), decimal(row.High), strconv.FormatBool(row.Small), decimal(median), decimal(p90))
}

func decimal(value *float64) string {
	if value == nil {
		return ""
	}
	return strconv.FormatFloat(*value, 'f', -1, 64)
}

func integer(value *int64) string {
	if value == nil {
		return ""
	}
	return strconv.FormatInt(*value, 10)
}

// harmless puts an apostrophe before a text that a spreadsheet would run as a formula.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}
