package intake

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"assay/domain"
	"assay/domain/declaration"
)

// maxLine bounds one document of an NDJSON file.
const maxLine = 32 << 20

// ndjsonEndings are the endings of files of canonical documents.
var ndjsonEndings = []string{".ndjson", ".jsonl", ".json", ".txt", ""}

// readNDJSON reads files of canonical documents, one a line. See NDJSON.md.
func readNDJSON(ctx context.Context, d *delivery, s *settings, sink Sink) (Summary, error) {
	w := newReading(d, s, sink)
	w.noColumns()
	var contents []content
	for _, c := range d.contents {
		if !slices.Contains(ndjsonEndings, path.Ext(c.base)) {
			w.summary.IgnoredFiles = append(w.summary.IgnoredFiles, c.name)
			continue
		}
		contents = append(contents, c)
		w.meter.total += c.size
	}
	if len(contents) == 0 {
		return w.summary, domain.Errorf(domain.KindInvalid, "None of the delivered files is an NDJSON file: %s.", listNames(w.summary.IgnoredFiles))
	}
	if err := w.fingerprint(ctx); err != nil {
		return w.summary, err
	}
	r := &documentReader{reading: w, registry: newRegistry()}
	for _, c := range contents {
		if err := r.readFile(ctx, c); err != nil {
			return w.summary, err
		}
	}
	w.tally.into(&w.summary)
	w.meter.finish()
	return w.summary, nil
}

// noColumns makes the lists of the summary that have no meaning for a format empty.
func (w *reading) noColumns() {
	w.summary.UnknownColumns, w.summary.MissingColumns = []UnknownColumn{}, []MissingColumn{}
	w.summary.IgnoredFiles, w.summary.MissingFiles = []string{}, []string{}
}

func (w *reading) fingerprint(ctx context.Context) (err error) {
	if w.settings.Fingerprint != nil {
		w.summary.Fingerprint = *w.settings.Fingerprint
		return nil
	}
	w.summary.Fingerprint, err = fingerprint(ctx, w.delivery.inputs)
	return err
}

// documentReader takes canonical documents one after the other.
type documentReader struct {
	*reading
	registry *registry
}

func (r *documentReader) readFile(ctx context.Context, c content) (err error) {
	raw, err := c.open()
	if err != nil {
		return unreadable(err, c.name)
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	lines := &lineReader{source: bufio.NewReaderSize(newMeter(raw, r.meter.add), 1<<18)}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, whole, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, errTooLarge) {
			return unreadable(err, c.name)
		}
		if err == nil && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		r.summary.Read++
		r.meter.rows.Add(1)
		if err := r.take(line, whole, err, Place{File: c.name, Line: lines.number}); err != nil {
			return err
		}
	}
}

// take reads one line and delivers its document or its reject. A last line without line end that
// is no whole document means that the file was cut off.
func (r *documentReader) take(line []byte, whole bool, tooLong error, place Place) error {
	if tooLong != nil {
		return r.rejectLine(line, place, &documentFault{reason: fmt.Sprintf("The line is longer than %d MB.", maxLine>>20)})
	}
	var d Document
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&d)
	if err == nil {
		if _, after := decoder.Token(); !errors.Is(after, io.EOF) {
			err = errors.New("the line has something after its document")
		}
	}
	if err != nil {
		if !whole && (errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "unexpected end")) {
			return domain.Wrap(domain.KindInvalid, err, "The file %s was cut off: its last line, %d, is not whole.", place.File, place.Line)
		}
		return r.rejectLine(line, place, jsonFault(err))
	}
	if fault := check(&d); fault != nil {
		return r.rejectLine(line, place, fault)
	}
	return r.deliverChecked(&d, func(fault *documentFault) error { return r.rejectLine(line, place, fault) })
}

