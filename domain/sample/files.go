package sample

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// chunk is how much of a file is put together before it is handed to its writer.
const chunk = 128 << 10

// headers gives the columns of every file, in the order in which files are opened.
var headers = []struct{ name, columns string }{
	{"items", "OFFICE,ENTRY,DEC_CODE,AGENT  NAME,REGDATE,REGNO,TPIN,IMPORTER NAME,YEAR,ITEMNO,Lane At Selectivity,Current Lane,REGIME,HSCODE," +
		"TARIFF DESCRIPTION,COMMERCIAL DESCRIPTION,EXTENDED PROC,CPC,PREFERENCE,QTY,PKGKND,PACKAGES,ORIGIN,CONSIGNEE NAME,EXPORTER,LASTCONSIGNED," +
		"GROSSWEIGHT,NETWEIGHT,DELIVERY,INSURANCE,FREIGHT,OTHER_COSTS,FOB FCY,CURRENCY,EXCRATE,VDP AMOUNTS,DUTY,EXCISE,VAT,TOTALTAX,DUTY_LOSS," +
		"EXCISE_LOSS,VAT_LOSS,TOTAL_LOSS,Topup Amount,LIST_OFFENCES,PAYMENT_TERMS,MEANS_OF_TPT"},
	{"operations", "OFFICE,REGDATE,REGNO,REGIME,Lane At Selectivity,Current Lane,VEHICLE_REG,VALUE_OF_DECLARATION,CONTAINER_NUMBER,DOCUMENT_VERSION,OPERATION,OPERATION_TIME,USERNAME"},
	{"transport", "OFFICE,REGDATE,REGNO,FLOW,MAN_OFFICE,MAN_YEAR,MAN_NUMBER,BOL_REFERENCES,CONTAINERS,VEHICLES,ARRIVAL_TIME,PRELODGED,DEFERRED_ACCOUNT," +
		"GUARANTEE_AMOUNT,PREVIOUS_DOCUMENT,ASSESSED_TOTAL,PAPER_FINISHED_TIME"},
	{"lanes", "OFFICE,REGDATE,REGNO,TIME,USERNAME,FROM_LANE,TO_LANE,CAUSE,CRITERION,REASON"},
	{"examiners", "OFFICE,REGDATE,REGNO,TIME,SECTION,EXAMINER,CHIEF,MODE,ASSIGNED_BY,WEIGHT"},
	{"inspections", "OFFICE,REGDATE,REGNO,ACT_NUMBER,TIME,FINISHED_TIME,USERNAME,PHYSICAL,CONFORM,RESULT,REMARKS"},
	{"offences", "OFFICE,REGDATE,REGNO,CASE_NUMBER,TIME,USERNAME,FRD_COD,STATUS,DECLARED_VALUE,ASSESSED_VALUE,EXTRA_DUTIES,FINE,EXTRA_DUTIES_PAID,FINE_PAID,PAID_DATE"},
	{"receipts", "OFFICE,REGDATE,REGNO,RECEIPT,TIME,KIND,USERNAME,TAX_CODE,AMOUNT"},
	{"versions", "OFFICE,REGDATE,REGNO,DOCUMENT_VERSION,TIME,USERNAME,CAUSE,BY_CUSTOMS,REASON,CUSTOMS_VALUE,DUTIES_TAXES"},
	{"manifests", "OFFICE,MAN_YEAR,MAN_NUMBER,VOYAGE,CARRIER,MODE,TRANSPORT_ID,DEPARTURE_DATE,ARRIVAL_TIME,LAST_DISCHARGE_TIME,REGISTERED_TIME,VALIDATED_TIME,USERNAME"},
	{"bills", "OFFICE,MAN_YEAR,MAN_NUMBER,BOL_LINE,BOL_REFERENCE,NATURE,CONSIGNEE,PACKAGES,GROSS_WEIGHT,REMAINING_PACKAGES,REMAINING_WEIGHT"},
	{"writeoffs", "OFFICE,MAN_YEAR,MAN_NUMBER,BOL_REFERENCE,TIME,TYPE,DOC_OFFICE,DOC_REGDATE,DOC_REGNO,PACKAGES,GROSS_WEIGHT,USERNAME"},
	{"transits", "T1_REFERENCE,DEPARTURE_OFFICE,DESTINATION_OFFICE,PRINCIPAL,CARRIER,HSCODE,REGISTERED_TIME,TRANSMITTED_TIME,TIME_LIMIT,ARRIVED_TIME,VALIDATED_TIME,STATUS,USERNAME,DISTANCE_KM,OFFENCE"},
	{"suspense", "ACCOUNT,OFFICE,REGIME,HOLDER,HSCODE,DOC_OFFICE,DOC_REGDATE,DOC_REGNO,OPENED_DATE,DUE_DATE,CLOSED_DATE,QUANTITY_IN,GUARANTEE_AMOUNT,OFFENCE"},
	{"discharges", "ACCOUNT,TIME,DOC_OFFICE,DOC_REGDATE,DOC_REGNO,QUANTITY"},
	{"staff", "USERNAME,NAME,OFFICE,SECTION,FUNCTION,STATUS,FROM_DATE,TO_DATE,CHIEF"},
	{"sessions", "USERNAME,WORKSTATION,LOGIN_TIME,LOGOUT_TIME"},
	{"offices", "CODE,NAME,KIND,ZONE,OPENS,CLOSES,WORKDAYS"},
	{"sections", "OFFICE,CODE,NAME"},
	{"holidays", "OFFICE,DATE,NAME"},
	{"traders", "CODE,NAME"},
	{"brokers", "CODE,NAME"},
	{"targets", "OFFICE,MONTH,AMOUNT"},
	{"truth_keys", "RULE,CASE,SUBJECT,KEY,OTHER"},
}

