package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"assay/domain"
	"assay/domain/contract"
)

// maxCardBytes bounds the file of a scorecard; one has a few thousand bytes.
const maxCardBytes = 1 << 20

func newVerifyCommand() *cobra.Command {
	command := &cobra.Command{Use: "verify", Short: "Find any changed byte in contracts, scorecards, segments and the audit record"}
	command.AddCommand(newVerifyScorecardCommand(), newVerifyContractCommand(), newVerifyAllCommand())
	return command
}

func newVerifyScorecardCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "scorecard FILE",
		Short: "Compute a scorecard again from the kept data, to the last digit",
		Long: `Compares the file (- for standard input) with what was published, checks the signed text and every kept
segment by its hash, computes each figure, the score and the composite again, and names every place that
differs. Needs the database that the scorecard was published from.`,
		Example: `  assay verify scorecard 2026-014-2026-09.json`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			content, err := readCard(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			return verifyScorecard(cmd, args[0], content)
		},
	}
}

func readCard(in io.Reader, path string) ([]byte, error) {
	if path != "-" {
		file, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, domain.Errorf(domain.KindNotFound, "there is no file %s", path)
		}
		if err != nil {
			return nil, fmt.Errorf("open the scorecard: %w", err)
		}
		defer file.Close() //nolint:errcheck // only read from
		in = file
	}
	content, err := io.ReadAll(io.LimitReader(in, maxCardBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the scorecard: %w", err)
	}
	if len(content) > maxCardBytes {
		return nil, domain.Errorf(domain.KindInvalid, "%s is too long for a scorecard", path)
	}
	return content, nil
}

// verifyScorecard fails where anything differs, so that a script notices.
func verifyScorecard(cmd *cobra.Command, path string, content []byte) error {
	card, err := contract.ParseCard(content)
	if err != nil {
		return err
	}
	s, closeServices, err := openServices(cmd.Context(), cmd)
	if err != nil {
		return err
	}
	defer closeServices()
	tenant, err := s.administrations.ByCode(cmd.Context(), card.Administration)
	if err != nil {
		return err
	}
	verdict, err := s.cards().VerifyCard(cmd.Context(), tenant, content)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if verdict.Right() {
		_, err = fmt.Fprintf(out, "%s: scorecard of contract %s, %s, version %d: intact; %d figures computed again from %d segments are equal to the last digit\n",
			path, card.Number, card.Month, card.Version, verdict.Figures, len(card.Basis.Segments))
		return err
	}
	for _, sentence := range verdict.Wrong {
		if _, err := fmt.Fprintf(out, "%s: %s\n", path, sentence); err != nil {
			return err
		}
	}
	return domain.Errorf(domain.KindConflict, "%s differs from what was published or can be computed in %d places", path, len(verdict.Wrong))
}
