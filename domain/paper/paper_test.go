package paper

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/domain"
)

var made = time.Date(2026, 3, 31, 14, 5, 9, 0, time.FixedZone("Douala", 3600))

func logo(tb testing.TB) []byte {
	tb.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 40, 40))
	for i := range 40 {
		picture.Set(i, i, color.RGBA{R: 12, G: 90, B: 120, A: 255})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// whole has every block.
func whole(tb testing.TB, language string) *Document {
	tb.Helper()
	texts := map[string][]string{
		"fr": {"Contrat de performance", "Direction générale des Douanes", "Délai médian de traitement", "Le contrôleur s’engage à traiter les déclarations « rouges » sans délai inutile.", "Signé par"},
		"ar": {"عقد الأداء", "المديرية العامة للجمارك", "متوسط مدة المعالجة", "يلتزم المفتش بمعالجة 25% من التصاريح الحمراء IM4 خلال عام 2026 دون تأخير لا لزوم له.", "وقّعه"},
	}[language]
	table := Table{Columns: []Column{{Title: texts[2], Share: 3}, {Title: "n", Share: 1, Number: true}}}
	for i := range 60 {
		table.Rows = append(table.Rows, []string{fmt.Sprintf("%s %d", texts[2], i), fmt.Sprint(i * 37)})
	}
	return &Document{Title: texts[0], Author: texts[1], Language: language, Made: made, Logo: logo(tb), Header: texts[1], Footer: texts[0],
		Blocks: []Block{Heading{1, texts[0]}, Paragraph{Text: strings.Repeat(texts[3]+" ", 12) + "\n\n" + texts[3]}, Paragraph{Text: texts[3], Mute: true},
			Facts{{texts[2], "4 h 25 min"}, {"ID", strings.Repeat("0f1e", 32)}}, Heading{2, texts[2]}, table,
			Signatures{{Role: texts[4], Name: "Hope Wanjiru", When: "2026-03-31 14:05", How: "TOTP", Hash: strings.Repeat("ab12", 16)}, {Role: texts[4], Name: "باسم بن عمار"}, {Role: texts[4]}},
			Code{Content: "https://assay.example/verify/1", Text: texts[3]}, PageBreak{}, Heading{3, "3"}},
		Files: []File{{Name: "contract.json", Content: []byte(`{"contract":1}`)}, {Name: "definitions.json", Content: bytes.Repeat([]byte("x"), 70_000)}}}
}

func draw(tb testing.TB, d *Document) []byte {
	tb.Helper()
	pdf, err := d.PDF()
	if err != nil {
		tb.Fatal(err)
	}
	return pdf
}

// look runs a program of poppler-utils over a PDF.
func look(t *testing.T, pdf []byte, program string, arguments ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(name, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), program, append(arguments, name)...)
	if program == "pdftotext" {
		command.Args = append(command.Args, "-")
	}
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, output)
	}
	return string(output)
}

func TestTheSameDocumentGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"fr", "ar"} {
		if !bytes.Equal(draw(t, whole(t, language)), draw(t, whole(t, language))) {
			t.Errorf("%s: two drawings differ", language)
		}
	}
}

func TestTextCanBeFoundAndCopied(t *testing.T) {
	t.Parallel()
	for language, wanted := range map[string][]string{
		"fr": {"Contrat de performance", "s’engage à traiter les déclarations « rouges »", "Délai médian de traitement 59", "2183", "Hope Wanjiru"},
		"ar": {"عقد الأداء", "2026", "25%", "IM4", "الحمراء", "باسم"},
	} {
		read := strings.Join(strings.Fields(strings.NewReplacer("\u202b", "", "\u202a", "", "\u202c", "", "\u200f", "", "\u200e", "").
			Replace(look(t, draw(t, whole(t, language)), "pdftotext"))), " ")
		for _, text := range wanted {
			if !strings.Contains(read, text) {
				t.Errorf("%s: %q cannot be found in\n%s", language, text, read)
			}
		}
	}
}

func TestWhatIsTooLargeOrNoImageIsRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(d *Document){
		"files":  func(d *Document) { d.Files[0].Content = make([]byte, mostFileByte+1) },
		"blocks": func(d *Document) { d.Blocks = make([]Block, mostBlocks+1) },
		"logo":   func(d *Document) { d.Logo = []byte("<svg/>") },
		"title":  func(d *Document) { d.Title = "" },
	} {
		d := whole(t, "fr")
		spoil(d)
		if _, err := d.PDF(); err == nil {
			t.Errorf("%s: it was drawn", name)
		}
	}
}

