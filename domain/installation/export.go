package installation

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/store"
)

// FormatVersion is the version of the layout of exports.
const FormatVersion = 1

// Manifest says what an export holds; it is its file manifest.json.
type Manifest struct {
	Format         int               `json:"format"` // FormatVersion
	Administration string            `json:"administration"`
	TenantID       string            `json:"tenant_id"`
	ExportedAt     time.Time         `json:"exported_at"`
	SchemaVersion  int64             `json:"schema_version"` // of the database; the newest migration applied
	Files          []File            `json:"files"`
	LeftOut        map[string]string `json:"left_out_tables"` // table: reason
	// LeftOutColumns are the columns that files of tables do not hold, "table.column": reason.
	LeftOutColumns map[string]string `json:"left_out_columns"`
}

// File is one file of an export.
type File struct {
	Name   string `json:"name"`
	Table  string `json:"table,omitempty"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	About  string `json:"about,omitempty"`
}

// Rows is the number of rows in all files.
func (m *Manifest) Rows() (rows int64) {
	for _, f := range m.Files {
		rows += f.Rows
	}
	return rows
}

// exporting is an export at work, in one state of the database.
type exporting struct {
	tx       *store.Tx
	tenant   *administration.Tenant
	target   target
	manifest Manifest
	progress func(files int, rows int64)
}

// Progress is how far an export is.
type Progress struct {
	Files int   `json:"files"`
	Rows  int64 `json:"rows"`
}

// ExportInto writes everything of an administration as open files into a directory that is new or
// empty. All files show one moment. Memory does not grow with the data.
func (s *Service) ExportInto(ctx context.Context, tenant *administration.Tenant, path string, progress func(Progress)) (*Manifest, error) {
	d, err := newDirectory(path)
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the directory %s cannot take an export: it must be new or empty, and writable", path)
	}
	return s.export(ctx, tenant, d, progress)
}

// ExportZip writes everything of an administration as one zip file, as it goes.
func (s *Service) ExportZip(ctx context.Context, tenant *administration.Tenant, to io.Writer, progress func(Progress)) (*Manifest, error) {
	return s.export(ctx, tenant, newZipped(to, s.clock().UTC()), progress)
}

func (s *Service) export(ctx context.Context, tenant *administration.Tenant, to target, progress func(Progress)) (*Manifest, error) {
	if progress == nil {
		progress = func(Progress) {}
	}
	e := &exporting{tenant: tenant, target: to, manifest: Manifest{Format: FormatVersion, Administration: tenant.Code, TenantID: tenant.ID.String(),
		ExportedAt: s.clock().UTC(), LeftOut: map[string]string{}, LeftOutColumns: map[string]string{}}}
	e.progress = func(files int, rows int64) { progress(Progress{files, rows}) }
	err := s.db.Read(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		e.tx = tx
		return e.all(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("export %s: %w", tenant.Code, err)
	}
	if err := to.close(); err != nil {
		return nil, fmt.Errorf("end the export of %s: %w", tenant.Code, err)
	}
	return &e.manifest, nil
}

func (e *exporting) all(ctx context.Context) error {
	if err := e.tx.Raw(`SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&e.manifest.SchemaVersion).Error; err != nil {
		return fmt.Errorf("read the version of the schema: %w", err)
	}
	tables, err := tenantTables(e.tx)
	if err != nil {
		return err
	}
	for i := range tables {
		if reason := leftOutTables[tables[i].name]; reason != "" {
			e.manifest.LeftOut[tables[i].name] = reason
			continue
		}
		if err := e.table(ctx, &tables[i]); err != nil {
			return fmt.Errorf("table %s: %w", tables[i].name, err)
		}
	}
	for _, part := range []func(context.Context) error{e.people, e.segments, e.deliveries} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	if err := e.documents(ctx, tables); err != nil {
		return err
	}
	return e.end()
}

// add begins a file, lets fill write it, and notes it in the manifest.
func (e *exporting) add(name, table, about string, packed bool, fill func(io.Writer) (rows int64, err error)) error {
	to, err := e.target.create(name, packed)
	if err != nil {
		return err
	}
	c := newCounted(to)
	rows, err := fill(c)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	e.manifest.Files = append(e.manifest.Files, File{Name: name, Table: table, Rows: rows, Bytes: c.bytes, SHA256: c.sum(), About: about})
	e.progress(len(e.manifest.Files), e.manifest.Rows())
	return nil
}

