package declaration_test

import (
	"testing"

	"assay/domain/declaration"
)

func TestActedOn(t *testing.T) {
	t.Parallel()
	d := declaration.Declaration{
		Events:      []declaration.Event{{User: "eva"}, {User: "System", Machine: true}, {}},
		Assignments: []declaration.Assignment{{Examiner: "gil", Chief: "cora", AssignedBy: "boss"}},
		Inspections: []declaration.Inspection{{User: "ines"}},
		Offences:    []declaration.Offence{{User: "otto"}},
		Payments:    []declaration.Payment{{User: "till"}},
	}
	for user, want := range map[string]bool{"eva": true, "gil": true, "cora": true, "ines": true, "otto": true,
		"": false, "System": false, "EVA": false, "ev": false, "boss": false, "till": false} {
		if got := d.ActedOn(user); got != want {
			t.Errorf("%q acted: %v, want %v", user, got, want)
		}
	}
}
