package intake

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Limits of one XML document. ASYCUDA's largest declarations have some thousand items of some two
// hundred elements.
const (
	maxXMLDepth = 64
	maxXMLNodes = 4_000_000
	maxXMLBytes = 64 << 20 // of text in one document
)

var (
	errXMLDepth  = errors.New("the document is nested too deeply")
	errXMLSize   = errors.New("the document is too large")
	errXMLEntity = errors.New("the document declares entities, which are not read")
)

// element is one element of an XML document. Attributes other than id are of no use to us.
type element struct {
	name     string
	text     string
	line     int64
	id       string
	children []element
}

// xmlDocuments reads a file of XML and gives every document in it whose root has one of some names,
// wherever it stands: a file may wrap several in an element of its own.
type xmlDocuments struct {
	decoder *xml.Decoder
	names   map[string]string // small letters of local names: most occur often
	nodes   int
	bytes   int
	depth   int // of elements round the documents
}

func newXMLDocuments(r io.Reader) *xmlDocuments {
	d := &xmlDocuments{decoder: xml.NewDecoder(r), names: map[string]string{}}
	d.decoder.CharsetReader = charsetReader
	return d
}

// next gives the next document; io.EOF at the end of the file. skip is told of elements that are
// roots of something else.
func (d *xmlDocuments) next(isRoot func(name string) bool) (*element, error) {
	for {
		token, err := d.decoder.Token()
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.Directive:
			if strings.Contains(strings.ToUpper(string(t)), "ENTITY") {
				return nil, errXMLEntity
			}
		case xml.EndElement:
			d.depth--
		case xml.StartElement:
			name := d.local(t.Name.Local)
			if !isRoot(name) {
				if d.depth++; d.depth > maxXMLDepth {
					return nil, errXMLDepth
				}
				continue
			}
			d.nodes, d.bytes = 0, 0
			root := &element{name: name}
			return root, d.fill(root, &t, 1)
		}
	}
}

// fill reads an element's contents up to its end.
func (d *xmlDocuments) fill(e *element, start *xml.StartElement, depth int) error {
	if depth > maxXMLDepth {
		return errXMLDepth
	}
	if d.nodes++; d.nodes > maxXMLNodes {
		return errXMLSize
	}
	line, _ := d.decoder.InputPos()
	e.line = int64(line)
	for _, a := range start.Attr {
		if a.Name.Local == "id" {
			e.id = a.Value
		}
	}
	var text []byte
	for {
		token, err := d.decoder.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.CharData:
			if d.bytes += len(t); d.bytes > maxXMLBytes {
				return errXMLSize
			}
			text = append(text, t...)
		case xml.StartElement:
			e.children = append(e.children, element{name: d.local(t.Name.Local)})
			if err := d.fill(&e.children[len(e.children)-1], &t, depth+1); err != nil {
				return err
			}
		case xml.EndElement:
			e.text = strings.TrimSpace(string(text))
			return nil
		}
	}
}

// local gives a name in small letters, as one string for many equal ones.
func (d *xmlDocuments) local(name string) string {
	if folded, known := d.names[name]; known {
		return folded
	}
	folded := strings.ToLower(name)
	if len(d.names) < 4096 {
		d.names[strings.Clone(name)] = folded
	}
	return folded
}

// charsetReader reads the encodings that XML files announce. UTF-16 was recognised by its first
// bytes and is decoded before the XML is read.
func charsetReader(charset string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "utf-8", "utf8", "us-ascii", "utf-16", "utf-16le", "utf-16be":
		return input, nil
	case "iso-8859-1", "latin1", "windows-1252", "cp1252":
		return decoded(input, encoding1252, 0)
	case "windows-1256", "cp1256":
		return decoded(input, encoding1256, 0)
	}
	return nil, errors.New("the encoding " + charset + " is not read")
}

// child gives the first element at a path of names in small letters, nil when there is none.
func (e *element) child(path ...string) *element {
	for _, name := range path {
		if e == nil {
			return nil
		}
		e = e.first(name)
	}
	return e
}

func (e *element) first(name string) *element {
	for i := range e.children {
		if e.children[i].name == name {
			return &e.children[i]
		}
	}
	return nil
}

// get gives the text at a path; empty for <X/>, for <X><null/></X> and where there is no X.
func (e *element) get(path ...string) string {
	if found := e.child(path...); found != nil {
		return found.text
	}
	return ""
}

// either gives the text of the first of several spellings that has one.
func (e *element) either(names ...string) string {
	for _, name := range names {
		if text := e.get(name); text != "" {
			return text
		}
	}
	return ""
}

// all gives every child of a name.
func (e *element) all(name string) []*element {
	var found []*element
	if e == nil {
		return nil
	}
	for i := range e.children {
		if e.children[i].name == name {
			found = append(found, &e.children[i])
		}
	}
	return found
}

// render writes an element as XML, for a reject; at most limit bytes.
func (e *element) render(to *strings.Builder, limit int) {
	if to.Len() > limit {
		return
	}
	to.WriteString("<" + e.name + ">")
	_ = xml.EscapeText(to, []byte(clip(e.text, limit))) // a strings.Builder never fails
	for i := range e.children {
		e.children[i].render(to, limit)
	}
	to.WriteString("</" + e.name + ">")
}
