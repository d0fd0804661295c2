package audit_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/domain/audit"
)

func TestWhatAnEntryLeavesEmptyComesFromTheContext(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := audit.In(t.Context(), audit.Circumstances{Actor: "amina", Capacity: "expert", Engagement: "e-1", Origin: "192.0.2.9", Session: "f00d", Request: "r-1"})
	for _, e := range []audit.Entry{
		{At: noon, Action: "figure.read", Object: "/board"},
		{At: noon, Actor: "system", Action: "import.load"},
		{At: noon, Actor: "amina", Capacity: "head", Action: "a\r\nb", Object: "x\x00\xff" + strings.Repeat("é", 600)},
	} {
		if err := audit.Deed(ctx, b.db, b.tenant, e); err != nil {
			t.Fatal(err)
		}
	}
	rows, _, err := audit.List(t.Context(), b.db, b.tenant, audit.Filter{}, audit.Page{})
	if err != nil {
		t.Fatal(err)
	}
	type kept struct{ Actor, Capacity, Engagement, Origin, Session, Request, Action string }
	var got []kept
	for _, r := range rows {
		got = append(got, kept{r.Actor, r.Capacity, r.Engagement, r.Origin, r.Session, r.Request, r.Action})
	}
	want := []kept{
		{"amina", "head", "e-1", "192.0.2.9", "f00d", "r-1", "a\uFFFD\uFFFDb"},
		{"system", "", "", "192.0.2.9", "", "r-1", "import.load"}, // another actor than the one of the request
		{"amina", "expert", "e-1", "192.0.2.9", "f00d", "r-1", "figure.read"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	if object := rows[0].Object; !strings.HasPrefix(object, "x\uFFFD\uFFFDé") || len(object) > 1000 || !strings.HasSuffix(object, "é") {
		t.Fatalf("%d bytes: %.20q", len(object), object)
	}
	if report := b.verify(t, b.tenant); !report.Intact() {
		t.Fatalf("%+v", report)
	}
}

func TestAFingerprintTellsTokensApartAndGivesNoneAway(t *testing.T) {
	t.Parallel()
	one, other := audit.Fingerprint("assay_one"), audit.Fingerprint("assay_two")
	if one == other || one != audit.Fingerprint("assay_one") || len(one) != 16 || audit.Fingerprint("") != "" {
		t.Fatalf("%q %q", one, other)
	}
}
