package contract_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/paper"
	"assay/domain/seal"
	"assay/domain/secret"
	"assay/domain/store"
)

var sealAuthor = seal.Author{SignInName: "admin", Capacity: "administrator", Origin: "test"}

// signedContract makes one that both have signed.
func (k *kit) signedContract(t *testing.T, subject string) *contract.Contract {
	t.Helper()
	c, err := k.service.Propose(t.Context(), k.tenant, k.ask(k.draft(t, subject), dg, ""))
	if err != nil {
		t.Fatal(err)
	}
	return k.sign(t, k.sign(t, c, officer), dg)
}

func (k *kit) reader(who contract.Actor) contract.Reader {
	return contract.Reader{Actor: who, Scope: access.ScopeAdministration}
}

// TestAContractOnPaper draws and seals a signed contract in three languages and holds the file against another
// program and against every kind of change.
func TestAContractOnPaper(t *testing.T) {
	t.Parallel()
	k := newKit(t, noFigures{})
	k.open(t, false, contract.AnyOrder)
	seals := seal.New(k.db, secret.New(), k.clock)
	papers := contract.NewPapers(k.service, seals, "https://assay.example")
	k.giveLogo(t)
	draft := k.draft(t, "EX2")
	if _, err := papers.Contract(t.Context(), k.tenant, k.reader(dg), draft.ID, "fr"); !domain.Is(err, domain.KindConflict) {
		t.Fatalf("paper of a draft: %v", err)
	}
	c := k.signedContract(t, "EX1")
	if _, err := papers.Contract(t.Context(), k.tenant, k.reader(dg), c.ID, "fr"); !domain.Is(err, domain.KindNotReady) {
		t.Fatalf("paper without a key: %v", err)
	}
	first, err := seals.Create(t.Context(), k.tenant, sealAuthor)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := papers.Contract(t.Context(), k.tenant, contract.Reader{Actor: other, Scope: access.ScopeOwn}, c.ID, "fr"); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("paper for who may not see the contract: %v", err)
	}
	french, err := papers.Contract(t.Context(), k.tenant, contract.Reader{Actor: officer, Scope: access.ScopeOwn}, c.ID, "fr")
	if err != nil {
		t.Fatal(err)
	}
	second, err := seals.Create(t.Context(), k.tenant, sealAuthor)
	if err != nil {
		t.Fatal(err)
	}
	k.sameFileAfterRotation(t, papers, c, french, first, second)
	k.looksRight(t, french, papers, c)
	k.changesAreFound(t, french, first)
	k.oldKeysStay(t, seals, first)
}

func (k *kit) sameFileAfterRotation(t *testing.T, papers *contract.Papers, c *contract.Contract, french *contract.Paper, first, second *seal.Key) {
	t.Helper()
	again, err := papers.Contract(t.Context(), k.tenant, k.reader(dg), c.ID, "fr")
	if err != nil || !bytes.Equal(again.PDF, french.PDF) {
		t.Fatalf("somebody else holds another file: %v", err)
	}
	v, err := contract.VerifyPaper(french.PDF, first.Fingerprint)
	if err != nil || v.Document.Number != c.Number || !bytes.Equal(v.Hash, c.Text.Hash) || strings.Join(v.Signers, ",") != "Amina officer,Amina dg" {
		t.Fatalf("verified: %+v, %v", v, err)
	}
	if _, err := contract.VerifyPaper(french.PDF, second.Fingerprint); !domain.Is(err, domain.KindInvalid) {
		t.Fatalf("another administration's certificate: %v", err)
	}
	english, err := papers.Contract(t.Context(), k.tenant, k.reader(dg), c.ID, "xx")
	if err != nil || english.Language != "en" {
		t.Fatalf("a language that there is not: %+v, %v", english, err)
	}
	if _, err := contract.VerifyPaper(english.PDF, second.Fingerprint); err != nil {
		t.Fatalf("what was made after the rotation has not the new seal: %v", err)
	}
}

