package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
)

func newVerifyAllCommand() *cobra.Command {
	var v auditVerification
	command := &cobra.Command{
		Use:   "all",
		Short: "Check everything that must never change, of one administration or of all",
		Long: `Walks the audit record and the chain of signatures, hashes every text, paper and segment again, and computes every
published scorecard again from the segments it names. Each thing that differs is one line, and the command fails.

Ends of the audit record that were deposited outside (assay audit heads) are compared with --heads.`,
		Example: `  assay verify all
  assay verify all --tenant douala --heads heads-2026-11.txt`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return v.everything(cmd) },
	}
	command.Flags().StringVar(&v.tenant, "tenant", "", "code of one administration; all when it is not given")
	command.Flags().StringVar(&v.heads, "heads", "", "file of ends that were noted earlier, as assay audit heads prints them")
	return command
}

func (v *auditVerification) everything(cmd *cobra.Command) error {
	wrong, out := 0, cmd.OutOrStdout()
	_, err := v.each(cmd, func(s *services, tenant *administration.Tenant, noted *audit.Head) error {
		found, err := s.cards().VerifyAll(cmd.Context(), tenant, noted)
		if err != nil {
			return err
		}
		for _, sentence := range found.Wrong {
			fmt.Fprintf(out, "%s: %s\n", tenant.Code, sentence)
		}
		wrong += len(found.Wrong)
		said := "intact"
		if !found.Right() {
			said = fmt.Sprintf("%d things differ", len(found.Wrong))
		}
		fmt.Fprintf(out, "%s: %s; %d records, %d signatures, %d texts, %d papers, %d segments, %d scorecards with %d figures\n",
			tenant.Code, said, found.Records, found.Signatures, found.Texts, found.Papers, found.Segments, found.Cards, found.Figures)
		return nil
	})
	if err != nil {
		return err
	}
	if wrong > 0 {
		return domain.Errorf(domain.KindConflict, "%d things are not as they were written", wrong)
	}
	return nil
}
