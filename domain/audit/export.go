package audit

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"assay/domain"
	"assay/domain/store"
)

// Format is the kind of file of an export.
type Format string

// The formats. Both carry every field that enters the hash, so that a file can be verified without the database.
const (
	JSONLines Format = "jsonl"
	CSV       Format = "csv"
)

// line is a row in a file: states are texts, because a reader of JSON may write numbers
// and keys anew, and the hash is over the text.
type line struct {
	Row
	Before   *string `json:"before"`
	After    *string `json:"after"`
	At       string  `json:"at"`
	Previous string  `json:"previous_hash"`
	Hash     string  `json:"hash"`
}

// csvHead are the columns of a CSV export, in order.
var csvHead = []string{"tenant", "sequence", "form", "at", "actor", "capacity", "engagement", "action", "object", "before", "after", "origin", "session", "request", "previous_hash", "hash"}

// sheetBegins are the beginnings at which a spreadsheet would take a text for a formula.
const sheetBegins = "=+-@\t\r'"

// harmless puts an apostrophe before a text that a spreadsheet would run; harmful takes it away again.
func harmless(text string) string {
	if text != "" && strings.ContainsRune(sheetBegins, rune(text[0])) {
		return "'" + text
	}
	return text
}

func harmful(text string) string {
	if len(text) > 1 && text[0] == '\'' && strings.ContainsRune(sheetBegins, rune(text[1])) {
		return text[1:]
	}
	return text
}

// encoder writes rows in a format.
type encoder struct {
	format Format
	out    *bufio.Writer
	sheet  *csv.Writer
}

func newEncoder(w io.Writer, format Format) (*encoder, error) {
	e := &encoder{format: format, out: bufio.NewWriter(w)}
	switch format {
	case JSONLines:
		return e, nil
	case CSV:
		e.sheet = csv.NewWriter(e.out)
		return e, e.sheet.Write(csvHead)
	}
	return nil, domain.Errorf(domain.KindInvalid, "the record cannot be exported as %q, only as jsonl or csv", format)
}

func (e *encoder) write(r *Row) error {
	if e.format == CSV {
		state := func(s json.RawMessage) string { return harmless(string(s)) }
		return e.sheet.Write([]string{r.Tenant.String(), strconv.FormatInt(r.Sequence, 10), strconv.Itoa(r.Form), r.At.UTC().Format(atForm),
			harmless(r.Actor), harmless(r.Capacity), harmless(r.Engagement), harmless(r.Action), harmless(r.Object), state(r.Before), state(r.After),
			harmless(r.Origin), harmless(r.Session), harmless(r.Request), hex.EncodeToString(r.Previous), hex.EncodeToString(r.Hash)})
	}
	content, err := json.Marshal(line{Row: *r, Before: text(r.Before), After: text(r.After), At: r.At.UTC().Format(atForm),
		Previous: hex.EncodeToString(r.Previous), Hash: hex.EncodeToString(r.Hash)})
	if err != nil {
		return err
	}
	_, err = e.out.Write(append(content, '\n'))
	return err
}

func (e *encoder) flush() error {
	if e.sheet != nil {
		e.sheet.Flush()
		if err := e.sheet.Error(); err != nil {
			return err
		}
	}
	return e.out.Flush()
}

// Export writes the rows of a filter, oldest first, as they are at one instant. Memory does not
// grow with the record. It gives the number of rows written. What was exported is recorded by the caller,
// before: a reader must not see a file of which the record knows nothing.
func Export(ctx context.Context, db *store.DB, tenant domain.TenantID, f Filter, format Format, w io.Writer) (written int64, err error) {
	e, err := newEncoder(w, format)
	if err != nil {
		return 0, err
	}
	conditions, arguments := f.conditions(tenant)
	err = db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		var failed error
		err := walk(tx, tenant, `SELECT `+columns+` FROM audit_record WHERE `+conditions+` ORDER BY sequence`, arguments, func(r *Row) bool {
			written++
			failed = e.write(r)
			return failed == nil
		})
		if failed != nil {
			return failed
		}
		return err
	})
	if err == nil {
		err = e.flush()
	}
	if err != nil {
		return written, fmt.Errorf("export the record: %w", err)
	}
	return written, nil
}
