// Package paper draws documents as PDF and signs them: contracts, scorecards, minutes and
// letters, in the languages of the pages, from left to right and from right to left.
//
// It knows nothing of what it draws. A document is a list of blocks (headings, paragraphs,
// facts, tables, signatures); rooms say what stands in them. The same document gives the
// same bytes at any time, so that it can be compared by its hash.
package paper

import (
	"fmt"
	"time"

	"assay/domain"
)

// Document is what is drawn: A4, upright.
type Document struct {
	Title    string
	Author   string    // the administration
	Language string    // of the pages' languages; "ar" is set from right to left
	Made     time.Time // in the file's properties; any zone
	Logo     []byte    // PNG or JPEG, empty for none
	Header   string    // beside the logo, usually the administration's name
	Footer   string    // at the foot of every page, beside the page's number
	Blocks   []Block
	Files    []File // travel inside the PDF, for programs
}

// File is data that travels inside a PDF, such as the canonical text of a contract, by which
// a program checks what people have read.
type File struct {
	Name    string // letters, digits, dot, hyphen
	Content []byte
}

// Block is a part of a document that stands below the one before it.
type Block interface {
	draw(s *sheet)
}

// Bounds of a document: it is drawn while somebody waits.
const (
	mostBlocks   = 5_000
	mostFileByte = 8 << 20
)

// PDF draws the document. It refuses one that is too large, and returns an error of kind
// invalid for a logo that is no image.
func (d *Document) PDF() ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	s, err := newSheet(d)
	if err != nil {
		return nil, err
	}
	for _, block := range d.Blocks {
		block.draw(s)
	}
	return s.bytes()
}

func (d *Document) check() error {
	if d.Title == "" || d.Language == "" || d.Made.IsZero() {
		return fmt.Errorf("draw a document: title, language and time are needed")
	}
	if len(d.Blocks) > mostBlocks {
		return domain.Errorf(domain.KindTooMany, "a document has at most %d parts, this one has %d", mostBlocks, len(d.Blocks))
	}
	size := 0
	for _, file := range d.Files {
		size += len(file.Content)
	}
	if size > mostFileByte {
		return domain.Errorf(domain.KindTooMany, "the files inside a document have at most %d bytes together", mostFileByte)
	}
	return nil
}
