package paper

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/domain"
)

const softModule = "/usr/lib/softhsm/libsofthsm2.so"

// runTool runs a program and gives what it says.
func runTool(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), name, arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, output)
	}
	return string(output)
}

// TestATokenSigns uses a software token, whose keys come to it as PKCS #8.
func TestATokenSigns(t *testing.T) {
	directory := t.TempDir()
	settings := filepath.Join(directory, "softhsm2.conf")
	if err := os.WriteFile(settings, []byte("directories.tokendir = "+directory+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", settings)
	runTool(t, "softhsm2-util", "--init-token", "--free", "--label", "assay", "--so-pin", "12345678", "--pin", "4321")
	curve := key(t)
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for id, k := range map[string]*Key{"01": curve, "02": certified(t, private)} {
		encoded, err := k.Private()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(directory, id+".der")
		if err := os.WriteFile(file, encoded, 0o600); err != nil {
			t.Fatal(err)
		}
		runTool(t, "pkcs11-tool", "--module", softModule, "--login", "--pin", "4321", "--write-object", file, "--type", "privkey", "--id", id, "--label", "key "+id, "--usage-sign")
		token := Token{Program: "pkcs11-tool", Module: softModule, ID: id, PIN: "4321", Limit: time.Minute}
		onToken, err := NewTokenKey(token, k.Certificates())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := onToken.Private(); err == nil {
			t.Error("the private key came out of its token")
		}
		signed := sign(t, onToken, draw(t, whole(t, "fr")))
		if _, err := Verify(signed); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		if told := look(t, signed, "pdfsig"); !strings.Contains(told, "Signature is Valid") {
			t.Errorf("%s: pdfsig says\n%s", id, told)
		}
		token.PIN = "0000"
		wrong, err := NewTokenKey(token, k.Certificates())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Sign(draw(t, whole(t, "fr")), wrong, Seal{At: made}); domain.KindOf(err) != domain.KindNotReady || strings.Contains(err.Error(), "0000") {
			t.Errorf("%s: a wrong PIN: %v", id, err)
		}
	}
	other, err := NewTokenKey(Token{Program: "pkcs11-tool", Module: softModule, ID: "01", PIN: "4321"}, key(t).Certificates())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Sign(draw(t, whole(t, "fr")), other, Seal{At: made}); domain.KindOf(err) != domain.KindConflict {
		t.Errorf("another key's certificate: %v", err)
	}
}

// certified is a key with a certificate of its own.
func certified(t *testing.T, private crypto.Signer) *Key {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Customs"}, NotBefore: made.Add(-time.Hour), NotAfter: made.Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature}
	encoded, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(encoded)
	if err != nil {
		t.Fatal(err)
	}
	return &Key{Signer: private, Certificate: certificate}
}

var _ crypto.Signer = (*Token)(nil)