func key(tb testing.TB) *Key {
	tb.Helper()
	k, err := NewKey("Douanes de Sahélia", "CM", made, 24*time.Hour)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func sign(tb testing.TB, k *Key, pdf []byte) []byte {
	tb.Helper()
	signed, err := Sign(pdf, k, Seal{Name: "Douanes de Sahélia", Reason: "Contrat (2026)", Place: "Douala", At: made})
	if err != nil {
		tb.Fatal(err)
	}
	return signed
}

func TestASignedDocumentIsTrueForOthersToo(t *testing.T) {
	t.Parallel()
	k := key(t)
	d := whole(t, "ar")
	signed := sign(t, k, draw(t, d))
	v, err := Verify(signed)
	if err != nil {
		t.Fatal(err)
	}
	if !v.At.Equal(made) || Fingerprint(v.Certificate) != k.Fingerprint() || len(v.Files) != 2 || string(v.Files[0]) != `{"contract":1}` || len(v.Files[1]) != 70_000 {
		t.Errorf("verified: at %s, %d files", v.At, len(v.Files))
	}
	told := look(t, signed, "pdfsig")
	for _, text := range []string{"Signature Validation: Signature is Valid", "Total document signed", "ETSI.CAdES.detached"} {
		if !strings.Contains(told, text) {
			t.Errorf("pdfsig does not say %q:\n%s", text, told)
		}
	}
	if strings.Contains(look(t, signed, "pdftotext"), "Syntax Error") {
		t.Error("the signed file is damaged")
	}
	changed := bytes.Replace(signed, []byte("/Title"), []byte("/Titel"), 1)
	if told := look(t, changed, "pdfsig"); !strings.Contains(told, "Digest Mismatch") {
		t.Errorf("pdfsig about a changed file:\n%s", told)
	}
}

// TestAnyChangedByteIsFound flips bytes all over the file, and each byte of the parts that
// say what is signed.
func TestAnyChangedByteIsFound(t *testing.T) {
	t.Parallel()
	signed := sign(t, key(t), draw(t, whole(t, "fr")))
	span := signedSpan.FindSubmatchIndex(signed)
	hole, after := number(signed[span[2]:span[3]]), number(signed[span[4]:span[5]])
	var places []int
	for i := 0; i < len(signed); i += 997 {
		places = append(places, i)
	}
	for i := span[0]; i < span[1]+40; i++ {
		places = append(places, i)
	}
	for i := hole - 12; i < hole+300; i++ {
		places = append(places, i)
	}
	for i := after - 40; i < after+20; i++ {
		places = append(places, i)
	}
	for _, i := range places {
		changed := bytes.Clone(signed)
		changed[i] ^= 0x01
		if _, err := Verify(changed); err == nil {
			// The case of a hexadecimal digit is no change of the signature's value.
			if i > hole && i < after && bytes.EqualFold(changed[hole:after], signed[hole:after]) {
				continue
			}
			t.Errorf("a change of byte %d of %d (%q to %q) was not found", i, len(signed), signed[i], changed[i])
		} else if kind := domain.KindOf(err); kind != domain.KindInvalid {
			t.Errorf("byte %d: kind %s: %v", i, kind, err)
		}
	}
	for name, changed := range map[string][]byte{"appended": append(bytes.Clone(signed), '\n'), "cut off": signed[:len(signed)-1],
		"not signed": draw(t, whole(t, "fr")), "empty": nil, "signed twice": sign(t, key(t), signed)} {
		if _, err := Verify(changed); domain.KindOf(err) != domain.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAKeyIsKeptAndReadAgain(t *testing.T) {
	t.Parallel()
	k := key(t)
	private, err := k.Private()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ReadKey(private, k.Certificates())
	if err != nil {
		t.Fatal(err)
	}
	if again.Fingerprint() != k.Fingerprint() {
		t.Error("another certificate came back")
	}
	if _, err := ReadKey(private, key(t).Certificates()); domain.KindOf(err) != domain.KindInvalid {
		t.Errorf("a foreign certificate: %v", err)
	}
	if _, err := ReadKey([]byte("no key"), k.Certificates()); domain.KindOf(err) != domain.KindInvalid {
		t.Errorf("no key: %v", err)
	}
	if _, err := Sign(draw(t, whole(t, "fr")), k, Seal{At: made.Add(48 * time.Hour)}); domain.KindOf(err) != domain.KindConflict {
		t.Errorf("an expired certificate: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(sign(f, key(f), draw(f, &Document{Title: "x", Language: "en", Made: made, Blocks: []Block{Paragraph{Text: "x"}}, Files: []File{{"a.json", []byte("{}")}}})))
	f.Add([]byte("/ByteRange [0 4 8 10]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Verify(data); err != nil {
			if kind := domain.KindOf(err); kind != domain.KindInvalid && kind != domain.KindTooMany {
				t.Fatalf("kind %s: %v", kind, err)
			}
		}
	})
}
