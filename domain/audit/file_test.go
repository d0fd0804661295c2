package audit_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/domain"
	"assay/domain/audit"
)

func (b *bundle) export(t *testing.T, f audit.Filter, format audit.Format) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, err := audit.Export(t.Context(), b.db, b.tenant, f, format, &file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// awkward are entries with what files of lines and spreadsheets stumble over.
func awkward() []audit.Entry {
	list := entries(5)
	list[0].Actor, list[1].Object, list[2].Origin = "=cmd|' /C calc'!A0", "'quoted'", "-1,\"2\"\r\n3"
	list[1].Before, list[1].After = "-5", "=1+1"
	list[2].Before, list[2].After = map[string]any{"text": "line\r\nline", "n": 1e30, "z": 0.10}, nil
	list[3].Actor, list[3].Object = "'=x", "\u2028é\u202e"
	return list
}

func TestAnExportCanBeVerifiedWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.record(t, b.tenant, awkward()...)
	b.record(t, b.tenant, entries(20)...)
	end, err := audit.End(t.Context(), b.db, b.tenant)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []audit.Format{audit.JSONLines, audit.CSV} {
		whole := b.export(t, audit.Filter{}, format)
		report, err := audit.VerifyFile(bytes.NewReader(whole), audit.FileOptions{Noted: &end})
		if err != nil || !report.Intact() || report.Records != 25 || report.First != 1 || report.LastSequence != 25 {
			t.Fatalf("%s: %+v, %v\n%s", format, report, err, whole)
		}
		if diff := cmp.Diff(end.Hash, report.LastHash); diff != "" {
			t.Fatal(diff)
		}
		part := b.export(t, audit.Filter{Action: "import."}, format)
		report, err = audit.VerifyFile(bytes.NewReader(part), audit.FileOptions{})
		if err != nil || report.Problem != audit.Missing {
			t.Fatalf("%s: a file with rows left out: %+v, %v", format, report, err)
		}
		report, err = audit.VerifyFile(bytes.NewReader(part), audit.FileOptions{Selection: true})
		if err != nil || !report.Intact() || report.Records != 18 {
			t.Fatalf("%s: selection: %+v, %v", format, report, err)
		}
		later := b.export(t, audit.Filter{From: noon.Add(-1), To: noon.Add(1e15)}, format)
		short := later[:bytes.LastIndexByte(later[:len(later)-1], '\n')+1]
		report, err = audit.VerifyFile(bytes.NewReader(short), audit.FileOptions{Noted: &end})
		if err != nil || report.Problem != audit.Truncated || report.FirstBroken != 25 {
			t.Fatalf("%s: the last line cut off: %+v, %v", format, report, err)
		}
	}
}

// TestAnyChangeOfAFileIsFound changes one character of an export after the other at random: a file is then
// either no longer an export, or found to be changed.
func TestAnyChangeOfAFileIsFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.record(t, b.tenant, awkward()...)
	files := map[audit.Format][]byte{}
	for _, format := range []audit.Format{audit.JSONLines, audit.CSV} {
		files[format] = b.export(t, audit.Filter{}, format)
	}
	rapid.Check(t, func(r *rapid.T) {
		format := rapid.SampledFrom([]audit.Format{audit.JSONLines, audit.CSV}).Draw(r, "format")
		file := bytes.Clone(files[format])
		at := rapid.IntRange(0, len(file)-1).Draw(r, "at")
		if file[at] >= '0' && file[at] <= '9' {
			file[at] = byte('0' + (int(file[at]-'0')+rapid.IntRange(1, 9).Draw(r, "more"))%10)
		} else if file[at] >= 'a' && file[at] <= 'y' {
			file[at]++ // hexadecimal digits stay, or become none; letters of names become others
		} else {
			return
		}
		report, err := audit.VerifyFile(bytes.NewReader(file), audit.FileOptions{})
		if err == nil && report.Intact() {
			r.Fatalf("%s: the change of character %d is not found:\n%s", format, at, around(file, at))
		}
	})
}

func around(file []byte, at int) string { return string(file[max(0, at-40):min(len(file), at+40)]) }

func TestFilesThatAreNoExport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.record(t, b.tenant, entries(2)...)
	b.record(t, b.other, entries(1)...)
	lines := strings.SplitAfter(string(b.export(t, audit.Filter{}, audit.JSONLines)), "\n")
	b.tenant, b.other = b.other, b.tenant
	foreign := string(b.export(t, audit.Filter{}, audit.JSONLines))
	for name, c := range map[string]struct{ file, want string }{
		"empty":                  {"", "empty"},
		"text":                   {"hello\n", "its first line"},
		"JSON of something else": {"{\"name\":1}\n", "line 1"},
		"more in a row":          {strings.Replace(lines[0], `{"tenant"`, `{"verdict":"guilty","tenant"`, 1), "line 1"},
		"broken off":             {lines[0] + lines[1][:40], "line 2"},
		"two administrations":    {lines[0] + foreign, "line 2"},
	} {
		_, err := audit.VerifyFile(strings.NewReader(c.file), audit.FileOptions{})
		if !domain.Is(err, domain.KindInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, file := range map[string]string{"exchanged": lines[1] + lines[0], "twice": lines[0] + lines[0]} {
		report, err := audit.VerifyFile(strings.NewReader(file), audit.FileOptions{Selection: true})
		if err != nil || report.Problem != audit.Unlinked {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
	}
	if _, err := audit.Export(t.Context(), b.db, b.tenant, audit.Filter{}, "xlsx", &bytes.Buffer{}); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("unknown format: %v", err)
	}
	for _, text := range []string{"", "5", "x:00", "0:" + strings.Repeat("00", 32), "5:00", "5:" + strings.Repeat("zz", 32)} {
		if _, err := audit.ParseHead(text); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("head %q: %v", text, err)
		}
	}
}

func FuzzVerifyFile(f *testing.F) {
	f.Add([]byte(`{"tenant":"01920000-0000-7000-8000-000000000001","sequence":1,"form":2,"at":"2026-03-04T12:00:00.000000Z","hash":"00","previous_hash":"00"}`))
	f.Add([]byte("tenant,sequence,form,at,actor,capacity,engagement,action,object,before,after,origin,session,request,previous_hash,hash\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		report, err := audit.VerifyFile(bytes.NewReader(file), audit.FileOptions{Selection: true})
		if err == nil && report.Records > 0 && report.Intact() && len(report.LastHash) != 32 {
			t.Fatalf("a row without a hash counts as intact: %s", fmt.Sprint(report))
		}
	})
}