// table writes all rows of the administration in a table.
func (e *exporting) table(ctx context.Context, t *table) error {
	columns, without := t.exported()
	for name, reason := range without {
		e.manifest.LeftOutColumns[t.name+"."+name] = reason
	}
	if slices.Contains(warehouseTables, t.name) {
		return e.add("tables/"+t.name+".parquet", t.name, t.comment, true, func(to io.Writer) (int64, error) {
			return e.rows(ctx, t.query(columns), columns, newParquetRows(to, t.name, columns, t.comment))
		})
	}
	return e.add("tables/"+t.name+".json", t.name, t.comment, false, func(to io.Writer) (int64, error) {
		return e.rows(ctx, t.query(columns), columns, newJSONRows(to, columns))
	})
}

// rows streams the rows of a query, whose one parameter is the tenant, into a writer.
func (e *exporting) rows(ctx context.Context, query string, columns []tableColumn, to rowWriter) (count int64, err error) {
	err = store.Native(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, query, uuid.UUID(e.tenant.ID))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			values, err := rows.Values()
			if err != nil {
				return err
			}
			for i, c := range columns {
				if at, ok := values[i].(time.Time); ok && c.kind == "date" {
					values[i] = day(at)
				}
			}
			if err := to.write(values); err != nil {
				return err
			}
			if count++; count%100_000 == 0 {
				e.progress(len(e.manifest.Files), e.manifest.Rows()+count)
			}
		}
		return rows.Err()
	})
	if err != nil {
		return 0, err
	}
	return count, to.close()
}

// people writes who works in the administration. Memberships are a table of their own.
func (e *exporting) people(ctx context.Context) error {
	var columns []tableColumn
	for _, name := range strings.Split(people, ", ") {
		kind := "text"
		if name == "created_at" {
			kind = "timestamp with time zone"
		}
		columns = append(columns, tableColumn{name: name, kind: kind})
	}
	return e.add("tables/account.json", "account", "The people who work in the administration; nothing by which they sign in.", false, func(to io.Writer) (int64, error) {
		return e.rows(ctx, `SELECT a.account_id::text, a.sign_in_name, a.name, a.language, a.state, a.created_at FROM account a
			WHERE a.account_id IN (SELECT account_id FROM membership WHERE tenant_id = $1) ORDER BY a.sign_in_name`, columns, newJSONRows(to, columns))
	})
}