// deliverChecked delivers a document that is in order, unless the delivery has had it.
func (r *documentReader) deliverChecked(d *Document, reject func(*documentFault) error) error {
	if field, value, again := r.seen(d); again {
		return reject(&documentFault{field: field, value: value, reason: "The document occurs twice in the delivery."})
	}
	if d.Declaration != nil {
		for i := range d.Declaration.Events {
			r.event(&d.Declaration.Events[i])
		}
	}
	return r.deliverDocument(*d)
}

// event lets the administration's maps say what the source did not: which users are programs, what an operation means.
func (r *documentReader) event(e *declaration.Event) {
	if e.At.After(r.tally.watermark) {
		r.tally.watermark = e.At
	}
	e.Machine = e.Machine || e.User != "" && r.settings.isMachine(e.User)
	if e.Kind != declaration.Unmapped {
		return
	}
	meaning, known := r.settings.operations[foldName(e.Operation)]
	if !known {
		count(r.tally.unmapped, e.Operation, 1)
		return
	}
	e.Kind, e.Machine = meaning.Kind, e.Machine || meaning.Machine
	if e.To == "" {
		e.To = meaning.To
	}
}

func (r *documentReader) seen(d *Document) (field, value string, again bool) {
	switch {
	case d.Declaration != nil:
		return "declaration.reference", d.Declaration.Reference.String(), !r.registry.add(d.Declaration.Reference)
	case d.Manifest != nil:
		return "manifest.reference", d.Manifest.Reference, !r.registry.addText("m\x00" + d.Manifest.Reference)
	case d.Transit != nil:
		return "transit.reference", d.Transit.Reference, !r.registry.addText("t\x00" + d.Transit.Reference)
	case d.Suspense != nil:
		return "suspense.account", d.Suspense.Account, !r.registry.addText("s\x00" + d.Suspense.Account)
	}
	return "", "", false
}

func (r *documentReader) rejectLine(line []byte, place Place, fault *documentFault) error {
	return r.deliverRejects([]Reject{{
		Place: place, Field: clip(validText(fault.field), 500), Value: clip(validText(fault.value), 500), Reason: validText(fault.reason),
		Row: clip(validText(string(line[:min(len(line), maxRejected)])), maxRejected),
	}})
}

// jsonFault says what is wrong with the JSON of a line.
func jsonFault(err error) *documentFault {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	var form *time.ParseError
	switch {
	case errors.As(err, &kind):
		return &documentFault{field: kind.Field, value: kind.Value, reason: "The value has the wrong type."}
	case errors.As(err, &syntax):
		return &documentFault{reason: fmt.Sprintf("The line is not valid JSON at byte %d.", syntax.Offset)}
	case errors.As(err, &form):
		return &documentFault{value: clip(form.Value, 500), reason: "The value is not a time as RFC 3339 writes it."}
	}
	if field, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return &documentFault{field: strings.Trim(field, `"`), reason: "The field is not known."}
	}
	return &documentFault{reason: "The line is not a valid document: " + strings.TrimPrefix(err.Error(), "json: ") + "."}
}

// lineReader gives lines of bounded length.
type lineReader struct {
	source *bufio.Reader
	line   []byte
	number int64
}

// next gives the next line without its end; whole is false when the end was missing. A line that is too
// long gives its beginning and errTooLarge, and the next call goes on after it.
func (l *lineReader) next() (line []byte, whole bool, err error) {
	l.line = l.line[:0]
	l.number++
	long := false
	for {
		piece, err := l.source.ReadSlice('\n')
		if room := maxLine - len(l.line); len(piece) > room {
			long = true
			piece = piece[:room]
		}
		l.line = append(l.line, piece...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(l.line) == 0:
			return nil, false, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, false, err
		}
		whole := err == nil
		if l.number == 1 {
			l.line = bytes.TrimPrefix(l.line, bomUTF8)
		}
		if long {
			return l.line, whole, errTooLarge
		}
		return bytes.TrimRight(l.line, "\r\n"), whole, nil
	}
}