// looksRight asks poppler's programs.
func (k *kit) looksRight(t *testing.T, french *contract.Paper, papers *contract.Papers, c *contract.Contract) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "c.pdf")
	if err := os.WriteFile(name, french.PDF, 0o600); err != nil {
		t.Fatal(err)
	}
	told := k.program(t, "pdfsig", name)
	for _, wanted := range []string{"Signature Validation: Signature is Valid", "Total document signed", "ETSI.CAdES.detached"} {
		if !strings.Contains(told, wanted) {
			t.Errorf("pdfsig does not say %q:\n%s", wanted, told)
		}
	}
	text := strings.Join(strings.Fields(k.program(t, "pdftotext", name, "-")), " ")
	for _, wanted := range []string{"Contrat de performance " + c.Number, "Article 15", "Amina dg", "Directeur général", "code à usage unique", "CLR01", "15 %", fmt.Sprintf("%x", c.Text.Hash)[:24],
		"https://assay.example/in/karouma/contracts/" + c.ID.String()[:8]} {
		if !strings.Contains(text, wanted) {
			t.Errorf("the paper does not show %q:\n%s", wanted, text)
		}
	}
	if pictures := strings.Count(k.program(t, "pdfimages", "-list", name), " image "); pictures == 0 {
		t.Error("the paper does not carry the administration's logo")
	}
	arabic, err := papers.Contract(t.Context(), k.tenant, k.reader(dg), c.ID, "ar")
	if err != nil {
		t.Fatal(err)
	}
	if to := os.Getenv("ASSAY_SCREENSHOTS"); to != "" {
		for _, p := range []*contract.Paper{french, arabic} {
			if err := os.WriteFile(filepath.Join(to, p.Name), p.PDF, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// giveLogo gives the administration a mark: a dark square.
func (k *kit) giveLogo(t *testing.T) {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(color.NRGBA{20, 60, 110, 255}), image.Point{}, draw.Src)
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		t.Fatal(err)
	}
	if _, err := k.admin.KeepLogo(t.Context(), k.tenant.ID, administration.Actor{Name: dg.SignInName, Capacity: string(dg.Role)}, &file); err != nil {
		t.Fatal(err)
	}
}

func (k *kit) program(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), name, arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, output)
	}
	return string(output)
}

// changesAreFound flips bytes all over the file, and exchanges what travels inside for something that was sealed by a true key.
func (k *kit) changesAreFound(t *testing.T, p *contract.Paper, key *seal.Key) {
	t.Helper()
	tried := 0
	for at := 0; at < len(p.PDF); at += 149 {
		changed := bytes.Clone(p.PDF)
		changed[at] ^= 0x04
		tried++
		if _, err := contract.VerifyPaper(changed, key.Fingerprint); err == nil {
			t.Errorf("byte %d of %d was changed (%q to %q) and not found", at, len(changed), p.PDF[at], changed[at])
		}
	}
	if tried < 500 {
		t.Errorf("only %d bytes were changed", tried)
	}
	forger, err := paper.NewKey("Karouma Customs", "", k.clock(), 1e15)
	if err != nil {
		t.Fatal(err)
	}
	true1, err := paper.Verify(p.PDF)
	if err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string][]paper.File{
		"another weight": {{Name: "a", Content: bytes.Replace(true1.Files[0], []byte(`"weight":15`), []byte(`"weight":14`), 1)}, {Name: "b", Content: true1.Files[1]}},
		"no signatures":  {{Name: "a", Content: true1.Files[0]}, {Name: "b", Content: []byte("[]")}},
		"no text":        {{Name: "a", Content: []byte("{}")}, {Name: "b", Content: true1.Files[1]}},
		"one file":       {{Name: "a", Content: true1.Files[0]}},
	} {
		d := paper.Document{Title: "x", Language: "en", Made: k.clock(), Files: files}
		pdf, err := d.PDF()
		if err == nil {
			pdf, err = paper.Sign(pdf, forger, paper.Seal{Name: "x", At: k.clock()})
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := contract.VerifyPaper(pdf, ""); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// oldKeysStay holds that nobody removes or changes a retired key, and that the private part is not readable in the database.
func (k *kit) oldKeysStay(t *testing.T, seals *seal.Service, first *seal.Key) {
	t.Helper()
	keys, err := seals.Keys(t.Context(), k.tenant.ID)
	if err != nil || len(keys) != 2 || !keys[0].InUse() || keys[1].Fingerprint != first.Fingerprint || keys[1].InUse() || keys[1].RetiredBy != "admin" {
		t.Fatalf("keys: %+v, %v", keys, err)
	}
	for _, statement := range []string{`DELETE FROM seal_key WHERE tenant_id = ?`, `UPDATE seal_key SET certificates = 'x' WHERE tenant_id = ?`, `UPDATE seal_key SET retired_at = NULL WHERE tenant_id = ?`,
		`UPDATE contract_paper SET content = 'x' WHERE tenant_id = ?`, `DELETE FROM contract_paper WHERE tenant_id = ?`} {
		if err := k.db.InTenant(t.Context(), k.tenant.ID, func(_ context.Context, tx *store.Tx) error { return tx.Exec(statement, k.tenant.ID.String()).Error }); err == nil {
			t.Errorf("%s: the database let it happen", statement)
		}
	}
	stolen := seal.New(k.db, secret.New(), k.clock)
	if _, _, err := stolen.Current(t.Context(), k.tenant.ID); err == nil {
		t.Error("the private key opens with another installation's key")
	}
	without := seal.New(k.db, nil, k.clock)
	if _, err := without.Create(t.Context(), k.tenant, sealAuthor); !domain.Is(err, domain.KindNotReady) {
		t.Errorf("a key was kept without the installation's key: %v", err)
	}
}
