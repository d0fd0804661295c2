package local

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// oldestMajor is the first PostgreSQL with views that respect the reader's row
// security (security_invoker), which the schema relies on.
const oldestMajor = 15

// debianDirectories is where Debian and Ubuntu keep each major version's programs,
// outside PATH. Tests put other directories in its place.
var debianDirectories = "/usr/lib/postgresql/*/bin"

// MissingError says that no PostgreSQL that Assay can run was found.
type MissingError struct {
	Looked []string // directories that were looked at
	Found  string   // what was found but does not fit, with its version; empty when nothing
	Needed int      // the major version that the existing data need; 0 when any from 15 on will do
}

// Error is one sentence that says what to install.
func (e *MissingError) Error() string {
	found := ""
	if e.Found != "" {
		found = " (found only " + e.Found + ")"
	}
	if e.Needed > 0 {
		return fmt.Sprintf("the data were made by PostgreSQL %d and its server programs were not found%s: "+
			"install the Debian package postgresql-%d", e.Needed, found, e.Needed)
	}
	return fmt.Sprintf("PostgreSQL %d or newer was not found%s: install the Debian package postgresql "+
		"(apt-get install postgresql) or set ASSAY_DATABASE_URL to a server", oldestMajor, found)
}

// binaries are the programs of one PostgreSQL version.
type binaries struct {
	dir   string
	major int
}

func (b binaries) program(name string) string { return filepath.Join(b.dir, name) }

// findBinaries looks in PATH, then in Debian's directories from the newest
// version down. With needed > 0 only that major version will do, because a data
// directory opens with no other.
func findBinaries(needed int) (binaries, error) {
	missing := &MissingError{Needed: needed}
	for _, dir := range binaryDirectories() {
		missing.Looked = append(missing.Looked, dir)
		b, err := inspectBinaries(dir)
		if err != nil {
			continue
		}
		if b.major < oldestMajor || (needed > 0 && b.major != needed) {
			missing.Found = fmt.Sprintf("version %d in %s", b.major, dir)
			continue
		}
		return b, nil
	}
	return binaries{}, missing
}

func binaryDirectories() []string {
	var dirs []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		// A link in PATH leads to the real directory, where initdb finds its share files.
		if real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	versioned, err := filepath.Glob(debianDirectories)
	if err == nil {
		slices.SortFunc(versioned, func(a, b string) int { return versionOfDirectory(b) - versionOfDirectory(a) })
		dirs = append(dirs, versioned...)
	}
	return dirs
}

func versionOfDirectory(dir string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	if err != nil {
		return 0
	}
	return n
}

func inspectBinaries(dir string) (binaries, error) {
	for _, name := range []string{"initdb", "postgres"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			return binaries{}, err
		}
		if info.IsDir() || info.Mode()&0o111 == 0 {
			return binaries{}, fmt.Errorf("%s in %s is not a program", name, dir)
		}
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return binaries{}, fmt.Errorf("ask %s for its version: %w", dir, err)
	}
	major, err := parseVersion(string(out))
	if err != nil {
		return binaries{}, err
	}
	return binaries{dir: dir, major: major}, nil
}

// logCompression is how whole pages are compressed in the write-ahead log. The server writes one for each page that changes for
// the first time after a checkpoint, and with checksums reading a row that was just loaded for the first time is such a change. What every
// server can do takes ten times the time of lz4, and after a large load more than reading the rows; not every build has lz4.
func (b binaries) logCompression(data string) string {
	// The value is printed when it is one; -C comes first, or the program refuses to run for root.
	if err := exec.Command(b.program("postgres"), "-C", "wal_compression", "-D", data, "-c", "wal_compression=lz4").Run(); err != nil {
		return "pglz"
	}
	return "lz4"
}

// parseVersion reads "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)" and
// forms such as "17beta2".
func parseVersion(s string) (int, error) {
	_, rest, ok := strings.Cut(s, "(PostgreSQL) ")
	if !ok {
		return 0, errors.New("not a version of PostgreSQL: " + strings.TrimSpace(s))
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	major, err := strconv.Atoi(rest[:end])
	if err != nil {
		return 0, fmt.Errorf("read the version %q: %w", strings.TrimSpace(s), err)
	}
	return major, nil
}
