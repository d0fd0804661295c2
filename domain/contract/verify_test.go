package contract_test

import (
	"strings"
	"testing"

	"assay/deploy/local/dbtest/racing"
	"assay/domain/contract"
	"assay/domain/seal"
	"assay/domain/secret"
)

// everythingIsVerified changes one byte of each thing that must never change, past the program's role and past every trigger, and
// looks for the sentence that names it.
func (k *cardKit) everythingIsVerified(t *testing.T) {
	seals := seal.New(k.db, secret.New(), k.clock)
	if _, err := seals.Create(t.Context(), k.tenant, sealAuthor); err != nil {
		t.Fatal(err)
	}
	c := k.contracts[0]
	if _, err := contract.NewPapers(k.service, seals, "").Contract(t.Context(), k.tenant, k.reader(dg), c.ID, "en"); err != nil {
		t.Fatal(err)
	}
	verify := func() *contract.Verified {
		t.Helper()
		v, err := k.cards.VerifyAll(t.Context(), k.tenant, nil)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := verify(); !v.Right() || v.Cards != int64(4*len(k.contracts)) || v.Papers != 1 || v.Segments == 0 || v.Signatures == 0 || v.Texts == 0 || v.Records == 0 || v.Figures == 0 {
		t.Fatalf("everything is as it was written, and it says %+v", v)
	}
	if _, err := k.super.Exec(t.Context(), `SET session_replication_role = replica`); err != nil { // no triggers, no references
		t.Fatal(err)
	}
	defer func() {
		if _, err := k.super.Exec(t.Context(), `SET session_replication_role = DEFAULT`); err != nil {
			t.Error(err)
		}
	}()
	type change struct{ table, set, where, said string }
	const flipped = `content = set_byte(content, 300, get_byte(content, 300) # 1)`
	mine := `contract_id = '` + c.ID.String() + `'`
	// A changed text hides what is behind it in the chain of signatures: the signature is changed by itself.
	rounds := [][]change{{{"contract_signature", `name = name || ' '`, `sequence = 2`, "signature 2, "}}, {
		{"contract_text", `content = replace(content, '"weight":15', '"weight":14')`, mine, "text 1 of contract " + c.ID.String() + ", is other_text"},
		{"contract_paper", flipped, mine, "paper of contract " + c.Number},
		{"segment_content", flipped, `hash = (SELECT hash FROM segment_content ORDER BY hash LIMIT 1)`, "its content has been changed"},
		{"scorecard", `content = replace(content, '"version":1', '"version":2')`, mine, "scorecard of contract " + c.ID.String()},
		{"audit_record", `actor = actor || 'x'`, `sequence = 5`, "audit record: "}}}
	for _, changes := range rounds[racing.Of(1, 0):] {
		for _, each := range changes {
			k.exec(t, `CREATE TEMP TABLE `+each.table+`_before AS SELECT * FROM `+each.table+` WHERE `+each.where)
			k.exec(t, `UPDATE `+each.table+` SET `+each.set+` WHERE `+each.where)
		}
		found := strings.Join(verify().Wrong, "\n")
		for _, each := range changes {
			if !strings.Contains(found, each.said) {
				t.Errorf("%s was changed, and it says %q", each.table, found)
			}
			k.exec(t, `DELETE FROM `+each.table+` WHERE `+each.where)
			k.exec(t, `INSERT INTO `+each.table+` SELECT * FROM `+each.table+`_before`)
		}
	}
	if v := verify(); !v.Right() {
		t.Fatalf("everything was put back, and it says %q", v.Wrong)
	}
}
