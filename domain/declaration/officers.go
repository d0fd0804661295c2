package declaration

// MapOfficers replaces, in place, every user of the clearance system on the declaration by what
// appear gives for it. Machine users stay: they are nobody.
func (d *Declaration) MapOfficers(appear func(user string) string) {
	for i := range d.Events {
		if e := &d.Events[i]; !e.Machine {
			e.User = appear(e.User)
		}
	}
	for i := range d.Assignments {
		a := &d.Assignments[i]
		a.Examiner, a.Chief, a.AssignedBy = appear(a.Examiner), appear(a.Chief), appear(a.AssignedBy)
	}
	for i := range d.Inspections {
		d.Inspections[i].User = appear(d.Inspections[i].User)
	}
	for i := range d.Offences {
		d.Offences[i].User = appear(d.Offences[i].User)
	}
	for i := range d.Payments {
		d.Payments[i].User = appear(d.Payments[i].User)
	}
	for i := range d.Versions {
		d.Versions[i].User = appear(d.Versions[i].User)
	}
}
