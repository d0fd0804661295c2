package intake

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// rewritten is the whole delivery in other ways of writing.
func rewritten(t *testing.T) map[string]Source {
	t.Helper()
	return map[string]Source{
		"semicolons, decimal commas, day first": eachFile(t, func(_, text string) string { return european(t, text) }).source(),
		"tabs":                                  eachFile(t, func(_, text string) string { return separated(t, text, '\t', nil) }).source(),
		"carriage returns":                      eachFile(t, func(_, text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }).source(),
		"no last line end":                      eachFile(t, func(_, text string) string { return strings.TrimSuffix(text, "\n") }).source(),
		"UTF-16": eachFile(t, func(_, text string) string {
			return string(encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), text))
		}).source(),
		"Windows-1252":     eachFile(t, func(_, text string) string { return string(encoded(t, charmap.Windows1252, text)) }).source(),
		"names":            renamedFiles(whole()).source(),
		"parts":            parts(whole()).source(),
		"columns shuffled": eachFile(t, func(_, text string) string { return separated(t, text, ',', rand.New(rand.NewPCG(1, 2))) }).source(),
		"seconds and T":    eachFile(t, func(_, text string) string { return isoSeconds.ReplaceAllString(text, "${1}T$2") }).source(),
		"blank lines":      eachFile(t, func(_, text string) string { return "\n" + blankLines(text) }).source(),
		"gzip":             gzipped(t, whole()).source(),
		"zip":              source(file("extract.zip", zipped(t, whole()))),
		"zip of gzips":     source(file("extract.zip", zipped(t, gzipped(t, whole())))),
		"zip with folders": source(file("extract.zip", zipped(t, inFolder(whole())))),
	}
}

var isoSeconds = regexp.MustCompile(`(\d{4}-\d\d-\d\d) (\d\d:\d\d)`)

// blankLines puts an empty line after every line that does not stand in quotes.
func blankLines(text string) string {
	if strings.Contains(text, "\"two cartons\n") {
		return text
	}
	return strings.ReplaceAll(text, "\n", "\n\n")
}

func eachFile(t *testing.T, change func(name, text string) string) extract {
	t.Helper()
	e := extract{}
	for name, text := range whole() {
		e[name] = change(name, text)
	}
	return e
}

func rows(t *testing.T, text string) [][]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// separated writes a file with another separator, its columns in another order when there is chance.
func separated(t *testing.T, text string, separator rune, chance *rand.Rand) string {
	t.Helper()
	all := rows(t, text)
	if chance != nil {
		order := chance.Perm(len(all[0]))
		for i, row := range all {
			moved := make([]string, len(row))
			for to, from := range order {
				moved[to] = row[from]
			}
			all[i] = moved
		}
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma = separator
	if err := w.WriteAll(all); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var (
	plainNumber = regexp.MustCompile(`^-?\d+\.\d+$`)
	plainDate   = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)`)
)

// european writes numbers and dates as continental offices do.
func european(t *testing.T, text string) string {
	t.Helper()
	all := rows(t, text)
	for _, row := range all[1:] {
		for i, cell := range row {
			if plainNumber.MatchString(cell) {
				row[i] = strings.Replace(cell, ".", ",", 1)
			}
			row[i] = plainDate.ReplaceAllString(row[i], "$3.$2.$1")
		}
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma = ';'
	if err := w.WriteAll(all); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func renamedFiles(e extract) extract {
	other := extract{}
	for name, text := range e {
		other[strings.ToUpper(strings.TrimSuffix(name, ".csv"))+"_2026-03.TXT"] = text
	}
	return other
}

// parts gives every file in as many parts as it has rows, the last row first.
func parts(e extract) extract {
	other := extract{}
	for name, text := range e {
		header, body, _ := strings.Cut(text, "\n")
		stem := strings.TrimSuffix(name, ".csv")
		if strings.Contains(body, "cartons\n") {
			other[name] = text
			continue
		}
		for i, row := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
			other[stem+"_"+string(rune('a'+i))+".csv"] = header + "\n" + row + "\n"
		}
	}
	return other
}

func inFolder(e extract) extract {
	other := extract{}
	for name, text := range e {
		other["delivery/march/"+name] = text
	}
	return other
}

func gzipped(t *testing.T, e extract) extract {
	t.Helper()
	other := extract{}
	for name, text := range e {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		other[name+".gz"] = out.String()
	}
	return other
}

func zipped(t *testing.T, e extract) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range e {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
