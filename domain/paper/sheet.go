package paper

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // logos are one or the other
	_ "image/png"
	"strconv"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"rsc.io/qr"

	"assay/domain"
)

// The page in millimetres.
const (
	pageWidth  = 210.0
	pageHeight = 297.0
	sideMargin = 20.0
	topMargin  = 18.0
	footMargin = 20.0
	pointsToMM = 25.4 / 72
)

// side is where a line is set, seen in the direction of reading.
type side int

const (
	atStart side = iota
	atEnd
)

// sheet is a document while it is drawn: y is where the next block begins.
type sheet struct {
	pdf       *fpdf.Fpdf
	letters   *letters
	document  *Document
	rightward bool // from left to right
	y         float64
}

func newSheet(d *Document) (*sheet, error) {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(d.Made.UTC())
	pdf.SetModificationDate(d.Made.UTC())
	pdf.SetProducer("Assay", true)
	pdf.SetTitle(d.Title, true)
	pdf.SetAuthor(d.Author, true)
	pdf.SetLang(d.Language)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(sideMargin, topMargin, sideMargin)
	l, err := newLetters(pdf)
	if err != nil {
		return nil, err
	}
	s := &sheet{pdf: pdf, letters: l, document: d, rightward: d.Language != "ar"}
	if err := s.loadLogo(d.Logo); err != nil {
		return nil, err
	}
	if len(d.Files) > 0 {
		files := make([]fpdf.Attachment, len(d.Files))
		for i, file := range d.Files {
			files[i] = fpdf.Attachment{Content: file.Content, Filename: file.Name, Description: file.Name}
		}
		pdf.SetAttachments(files)
	}
	s.newPage()
	return s, nil
}

const logoName = "logo"

func (s *sheet) loadLogo(content []byte) error {
	if len(content) == 0 {
		return nil
	}
	_, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the logo is neither a PNG nor a JPEG image")
	}
	s.pdf.RegisterImageOptionsReader(logoName, fpdf.ImageOptions{ImageType: format}, bytes.NewReader(content))
	if err := s.pdf.Error(); err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the logo cannot be used in a PDF; save it as a plain PNG image")
	}
	return nil
}

// newPage ends the page with its foot, and begins the next with its head.
func (s *sheet) newPage() {
	s.pdf.AddPage()
	s.y = topMargin
	const tall = 12.0
	beside := 0.0
	if len(s.document.Logo) > 0 {
		info := s.pdf.GetImageInfo(logoName)
		width := min(tall*info.Width()/info.Height(), 4*tall)
		s.pdf.ImageOptions(logoName, s.fromStart(0, width), s.y, width, 0, false, fpdf.ImageOptions{}, 0, "")
		beside = width + 4
	}
	if s.document.Header != "" || beside > 0 {
		s.y += 2
		s.grey()
		s.lines(s.wrap(s.document.Header, bold, bodySize, s.width()-beside), bold, bodySize, s.fromStart(beside, s.width()-beside), s.width()-beside, atStart)
		s.black()
		s.y = max(s.y, topMargin+tall)
		s.rule(0.2)
		s.y += gap
	}
	s.foot()
}

func (s *sheet) foot() {
	y := s.y
	s.y = pageHeight - footMargin + 6
	s.grey()
	number := strconv.Itoa(s.pdf.PageNo())
	s.lines([]string{number}, regular, muteSize, s.left(), s.width(), atEnd)
	s.y = pageHeight - footMargin + 6
	if lines := s.wrap(s.document.Footer, regular, muteSize, s.width()-20); len(lines) > 0 {
		s.lines(lines[:1], regular, muteSize, s.fromStart(0, s.width()-20), s.width()-20, atStart)
	}
	s.black()
	s.y = y
}

func (s *sheet) left() float64   { return sideMargin }
func (s *sheet) width() float64  { return pageWidth - 2*sideMargin }
func (s *sheet) bottom() float64 { return pageHeight - footMargin }

// fromStart gives the left edge of a box of a width that begins so far from where lines begin.
func (s *sheet) fromStart(along, width float64) float64 {
	if s.rightward {
		return sideMargin + along
	}
	return pageWidth - sideMargin - along - width
}

