package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/deploy/local/dbtest"
	"assay/deploy/local/dbtest/everytable"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/indicator"
	"assay/domain/paper"
	"assay/domain/secret"
)

// TestKeysAndContractsOnPaper follows an operator who makes keys in all three places, and somebody who checks a
// contract with nothing but the file.
func TestKeysAndContractsOnPaper(t *testing.T) {
	database := dbtest.New(t)
	useDatabase(t, database.AppURL, database.OwnerURL)
	t.Setenv(secretKeyVariable, "a2V5IG9mIHRoaXJ0eSB0d28gYnl0ZXMgZm9yIHRlc3Q=")
	wantSuccess(t, runAssay(t, "tenant", "create", "douala", "--name", "Customs of Douala", "--zone", "Africa/Douala", "--languages", "fr"), "is ready")
	wantSuccess(t, runAssay(t, "key", "create", "douala"), "are sealed with a new key")
	file := filepath.Join(t.TempDir(), "contract.pdf")
	writePaper(t, database.AppURL, file)
	t.Setenv(databaseURLVariable, "postgres://nobody@127.0.0.1:1/nothing") // the check must not need it
	wantSuccess(t, runAssay(t, "verify", "contract", file), "is intact: signed by Amina officer and Amina director")
	wantSentence(t, runAssay(t, "verify", "contract", file, "--fingerprint", strings.Repeat("ab:", 32)), "another certificate")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{200, len(content) / 2, len(content) - 3} {
		content[at] ^= 1
		broken := filepath.Join(t.TempDir(), "broken.pdf")
		if err := os.WriteFile(broken, content, 0o600); err != nil {
			t.Fatal(err)
		}
		content[at] ^= 1
		wantSentence(t, runAssay(t, "verify", "contract", broken), "is not intact")
	}
	wantSentence(t, runAssay(t, "verify", "contract", file+".not"), "there is no file")
	t.Setenv(databaseURLVariable, database.AppURL)
	otherPlaces(t)
	wantSuccess(t, runAssay(t, "verify", "all"), "douala: intact; ")
	super := everytable.Connect(t, database.SuperURL)
	if _, err := super.Exec(t.Context(), `UPDATE contract_text SET content = replace(content, '"weight":15', '"weight":14')`); err != nil {
		t.Fatal(err)
	}
	if got := runAssay(t, "verify", "all", "--tenant", "douala"); got.code != 1 || !strings.Contains(got.stdout, "is other_text") || !strings.Contains(got.stderr, "1 things are not as they were written") {
		t.Errorf("a changed weight: exit %d, %q, %q", got.code, got.stdout, got.stderr)
	}
}

