package fact

import (
	"assay/domain/cube"
	"assay/domain/warehouse"
)

// ArrivalRow is the arrival of a declaration's goods, dated by its local day. Its
// officer is who handled the declaration.
type ArrivalRow struct {
	Dimensions
	ArrivedOn cube.Date
	Cancelled bool
	Dwell     Lag // arrival to release, else to exit
}

var arrivals = newSchema("arrival", 1, "arrived_on", hsChapter,
	dimensionColumns(func(r *ArrivalRow) *Dimensions { return &r.Dimensions }),
	[]column[ArrivalRow]{
		day("arrived_on", "local day of arrival", func(r *ArrivalRow) Date { return date(r.ArrivedOn) }),
		flags("state", "what is true of the declaration", namedBits([2]string{"cancelled", "the declaration is cancelled"}),
			func(r *ArrivalRow) uint64 {
				var s Bit
				s.set(1, r.Cancelled)
				return uint64(s)
			}),
		integer("dwell", "s", "arrival to release, else to exit; negative when released in advance", func(r *ArrivalRow) Number { return r.Dwell.Elapsed }),
		integer("dwell_office", "s", "the same in office hours", func(r *ArrivalRow) Number { return r.Dwell.Office }),
	})

// DeriveArrival gives the row of the arrival of a declaration's goods: the
// header's, else the manifest's; false when it is not known.
func DeriveArrival(r *warehouse.Record, c *Context) (ArrivalRow, bool) { return live(r, c).arrival() }

func (l *life) arrival() (ArrivalRow, bool) {
	arrived := l.optional(l.record.Header.ArrivedAt)
	if !arrived.set && l.record.Cargo != nil {
		arrived = l.optional(l.record.Cargo.ArrivedAt)
	}
	if !arrived.set {
		return ArrivalRow{}, false
	}
	row := ArrivalRow{Dimensions: l.at(l.event(l.handled)), ArrivedOn: arrived.day, Cancelled: l.isCancelled()}
	if l.handled != none {
		row.Officer = l.actor(l.handled)
	}
	row.Dwell = days(arrived, l.event(firstOf(l.released, l.exited)), l.calendar)
	return row, true
}
