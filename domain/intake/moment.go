package intake

import (
	"errors"
	"time"

	"assay/domain/declaration"
)

// dateOrder says how dates with slashes or hyphens are meant.
type dateOrder byte

const (
	orderUnknown  dateOrder = iota // only dates that can be read one way are read
	orderDayFirst                  // 31/03/2015
	orderMonthFirst
)

var (
	errNotDate   = errors.New("is not a date")
	errNoSuchDay = errors.New("is a day that does not exist")
	errTwoWays   = errors.New("can be read as two different dates; the column map's date_order must say which")
	errNotTime   = errors.New("is not a date with a time")
	errYear      = errors.New("has a year that cannot be meant")
)

// civil is a local date and time as written, before its zone is known.
type civil struct {
	day       int32 // days since 1970-01-01
	second    int32 // of the day
	precision declaration.Precision
	offset    int32 // seconds east of UTC, when the text gave it
	hasOffset bool
}

// The years a date may have. A registration before 1990 is a key-in error; sentinels such as
// 9999-12-31 stand for "open" and are rejected where a date is needed.
const (
	firstYear = 1900
	lastYear  = 2199
)

// parseDay reads a date. What follows it (a time of day) is ignored: DATE columns are
// often exported with 00:00:00.
func parseDay(text []byte, order dateOrder) (int32, error) {
	day, _, err := parseDate(text, order)
	return day, err
}

// parseCivil reads a date with or without a time of day.
func parseCivil(text []byte, order dateOrder) (civil, error) {
	if c, ok := parseISO(text); ok {
		return c, nil
	}
	day, rest, err := parseDate(text, order)
	if err != nil {
		return civil{}, err
	}
	c := civil{day: day, precision: declaration.Day}
	if len(rest) == 0 {
		return c, nil
	}
	if rest[0] == ' ' || rest[0] == 'T' || rest[0] == 't' || rest[0] == ',' {
		rest = rest[1:]
	}
	return c, c.parseClock(rest)
}

// parseISO is the fast path: "YYYY-MM-DD HH:MM" and "YYYY-MM-DD HH:MM:SS".
func parseISO(t []byte) (civil, bool) {
	if len(t) != 16 && len(t) != 19 || t[4] != '-' || t[7] != '-' || t[10] != ' ' && t[10] != 'T' || t[13] != ':' {
		return civil{}, false
	}
	year, month, day := digits4(t), digits2(t[5:]), digits2(t[8:])
	hour, minute, second := digits2(t[11:]), digits2(t[14:]), 0
	precision := declaration.Minute
	if len(t) == 19 {
		if t[16] != ':' {
			return civil{}, false
		}
		second, precision = digits2(t[17:]), declaration.Second
	}
	if hour|minute|second < 0 || hour > 23 || minute > 59 || second > 59 {
		return civil{}, false
	}
	number, err := dayNumber(year, month, day)
	if err != nil {
		return civil{}, false
	}
	return civil{day: number, second: int32(hour*3600 + minute*60 + second), precision: precision}, true
}

