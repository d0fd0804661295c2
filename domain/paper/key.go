package paper

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	"assay/domain"
)

// Key is what an administration seals its documents with: a private key, wherever it is kept,
// and its certificate with those of its issuers.
type Key struct {
	Signer      crypto.Signer
	Certificate *x509.Certificate
	Issuers     []*x509.Certificate
}

// forDocuments is the extended key usage of document signing (RFC 9336).
var forDocuments = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 36}

// NewKey makes a key on P-256 with a certificate of its own, valid from now on. An
// administration whose law asks for more has the key certified, or kept on a token, and uses
// ReadKey or a Token.
func NewKey(administration, country string, now time.Time, valid time.Duration) (*Key, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("choose a serial number: %w", err)
	}
	name := pkix.Name{CommonName: administration, Organization: []string{administration}}
	if country != "" {
		name.Country = []string{country}
	}
	template := &x509.Certificate{SerialNumber: serial, Subject: name, NotBefore: now.Add(-time.Minute).UTC(), NotAfter: now.Add(valid).UTC(),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment, UnknownExtKeyUsage: []asn1.ObjectIdentifier{forDocuments},
		BasicConstraintsValid: true}
	encoded, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, fmt.Errorf("certify the key: %w", err)
	}
	certificate, err := x509.ParseCertificate(encoded)
	if err != nil {
		return nil, fmt.Errorf("read the new certificate: %w", err)
	}
	return &Key{Signer: private, Certificate: certificate}, nil
}

// ReadKey reads a private key (PKCS #8 in DER) and certificates in PEM, the key's own first.
// It returns an error of kind invalid when they do not belong together.
func ReadKey(private []byte, certificates []byte) (*Key, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(private)
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the private key cannot be read; it must be PKCS #8")
	}
	signer, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, domain.Errorf(domain.KindInvalid, "a key of this sort cannot sign")
	}
	key, err := ReadCertificates(certificates)
	if err != nil {
		return nil, err
	}
	key.Signer = signer
	return key, key.check()
}

// ReadCertificates reads certificates in PEM, the key's own first; the Signer is still missing.
func ReadCertificates(certificates []byte) (*Key, error) {
	key := &Key{}
	for {
		var block *pem.Block
		block, certificates = pem.Decode(certificates)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, domain.Wrap(domain.KindInvalid, err, "a certificate cannot be read")
		}
		if key.Certificate == nil {
			key.Certificate = certificate
		} else {
			key.Issuers = append(key.Issuers, certificate)
		}
	}
	if key.Certificate == nil {
		return nil, domain.Errorf(domain.KindInvalid, "there is no certificate in the file")
	}
	return key, nil
}

// Private gives the key's private part as PKCS #8 in DER, to be kept encrypted; an error for a
// key that never leaves its token.
func (k *Key) Private() ([]byte, error) {
	encoded, err := x509.MarshalPKCS8PrivateKey(k.Signer)
	if err != nil {
		return nil, fmt.Errorf("encode the private key: %w", err)
	}
	return encoded, nil
}

// Certificates gives the key's certificate and those of its issuers as PEM.
func (k *Key) Certificates() []byte {
	encoded := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: k.Certificate.Raw})
	for _, issuer := range k.Issuers {
		encoded = append(encoded, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: issuer.Raw})...)
	}
	return encoded
}

// Fingerprint of the certificate: SHA-256 in hexadecimal, by which people compare it.
func (k *Key) Fingerprint() string { return Fingerprint(k.Certificate) }

// Fingerprint of a certificate: SHA-256 of its DER form, in hexadecimal.
func Fingerprint(certificate *x509.Certificate) string {
	sum := sha256.Sum256(certificate.Raw)
	return hex.EncodeToString(sum[:])
}

func (k *Key) check() error {
	public, ok := k.Signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(k.Certificate.PublicKey) {
		return domain.Errorf(domain.KindInvalid, "the certificate is not the one of this private key")
	}
	if k.Certificate.KeyUsage != 0 && k.Certificate.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return domain.Errorf(domain.KindInvalid, "the certificate does not allow its key to sign documents")
	}
	return nil
}

// usable reports why a key may not sign at an instant.
func (k *Key) usable(at time.Time) error {
	if k == nil || k.Signer == nil || k.Certificate == nil {
		return errors.New("there is no key")
	}
	if at.Before(k.Certificate.NotBefore) || at.After(k.Certificate.NotAfter) {
		return domain.Errorf(domain.KindConflict, "the administration's certificate is valid from %s to %s only; renew it",
			k.Certificate.NotBefore.Format(time.DateOnly), k.Certificate.NotAfter.Format(time.DateOnly))
	}
	return nil
}

// Try has a key sign something that is thrown away, to find out before it is needed whether its
// token answers.
func Try(k *Key) error {
	digest := sha256.Sum256([]byte("assay"))
	_, err := k.Signer.Sign(rand.Reader, digest[:], crypto.SHA256)
	return err
}