// Files lists the names of the extract's files, without ending; truth_keys is not
// one of them.
func Files() []string {
	var names []string
	for _, h := range headers {
		if h.name != "truth_keys" {
			names = append(names, h.name)
		}
	}
	return names
}

// file is one file being written. Rows are appended to buffer by the generator;
// full buffers go to a goroutine of the file's own.
type file struct {
	name   string
	buffer []byte
	rows   int64
	bytes  int64

	full, empty chan []byte
	done        chan error
}

// row counts a row and hands the buffer on when it is full. It stands at the end
// of every row that is written.
func (f *file) row() {
	f.rows++
	if len(f.buffer) >= chunk-8192 {
		f.flush()
	}
}

func (f *file) flush() {
	f.bytes += int64(len(f.buffer))
	f.full <- f.buffer
	f.buffer = (<-f.empty)[:0]
}

// files are all files of one extract.
type files struct {
	items, operations, transport, lanes, examiners, inspections, offences, receipts, versions *file
	manifests, bills, writeoffs, transits, suspense, discharges, staff, sessions              *file
	offices, sections, holidays, traders, brokers, targets, truthKeys                         *file
	all                                                                                       []*file
}

// createFiles opens all files of an extract in a folder. A cancelled context makes
// the writers stop taking bytes; close then reports it.
func createFiles(ctx context.Context, dir string, compress bool) (*files, error) {
	fs := &files{}
	targets := []**file{&fs.items, &fs.operations, &fs.transport, &fs.lanes, &fs.examiners, &fs.inspections, &fs.offences, &fs.receipts, &fs.versions,
		&fs.manifests, &fs.bills, &fs.writeoffs, &fs.transits, &fs.suspense, &fs.discharges, &fs.staff, &fs.sessions,
		&fs.offices, &fs.sections, &fs.holidays, &fs.traders, &fs.brokers, &fs.targets, &fs.truthKeys}
	for i, h := range headers {
		f := &file{name: h.name, full: make(chan []byte, 1), empty: make(chan []byte, 2), done: make(chan error, 1)}
		path := filepath.Join(dir, h.name+".csv")
		packed := compress && h.name != "truth_keys"
		if packed {
			path += ".gz"
		}
		out, err := os.Create(path) //nolint:gosec // the folder is the caller's choice
		if err != nil {
			return nil, errors.Join(fmt.Errorf("create %s of the sample: %w", h.name, err), fs.close())
		}
		f.buffer = append(make([]byte, 0, chunk), h.columns...)
		f.buffer = append(f.buffer, '\n')
		f.empty <- make([]byte, 0, chunk)
		go func() { f.done <- f.write(ctx, out, packed) }()
		*targets[i] = f
		fs.all = append(fs.all, f)
	}
	return fs, nil
}

// write takes full buffers until there are no more. After a failure it goes on
// taking them, so that the generator is never stuck, and reports the failure.
func (f *file) write(ctx context.Context, out *os.File, packed bool) error {
	var to io.Writer = out
	var packer *gzip.Writer
	if packed {
		packer, _ = gzip.NewWriterLevel(out, gzip.BestSpeed) // the level is valid
		to = packer
	}
	var failure error
	for b := range f.full {
		if failure == nil {
			if failure = ctx.Err(); failure == nil {
				_, failure = to.Write(b)
			}
		}
		f.empty <- b
	}
	if packer != nil {
		failure = errors.Join(failure, packer.Close())
	}
	if err := errors.Join(failure, out.Close()); err != nil {
		return fmt.Errorf("write %s of the sample: %w", f.name, err)
	}
	return nil
}

// close hands over what is left and waits for all writers.
func (fs *files) close() error {
	var failures []error
	for _, f := range fs.all {
		f.bytes += int64(len(f.buffer))
		f.full <- f.buffer
		close(f.full)
	}
	for _, f := range fs.all {
		failures = append(failures, <-f.done)
	}
	return errors.Join(failures...)
}

// clearFolder makes the folder, and removes the extract's own files of an earlier
// run from it. Other files are left; a folder with foreign CSV files is refused,
// because an import of the folder would take them for part of the extract.
func clearFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // sample data are for everybody
		return fmt.Errorf("make the folder of the sample: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read the folder of the sample: %w", err)
	}
	own := map[string]bool{"truth.json": true}
	for _, h := range headers {
		own[h.name+".csv"], own[h.name+".csv.gz"] = true, true
	}
	for _, e := range entries {
		name := e.Name()
		switch {
		case own[name] && e.Type().IsRegular():
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				return fmt.Errorf("remove an earlier sample: %w", err)
			}
		case strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".csv.gz"):
			return fmt.Errorf("the folder %s holds %s, which is not part of a sample: choose another folder", dir, name)
		}
	}
	return nil
}

// writeFileWhole writes a small file in one go.
func writeFileWhole(path string, content []byte) error {
	if err := os.WriteFile(path, bytes.TrimRight(content, "\n"), 0o644); err != nil { //nolint:gosec // sample data are for everybody
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}
