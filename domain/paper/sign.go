package paper

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// Seal is what a digital signature says of itself.
type Seal struct {
	Name   string // who signs: the administration
	Reason string
	Place  string
	At     time.Time // UTC in the file
}

// placeholder is the room for the signature: a certificate or three and their issuers.
const placeholder = 24 << 10

// Sign adds a digital signature over the whole PDF, in the form of PAdES (ETSI EN 319 142-1,
// level B-B: SubFilter ETSI.CAdES.detached, signing-certificate-v2, the time in the
// dictionary and not among the signed attributes). It appends to the file and changes no byte
// that is there. The PDF must be one of Document.PDF: its plain cross-reference table is read.
func Sign(pdf []byte, key *Key, seal Seal) ([]byte, error) {
	if err := key.usable(seal.At); err != nil {
		return nil, fmt.Errorf("sign a PDF: %w", err)
	}
	update, err := newUpdate(pdf)
	if err != nil {
		return nil, fmt.Errorf("sign a PDF: %w", err)
	}
	signed, hole := update.withSignature(seal)
	// From the first byte to the hole, and from its end to the last byte.
	after := hole + placeholder*2 + 2
	span := fmt.Sprintf("[0 %d %d %d]", hole, after, len(signed)-after)
	copy(signed[bytes.LastIndex(signed[:hole], []byte(spanRoom)):], span+strings.Repeat(" ", len(spanRoom)-len(span)))
	content := append(bytes.Clone(signed[:hole]), signed[after:]...)
	message, err := sealMessage(content, key)
	if err != nil {
		return nil, fmt.Errorf("sign a PDF: %w", err)
	}
	if len(message) > placeholder {
		return nil, fmt.Errorf("sign a PDF: the signature has %d bytes, there is room for %d", len(message), placeholder)
	}
	hex.Encode(signed[hole+1:], message)
	return signed, nil
}

// spanRoom keeps room for the numbers of the signed span.
var spanRoom = "[0 " + strings.Repeat("*", 32) + "]"

// update is an incremental update of a PDF (ISO 32000-1, 7.5.6): new forms of some objects and
// a cross-reference table of their own at the end of the file.
type update struct {
	pdf         []byte
	size        int // number of objects so far, with object 0
	start       int // where the last cross-reference table begins
	catalog     int // object numbers
	page        int
	information string // the reference of the trailer, which must stay
	out         bytes.Buffer
	offsets     [][2]int // object number and where it begins
}

var (
	trailerSize    = regexp.MustCompile(`/Size (\d+)`)
	trailerRoot    = regexp.MustCompile(`/Root (\d+) 0 R`)
	trailerInfo    = regexp.MustCompile(`/Info \d+ 0 R`)
	startOfTable   = regexp.MustCompile(`startxref\s+(\d+)\s+%%EOF\s*$`)
	firstKid       = regexp.MustCompile(`/Kids \[(\d+) 0 R`)
	pagesReference = regexp.MustCompile(`/Pages (\d+) 0 R`)
)

func newUpdate(pdf []byte) (*update, error) {
	u := &update{pdf: pdf}
	end := startOfTable.FindSubmatch(pdf)
	trailer := bytes.LastIndex(pdf, []byte("trailer"))
	if end == nil || trailer < 0 {
		return nil, fmt.Errorf("it has no plain cross-reference table")
	}
	tail := pdf[trailer:]
	size, root := trailerSize.FindSubmatch(tail), trailerRoot.FindSubmatch(tail)
	if size == nil || root == nil {
		return nil, fmt.Errorf("its trailer names no catalog")
	}
	u.size, u.catalog, u.start = number(size[1]), number(root[1]), number(end[1])
	u.information = string(trailerInfo.Find(tail))
	catalog, err := u.object(u.catalog)
	if err != nil {
		return nil, err
	}
	pages := pagesReference.FindSubmatch(catalog)
	if pages == nil {
		return nil, fmt.Errorf("its catalog names no pages")
	}
	tree, err := u.object(number(pages[1]))
	if err != nil {
		return nil, err
	}
	kid := firstKid.FindSubmatch(tree)
	if kid == nil {
		return nil, fmt.Errorf("it has no page")
	}
	u.page = number(kid[1])
	return u, nil
}

