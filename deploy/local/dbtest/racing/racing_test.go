package racing

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	root = "../../../.."
	own  = "./deploy/local/dbtest/racing"
)

// TestAllIsRun wants every package with tests that go through fewer cases under the race detector in the
// Makefile, where they are run without it, every test there by its name that is left out under the detector, and every
// test named there to exist.
func TestAllIsRun(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	makefile := strings.ReplaceAll(string(content), "\\\n", " ")
	listed := func(name string) []string {
		found := regexp.MustCompile(`(?m)^` + name + ` := (.*)$`).FindStringSubmatch(makefile)
		if found == nil {
			t.Fatalf("the Makefile does not set %s", name)
		}
		return strings.Fields(found[1])
	}
	packages, tests := listed("WHOLE_PACKAGES"), listed("WHOLE")
	using := map[string]bool{}   // packages whose tests ask this one
	unwatched, mentioned := 0, 0 // tests left out under the detector, and places where one is
	names := map[string]string{}
	for path, text := range testFiles(t) {
		folder := "./" + filepath.ToSlash(filepath.Dir(path))
		if strings.Contains(text, `"assay/deploy/local/dbtest/racing"`) && folder != own {
			using[folder] = true
		}
		for _, found := range regexp.MustCompile(`(?ms)^func (\w+)\(.*?^}`).FindAllStringSubmatch(text, -1) {
			if folder != own && strings.Contains(found[0], "racing.Unwatched(") {
				unwatched++
				if !slices.Contains(tests, found[1]) || !slices.Contains(packages, folder) {
					t.Errorf("%s in %s is left out under the race detector: only a test that WHOLE names may be", found[1], folder)
				}
			}
		}
		if folder != own && strings.Count(text, "racing.Unwatched(") > 0 {
			mentioned += strings.Count(text, "racing.Unwatched(")
		}
		if slices.Contains(packages, folder) {
			for _, found := range regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T`).FindAllStringSubmatch(text, -1) {
				names[found[1]] = folder
			}
		}
	}
	tested := map[string]bool{}
	for _, name := range tests {
		if names[name] == "" {
			t.Errorf("WHOLE names %s, which is in none of WHOLE_PACKAGES", name)
		}
		tested[names[name]] = true
	}
	for folder := range using {
		if !tested[folder] {
			t.Errorf("%s has tests that go through fewer cases under the race detector: name it in WHOLE_PACKAGES, and its tests in WHOLE", folder)
		}
	}
	if unwatched != mentioned {
		t.Errorf("%d places leave a test out, %d were found in functions: it belongs into the test itself", mentioned, unwatched)
	}
	if len(using) < 3 {
		t.Fatalf("only %v were found", using)
	}
}

// testFiles are the texts of all files with tests, by their path below the root.
func testFiles(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	below := os.DirFS(root)
	err := fs.WalkDir(below, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		content, err := fs.ReadFile(below, path)
		found[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
