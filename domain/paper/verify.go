package paper

import (
	"bytes"
	"compress/zlib"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"

	"assay/domain"
)

// Verified is what is known of a signed PDF after its signature was found true.
type Verified struct {
	Certificate *x509.Certificate
	At          time.Time // when it was signed, as the signer says; UTC
	Files       [][]byte  // what travels inside, in the order of the document
}

var (
	signedSpan   = regexp.MustCompile(`/ByteRange \[0 (\d+) (\d+) (\d+)\]`)
	signedAt     = regexp.MustCompile(`/M \(D:(\d{14})Z\)`)
	embeddedFile = regexp.MustCompile(`/Type /EmbeddedFile /Length (\d+) /Filter /FlateDecode [^\n]*\s+stream\r?\n`)
)

// mostPDF bounds what is looked at.
const mostPDF = 64 << 20

// Verify checks the digital signature of a PDF that Sign made: that it is over every byte of
// the file but its own, and true. It needs no server and says nothing of who holds the
// certificate: compare its Fingerprint with the administration's. Any change of any byte
// gives an error of kind invalid that says what is wrong.
func Verify(pdf []byte) (*Verified, error) {
	if len(pdf) > mostPDF {
		return nil, domain.Errorf(domain.KindTooMany, "the file has more than %d MiB", mostPDF>>20)
	}
	found := signedSpan.FindAllSubmatch(pdf, -1)
	if len(found) != 1 {
		return nil, domain.Errorf(domain.KindInvalid, "the file has %d digital signatures, it should have one", len(found))
	}
	hole, after, rest := number(found[0][1]), number(found[0][2]), number(found[0][3])
	if hole < 0 || after <= hole+2 || after > len(pdf) || after+rest != len(pdf) {
		return nil, domain.Errorf(domain.KindInvalid, "something was added to the file after it was signed, or cut off")
	}
	if pdf[hole] != '<' || pdf[after-1] != '>' || !bytes.HasSuffix(pdf[:hole], []byte("/Contents ")) {
		return nil, domain.Errorf(domain.KindInvalid, "the signed part of the file does not end at the signature")
	}
	message := make([]byte, (after-hole-2)/2)
	if _, err := hex.Decode(message, pdf[hole+1:after-1]); err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the signature in the file is damaged")
	}
	exact, err := onlyMessage(message)
	if err != nil {
		return nil, err
	}
	content := append(bytes.Clone(pdf[:hole]), pdf[after:]...)
	certificate, err := checkMessage(exact, content)
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the file was changed after it was signed: its signature is not true")
	}
	v := &Verified{Certificate: certificate}
	if at := signedAt.FindSubmatch(pdf); at != nil {
		if v.At, err = time.Parse("20060102150405", string(at[1])); err != nil {
			return nil, domain.Wrap(domain.KindInvalid, err, "the time of the signature cannot be read")
		}
	}
	v.Files, err = filesOf(pdf[:hole])
	return v, err
}

// onlyMessage cuts the zeros behind the signature off; anything else there is a change too.
func onlyMessage(message []byte) ([]byte, error) {
	var whole asn1.RawValue
	rest, err := asn1.Unmarshal(message, &whole)
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the signature in the file is damaged")
	}
	if len(bytes.Trim(rest, "\x00")) > 0 {
		return nil, domain.Errorf(domain.KindInvalid, "there is something behind the signature in the file")
	}
	return whole.FullBytes, nil
}

// filesOf takes out the files that travel inside.
func filesOf(pdf []byte) ([][]byte, error) {
	var files [][]byte
	for _, at := range embeddedFile.FindAllSubmatchIndex(pdf, -1) {
		length, err := strconv.Atoi(string(pdf[at[2]:at[3]]))
		if err != nil || at[1]+length > len(pdf) {
			return nil, domain.Errorf(domain.KindInvalid, "a file inside the PDF is cut off")
		}
		reader, err := zlib.NewReader(bytes.NewReader(pdf[at[1] : at[1]+length]))
		if err != nil {
			return nil, domain.Wrap(domain.KindInvalid, err, "a file inside the PDF is damaged")
		}
		content, err := io.ReadAll(io.LimitReader(reader, mostFileByte+1))
		if err != nil || len(content) > mostFileByte {
			return nil, domain.Wrap(domain.KindInvalid, fmt.Errorf("%d bytes: %w", len(content), err), "a file inside the PDF is damaged or too large")
		}
		files = append(files, content)
	}
	return files, nil
}