// digits2 and digits4 read fixed digits, -1 when they are none.
func digits2(t []byte) int {
	a, b := t[0]-'0', t[1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}

func digits4(t []byte) int {
	high, low := digits2(t), digits2(t[2:])
	if high < 0 || low < 0 {
		return -1
	}
	return high*100 + low
}

// parseDate reads a date in any of the forms seen in extracts and gives what stands after it.
func parseDate(text []byte, order dateOrder) (int32, []byte, error) {
	for len(text) > 0 && text[0] == ' ' {
		text = text[1:]
	}
	var first, second, third part
	rest := text
	if first, rest = leadingDigits(rest); first.length == 0 {
		return parseMonthNameFirst(text)
	}
	switch {
	case first.length == 8: // 20220104
		year, month, day := first.value/10000, first.value/100%100, first.value%100
		number, err := dayNumber(year, month, day)
		return number, rest, err
	case first.length > 4 || first.length == 3:
		return 0, nil, errNotDate
	}
	if len(rest) == 0 {
		return 0, nil, errNotDate
	}
	separator := rest[0]
	if separator != '-' && separator != '/' && separator != '.' && separator != ' ' {
		return 0, nil, errNotDate
	}
	rest = rest[1:]
	if month, after := monthName(rest); month > 0 { // 31-Mar-15, 18 Nov 2012
		if len(after) == 0 || after[0] != separator && after[0] != ' ' && after[0] != ',' {
			return 0, nil, errNotDate
		}
		if third, rest = leadingDigits(after[1:]); third.length != 2 && third.length != 4 {
			return 0, nil, errNotDate
		}
		number, err := dayNumber(fullYear(third), month, first.value)
		return number, rest, err
	}
	if separator == ' ' {
		return 0, nil, errNotDate
	}
	if second, rest = leadingDigits(rest); second.length == 0 || second.length > 2 || len(rest) == 0 || rest[0] != separator {
		return 0, nil, errNotDate
	}
	if third, rest = leadingDigits(rest[1:]); third.length == 0 || third.length == 3 || third.length > 4 {
		return 0, nil, errNotDate
	}
	if first.length == 4 { // 2022-01-31, 2022/1/31
		if third.length > 2 {
			return 0, nil, errNotDate
		}
		number, err := dayNumber(first.value, second.value, third.value)
		return number, rest, err
	}
	if third.length == 1 {
		return 0, nil, errNotDate
	}
	day, month, err := resolveOrder(first.value, second.value, separator, order)
	if err != nil {
		return 0, nil, err
	}
	number, err := dayNumber(fullYear(third), month, day)
	return number, rest, err
}

func resolveOrder(first, second int, separator byte, order dateOrder) (day, month int, err error) {
	switch {
	case separator == '.': // with points the day stands first everywhere
		return first, second, nil
	case order == orderDayFirst:
		return first, second, nil
	case order == orderMonthFirst:
		return second, first, nil
	case first > 12 || first == second:
		return first, second, nil
	case second > 12:
		return second, first, nil
	}
	return 0, 0, errTwoWays
}

// parseMonthNameFirst reads "Nov 18, 2012" and "Nov 18 2012".
func parseMonthNameFirst(text []byte) (int32, []byte, error) {
	month, rest := monthName(text)
	if month == 0 || len(rest) == 0 || rest[0] != ' ' {
		return 0, nil, errNotDate
	}
	day, rest := leadingDigits(rest[1:])
	if day.length == 0 || day.length > 2 {
		return 0, nil, errNotDate
	}
	for len(rest) > 0 && (rest[0] == ',' || rest[0] == ' ') {
		rest = rest[1:]
	}
	year, rest := leadingDigits(rest)
	if year.length != 4 {
		return 0, nil, errNotDate
	}
	number, err := dayNumber(year.value, month, day.value)
	return number, rest, err
}

// part is a run of digits: its length tells 2015 from 15.
type part struct{ value, length int }

func leadingDigits(text []byte) (part, []byte) {
	var p part
	for p.length < len(text) && text[p.length] >= '0' && text[p.length] <= '9' {
		if p.length == 9 {
			return part{length: 9}, text[9:]
		}
		p.value = p.value*10 + int(text[p.length]-'0')
		p.length++
	}
	return p, text[p.length:]
}

// fullYear reads two-digit years as 1970 to 2069.
func fullYear(year part) int {
	if year.length > 2 {
		return year.value
	}
	if year.value >= 70 {
		return 1900 + year.value
	}
	return 2000 + year.value
}

// months are the English month names as databases write them.
const months = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"

// monthName reads an English month, short or whole.
func monthName(text []byte) (int, []byte) {
	n := 0
	for n < len(text) && (text[n]|0x20 >= 'a' && text[n]|0x20 <= 'z') {
		n++
	}
	if n < 3 || n > 9 {
		return 0, text
	}
	for m := 0; m < 12; m++ {
		if text[0]&^0x20 == months[3*m] && text[1]&^0x20 == months[3*m+1] && text[2]&^0x20 == months[3*m+2] {
			return m + 1, text[n:]
		}
	}
	return 0, text
}

// dayNumber gives days since 1970-01-01.
func dayNumber(year, month, day int) (int32, error) {
	if year < firstYear || year > lastYear {
		return 0, errYear
	}
	if month < 1 || month > 12 || day < 1 || day > 31 || day > daysIn(year, month) {
		return 0, errNoSuchDay
	}
	// Days from civil, with March as the first month so that the leap day stands last.
	y := year
	if month <= 2 {
		y--
	}
	era := y / 400
	yearOfEra := y - era*400
	dayOfYear := (153*((month+9)%12)+2)/5 + day - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return int32(era*146097 + dayOfEra - 719468), nil
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// parseClock reads the time of day after a date: 16:04, 16:04:10, 16:04:10.250, 4:04 PM,
// 16.04.10.000000, 1604, 160410, with Z or an offset.
func (c *civil) parseClock(text []byte) error {
	for len(text) > 0 && text[0] == ' ' {
		text = text[1:]
	}
	if len(text) == 0 {
		return nil
	}
	hour, rest := leadingDigits(text)
	minute, second := 0, -1
	switch hour.length {
	case 4:
		minute, hour.value = hour.value%100, hour.value/100
	case 6:
		second, minute, hour.value = hour.value%100, hour.value/100%100, hour.value/10000
	case 1, 2:
		if len(rest) < 3 || rest[0] != ':' && rest[0] != '.' {
			return errNotTime
		}
		separator := rest[0]
		if minute = digits2(rest[1:]); minute < 0 {
			return errNotTime
		}
		rest = rest[3:]
		if len(rest) >= 3 && rest[0] == separator {
			if second = digits2(rest[1:]); second < 0 {
				return errNotTime
			}
			rest = rest[3:]
			if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') {
				fraction := rest[1:]
				for len(fraction) > 0 && fraction[0] >= '0' && fraction[0] <= '9' {
					fraction = fraction[1:]
				}
				rest = fraction
			}
		}
	default:
		return errNotTime
	}
	value, rest, err := halfDay(hour.value, rest)
	if err != nil || value > 23 || minute > 59 || second > 59 {
		return errNotTime
	}
	c.precision = declaration.Minute
	if second >= 0 {
		c.precision = declaration.Second
	}
	c.second = int32(value*3600 + minute*60 + max(second, 0))
	return c.parseOffset(rest)
}

// halfDay applies AM and PM.
func halfDay(hour int, text []byte) (int, []byte, error) {
	rest := text
	for len(rest) > 0 && rest[0] == ' ' {
		rest = rest[1:]
	}
	if len(rest) < 2 || rest[1]|0x20 != 'm' || rest[0]|0x20 != 'a' && rest[0]|0x20 != 'p' {
		return hour, text, nil
	}
	if hour < 1 || hour > 12 {
		return 0, nil, errNotTime
	}
	hour %= 12
	if rest[0]|0x20 == 'p' {
		hour += 12
	}
	return hour, rest[2:], nil
}

// parseOffset reads Z, +01:00, +0100 or +01 at the end of a time.
func (c *civil) parseOffset(text []byte) error {
	for len(text) > 0 && text[0] == ' ' {
		text = text[1:]
	}
	if len(text) == 0 {
		return nil
	}
	c.hasOffset = true
	if len(text) == 1 && (text[0] == 'Z' || text[0] == 'z') || string(text) == "UTC" {
		return nil
	}
	if text[0] != '+' && text[0] != '-' || len(text) < 3 {
		return errNotTime
	}
	hours, minutes := digits2(text[1:]), 0
	switch {
	case len(text) == 6 && text[3] == ':':
		minutes = digits2(text[4:])
	case len(text) == 5:
		minutes = digits2(text[3:])
	case len(text) != 3:
		return errNotTime
	}
	if hours < 0 || hours > 15 || minutes < 0 || minutes > 59 {
		return errNotTime
	}
	c.offset = int32(hours*3600 + minutes*60)
	if text[0] == '-' {
		c.offset = -c.offset
	}
	return nil
}

// date gives a day as midnight UTC of that date, as the model keeps dates.
func date(day int32) time.Time { return time.Unix(int64(day)*86400, 0).UTC() }

// yearOf is the calendar year of a day number.
func yearOf(day int32) int { return date(day).Year() }

// zoneClock turns local times into UTC. Looking a zone up costs more than all the rest of
// reading a time, so the offset of a day without a change of clocks is kept.
type zoneClock struct {
	location *time.Location
	days     [512]zoneDay
}

type zoneDay struct {
	day    int32
	known  bool
	steady bool // the same offset from midnight to midnight
	offset int32
}

func newZoneClock(location *time.Location) *zoneClock {
	if location == nil {
		location = time.UTC
	}
	return &zoneClock{location: location}
}

// moment gives a civil time in UTC. A time that a change of clocks skips is moved on
// by the skipped hour; one that occurs twice is taken as the first.
func (z *zoneClock) moment(c civil) declaration.Moment {
	local := int64(c.day)*86400 + int64(c.second)
	if c.hasOffset {
		return declaration.Moment{At: time.Unix(local-int64(c.offset), 0).UTC(), Precision: c.precision}
	}
	known := &z.days[uint32(c.day)%uint32(len(z.days))]
	if !known.known || known.day != c.day {
		*known = z.look(c.day)
	}
	if known.steady {
		return declaration.Moment{At: time.Unix(local-int64(known.offset), 0).UTC(), Precision: c.precision}
	}
	d := date(c.day)
	s := int(c.second)
	at := time.Date(d.Year(), d.Month(), d.Day(), s/3600, s/60%60, s%60, 0, z.location)
	return declaration.Moment{At: at.UTC(), Precision: c.precision}
}

func (z *zoneClock) look(day int32) zoneDay {
	d := date(day)
	midnight := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, z.location)
	next := time.Date(d.Year(), d.Month(), d.Day()+1, 0, 0, 0, 0, z.location)
	_, offset := midnight.Zone()
	_, after := next.Zone()
	return zoneDay{
		day: day, known: true, offset: int32(offset),
		steady: offset == after && next.Sub(midnight) == 24*time.Hour,
	}
}
