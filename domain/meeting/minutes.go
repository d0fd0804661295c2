package meeting

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"assay/domain"
)

// minutesForm names the way in which minutes become bytes.
const minutesForm = "assay-minutes-1"

// Minutes are what was said and decided, complete in themselves with the agenda as it was then. Their
// bytes are the JSON of this struct in the order of its fields; the hash is what is signed.
type Minutes struct {
	Form           string      `json:"form"`
	Administration string      `json:"administration"` // code
	Meeting        string      `json:"meeting"`
	Office         string      `json:"office"`
	Month          string      `json:"month"`
	HeldOn         string      `json:"held_on"`
	Place          string      `json:"place"`
	Chair          string      `json:"chair"`
	Holders        string      `json:"holders"` // who signs for the holders
	Attendance     []Attended  `json:"attendance"`
	Agenda         Agenda      `json:"agenda"`
	Words          []Statement `json:"words"`
	Causes         string      `json:"causes"`      // causes and obstacles
	Obligations    string      `json:"obligations"` // of the administration that were not met
	Decisions      []Decision  `json:"decisions"`
}

// Attended is one line of the attendance.
type Attended struct {
	Name    string `json:"name"`
	Post    string `json:"post"`
	Present bool   `json:"present"`
	Excuse  string `json:"excuse,omitempty"`
}

// Statement is what a holder said about the own card, and the answer.
type Statement struct {
	Contract string `json:"contract"` // number
	Holder   string `json:"holder"`
	Words    string `json:"words"`
	Answer   string `json:"answer,omitempty"`
}

// Decision is a recommendation as it stands in minutes.
type Decision struct {
	Words   string `json:"words"`
	Owner   string `json:"owner"`
	Account string `json:"account"`
	DueOn   string `json:"due_on"`
}

// Canonical gives the bytes that are kept, hashed and signed.
func (m *Minutes) Canonical() []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(m); err != nil {
		panic(fmt.Sprintf("write minutes: %v", err)) // only NaN or infinity could; figures have neither
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Hash is the SHA-256 of the canonical bytes.
func (m *Minutes) Hash() []byte {
	sum := sha256.Sum256(m.Canonical())
	return sum[:]
}

// ParseMinutes reads canonical bytes and refuses all others (KindInvalid).
func ParseMinutes(content []byte) (*Minutes, error) {
	var m Minutes
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "these are no minutes")
	}
	if m.Form != minutesForm {
		return nil, domain.Errorf(domain.KindInvalid, "minutes of the form %q cannot be read by this program", m.Form)
	}
	if !bytes.Equal(m.Canonical(), content) {
		return nil, domain.Errorf(domain.KindInvalid, "the minutes are not in their canonical form: they were changed")
	}
	return &m, nil
}
