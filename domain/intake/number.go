package intake

import (
	"errors"
	"math"
)

// decimalStyle says which sign stands before the decimals in a file.
type decimalStyle byte

const (
	decimalPoint decimalStyle = iota // 1,234.56
	decimalComma                     // 1.234,56
)

var (
	errNotNumber  = errors.New("is not a number")
	errTooLarge   = errors.New("is too large")
	errNotInteger = errors.New("is not a whole number")
)

// parseScaled reads a decimal as a whole number of its 10^-scale part, exactly: never
// through floating point. What is finer is rounded half away from zero, and lost
// says that it was. Empty gives 0.
func parseScaled(text []byte, style decimalStyle, scale int) (value int64, lost bool, err error) {
	if value, ok := parsePlain(text, style, scale); ok {
		return value, false, nil
	}
	var d decimal
	if err := d.parse(text, style); err != nil {
		return 0, false, err
	}
	return d.scaled(scale)
}

// parsePlain is the fast path: digits with at most one point and no more decimals than scale.
func parsePlain(text []byte, style decimalStyle, scale int) (int64, bool) {
	if len(text) > 17 {
		return 0, false
	}
	i, negative := 0, false
	if len(text) > 1 && text[0] == '-' {
		i, negative = 1, true
	}
	var value int64
	decimals := -1
	for ; i < len(text); i++ {
		c := text[i] - '0'
		if c <= 9 {
			value = value*10 + int64(c)
			if decimals >= 0 {
				decimals++
			}
			continue
		}
		if text[i] != '.' || decimals >= 0 || i == 0 || i == len(text)-1 {
			return 0, false
		}
		decimals = 0
	}
	if decimals < 0 {
		decimals = 0
	}
	// In a file with decimal comma "1.500" is a thousand and a half.
	if decimals > scale || decimals == 3 && style == decimalComma {
		return 0, false
	}
	for ; decimals < scale; decimals++ {
		if value > math.MaxInt64/10 {
			return 0, false
		}
		value *= 10
	}
	if negative {
		value = -value
	}
	return value, true
}

// decimal is a number as written: digits times ten to the exponent.
type decimal struct {
	negative bool
	digits   []byte // without signs and separators
	exponent int
	buffer   [40]byte
}

// maxDigits bounds a number's digits; no sum of money has more.
const maxDigits = 40

func (d *decimal) parse(text []byte, style decimalStyle) error {
	point, group := byte('.'), byte(',')
	if style == decimalComma {
		point, group = group, point
	}
	text = trimNumber(text)
	if len(text) >= 2 && text[0] == '(' && text[len(text)-1] == ')' { // accountants' minus
		d.negative, text = true, text[1:len(text)-1]
	} else if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		d.negative, text = text[0] == '-', text[1:]
	} else if len(text) > 1 && text[len(text)-1] == '-' {
		d.negative, text = true, text[:len(text)-1]
	}
	d.digits = d.buffer[:0]
	decimals, sinceGroup, groups := -1, 0, 0
	i := 0
scan:
	for ; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= '0' && c <= '9':
			if len(d.digits) == maxDigits {
				return errTooLarge
			}
			d.digits = append(d.digits, c)
			sinceGroup++
			if decimals >= 0 {
				decimals++
			}
		case c == point && decimals < 0:
			if groups > 0 && sinceGroup != 3 {
				return errNotNumber
			}
			decimals = 0
		case (c == group || c == ' ' || c == '\'') && decimals < 0:
			if len(d.digits) == 0 || groups > 0 && sinceGroup != 3 || groups == 0 && sinceGroup > 3 {
				return errNotNumber
			}
			groups, sinceGroup = groups+1, 0
		case c == 0xC2 && i+1 < len(text) && text[i+1] == 0xA0 && decimals < 0, // no-break space
			c == 0xE2 && i+2 < len(text) && text[i+1] == 0x80 && text[i+2] == 0xAF && decimals < 0: // narrow no-break space
			if len(d.digits) == 0 || groups > 0 && sinceGroup != 3 || groups == 0 && sinceGroup > 3 {
				return errNotNumber
			}
			groups, sinceGroup = groups+1, 0
			i++
			if c == 0xE2 {
				i++
			}
		case (c == 'E' || c == 'e') && len(d.digits) > 0:
			break scan
		default:
			return errNotNumber
		}
	}
	if len(d.digits) == 0 || groups > 0 && decimals < 0 && sinceGroup != 3 {
		return errNotNumber
	}
	if i < len(text) {
		exponent, err := parseExponent(text[i+1:])
		if err != nil {
			return err
		}
		d.exponent = exponent
	}
	if decimals > 0 {
		d.exponent -= decimals
	}
	return nil
}

