package declaration

// ForOutside takes out of a declaration what is the administration's alone and not for the importer or broker whose declaration it
// is: who it was assigned to, why it was selected or re-routed, and what an examiner noted beside the result. Who did what is
// for MapOfficers.
func (d *Declaration) ForOutside() {
	d.Assignments = nil
	for i := range d.Events {
		e := &d.Events[i]
		e.Cause, e.Criterion, e.Reason = "", "", ""
	}
	for i := range d.Inspections {
		d.Inspections[i].Remarks = ""
	}
}
