package contract

import (
	"slices"

	"assay/domain/indicator"
)

// Functions of the built-in templates.
const (
	FunctionOfficer      = "officer"
	FunctionInspector    = "inspector"
	FunctionHeadOfOffice = "head_of_office"
	FunctionTeam         = "team"
	FunctionBroker       = "broker"
	FunctionImporter     = "importer"
)

// BuiltIns lists the built-in templates in order.
var BuiltIns = []string{FunctionOfficer, FunctionInspector, FunctionHeadOfOffice, FunctionTeam, FunctionBroker, FunctionImporter}

// builtInLines are the indicators of each built-in template. Half serve speed and half
// control; what can be gamed alone stands beside what shows it (inspections with their results, re-routes with findings).
var builtInLines = map[string][]Line{
	FunctionOfficer: {
		{Code: "CLR01", Weight: 15, Aim: Speed, Direction: indicator.Higher},
		{Code: "CLR02", Weight: 10, Aim: Speed, Direction: indicator.Lower},
		{Code: "CLR04", Weight: 15, Aim: Speed, Direction: indicator.Lower},
		{Code: "CLR03", Weight: 10, Aim: Speed, Direction: indicator.Lower},
		{Code: "CTL01", Weight: 10, Aim: Control, Direction: indicator.Band},
		{Code: "CTL02", Weight: 15, Aim: Control, Direction: indicator.Higher},
		{Code: "DQ01", Weight: 15, Aim: Control, Direction: indicator.Lower},
		{Code: "DQ02", Weight: 10, Aim: Control, Direction: indicator.Lower},
	},
	FunctionInspector: {
		{Code: "CLR01", Weight: 10, Aim: Speed, Direction: indicator.Higher},
		{Code: "CLR04", Weight: 15, Aim: Speed, Direction: indicator.Lower},
		{Code: "CTL06", Weight: 15, Aim: Speed, Direction: indicator.Lower},
		{Code: "CLR03", Weight: 10, Aim: Speed, Direction: indicator.Lower},
		{Code: "CTL02", Weight: 20, Aim: Control, Direction: indicator.Higher},
		{Code: "INF01", Weight: 10, Aim: Control, Direction: indicator.Band},
		{Code: "DQ02", Weight: 10, Aim: Control, Direction: indicator.Lower},
		{Code: "CTL01", Weight: 10, Aim: Control, Direction: indicator.Band},
	},
	FunctionHeadOfOffice: {
		{Code: "CLR04", Weight: 15, Aim: Speed, Direction: indicator.Lower},
		{Code: "CLR03", Weight: 10, Aim: Speed, Direction: indicator.Lower},
		{Code: "CLR01", Weight: 15, Aim: Speed, Direction: indicator.Higher},
		{Code: "TRN03", Weight: 10, Aim: Speed, Direction: indicator.Lower},
		{Code: "CTL02", Weight: 15, Aim: Control, Direction: indicator.Higher},
		{Code: "CTL05", Weight: 10, Aim: Control, Direction: indicator.Lower},
		{Code: "DQ01", Weight: 15, Aim: Control, Direction: indicator.Lower},
		{Code: "CTL01", Weight: 10, Aim: Control, Direction: indicator.Band},
	},
	FunctionTeam: {
		{Code: "CLR04", Weight: 15, Aim: Speed, Direction: indicator.Lower},
		{Code: "CTL06", Weight: 15, Aim: Speed, Direction: indicator.Lower},
		{Code: "CLR03", Weight: 15, Aim: Speed, Direction: indicator.Lower},
		{Code: "CTL02", Weight: 25, Aim: Control, Direction: indicator.Higher},
		{Code: "DQ01", Weight: 15, Aim: Control, Direction: indicator.Lower},
		{Code: "CTL01", Weight: 15, Aim: Control, Direction: indicator.Band},
	},
	FunctionBroker: {
		{Code: "OPR02", Weight: 15, Aim: Speed, Direction: indicator.Lower},
		{Code: "CLR06", Weight: 15, Aim: Speed, Direction: indicator.Lower},
		{Code: "CLR07", Weight: 15, Aim: Speed, Direction: indicator.Lower},
		{Code: "OPR01", Weight: 20, Aim: Control, Direction: indicator.Higher},
		{Code: "DQ03", Weight: 15, Aim: Control, Direction: indicator.Lower},
		{Code: "DQ02", Weight: 20, Aim: Control, Direction: indicator.Lower},
	},
	FunctionImporter: {
		{Code: "OPR02", Weight: 20, Aim: Speed, Direction: indicator.Lower},
		{Code: "CLR06", Weight: 15, Aim: Speed, Direction: indicator.Lower},
		{Code: "CLR07", Weight: 15, Aim: Speed, Direction: indicator.Lower},
		{Code: "OPR01", Weight: 25, Aim: Control, Direction: indicator.Higher},
		{Code: "DQ03", Weight: 15, Aim: Control, Direction: indicator.Lower},
		{Code: "DQ02", Weight: 10, Aim: Control, Direction: indicator.Lower},
	},
}

var builtInLevels = map[string]Level{
	FunctionOfficer: LevelOfficer, FunctionInspector: LevelOfficer, FunctionHeadOfOffice: LevelOffice, FunctionTeam: LevelTeam,
	FunctionBroker: LevelOperator, FunctionImporter: LevelOperator,
}

// BuiltIn gives the contents of a built-in template; nil when there is none of that function.
func BuiltIn(function string) *Content {
	lines, known := builtInLines[function]
	if !known {
		return nil
	}
	c := &Content{Names: map[string]string{}, Function: function, Level: builtInLevels[function], Lines: slices.Clone(lines), Articles: builtInArticles(builtInLevels[function]),
		Terms: DefaultTerms(), Rule: DefaultRule(), Order: AnyOrder, Languages: TextLanguages}
	if c.Level == LevelOperator {
		c.Terms.Months = 12
	}
	for _, language := range TextLanguages {
		c.Names[language] = builtInTexts[language]["template."+function]
	}
	return c
}