// otherPlaces seals with a file and with a token, and lists all keys.
func otherPlaces(t *testing.T) {
	t.Helper()
	key, err := paper.NewKey("Customs of Douala", "CM", time.Now(), 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	private, err := key.Private()
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	at, certificates := filepath.Join(directory, "private.der"), filepath.Join(directory, "certificates.pem")
	for name, content := range map[string][]byte{at: private, certificates: key.Certificates()} {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	wantSentence(t, runAssay(t, "key", "file", "douala", "--private", at, "--certificates", certificates), "can be read by others")
	if err := os.Chmod(at, 0o600); err != nil {
		t.Fatal(err)
	}
	wantSuccess(t, runAssay(t, "key", "file", "douala", "--private", at, "--certificates", certificates), key.Fingerprint())
	wantSentence(t, runAssay(t, "key", "import", "douala", "--private", at, "--certificates", certificates), "known already")

	onToken, err := paper.NewKey("Customs of Douala", "CM", time.Now(), 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if private, err = onToken.Private(); err == nil {
		err = os.WriteFile(at, private, 0o600)
	}
	if err == nil {
		err = os.WriteFile(certificates, onToken.Certificates(), 0o600)
	}
	settings := filepath.Join(directory, "softhsm2.conf")
	if err == nil {
		err = os.WriteFile(settings, []byte("directories.tokendir = "+directory+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", settings)
	const module = "/usr/lib/softhsm/libsofthsm2.so"
	for _, command := range [][]string{{"softhsm2-util", "--init-token", "--free", "--label", "assay", "--so-pin", "12345678", "--pin", "4321"},
		{"pkcs11-tool", "--module", module, "--login", "--pin", "4321", "--write-object", at, "--type", "privkey", "--id", "01", "--label", "seal", "--usage-sign"}} {
		if said, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", command, err, said)
		}
	}
	t.Setenv(pinVariable, "9999")
	wantSentence(t, runAssay(t, "key", "token", "douala", "--module", module, "--id", "01", "--certificates", certificates), "does not sign")
	t.Setenv(pinVariable, "4321")
	wantSuccess(t, runAssay(t, "key", "token", "douala", "--module", module, "--id", "01", "--certificates", certificates), onToken.Fingerprint())
	listed := runAssay(t, "key", "list", "douala")
	for _, place := range []string{"database", "file", "token"} {
		if !strings.Contains(listed.stdout, place) {
			t.Errorf("the list does not show the key in the %s:\n%s", place, listed.stdout)
		}
	}
	wantSuccess(t, runAssay(t, "key", "certificate", "douala", "--fingerprint", key.Fingerprint()[:12]), strings.TrimSpace(string(key.Certificates())))
}

// writePaper signs a contract and writes its PDF.
func writePaper(t *testing.T, url, file string) {
	t.Helper()
	keys, err := secret.Parse(os.Getenv(secretKeyVariable))
	if err != nil {
		t.Fatal(err)
	}
	s, closeStore, err := buildServices(t.Context(), url, keys, 64<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore()
	tenant, err := s.administrations.ByCode(t.Context(), "douala")
	if err != nil {
		t.Fatal(err)
	}
	c, dg := signOne(t, s, tenant)
	made, err := s.papers().Contract(t.Context(), tenant, contract.Reader{Actor: dg, Scope: access.ScopeAdministration}, c.ID, "fr")
	if err == nil {
		err = os.WriteFile(file, made.PDF, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func signOne(t *testing.T, s *services, tenant *administration.Tenant) (*contract.Contract, contract.Actor) {
	t.Helper()
	actor := func(name string, role access.Role) contract.Actor {
		person, err := s.accounts.Create(t.Context(), account.NewAccount{SignInName: name, Name: "Amina " + name, Password: demoPassword})
		if err != nil {
			t.Fatal(err)
		}
		return contract.Actor{Account: person.ID, SignInName: name, Name: person.Name, Role: role, Origin: "test"}
	}
	dg, officer := actor("director", access.DirectorGeneral), actor("officer", access.Officer)
	ctx := context.WithoutCancel(t.Context())
	if err := s.contracts.OpenContracts(ctx, tenant.ID, dg, "the test needs a signed contract at once"); err != nil {
		t.Fatal(err)
	}
	template, err := s.contracts.CopyBuiltIn(ctx, tenant.ID, dg, contract.FunctionOfficer, "", "")
	if err == nil {
		template, err = s.contracts.PutInUse(ctx, tenant.ID, dg, template.ID, template.Revision)
	}
	if err != nil {
		t.Fatal(err)
	}
	values := []float64{10, 12, 8, 2, 40}
	figures := map[string]contract.Figure{}
	for _, line := range template.Content.Lines {
		figures[line.Code] = contract.Figure{Baseline: &values[0], Threshold: &values[0], Target: &values[1]}
		switch line.Direction {
		case indicator.Lower:
			figures[line.Code] = contract.Figure{Baseline: &values[0], Threshold: &values[0], Target: &values[2]}
		case indicator.Band:
			figures[line.Code] = contract.Figure{Baseline: &values[0], RedLow: &values[3], RedHigh: &values[4]}
		}
	}
	c, err := s.contracts.Draft(ctx, tenant, contract.DraftInput{Template: template.ID, Subject: "EX07", SubjectName: officer.Name, Office: "DLA1", StartsOn: s.contracts.Today(tenant) + 20, Actor: dg, Targets: figures, WithoutHistory: true,
		Signatories: []contract.Signatory{{Side: contract.SideHolder, Account: officer.Account, Name: officer.Name, Post: "Vérificateur"}, {Side: contract.SideAdministration, Account: dg.Account, Name: dg.Name, Post: "Directeur général"}}})
	if err == nil {
		c, err = s.contracts.Propose(ctx, tenant, contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: dg})
	}
	for _, who := range []contract.Actor{officer, dg} {
		if err == nil {
			c, err = s.contracts.Sign(ctx, tenant, contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: who},
				contract.SignInput{Seen: c.Text.Hash, Confirmation: contract.Confirmation{Account: who.Account, Method: string(account.MethodAuthenticator), At: time.Now()}})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return c, dg
}
