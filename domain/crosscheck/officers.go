package crosscheck

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// officerKeys are the names under which evidence tells users of the clearance system.
var officerKeys = map[string]bool{"user": true, "users": true, "examiner": true, "chief": true, "officer": true, "officers": true, "assigned_by": true}

// MapOfficers replaces every user of the clearance system that a finding names by what appear
// gives for it: the subject where that is a user, and the evidence. Rows of machine users stay.
func (f *Finding) MapOfficers(appear func(user string) string) error {
	if f.SubjectKind == OnUser {
		f.Subject = appear(f.Subject)
	}
	if len(f.Evidence.Facts) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(f.Evidence.Facts))
	decoder.UseNumber() // amounts in minor units keep every digit
	var facts any
	if err := decoder.Decode(&facts); err != nil {
		return fmt.Errorf("read the evidence of a finding: %w", err)
	}
	mapOfficers(facts, appear)
	content, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("write the evidence of a finding: %w", err)
	}
	f.Evidence.Facts = content
	return nil
}

func mapOfficers(value any, appear func(string) string) {
	switch value := value.(type) {
	case map[string]any:
		machine, _ := value["machine"].(bool)
		for key, inner := range value {
			if !officerKeys[key] || machine && key == "user" {
				mapOfficers(inner, appear)
				continue
			}
			value[key] = mapped(inner, appear)
		}
	case []any:
		for _, inner := range value {
			mapOfficers(inner, appear)
		}
	}
}

// mapped maps a user or a list of users.
func mapped(value any, appear func(string) string) any {
	switch value := value.(type) {
	case string:
		return appear(value)
	case []any:
		for i := range value {
			value[i] = mapped(value[i], appear)
		}
	case map[string]any:
		mapOfficers(value, appear)
	}
	return value
}
