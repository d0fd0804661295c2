package installation_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"assay/domain"
	"assay/domain/installation"
	"assay/domain/store"
)

// No table with a tenant_id can be forgotten: each is in the export, or is left out for a
// reason that the manifest gives.
func TestEverythingIsExported(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	root := filepath.Join(t.TempDir(), "out")
	manifest, err := k.service.ExportInto(t.Context(), k.a, root, nil)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]installation.File{}
	for _, f := range manifest.Files {
		if strings.HasPrefix(f.Name, "tables/") {
			files[f.Table] = f
		}
	}
	for _, name := range k.allTables(t) {
		file, held := files[name]
		reason := manifest.LeftOut[name]
		if held == (reason != "") {
			t.Errorf("%s: in the export %v, left out because %q", name, held, reason)
		}
		if held && file.Rows < 1 {
			t.Errorf("%s: %d rows", name, file.Rows)
		}
	}
	if manifest.LeftOutColumns["novelty.api_secret"] == "" || manifest.LeftOutColumns["api_token.token_hash"] == "" {
		t.Errorf("left out columns: %v", manifest.LeftOutColumns)
	}
	checkFiles(t, os.DirFS(root), manifest)
	if _, err := k.service.ExportInto(t.Context(), k.a, root, nil); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("into a directory that is not empty: %v", err)
	}
}

