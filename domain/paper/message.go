package paper

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/smallstep/pkcs7"
)

// The object identifiers of attributes of a signature: RFC 5035 and RFC 5652.
var (
	signingCertificate = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	signingTime        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
)

// certificateReference is ESSCertIDv2 with its default, SHA-256 (RFC 5035, section 4).
type certificateReference struct{ Hash []byte }

// signingCertificates is SigningCertificateV2.
type signingCertificates struct{ Certificates []certificateReference }

// sealMessage is a detached CMS signature over the content (RFC 5652).
//
// PAdES forbids the signing time among the signed attributes, which the library always adds;
// it is taken out and what remains is signed anew.
func sealMessage(content []byte, key *Key) ([]byte, error) {
	data, err := pkcs7.NewSignedData(content)
	if err != nil {
		return nil, fmt.Errorf("begin the signature: %w", err)
	}
	data.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	reference := sha256.Sum256(key.Certificate.Raw)
	config := pkcs7.SignerInfoConfig{ExtraSignedAttributes: []pkcs7.Attribute{
		{Type: signingCertificate, Value: signingCertificates{[]certificateReference{{reference[:]}}}}}}
	if err := data.AddSignerChain(key.Certificate, key.Signer, key.Issuers, config); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	signer := &data.GetSignedData().SignerInfos[0]
	for i, attribute := range signer.AuthenticatedAttributes {
		if attribute.Type.Equal(signingTime) {
			signer.AuthenticatedAttributes = slices.Delete(signer.AuthenticatedAttributes, i, i+1)
			break
		}
	}
	attributes := make([]asn1.RawValue, len(signer.AuthenticatedAttributes))
	for i, attribute := range signer.AuthenticatedAttributes {
		encoded, err := asn1.Marshal(attribute)
		if err != nil {
			return nil, fmt.Errorf("encode an attribute: %w", err)
		}
		attributes[i] = asn1.RawValue{FullBytes: encoded}
	}
	// What is signed is the attributes as a SET, although they stand under a tag of their own.
	signed, err := asn1.MarshalWithParams(attributes, "set")
	if err != nil {
		return nil, fmt.Errorf("encode the attributes: %w", err)
	}
	digest := sha256.Sum256(signed)
	if signer.EncryptedDigest, err = key.Signer.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	data.Detach()
	message, err := data.Finish()
	if err != nil {
		return nil, fmt.Errorf("end the signature: %w", err)
	}
	return message, nil
}

// checkMessage finds out whether a detached signature is one over the content, and by whom.
func checkMessage(message, content []byte) (*x509.Certificate, error) {
	parsed, err := pkcs7.Parse(message)
	if err != nil {
		return nil, fmt.Errorf("the signature cannot be read: %w", err)
	}
	parsed.Content = content
	if err := parsed.Verify(); err != nil {
		return nil, fmt.Errorf("the signature does not fit the content: %w", err)
	}
	certificate := parsed.GetOnlySigner()
	if certificate == nil {
		return nil, fmt.Errorf("the signature does not name one signer")
	}
	var references signingCertificates
	if err := parsed.UnmarshalSignedAttribute(signingCertificate, &references); err != nil {
		return nil, fmt.Errorf("the signature names no certificate: %w", err)
	}
	sum := sha256.Sum256(certificate.Raw)
	if len(references.Certificates) == 0 || !slices.Equal(references.Certificates[0].Hash, sum[:]) {
		return nil, fmt.Errorf("the signature names another certificate")
	}
	if len(parsed.Certificates) == 0 || !parsed.Certificates[0].Equal(certificate) {
		return nil, fmt.Errorf("the signature's certificates are not in the order in which they are written")
	}
	// A signature does not cover the words that frame it. They must be the ones that would be
	// written today, so that no byte can be another.
	again, err := sealMessage(content, &Key{Signer: asFound{certificate.PublicKey, parsed.Signers[0].EncryptedDigest},
		Certificate: certificate, Issuers: parsed.Certificates[1:]})
	if err != nil {
		return nil, fmt.Errorf("write the signature again: %w", err)
	}
	if !bytes.Equal(again, message) {
		return nil, errors.New("the signature is not in the form in which it is written")
	}
	return certificate, nil
}

// asFound gives a signature that exists already.
type asFound struct {
	public    crypto.PublicKey
	signature []byte
}

func (f asFound) Public() crypto.PublicKey { return f.public }

func (f asFound) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return f.signature, nil
}
