package access

// Sensitive reports whether reading is written into the audit record, whoever reads: single
// declarations, whole files, scorecards of people. An expert's readings are all recorded anyway.
func (a Action) Sensitive() bool {
	switch a {
	case DeclarationRead, FigureExport, AuditExport, ScorecardRead:
		return true
	}
	return false
}
