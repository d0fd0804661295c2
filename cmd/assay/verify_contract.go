package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/domain"
	"assay/domain/contract"
)

// maxPaperBytes bounds the file of a contract; one has some hundred thousand bytes.
const maxPaperBytes = 64 << 20

func newVerifyContractCommand() *cobra.Command {
	var fingerprint string
	command := &cobra.Command{
		Use:   "contract FILE.pdf",
		Short: "Check a signed contract on paper, without the server",
		Long: `Checks that the digital seal covers every byte of the file and is true, that the text inside is a contract's
own canonical text, and that all whom it names have signed exactly this text. It needs no database and no network.

Whose seal it is, it shows by the fingerprint of the certificate. Compare it with the one that the administration
publishes, or give that with --fingerprint.`,
		Example: `  assay verify contract contract-2026-014-1-fr.pdf
  assay verify contract contract-2026-014-1-fr.pdf --fingerprint 5f1d…`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			content, err := readPaper(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			wanted := strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(fingerprint))
			v, err := contract.VerifyPaper(content, wanted)
			if err != nil {
				return domain.Wrap(domain.KindConflict, err, "%s is not intact: %s", args[0], sentence(err))
			}
			d := v.Document
			known := "compare this fingerprint with the administration's"
			if wanted != "" {
				known = "the fingerprint is the one that was given"
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: contract %s of %s with %s, edition %d, is intact: signed by %s, text %x, sealed by %q at %s; certificate %s (%s)\n",
				args[0], d.Number, d.Administration, d.Holder.Name, d.Edition, strings.Join(v.Signers, " and "), v.Hash, v.SealedBy, v.SealedAt.Format(time.RFC3339), v.Fingerprint, known)
			return err
		},
	}
	command.Flags().StringVar(&fingerprint, "fingerprint", "", "SHA-256 of the administration's certificate, in hexadecimal; another one is refused")
	return command
}

func readPaper(in io.Reader, path string) ([]byte, error) {
	if path != "-" {
		file, err := os.Open(path)
		if os.IsNotExist(err) {
			return nil, domain.Errorf(domain.KindNotFound, "there is no file %s", path)
		}
		if err != nil {
			return nil, fmt.Errorf("open the contract: %w", err)
		}
		defer file.Close() //nolint:errcheck // only read from
		in = file
	}
	content, err := io.ReadAll(io.LimitReader(in, maxPaperBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	if len(content) > maxPaperBytes {
		return nil, domain.Errorf(domain.KindInvalid, "%s is too long for a contract", path)
	}
	return content, nil
}