// checkFiles reads every file as somebody would who has only the export.
func checkFiles(t *testing.T, root fs.FS, manifest *installation.Manifest) {
	t.Helper()
	var read installation.Manifest
	content, err := fs.ReadFile(root, "manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(manifest, &read); diff != "" {
		t.Errorf("the manifest in the export differs: %s", diff)
	}
	listed := map[string]bool{"manifest.json": true}
	marked := false
	for _, f := range manifest.Files {
		listed[f.Name] = true
		content, err := fs.ReadFile(root, f.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != f.SHA256 || int64(len(content)) != f.Bytes {
			t.Errorf("%s is not what the manifest says", f.Name)
		}
		text := string(content)
		switch {
		case strings.HasPrefix(f.Name, "tables/") && strings.HasSuffix(f.Name, ".json"):
			var rows []map[string]any
			if err := json.Unmarshal(content, &rows); err != nil || int64(len(rows)) != f.Rows {
				t.Errorf("%s: %d rows, %v", f.Name, len(rows), err)
			}
		case strings.HasPrefix(f.Name, "tables/"):
			text = parquetText(t, f, content)
		}
		marked = marked || strings.Contains(text, markA)
		for _, secret := range []string{markB, "HASH", "hush-hush", "SESSION"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %s", f.Name, secret)
			}
		}
	}
	if !marked {
		t.Error("the export holds nothing of the administration")
	}
	err = fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !listed[path] {
			t.Errorf("%s is not in the manifest", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// parquetText reads all values of a file.
func parquetText(t *testing.T, f installation.File, content []byte) string {
	t.Helper()
	file, err := parquet.OpenFile(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Errorf("%s: %v", f.Name, err)
		return ""
	}
	if file.NumRows() != f.Rows {
		t.Errorf("%s: %d rows, the manifest says %d", f.Name, file.NumRows(), f.Rows)
	}
	var text strings.Builder
	for _, group := range file.RowGroups() {
		rows := group.Rows()
		buffer := make([]parquet.Row, 16)
		for {
			n, err := rows.ReadRows(buffer)
			for _, row := range buffer[:n] {
				for _, value := range row {
					text.WriteString(value.String() + " ")
				}
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Errorf("%s: %v", f.Name, err)
				}
				break
			}
		}
		_ = rows.Close()
	}
	return text.String()
}

// Lists with nulls, empty and absent ones come back as they are; days and instants too.
func TestParquetKeepsEveryValue(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.run(t, k.super, `DELETE FROM item WHERE tenant_id = '`+k.a.ID.String()+`'`)
	k.run(t, k.super, `INSERT INTO item SELECT (jsonb_populate_record(null::item, to_jsonb(i) || jsonb_build_object('tenant_id', '`+k.a.ID.String()+`', 'number', n, 'tax_base', b, 'tax_code', to_jsonb(c)))).*
		FROM item i, (VALUES (1, '[1,null,3]'::jsonb, ARRAY['DD','VAT']), (2, '[]', '{}'), (3, NULL, ARRAY['x'])) v(n, b, c) WHERE i.tenant_id = '`+k.b.ID.String()+`'`)
	root := filepath.Join(t.TempDir(), "out")
	if _, err := k.service.ExportInto(t.Context(), k.a, root, nil); err != nil {
		t.Fatal(err)
	}
	type item struct {
		Number  int32    `parquet:"number,optional"`
		TaxCode []string `parquet:"tax_code,optional,list"`
		TaxBase []*int64 `parquet:"tax_base,optional,list"`
	}
	rows, err := parquet.ReadFile[item](filepath.Join(root, "tables", "item.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	one, three := int64(1), int64(3)
	want := []item{{1, []string{"DD", "VAT"}, []*int64{&one, nil, &three}}, {2, []string{}, []*int64{}}, {3, []string{"x"}, nil}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Fatalf("-written +read:\n%s", diff)
	}
}

func TestAnExportIsMadeAsAJobAndDownloaded(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, err := k.service.StartExport(t.Context(), k.a.ID, byOperator)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.service.StartExport(t.Context(), k.a.ID, byOperator); !domain.Is(err, domain.KindConflict) {
		t.Errorf("a second one at the same time: %v", err)
	}
	if _, err := k.service.Erase(t.Context(), k.a, installation.EraseInput{Confirm: "alpha", By: byOperator}); !domain.Is(err, domain.KindConflict) {
		t.Errorf("erasing during an export: %v", err)
	}
	// A suspended administration's jobs rest; its export does not.
	if err := k.administrations.ChangeState(t.Context(), k.a.ID, "suspended", "moves to another house", byAdministrations); err != nil {
		t.Fatal(err)
	}
	claimed, err := k.db.Claim(t.Context(), k.a.ID, 5, now())
	if err != nil || len(claimed) != 1 || claimed[0].Kind != installation.Kind {
		t.Fatalf("claimed %+v, %v", claimed, err)
	}
	for range 2 { // a job may run twice
		if err := k.service.RunExport(t.Context(), claimed[0], nil); err != nil {
			t.Fatal(err)
		}
	}
	exports, err := k.service.Exports(t.Context(), k.a.ID)
	if err != nil {
		t.Fatal(err)
	}
	var made *installation.Export
	for i := range exports {
		if exports[i].ID == id {
			made = &exports[i]
		}
	}
	if made == nil || made.State != "done" || made.Rows == 0 || made.KeptUntil == nil {
		t.Fatalf("exports: %+v", exports)
	}
	var content bytes.Buffer
	err = k.service.Download(t.Context(), k.a.ID, id, byOperator, func(installation.Export) (io.Writer, error) { return &content, nil })
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(content.Bytes()); hex.EncodeToString(sum[:]) != made.SHA256 || int64(content.Len()) != made.Bytes {
		t.Error("what is downloaded is not what was made")
	}
	archive, err := zip.NewReader(bytes.NewReader(content.Bytes()), int64(content.Len()))
	if err != nil || len(archive.File) != made.Files+1 {
		t.Fatalf("%v, %d files", err, len(archive.File))
	}
	if err := k.service.Download(t.Context(), k.b.ID, id, byOperator, nil); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("another administration's export: %v", err)
	}
	removal := store.Claimed{Tenant: k.a.ID, Kind: installation.Kind, Arguments: json.RawMessage(`{"export":"` + id.String() + `","remove":true}`)}
	if err := k.service.RunExport(t.Context(), removal, nil); err != nil {
		t.Fatal(err)
	}
	if err := k.service.Download(t.Context(), k.a.ID, id, byOperator, nil); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("after its time: %v", err)
	}
}

// A hundred thousand rows take no more memory than a thousand.
func TestAnExportStreams(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.run(t, k.super, `INSERT INTO event (tenant_id, declaration_id, sequence, doc_version, machine, at, precision, kind, operation, user_code)
		SELECT '`+k.a.ID.String()+`', n, 2, 1, false, now(), 'second', 'assessed', repeat(md5(n::text), 8), 'u' FROM generate_series(10, 200000) n`)
	runtime.GC()
	var before, during runtime.MemStats
	runtime.ReadMemStats(&before)
	most := uint64(0)
	_, err := k.service.ExportZip(t.Context(), k.a, io.Discard, func(p installation.Progress) {
		if p.Rows%100_000 < 1000 && p.Rows > 1000 {
			runtime.GC()
			runtime.ReadMemStats(&during)
			most = max(most, during.HeapAlloc)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	const allowed = 48 << 20 // the rows are 60 MB as text
	if most == 0 || most > before.HeapAlloc+allowed {
		t.Fatalf("the heap went from %d to %d", before.HeapAlloc, most)
	}
}
