package contract

import (
	"context"
	"fmt"
	"time"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/indicator"
)

// DescriptiveReport is a month as it was, without targets: to see together, not to judge.
type DescriptiveReport struct {
	Month       string            `json:"month"`
	Watermark   *time.Time        `json:"watermark,omitempty"` // latest event of the data then
	Lines       []DescriptiveLine `json:"lines"`
	PublishedAt time.Time         `json:"-"`
	PublishedBy string            `json:"-"`
}

// DescriptiveLine is one indicator of a report.
type DescriptiveLine struct {
	Code       string              `json:"code"`
	Definition int                 `json:"definition"` // version
	Unit       indicator.Unit      `json:"unit"`
	Total      DescriptiveFigure   `json:"total"`
	Before     *float64            `json:"before,omitempty"` // the month before
	Offices    []DescriptiveFigure `json:"offices"`
}

// DescriptiveFigure is one value.
type DescriptiveFigure struct {
	Office      string   `json:"office,omitempty"`
	Value       *float64 `json:"value"`
	Numerator   *int64   `json:"numerator,omitempty"`
	Denominator *int64   `json:"denominator,omitempty"`
	N           int64    `json:"n"`
}

// describedCodes are the indicators of descriptive reports: those that contracts are
// made from, so that everybody knows them before a target is set.
var describedCodes = []string{"CLR01", "CLR02", "CLR03", "CLR04", "CTL01", "CTL02", "CTL06", "INF01", "DQ01", "DQ02"}

// describe computes the report of a month.
func (s *Service) describe(ctx context.Context, tenant *administration.Tenant, month cube.Month) (*DescriptiveReport, error) {
	results, err := s.figures.Compute(ctx, tenant, indicator.Request{Codes: describedCodes, From: month.First(), To: (month + 1).First(), By: []string{"office"}})
	if err != nil {
		return nil, fmt.Errorf("compute report of %s: %w", month, err)
	}
	before, err := s.figures.Compute(ctx, tenant, indicator.Request{Codes: describedCodes, From: (month - 1).First(), To: month.First()})
	if err != nil {
		return nil, fmt.Errorf("compute report of %s: %w", month, err)
	}
	report := &DescriptiveReport{Month: month.String()}
	for i, r := range results {
		report.Watermark = r.Watermark
		line := DescriptiveLine{Code: r.Code, Definition: r.Version, Unit: r.Definition.Unit, Total: described("", r.Total), Before: before[i].Total.Value}
		for _, row := range r.Rows {
			if row.Keys[0] != "" {
				line.Offices = append(line.Offices, described(row.Keys[0], row))
			}
		}
		report.Lines = append(report.Lines, line)
	}
	return report, nil
}

func described(office string, row indicator.Row) DescriptiveFigure {
	return DescriptiveFigure{Office: office, Value: row.Value, Numerator: row.Numerator, Denominator: row.Denominator, N: row.N}
}