func number(text []byte) int {
	n, _ := strconv.Atoi(string(text)) // the patterns give digits only
	return n
}

// object gives the dictionary of an object, between its << and >>.
func (u *update) object(n int) ([]byte, error) {
	begin := bytes.Index(u.pdf, []byte("\n"+strconv.Itoa(n)+" 0 obj"))
	if begin < 0 {
		return nil, fmt.Errorf("object %d is missing", n)
	}
	length := bytes.Index(u.pdf[begin:], []byte("endobj"))
	if length < 0 {
		return nil, fmt.Errorf("object %d has no end", n)
	}
	object := u.pdf[begin : begin+length]
	open, closing := bytes.Index(object, []byte("<<")), bytes.LastIndex(object, []byte(">>"))
	if open < 0 || closing < open {
		return nil, fmt.Errorf("object %d is no dictionary", n)
	}
	return bytes.TrimSpace(object[open+2 : closing]), nil
}

// add writes an object at the end of the file.
func (u *update) add(n int, content string) {
	u.offsets = append(u.offsets, [2]int{n, len(u.pdf) + u.out.Len()})
	fmt.Fprintf(&u.out, "%d 0 obj\n%s\nendobj\n", n, content)
}

// withSignature gives the file with an empty signature, and where its hole begins.
func (u *update) withSignature(seal Seal) (file []byte, hole int) {
	signature, field := u.size, u.size+1
	u.out.WriteString("\n")
	u.add(signature, "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange "+spanRoom+
		" /Contents <"+strings.Repeat("0", placeholder*2)+"> /Name "+text(seal.Name)+" /Reason "+text(seal.Reason)+
		" /Location "+text(seal.Place)+" /M (D:"+seal.At.UTC().Format("20060102150405")+"Z) >>")
	u.add(field, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Sig /T %s /V %d 0 R /P %d 0 R /F 132 /Rect [0 0 0 0] >>",
		text("Seal"), signature, u.page))
	page, _ := u.object(u.page) // newUpdate has found both
	catalog, _ := u.object(u.catalog)
	u.add(u.page, "<< "+withAnnotation(string(page), field)+" >>")
	u.add(u.catalog, "<< "+string(catalog)+fmt.Sprintf(" /AcroForm << /Fields [%d 0 R] /SigFlags 3 >>", field)+" >>")
	table := len(u.pdf) + u.out.Len()
	u.out.WriteString("xref\n")
	for _, o := range u.offsets {
		fmt.Fprintf(&u.out, "%d 1\n%010d 00000 n \n", o[0], o[1])
	}
	fmt.Fprintf(&u.out, "trailer\n<< /Size %d /Root %d 0 R %s /Prev %d >>\nstartxref\n%d\n%%%%EOF\n", u.size+2, u.catalog, u.information, u.start, table)
	file = append(bytes.Clone(u.pdf), u.out.Bytes()...)
	return file, len(u.pdf) + bytes.Index(u.out.Bytes(), []byte("/Contents <")) + len("/Contents ")
}

var annotations = regexp.MustCompile(`/Annots \[`)

func withAnnotation(page string, field int) string {
	if at := annotations.FindStringIndex(page); at != nil {
		return page[:at[1]] + fmt.Sprintf("%d 0 R ", field) + page[at[1]:]
	}
	return page + fmt.Sprintf(" /Annots [%d 0 R]", field)
}

// text is a string of a PDF: UTF-16 with a mark, in hexadecimal, so that nothing needs escaping.
func text(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	b.WriteString(">")
	return b.String()
}
