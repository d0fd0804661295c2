package sample

import "time"

// moment is a minute of local wall-clock time: minutes since 1970-01-01 00:00 as
// the clock on the office's wall shows it.
type moment int32

// never is a time that does not come within the extract.
const never moment = 1<<31 - 1

const minutesOfDay = 24 * 60

// day is days since 1970-01-01.
type day int32

func (m moment) day() day      { return day(m / minutesOfDay) }
func (m moment) ofDay() int32  { return int32(m % minutesOfDay) }
func (d day) midnight() moment { return moment(d) * minutesOfDay }
func (d day) weekday() int     { return (int(d) + 3) % 7 } // Monday is 0; 1970-01-01 was a Thursday
func (d day) time() time.Time  { return time.Unix(int64(d)*86400, 0).UTC() }
func (d day) year() int        { return d.time().Year() }
func dayOf(t time.Time) day    { return day(t.Unix() / 86400) }
func later(a, b moment) moment { return max(a, b) }
func monthStart(y, m int) day  { return dayOf(time.Date(y, time.Month(m), 1, 0, 0, 0, 0, time.UTC)) }
func monthName(index int) string {
	return time.Date(index/12, time.Month(index%12+1), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
}

// span is the days a run can touch, with the text of each date made once.
type span struct {
	first day
	dates [][10]byte
	years []int16
	month []int16 // month of the series, 0 is the first; negative before it
}

// newSpan prepares the days from first up to and without end.
func newSpan(first, end day, seriesMonth int) *span {
	s := &span{first: first}
	for d := first; d < end; d++ {
		t := d.time()
		var text [10]byte
		copy(text[:], t.Format(time.DateOnly))
		s.dates = append(s.dates, text)
		s.years = append(s.years, int16(t.Year()))
		s.month = append(s.month, int16(t.Year()*12+int(t.Month())-1-seriesMonth))
	}
	return s
}

func (s *span) index(d day) int { return int(d - s.first) }
func (s *span) days() int       { return len(s.dates) }

// clampDay keeps a day inside the span, for lookups of tables by day.
func (s *span) clampDay(d day) day {
	return min(max(d, s.first), s.first+day(len(s.dates))-1)
}

func (s *span) appendDate(b []byte, d day) []byte {
	return append(b, s.dates[s.index(s.clampDay(d))][:]...)
}

func (s *span) appendMoment(b []byte, m moment) []byte {
	b = s.appendDate(b, m.day())
	minute := m.ofDay()
	h, n := minute/60, minute%60
	return append(b, ' ', '0'+byte(h/10), '0'+byte(h%10), ':', '0'+byte(n/10), '0'+byte(n%10))
}
