package declaration

// ActedOn reports whether a user of the clearance system did something on the
// declaration, or was given it as examiner or chief. It is what an officer's own
// declarations are. The empty user acted on none, and what a machine did under a
// person's name is nobody's act.
func (d *Declaration) ActedOn(user string) bool {
	if user == "" {
		return false
	}
	for i := range d.Events {
		if d.Events[i].User == user && !d.Events[i].Machine {
			return true
		}
	}
	for i := range d.Assignments {
		if d.Assignments[i].Examiner == user || d.Assignments[i].Chief == user {
			return true
		}
	}
	for i := range d.Inspections {
		if d.Inspections[i].User == user {
			return true
		}
	}
	for i := range d.Offences {
		if d.Offences[i].User == user {
			return true
		}
	}
	return false
}

// AssignedTo reports whether a section of the declaration's office was ever given it.
func (d *Declaration) AssignedTo(section string) bool {
	for i := range d.Assignments {
		if section != "" && d.Assignments[i].Section == section {
			return true
		}
	}
	return false
}
