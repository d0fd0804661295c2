package local

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]int{
		"postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n": 15,
		"postgres (PostgreSQL) 17beta2\n":                        17,
		"postgres (PostgreSQL) 9.6.24\n":                         9,
	} {
		if got, err := parseVersion(line); err != nil || got != want {
			t.Errorf("%q: got %d, %v, want %d", line, got, err, want)
		}
	}
	for _, line := range []string{"", "postgres (PostgreSQL) ", "mysqld 8.0", "postgres (PostgreSQL) x"} {
		if got, err := parseVersion(line); err == nil {
			t.Errorf("%q: got %d, want an error", line, got)
		}
	}
}

// fakePostgres writes programs that say they are a version of PostgreSQL.
func fakePostgres(t *testing.T, dir, version string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBinariesAreTakenFromPathThenFromTheNewestDebianDirectory(t *testing.T) {
	root := t.TempDir()
	for _, version := range []string{"9", "14", "15", "16"} {
		fakePostgres(t, filepath.Join(root, "lib", version, "bin"), version+".3")
	}
	fakePostgres(t, filepath.Join(root, "own"), "17.1")
	// An entry of PATH may be a link into a directory without initdb beside the link.
	links := filepath.Join(root, "links")
	if err := os.Mkdir(links, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(root, "own", "postgres"), filepath.Join(links, "postgres")); err != nil {
		t.Fatal(err)
	}
	useDirectories(t, filepath.Join(root, "lib", "*", "bin"))

	for _, c := range []struct {
		name, path string
		needed     int
		want       string
	}{
		{"PATH first", links, 0, "own"},
		{"newest of Debian's", "/nowhere", 0, "lib/16/bin"},
		{"the version of the data", links, 15, "lib/15/bin"},
	} {
		t.Setenv("PATH", c.path)
		got, err := findBinaries(c.needed)
		if err != nil || got.dir != filepath.Join(root, c.want) {
			t.Errorf("%s: got %s, %v, want %s", c.name, got.dir, err, c.want)
		}
	}
}

func TestMissingBinariesSayWhatToInstall(t *testing.T) {
	root := t.TempDir()
	t.Setenv("PATH", root)
	useDirectories(t, filepath.Join(root, "*", "bin"))

	_, err := Start(t.Context(), Options{Dir: filepath.Join(reachable(t), "cluster")})
	var missing *MissingError
	if !errors.As(err, &missing) {
		t.Fatalf("got %v, want a *MissingError", err)
	}
	if text := err.Error(); !strings.Contains(text, "apt-get install postgresql") || strings.Contains(text, "\n") {
		t.Errorf("not one clear sentence: %s", text)
	}

	fakePostgres(t, filepath.Join(root, "13", "bin"), "13.9")
	_, err = findBinaries(0)
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "found only version 13") {
		t.Errorf("an old version: got %v", err)
	}
	_, err = findBinaries(16)
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "postgresql-16") {
		t.Errorf("another version than the data: got %v", err)
	}
}

// useDirectories stands in for Debian's directories while the test runs, which
// must therefore not run in parallel to others.
func useDirectories(t *testing.T, pattern string) {
	t.Helper()
	before := debianDirectories
	debianDirectories = pattern
	t.Cleanup(func() { debianDirectories = before })
}

// reachable is a directory that the user who runs the server for root may enter.
func reachable(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "assay-dir-") //nolint:usetesting // TempDir is closed to the server's user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}