func parseExponent(text []byte) (int, error) {
	negative := false
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		negative, text = text[0] == '-', text[1:]
	}
	if len(text) == 0 || len(text) > 3 {
		return 0, errNotNumber
	}
	value := 0
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, errNotNumber
		}
		value = value*10 + int(c-'0')
	}
	if negative {
		value = -value
	}
	return value, nil
}

func trimNumber(text []byte) []byte {
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\t') {
		text = text[1:]
	}
	for len(text) > 0 && (text[len(text)-1] == ' ' || text[len(text)-1] == '\t') {
		text = text[:len(text)-1]
	}
	return text
}

// scaled gives the number in units of 10^-scale.
func (d *decimal) scaled(scale int) (value int64, lost bool, err error) {
	keep := len(d.digits) + d.exponent + scale // digits left of the cut
	for i := 0; i < keep; i++ {
		digit := int64(0)
		if i < len(d.digits) {
			digit = int64(d.digits[i] - '0')
		} else if value == 0 {
			break // 0E300
		}
		if value > (math.MaxInt64-digit)/10 {
			return 0, false, errTooLarge
		}
		value = value*10 + digit
	}
	for i := max(keep, 0); i < len(d.digits); i++ {
		lost = lost || d.digits[i] != '0'
	}
	if keep >= 0 && keep < len(d.digits) && d.digits[keep] >= '5' {
		if value == math.MaxInt64 {
			return 0, false, errTooLarge
		}
		value++
	}
	if d.negative {
		value = -value
	}
	return value, lost, nil
}

// plain writes the number with a point and without exponent or needless zeros in front.
func (d *decimal) plain(to []byte) []byte {
	digits := d.digits
	whole := len(digits) + d.exponent
	if d.negative {
		to = append(to, '-')
	}
	start := len(to)
	for i := 0; i < whole; i++ {
		c := byte('0')
		if i < len(digits) {
			c = digits[i]
		}
		if c == '0' && len(to) == start {
			continue
		}
		to = append(to, c)
	}
	if len(to) == start {
		to = append(to, '0')
	}
	if d.exponent < 0 {
		to = append(to, '.')
		for i := whole; i < len(digits); i++ {
			if i < 0 {
				to = append(to, '0')
				continue
			}
			to = append(to, digits[i])
		}
	}
	return to
}

// normalDecimal gives a decimal as text with a point: the text itself where it is that
// already, else written into the buffer.
func normalDecimal(text []byte, style decimalStyle, buffer []byte) ([]byte, error) {
	if isPlainDecimal(text) && style == decimalPoint {
		return text, nil
	}
	var d decimal
	if err := d.parse(text, style); err != nil {
		return nil, err
	}
	if d.exponent > maxDigits || d.exponent < -3*maxDigits {
		return nil, errTooLarge
	}
	return d.plain(buffer[:0]), nil
}

func isPlainDecimal(text []byte) bool {
	i := 0
	if len(text) > 0 && text[0] == '-' {
		i++
	}
	if len(text) > maxDigits || i == len(text) {
		return false
	}
	if text[i] == '0' && i+1 < len(text) && text[i+1] != '.' {
		return false
	}
	points := 0
	for j := i; j < len(text); j++ {
		if text[j] == '.' {
			points++
			if j == i || j == len(text)-1 {
				return false
			}
		} else if text[j] < '0' || text[j] > '9' {
			return false
		}
	}
	return points <= 1
}

// parseWhole reads a whole number; "3.0" and "1.2E1" are whole.
func parseWhole(text []byte, style decimalStyle) (int64, error) {
	if value, ok := parsePlain(text, style, 0); ok && len(text) > 0 {
		return value, nil
	}
	value, lost, err := parseScaled(text, style, 0)
	if err != nil {
		return 0, err
	}
	if lost {
		return 0, errNotInteger
	}
	return value, nil
}
