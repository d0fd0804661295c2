package account

import (
	"strings"
	"testing"
	"time"
)

func TestWeakPasswords(t *testing.T) {
	t.Parallel()
	for password, key := range map[string]string{
		"short":                        "password.length",
		"password123":                  "password.weak",
		"P@ssw0rd2024":                 "password.weak",
		"qwertyuiop":                   "password.weak",
		"1234567890":                   "password.weak",
		"iloveyou123":                  "password.weak",
		"aaaaaaaaaaaaaaaa":             "password.weak",
		"abcdefghijklm":                "password.weak",
		"amina.ould1985":               "password.weak",
		"customs2024":                  "password.weak",
		strings.Repeat("x", 600):       "password.length",
		"\xff\xfe invalid text here":   "password.length",
		"a long password for tests":    "",
		"assay-demo-only":              "",
		"correct horse battery staple": "",
		"long enough words":            "",
		"نخيل الواحة في المساء ٧":          "",
		strings.Repeat("pq7 fern ox ", 40): "",
	} {
		got := checkPassword(password, "Amina Ould Cheikh", "amina@customs.example")
		switch {
		case key == "" && got != nil:
			t.Errorf("%.30q is refused: %v", password, got)
		case key != "" && (got == nil || got[0].Key != key):
			t.Errorf("%.30q: %v, want %s", password, got, key)
		}
	}
}

// TestStrengthIsBounded: the worst texts for an estimate do not hang the server. The minute is far beyond what any machine needs, with the race detector too.
func TestStrengthIsBounded(t *testing.T) {
	t.Parallel()
	for _, password := range []string{strings.Repeat("a1", 256), strings.Repeat("qwerty", 85), strings.Repeat("19851985", 60), strings.Repeat("passwordlove", 42), strings.Repeat("4@8({[<369&#!1/|0$5+7%2", 20)} {
		started := time.Now()
		checkPassword(password)
		if took := time.Since(started); took > time.Minute {
			t.Errorf("%.20q took %s", password, took)
		} else {
			t.Logf("%.20q took %s", password, took)
		}
	}
}