// height of a line of letters of a size in points, in millimetres.
func height(size float64) float64 { return size * pointsToMM * lineFactor }

func (s *sheet) down(by float64) { s.y += by }

// need begins a new page when there is not so much room.
func (s *sheet) need(room float64) {
	if s.y+room > s.bottom() && s.y > topMargin+2*gap {
		s.newPage()
	}
}

func (s *sheet) grey()  { s.pdf.SetTextColor(90, 98, 110); s.pdf.SetFillColor(90, 98, 110) }
func (s *sheet) black() { s.pdf.SetTextColor(20, 24, 30); s.pdf.SetFillColor(20, 24, 30) }

// rule draws a line over the whole width.
func (s *sheet) rule(thick float64) {
	s.pdf.SetLineWidth(thick)
	s.pdf.SetDrawColor(150, 156, 166)
	s.pdf.Line(sideMargin, s.y, pageWidth-sideMargin, s.y)
}

func (s *sheet) frame(x, y, width, tall float64) {
	s.pdf.SetLineWidth(0.2)
	s.pdf.SetDrawColor(150, 156, 166)
	s.pdf.Rect(x, y, width, tall, "D")
}

// code draws a QR code of error correction M as squares: it stays sharp at any size.
func (s *sheet) code(content string, x, y, side float64) {
	code, err := qr.Encode(content, qr.M)
	if err != nil {
		s.pdf.SetError(fmt.Errorf("draw the code of %d bytes: %w", len(content), err))
		return
	}
	module := side / float64(code.Size)
	s.black()
	for row := range code.Size {
		for column := range code.Size {
			if code.Black(column, row) {
				s.pdf.Rect(x+float64(column)*module, y+float64(row)*module, module*1.02, module*1.02, "F")
			}
		}
	}
}

// lines draws lines of text below each other, and begins new pages where they are needed.
func (s *sheet) lines(lines []string, weight weight, size, x, width float64, side side) {
	for _, line := range lines {
		if s.y+height(size) > s.bottom() && s.y < s.bottom() {
			s.newPage()
		}
		base := s.y + size*pointsToMM*1.05
		parts, whole := s.letters.line(line, weight, size, s.rightward)
		start := x
		if s.rightward == (side == atEnd) {
			start = x + width - whole
		}
		s.letters.draw(s.pdf, parts, weight, size, start, base)
		s.y += height(size)
	}
}

// wrap breaks a text into lines of a width. A word that is wider is broken between letters.
func (s *sheet) wrap(text string, weight weight, size, width float64) []string {
	if s.document.Language == "fr" {
		text = French(text)
	}
	var lines []string
	for hard := range strings.SplitSeq(text, "\n") {
		line := ""
		for _, word := range strings.FieldsFunc(hard, breaks) {
			for _, piece := range s.pieces(word, weight, size, width) {
				joined := piece
				if line != "" {
					joined = line + " " + piece
				}
				if line == "" || s.letters.width(joined, weight, size) <= width {
					line = joined
					continue
				}
				lines = append(lines, line)
				line = piece
			}
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// breaks are the spaces at which a line may end; those that may not are letters here.
func breaks(r rune) bool { return r == ' ' || r == '\t' || r == '\r' }

// pieces are a word, or its parts where it is wider than a line, as a hash is.
func (s *sheet) pieces(word string, weight weight, size, width float64) []string {
	if s.letters.width(word, weight, size) <= width {
		return []string{word}
	}
	var pieces []string
	piece := ""
	for _, letter := range word {
		if piece != "" && s.letters.width(piece+string(letter), weight, size) > width {
			pieces = append(pieces, piece)
			piece = ""
		}
		piece += string(letter)
	}
	return append(pieces, piece)
}

// paragraphsOf splits a text at its empty lines.
func paragraphsOf(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if strings.TrimSpace(part) != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func (s *sheet) bytes() ([]byte, error) {
	var out bytes.Buffer
	if err := s.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("draw %q: %w", s.document.Title, err)
	}
	return out.Bytes(), nil
}
