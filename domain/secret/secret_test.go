package secret_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"assay/domain"
	"assay/domain/secret"
)

const (
	oldKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	newKey = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
)

func parse(t *testing.T, text string) *secret.Keys {
	t.Helper()
	k, err := secret.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSealAndExchangeOfKeys(t *testing.T) {
	t.Parallel()
	before := parse(t, oldKey)
	sealed, err := before.Seal("totp of amina", []byte("JBSWY3DP"))
	if err != nil {
		t.Fatal(err)
	}
	both := parse(t, newKey+", "+oldKey)
	plain, err := both.Open("totp of amina", sealed)
	if err != nil || string(plain) != "JBSWY3DP" {
		t.Fatalf("opened %q, %v", plain, err)
	}
	if _, err := both.Open("totp of bilal", sealed); !domain.Is(err, domain.KindInternal) {
		t.Fatalf("opened for another purpose: %v", err)
	}
	if _, err := parse(t, newKey).Open("totp of amina", sealed); err == nil {
		t.Fatal("opened with another key")
	}
	for i := range sealed {
		changed := append([]byte(nil), sealed...)
		changed[i] ^= 1
		if _, err := both.Open("totp of amina", changed); err == nil {
			t.Fatalf("byte %d was changed and nobody noticed", i)
		}
	}
	again, err := before.Seal("totp of amina", []byte("JBSWY3DP"))
	if err != nil || string(again) == string(sealed) {
		t.Fatalf("the same secret sealed twice looks the same: %v", err)
	}
	code := before.Sign("device", "amina|1")
	if !both.Signed("device", "amina|1", code) || both.Signed("device", "amina|2", code) || both.Signed("link", "amina|1", code) {
		t.Fatal("signatures do not hold")
	}
}

func TestWithoutAKey(t *testing.T) {
	t.Parallel()
	var none *secret.Keys
	if _, err := none.Seal("x", nil); !domain.Is(err, domain.KindNotReady) {
		t.Fatalf("sealed without a key: %v", err)
	}
	for _, wrong := range []string{"", "short", oldKey + ",", strings.Repeat("!", 44)} {
		_, err := secret.Parse(wrong)
		if !domain.Is(err, domain.KindInvalid) || len(wrong) > 10 && strings.Contains(err.Error(), wrong[:10]) {
			t.Fatalf("%q: %v", wrong, err)
		}
	}
}

func TestKeyFileIsMadeOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	var wait sync.WaitGroup
	keys := make([]*secret.Keys, 8)
	for i := range keys {
		wait.Go(func() { keys[i], _ = secret.LoadOrCreate(path) })
	}
	wait.Wait()
	sealed, err := keys[0].Seal("x", []byte("y"))
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range keys {
		if _, err := k.Open("x", sealed); err != nil {
			t.Fatalf("process %d has a key of its own: %v", i, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
}