// segments writes the cube as it is kept: current segments by grain and month, and those
// that published figures name.
func (e *exporting) segments(ctx context.Context) error {
	var listed []struct {
		Hash, Name string
		Rows       int64
	}
	err := e.tx.Raw(`SELECT encode(hash, 'hex') AS hash, 'cube/' || grain || '/' || (month / 12)::text || '-' || lpad((month % 12 + 1)::text, 2, '0') || '.parquet' AS name, row_count AS rows
		FROM segment WHERE tenant_id = ?
		UNION ALL SELECT encode(hash, 'hex'), 'cube/frozen/' || encode(hash, 'hex') || '.parquet', 0 FROM segment_content c WHERE tenant_id = ? AND frozen
		AND NOT EXISTS (SELECT FROM segment s WHERE s.tenant_id = c.tenant_id AND s.hash = c.hash) ORDER BY name`, e.tenant.ID.String(), e.tenant.ID.String()).Scan(&listed).Error
	if err != nil {
		return fmt.Errorf("list the segments: %w", err)
	}
	for _, segment := range listed {
		hash, err := hex.DecodeString(segment.Hash)
		if err != nil {
			return fmt.Errorf("hash of a segment: %w", err)
		}
		err = e.add(segment.Name, "segment_content", "", true, func(to io.Writer) (int64, error) {
			return segment.Rows, e.content(ctx, to, `SELECT content FROM segment_content WHERE tenant_id = $1 AND hash = $2`, hash)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// deliveries writes the files that wait to be loaded, as they came.
func (e *exporting) deliveries(ctx context.Context) error {
	var waiting []struct {
		BatchID uuid.UUID
		File    int
		Name    string
	}
	err := e.tx.Raw(`SELECT batch_id, file, name FROM delivery WHERE tenant_id = ? ORDER BY batch_id, file`, e.tenant.ID.String()).Scan(&waiting).Error
	if err != nil {
		return fmt.Errorf("list the deliveries: %w", err)
	}
	for _, d := range waiting {
		name := fmt.Sprintf("deliveries/%s/%d-%s", d.BatchID, d.File, fileName(d.Name))
		err := e.add(name, "delivery_part", "", false, func(to io.Writer) (int64, error) {
			return 0, e.content(ctx, to, `SELECT content FROM delivery_part WHERE tenant_id = $1 AND batch_id = $2 AND file = $3 ORDER BY sequence`, d.BatchID, d.File)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// content streams the bytes of a query's one column.
func (e *exporting) content(ctx context.Context, to io.Writer, query string, arguments ...any) error {
	return store.Native(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, query, append([]any{uuid.UUID(e.tenant.ID)}, arguments...)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var part []byte
			if err := rows.Scan(&part); err != nil {
				return err
			}
			if _, err := to.Write(part); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// documents writes what tables keep as whole files: any with a media type beside its content.
func (e *exporting) documents(ctx context.Context, tables []table) error {
	for i := range tables {
		t := &tables[i]
		if leftOutTables[t.name] != "" || !t.column("media_type") || !t.column("content") {
			continue
		}
		var rest []string
		for _, name := range t.key {
			if name != "tenant_id" {
				rest = append(rest, quoted(name)+"::text")
			}
		}
		if len(rest) == 0 {
			rest = []string{"''"}
		}
		var found []struct{ Key, MediaType string }
		query := `SELECT concat_ws('-', ` + strings.Join(rest, ", ") + `) AS key, media_type FROM ` + quoted(t.name) + ` WHERE tenant_id = ? ORDER BY 1`
		if err := e.tx.Raw(query, e.tenant.ID.String()).Scan(&found).Error; err != nil {
			return fmt.Errorf("list the documents of %s: %w", t.name, err)
		}
		for _, d := range found {
			name := "documents/" + t.name + "/" + fileName(strings.Trim(t.name+"-"+d.Key, "-")) + extensions[d.MediaType]
			err := e.add(name, t.name, "", true, func(to io.Writer) (int64, error) {
				return 0, e.content(ctx, to, `SELECT content FROM `+quoted(t.name)+` WHERE tenant_id = $1 AND concat_ws('-', `+strings.Join(rest, ", ")+`) = $2`, d.Key)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// extensions are the ends of file names by media type.
var extensions = map[string]string{"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx"}

// fileName keeps of a name what is safe in any file system.
func fileName(name string) string {
	safe := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
	if len(safe) > 120 {
		safe = safe[len(safe)-120:]
	}
	return strings.TrimLeft(safe, ".")
}

// end writes the README and, last, the manifest.
func (e *exporting) end() error {
	text := strings.NewReplacer("{name}", e.tenant.Name("en"), "{code}", e.tenant.Code, "{at}", e.manifest.ExportedAt.Format(time.RFC3339), "{currency}", e.tenant.Currency,
		"{digits}", fmt.Sprint(e.tenant.MinorDigits()), "{zone}", e.tenant.Zone).Replace(readme)
	err := e.add("README.txt", "", "", false, func(to io.Writer) (int64, error) { _, err := io.WriteString(to, text); return 0, err })
	if err != nil {
		return err
	}
	to, err := e.target.create("manifest.json", false)
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(&e.manifest, "", "  ")
	if err == nil {
		_, err = to.Write(append(content, '\n'))
	}
	return err
}

const readme = `Everything of the administration {name} ({code}), as of {at}.

manifest.json    every file with its rows, bytes and SHA-256; what was left out, and why
tables/          a file a table: Parquet for the warehouse, JSON for the rest (an array, one object a line)
cube/            the figures' base: GRAIN/YEAR-MONTH.parquet, one file a grain and month; frozen/ what published figures name
documents/       files that are kept as such (PDF, pictures)
deliveries/      files that were delivered and not loaded yet, as they came

Money is in minor units of {currency} ({digits} decimals), mass in grams, durations in seconds, times in UTC;
the time zone of the administration is {zone}. Months are written year * 12 + month - 1.
No passwords, tokens or other secrets are in here. The meaning of tables stands in manifest.json,
that of their columns in the data dictionary of the program.
`
