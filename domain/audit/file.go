package audit

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"assay/domain"
)

// largestLine bounds one row of a file.
const largestLine = 8 << 20

// FileOptions say what is known about a file.
type FileOptions struct {
	// Selection: the file was exported with a filter, so that rows may be left out. Each row is then
	// held to its own hash, and neighbours to each other.
	Selection bool
	Noted     *Head // an end noted earlier; nil for none
}

// VerifyFile checks an export (JSON Lines or CSV, told by its first byte) without a database: every row
// against its hash and against the row before. A file may begin after the first row of the record. A
// file that cannot be read as an export is KindInvalid with the line.
func VerifyFile(r io.Reader, o FileOptions) (Report, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	first, err := in.Peek(1)
	if errors.Is(err, io.EOF) {
		return Report{}, domain.Errorf(domain.KindInvalid, "the file is empty")
	}
	if err != nil {
		return Report{}, fmt.Errorf("read the export: %w", err)
	}
	read := readCSV
	if first[0] == '{' {
		read = readLines
	}
	v := newVerifier(o.Noted)
	v.hash, v.selection = nil, o.Selection
	var tenant domain.TenantID
	err = read(in, func(row *Row) (bool, error) {
		if tenant.IsZero() {
			tenant = row.Tenant
		}
		if row.Tenant != tenant {
			return false, errors.New("it is of another administration than the first")
		}
		if row.Sequence == 1 {
			v.hash = beginning
		}
		return v.next(row), nil
	})
	if err != nil {
		return Report{}, err
	}
	return v.end(nil), nil
}

func unreadable(at int, cause error) error {
	return domain.Wrap(domain.KindInvalid, cause, "line %d of the file is not a row of an audit export", at)
}

// readLines reads JSON Lines. A name that is not known is refused: nothing may travel in a row beside what its hash is over.
func readLines(in io.Reader, take func(*Row) (bool, error)) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, largestLine)
	for at := 1; lines.Scan(); at++ {
		var l line
		decoder := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&l); err != nil {
			return unreadable(at, err)
		}
		row := l.Row
		row.Before, row.After = raw(l.Before), raw(l.After)
		if err := row.parse(l.At, l.Previous, l.Hash); err != nil {
			return unreadable(at, err)
		}
		if more, err := take(&row); err != nil {
			return unreadable(at, err)
		} else if !more {
			return nil
		}
	}
	if err := lines.Err(); err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the file cannot be read to its end")
	}
	return nil
}

func readCSV(in io.Reader, take func(*Row) (bool, error)) error {
	sheet := csv.NewReader(in)
	sheet.ReuseRecord, sheet.FieldsPerRecord = true, len(csvHead)
	head, err := sheet.Read()
	if err != nil || !slices.Equal(head, csvHead) {
		return domain.Wrap(domain.KindInvalid, err, "the file is not an audit export: its first line is not %q ..", csvHead[:4])
	}
	for {
		cells, err := sheet.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		at, _ := sheet.FieldPos(0)
		if err != nil {
			return unreadable(at, err)
		}
		row, err := rowOf(cells)
		if err != nil {
			return unreadable(at, err)
		}
		if more, err := take(row); err != nil {
			return unreadable(at, err)
		} else if !more {
			return nil
		}
	}
}

// rowOf reads the cells of one line of CSV. A state that does not exist is an empty cell: JSON is never empty.
func rowOf(cells []string) (*Row, error) {
	tenant, err := domain.ParseTenantID(cells[0])
	if err != nil {
		return nil, err
	}
	r := &Row{Tenant: tenant}
	if r.Sequence, err = strconv.ParseInt(cells[1], 10, 64); err != nil {
		return nil, err
	}
	if r.Form, err = strconv.Atoi(cells[2]); err != nil {
		return nil, err
	}
	for i, field := range map[int]*string{4: &r.Actor, 5: &r.Capacity, 6: &r.Engagement, 7: &r.Action, 8: &r.Object, 11: &r.Origin, 12: &r.Session, 13: &r.Request} {
		*field = harmful(cells[i])
	}
	for i, state := range map[int]*json.RawMessage{9: &r.Before, 10: &r.After} {
		if cells[i] != "" {
			*state = json.RawMessage(harmful(cells[i]))
		}
	}
	return r, r.parse(cells[3], cells[14], cells[15])
}

func (r *Row) parse(at, previous, hash string) (err error) {
	if r.At, err = time.Parse(atForm, at); err != nil {
		return err
	}
	if r.Previous, err = hex.DecodeString(previous); err != nil {
		return err
	}
	if r.Hash, err = hex.DecodeString(hash); err != nil {
		return err
	}
	if r.Sequence < 1 {
		return errors.New("its sequence is not a place in a record")
	}
	return nil
}
