package indicator

import "slices"

// OffHours is the indicator that counts acts outside working hours.
const OffHours = "INT05"

// ByOfficeHours lists the indicators that a change of an office's working calendar moves: those that
// show a duration in office hours, and OffHours.
func ByOfficeHours() []*Definition {
	return slices.DeleteFunc(slices.Clone(All()), func(d *Definition) bool {
		timed := d.Spread != nil && d.Spread.Office != ""
		for _, c := range d.Companions {
			timed = timed || c.Spread != nil && c.Spread.Office != ""
		}
		return !timed && d.Code != OffHours
	})
}
