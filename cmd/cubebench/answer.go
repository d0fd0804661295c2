package main

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strconv"
	"strings"

	"assay/domain/cube"
)

// row is one group in a form in which answers of all engines can be compared:
// keys and figures as text, floating point numbers in their shortest exact form.
type row string

func cubeRows(result *cube.Result, aggregates []cube.Aggregate) []row {
	rows := make([]row, 0, len(result.Rows))
	for _, r := range result.Rows {
		parts := append([]string{}, r.Keys...)
		for i, v := range r.Values {
			switch {
			case aggregates[i].Func == cube.Quantiles && v.Null:
				parts = append(parts, "-")
			case aggregates[i].Func == cube.Quantiles:
				for _, q := range v.Quantiles {
					parts = append(parts, number(q))
				}
			case v.Null:
				parts = append(parts, "-")
			default:
				parts = append(parts, strconv.FormatInt(v.Int, 10))
			}
		}
		rows = append(rows, row(strings.Join(parts, "|")))
	}
	return rows
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// sqlRows runs a statement and reads all of its answer.
func sqlRows(ctx context.Context, db *sql.DB, statement string) ([]row, error) {
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, statement)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values := make([]any, len(columns))
	into := make([]any, len(columns))
	for i := range into {
		into[i] = &values[i]
	}
	var all []row
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		var parts []string
		for _, v := range values {
			parts = append(parts, text(v)...)
		}
		all = append(all, row(strings.Join(parts, "|")))
	}
	return all, rows.Err()
}

// text gives a value as cubeRows would.
func text(value any) []string {
	switch v := value.(type) {
	case nil:
		return []string{"-"}
	case int64:
		return []string{strconv.FormatInt(v, 10)}
	case float64:
		return []string{number(v)}
	case []any: // DuckDB's quantiles
		var parts []string
		for _, one := range v {
			parts = append(parts, text(one)...)
		}
		return parts
	case string:
		if strings.HasPrefix(v, "{") { // PostgreSQL's quantiles
			var parts []string
			for _, one := range strings.Split(strings.Trim(v, "{}"), ",") {
				f, err := strconv.ParseFloat(one, 64)
				if err != nil {
					return []string{v}
				}
				parts = append(parts, number(f))
			}
			return parts
		}
		return []string{v}
	}
	return []string{fmt.Sprintf("%v", value)}
}

// difference gives the first row in which two answers differ, "" if they are
// equal. DuckDB interpolates quantiles by another formula, which may round the
// last digit otherwise: rounding allows for that, and for nothing else.
func difference(a, b []row, rounding bool) string {
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) {
			return fmt.Sprintf("%d rows and %d", len(a), len(b))
		}
		if a[i] != b[i] && !(rounding && sameButRounding(a[i], b[i])) {
			return fmt.Sprintf("row %d is\n  %s\nand\n  %s", i, a[i], b[i])
		}
	}
	return ""
}

func sameButRounding(a, b row) bool {
	left, right := strings.Split(string(a), "|"), strings.Split(string(b), "|")
	if len(left) != len(right) {
		return false
	}
	for i := range left {
		if left[i] == right[i] {
			continue
		}
		x, err := strconv.ParseFloat(left[i], 64)
		y, other := strconv.ParseFloat(right[i], 64)
		if err != nil || other != nil || !strings.ContainsAny(left[i]+right[i], ".e") || math.Abs(x-y) > 1e-14*math.Abs(x) {
			return false
		}
	}
	return true
}
