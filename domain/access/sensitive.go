package access

// Sensitive reports whether reading is written into the audit record, whoever reads: single
// declarations, whole files, scorecards of people and the meetings about them. An expert's readings are all recorded anyway.
func (a Action) Sensitive() bool {
	switch a {
	case DeclarationRead, FigureExport, AuditExport, ScorecardRead, MeetingRead:
		return true
	}
	return false
}
