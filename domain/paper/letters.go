package paper

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/go-fonts/dejavu/dejavusanscondensedbold"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/bidi"
)

// weight is one of the two faces of the type.
type weight int

const (
	regular weight = iota
	bold
)

const family = "dejavu"

var fonts = [...]struct {
	style   string
	content []byte
}{regular: {"", dejavusanscondensed.TTF}, bold: {"B", dejavusanscondensedbold.TTF}}

// parsedFonts are the fonts as the shaper reads them, once for the process.
var parsedFonts = sync.OnceValues(func() ([len(fonts)]*font.Font, error) {
	var parsed [len(fonts)]*font.Font
	for i, f := range fonts {
		face, err := font.ParseTTF(bytes.NewReader(f.content))
		if err != nil {
			return parsed, fmt.Errorf("read a font: %w", err)
		}
		parsed[i] = face.Font
	}
	return parsed, nil
})

// letters sets lines of mixed direction. Letters that do not join (Latin, digits) are
// ordinary text of the PDF. Arabic is shaped by the font's own tables and drawn as outlines,
// because the PDF library reaches letters by their code and not by their shape; the same
// text lies under it invisibly, so that a reader finds and copies it.
type letters struct {
	pdf    *fpdf.Fpdf
	faces  [len(fonts)]*font.Face
	shaper shaping.HarfbuzzShaper
}

func newLetters(pdf *fpdf.Fpdf) (*letters, error) {
	parsed, err := parsedFonts()
	if err != nil {
		return nil, err
	}
	l := &letters{pdf: pdf}
	for i, f := range fonts {
		pdf.AddUTF8FontFromBytes(family, f.style, f.content)
		l.faces[i] = font.NewFace(parsed[i])
	}
	if err := pdf.Error(); err != nil {
		return nil, fmt.Errorf("add the fonts: %w", err)
	}
	return l, nil
}

// part is a run of one direction within a line, in the order in which the eye meets it from the left.
type part struct {
	text   string // in the order of reading
	shaped *shaping.Output
	width  float64 // millimetres
}

// line gives the parts of a line from the left, and its width.
func (l *letters) line(text string, weight weight, size float64, rightward bool) ([]part, float64) {
	if !joins(text) {
		p := l.plain(text, weight, size)
		return []part{p}, p.width
	}
	base, marked := bidi.RightToLeft, isolateForeign(text)
	if rightward {
		base, marked = bidi.LeftToRight, text
	}
	var paragraph bidi.Paragraph
	if _, err := paragraph.SetString(marked, bidi.DefaultDirection(base)); err != nil {
		p := l.plain(text, weight, size)
		return []part{p}, p.width
	}
	order, err := paragraph.Order()
	if err != nil {
		p := l.plain(text, weight, size)
		return []part{p}, p.width
	}
	// The runs come in the order of reading; within a line from right to left the first
	// one stands rightmost.
	parts := make([]part, 0, order.NumRuns())
	whole := 0.0
	for i := range order.NumRuns() {
		run := order.Run(i)
		shown := marks.Replace(run.String())
		if shown == "" {
			continue
		}
		var p part
		if run.Direction() == bidi.RightToLeft {
			p = l.joined(shown, weight, size)
		} else {
			p = l.plain(shown, weight, size)
		}
		whole += p.width
		parts = append(parts, p)
	}
	if !rightward {
		for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
			parts[i], parts[j] = parts[j], parts[i]
		}
	}
	return parts, whole
}

// joins reports whether a text has letters of a script that is written from right to left.
func joins(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) })
}

func (l *letters) plain(text string, weight weight, size float64) part {
	l.pdf.SetFont(family, fonts[weight].style, size)
	return part{text: text, width: l.pdf.GetStringWidth(text)}
}

func (l *letters) joined(text string, weight weight, size float64) part {
	face := l.faces[weight]
	runes := []rune(text)
	out := l.shaper.Shape(shaping.Input{Text: runes, RunEnd: len(runes), Direction: di.DirectionRTL, Face: face,
		Size: fixed.I(int(face.Upem())), Script: language.Arabic, Language: language.NewLanguage("ar")})
	return part{text: text, shaped: &out, width: units(out.Advance) * scale(face, size)}
}

// scale turns units of the font into millimetres.
func scale(face *font.Face, size float64) float64 { return size * pointsToMM / float64(face.Upem()) }

func units(v fixed.Int26_6) float64 { return float64(v) / 64 }

// width of a line in millimetres.
func (l *letters) width(text string, weight weight, size float64) float64 {
	_, width := l.line(text, weight, size, true)
	return width
}

// draw sets the parts of a line from x on, on the base line.
func (l *letters) draw(pdf *fpdf.Fpdf, parts []part, weight weight, size, x, base float64) {
	for _, p := range parts {
		pdf.SetFont(family, fonts[weight].style, size)
		if p.shaped == nil {
			pdf.Text(x, base, p.text)
		} else {
			pdf.SetTextRenderingMode(invisible)
			pdf.Text(x, base, reversed(p.text))
			pdf.SetTextRenderingMode(filled)
			l.outlines(pdf, p, l.faces[weight], size, x, base)
		}
		x += p.width
	}
}

// Modes of drawing text (ISO 32000-1, table 106).
const (
	filled    = 0
	invisible = 3
)

// reversed is a run from right to left in the order in which the eye meets it from the
// left: readers of PDF turn it round again.
func reversed(text string) string { return bidi.ReverseString(text) }

// outlines fills the shapes of a run.
func (l *letters) outlines(pdf *fpdf.Fpdf, p part, face *font.Face, size, x, base float64) {
	factor := scale(face, size)
	for _, glyph := range p.shaped.Glyphs {
		outline, ok := face.GlyphData(glyph.GlyphID).(font.GlyphOutline)
		if ok && len(outline.Segments) > 0 {
			drawOutline(pdf, outline, x+units(glyph.XOffset)*factor, base-units(glyph.YOffset)*factor, factor)
		}
		x += units(glyph.Advance) * factor
	}
}

// drawOutline fills one shape; contours that overlap are filled, not cut out, because the
// fonts' contours run the same way round.
func drawOutline(pdf *fpdf.Fpdf, outline font.GlyphOutline, x, base, factor float64) {
	at := func(p opentype.SegmentPoint) (float64, float64) {
		return x + float64(p.X)*factor, base - float64(p.Y)*factor
	}
	open := false
	for _, segment := range outline.Segments {
		x0, y0 := at(segment.Args[0])
		switch segment.Op {
		case opentype.SegmentOpMoveTo:
			if open {
				pdf.ClosePath()
			}
			pdf.MoveTo(x0, y0)
			open = true
		case opentype.SegmentOpLineTo:
			pdf.LineTo(x0, y0)
		case opentype.SegmentOpQuadTo:
			x1, y1 := at(segment.Args[1])
			pdf.CurveTo(x0, y0, x1, y1)
		case opentype.SegmentOpCubeTo:
			x1, y1 := at(segment.Args[1])
			x2, y2 := at(segment.Args[2])
			pdf.CurveBezierCubicTo(x0, y0, x1, y1, x2, y2)
		}
	}
	if open {
		pdf.ClosePath()
	}
	pdf.DrawPath("F")
}
