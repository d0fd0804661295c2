package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms are the rooms of domain in the order of the flow: a room may import those
// before it and never those after it.
var rooms = []string{
	"administration", "notice", "account", "access", "identity", "engagement", "installation", "confidentiality", "intake", "warehouse", "cube", "indicator", "comparison", "firstrun",
	"crosscheck", "refresh", "integrity", "seal", "contract", "meeting", "riskmgmt", "report",
}

// foundations are below all rooms: every room may import them. declaration is the
// model that all rooms speak of, paper draws and signs PDF; both import package domain only.
var foundations = []string{"declaration", "paper", "store", "audit", "secret"}

// besides are folders of domain that no room imports: they make or check data.
var besides = []string{"sample"}

// TestImportsPointOneWay holds the architecture: cmd, then api, web and worker,
// then the rooms in their order, then declaration, audit and store, then domain itself.
func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	checked := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".." || entry.Name() == "testdata") {
			return filepath.SkipDir
		}
		// Tests may start servers and make sample data; they are no part of the program.
		if entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		relative, err := filepath.Rel("../..", path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			imported, own := strings.CutPrefix(imported, "assay/")
			if !own {
				continue
			}
			checked++
			if reason := forbidden(filepath.ToSlash(filepath.Dir(relative)), imported); reason != "" {
				t.Errorf("%s imports %s: %s", relative, imported, reason)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 10 {
		t.Fatalf("only %d imports looked at: the test looks in the wrong place", checked)
	}
}

// TestEveryFolderOfDomainHasItsPlace fails when a room is added without saying
// where in the order it stands.
func TestEveryFolderOfDomainHasItsPlace(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("../../domain/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range folders {
		name := filepath.Base(filepath.Dir(path))
		if !slices.Contains(slices.Concat(rooms, foundations, besides), name) {
			t.Errorf("domain/%s stands nowhere in the order of rooms: say where in this file and in ARCHITECTURE.md", name)
		}
	}
}

// forbidden says why the package in folder from may not import the package in
// folder to, both below the module's root; empty when it may.
func forbidden(from, to string) string {
	top := func(folder string) string { return strings.SplitN(folder, "/", 2)[0] }
	switch {
	case top(to) == "cmd":
		return "nothing imports cmd"
	case top(from) == "cmd" || top(from) == top(to) && top(from) != "domain":
		return ""
	}
	allowed := map[string][]string{
		"api":        {"domain", "policies"},
		"web":        {"domain", "policies"},
		"worker":     {"domain"},
		"deploy":     {"migrations"},
		"domain":     {"domain", "policies"},
		"migrations": {},
		"policies":   {},
	}
	if !slices.Contains(allowed[top(from)], top(to)) {
		return top(from) + " may import only its own packages and those of " + strings.Join(allowed[top(from)], ", ")
	}
	if top(from) == "domain" {
		return forbiddenInDomain(roomOf(from), roomOf(to))
	}
	return ""
}

// roomOf is the folder below domain, empty for package domain itself and for other folders.
func roomOf(folder string) string {
	rest, ok := strings.CutPrefix(folder, "domain/")
	if !ok {
		return ""
	}
	return strings.SplitN(rest, "/", 2)[0]
}

func forbiddenInDomain(from, to string) string {
	switch {
	case to == "" || from == to:
		return ""
	case from == "":
		return "package domain is below every room"
	case slices.Contains(besides, to):
		return to + " is beside the rooms, no room needs it"
	case slices.Contains(besides, from):
		return ""
	case slices.Contains(foundations, from):
		if from == "audit" && to == "store" {
			return ""
		}
		return from + " is below every room"
	case slices.Contains(foundations, to):
		return ""
	case slices.Index(rooms, to) > slices.Index(rooms, from):
		return to + " comes after " + from + " in the order of rooms"
	}
	return ""
}

func TestForbidden(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		allowed  bool
	}{
		{"cmd/assay", "web", true},
		{"web", "cmd/assay", false},
		{"web", "domain/indicator", true},
		{"web/view", "web/locales", true},
		{"web", "worker", false},
		{"api", "web", false},
		{"worker", "domain/warehouse", true},
		{"domain/cube", "web", false},
		{"domain/cube", "deploy/local", false},
		{"domain/cube", "domain/warehouse", true},
		{"domain/warehouse", "domain/cube", false},
		{"domain/intake/asycuda", "domain/intake", true},
		{"domain/intake", "domain/store", true},
		{"domain/store", "domain/intake", false},
		{"domain/audit", "domain/store", true},
		{"domain/store", "domain/audit", false},
		{"domain/store", "domain", true},
		{"domain", "domain/store", false},
		{"domain/sample", "domain/declaration", true},
		{"domain/administration", "domain/declaration", true},
		{"domain/declaration", "domain/store", false},
		{"domain/declaration", "domain/sample", false},
		{"deploy/local/dbtest", "migrations", true},
		{"migrations", "domain", false},
	} {
		if reason := forbidden(c.from, c.to); (reason == "") != c.allowed {
			t.Errorf("%s importing %s: allowed %v, want %v (%s)", c.from, c.to, reason == "", c.allowed, reason)
		}
	}
}
