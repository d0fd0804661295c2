package intake

import (
	"bufio"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"assay/domain"
)

// readXML reads ASYCUDA's XML: declarations (root ASYCUDA) and manifests (root Awmds).
func readXML(ctx context.Context, d *delivery, s *settings, sink Sink) (Summary, error) {
	w := newReading(d, s, sink)
	w.noColumns()
	var contents []content
	for _, c := range d.contents {
		if path.Ext(c.base) != ".xml" && len(d.contents) > 1 {
			w.summary.IgnoredFiles = append(w.summary.IgnoredFiles, c.name)
			continue
		}
		contents = append(contents, c)
		w.meter.total += c.size
	}
	if len(contents) == 0 {
		return w.summary, domain.Errorf(domain.KindInvalid, "None of the delivered files is an XML file: %s.", listNames(w.summary.IgnoredFiles))
	}
	if err := w.fingerprint(ctx); err != nil {
		return w.summary, err
	}
	r := &xmlReader{documentReader: documentReader{reading: w, registry: newRegistry()}, scribe: newScribe(s)}
	for _, c := range contents {
		if err := r.readFile(ctx, c); err != nil {
			return w.summary, err
		}
	}
	w.tally.merge(&r.scribe.tally)
	w.tally.into(&w.summary)
	w.meter.finish()
	return w.summary, nil
}

// xmlReader makes documents of XML.
type xmlReader struct {
	documentReader
	scribe *scribe
}

// The roots, in small letters. Degroupage documents are told apart so that they are not lost silently.
const (
	rootDeclaration = "asycuda"
	rootManifest    = "awmds"
	rootManifest2   = "awmcds"
	rootDegroupage  = "awbolds"
)

var xmlRoots = []string{rootDeclaration, rootManifest, rootManifest2, rootDegroupage}

func isXMLRoot(name string) bool { return slices.Contains(xmlRoots, name) }

// readFile reads one file. A file that ends too early stops the whole delivery; one that is otherwise
// no XML is a reject, and the other files go on.
func (r *xmlReader) readFile(ctx context.Context, c content) (err error) {
	raw, err := c.open()
	if err != nil {
		return unreadable(err, c.name)
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	buffered := bufio.NewReaderSize(newMeter(raw, r.meter.add), 1<<16)
	head, err := buffered.Peek(1 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return unreadable(err, c.name)
	}
	name, bom := wideEncoding(head)
	text, err := decoded(buffered, name, bom)
	if err != nil {
		return unreadable(err, c.name)
	}
	documents := newXMLDocuments(text)
	for found := 0; ; found++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		root, err := documents.next(isXMLRoot)
		switch {
		case errors.Is(err, io.EOF) && found > 0:
			return nil
		case errors.Is(err, io.EOF):
			r.summary.Read++
			return r.rejectXML(Place{File: c.name}, nil, &documentFault{reason: "The file has neither a declaration (ASYCUDA) nor a manifest (Awmds)."})
		case err != nil:
			return r.brokenFile(c, documents, root, err)
		}
		r.summary.Read++
		r.meter.rows.Add(1)
		if err := r.take(root, c.name); err != nil {
			return err
		}
	}
}

// brokenFile tells a file that was cut off, or could not be read at all, from one that is wrong in itself.
func (r *xmlReader) brokenFile(c content, documents *xmlDocuments, root *element, err error) error {
	line, _ := documents.decoder.InputPos()
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &syntax) && strings.Contains(syntax.Msg, "unexpected EOF"):
		return domain.Wrap(domain.KindInvalid, err, "The file %s was cut off: it ends in the middle of line %d.", c.name, syntax.Line)
	case errors.As(err, &syntax):
		line = syntax.Line
	case errors.Is(err, errXMLDepth), errors.Is(err, errXMLSize), errors.Is(err, errXMLEntity), strings.Contains(err.Error(), "xml: "):
	default:
		return unreadable(err, c.name)
	}
	r.summary.Read++
	return r.rejectXML(Place{File: c.name, Line: int64(line)}, root, &documentFault{
		reason: "The file is not XML that can be read: " + strings.TrimPrefix(clip(validText(err.Error()), 300), "XML syntax error on ") + ".",
	})
}

// take makes a document of one root.
func (r *xmlReader) take(root *element, file string) error {
	b := &xmlBuilder{scribe: r.scribe, file: file}
	var d Document
	switch root.name {
	case rootDeclaration:
		d.Declaration = b.declaration(root)
	case rootManifest, rootManifest2:
		d.Manifest = b.manifest(root)
	default:
		b.fail(root, "", "Documents of degroupage are not read.")
	}
	place := Place{File: file, Line: root.line}
	if b.fault != nil {
		return r.rejectXML(place, root, b.fault)
	}
	if err := r.deliverRejects(b.rejects); err != nil {
		return err
	}
	if fault := check(&d); fault != nil {
		return r.rejectXML(place, root, fault)
	}
	return r.deliverChecked(&d, func(fault *documentFault) error { return r.rejectXML(place, root, fault) })
}

func (r *xmlReader) rejectXML(place Place, root *element, fault *documentFault) error {
	return r.deliverRejects([]Reject{xmlReject(place, root, fault)})
}

func xmlReject(place Place, e *element, fault *documentFault) Reject {
	rejected := Reject{Place: place, Field: fault.field, Value: fault.value, Reason: fault.reason}
	if e != nil {
		var text strings.Builder
		e.render(&text, maxRejected)
		rejected.Row = clip(validText(text.String()), maxRejected)
	}
	return rejected
}
