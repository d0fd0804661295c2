package declaration

import (
	"fmt"
	"strconv"
	"strings"
)

// Reference is the natural key of a declaration within its administration:
// registration number in one office and year. Sources that number otherwise
// (one number for the country) use an empty Serial and their number.
type Reference struct {
	Office string `json:"office"`
	Year   int    `json:"year"`
	Serial string `json:"serial,omitempty"`
	Number string `json:"number"`
}

// String is the text kept and shown: "BIR/2022/C678".
func (r Reference) String() string {
	return r.Office + "/" + strconv.Itoa(r.Year) + "/" + r.Serial + r.Number
}

// ParseReference reads String's form.
func ParseReference(text string) (Reference, error) {
	parts := strings.SplitN(text, "/", 3)
	if len(parts) != 3 || parts[0] == "" || parts[2] == "" {
		return Reference{}, fmt.Errorf("%q is not OFFICE/YEAR/NUMBER", text)
	}
	year, err := strconv.Atoi(parts[1])
	if err != nil || year < 1900 || year > 9999 {
		return Reference{}, fmt.Errorf("%q has no year between its slashes", text)
	}
	serial, number := SplitNumber(parts[2])
	return Reference{Office: parts[0], Year: year, Serial: serial, Number: number}, nil
}

// SplitNumber splits a registration number such as "C678" into its serial
// letters and the rest. A text without leading letters has an empty serial.
func SplitNumber(text string) (serial, number string) {
	i := 0
	for i < len(text) && (text[i] >= 'A' && text[i] <= 'Z' || text[i] >= 'a' && text[i] <= 'z') {
		i++
	}
	if i == len(text) {
		return "", text
	}
	return text[:i], text[i:]
}
