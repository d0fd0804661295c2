package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"assay/domain"
	"assay/domain/access"
	"assay/policies"
)

// mostPolicyBytes bounds a table of decisions that is read.
const mostPolicyBytes = 8 << 20

func newPolicyCommand() *cobra.Command {
	command := &cobra.Command{Use: "policy", Short: "Check and show who may do what"}
	command.AddCommand(newPolicyCheckCommand(), newPolicyListCommand())
	return command
}

func newPolicyCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE]",
		Short: "Compare the policies with a table of expected decisions",
		Long: `Compares what the policies of this program decide with a table of expected
decisions: lines of "role, action, scope", complete for every role and action,
where the scope is own, team, office, administration, installation or none.
Without a file the table that was reviewed with the program is taken; - reads
from standard input. Every difference is one line, and the command fails.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text := policies.Expected
			if len(args) == 1 {
				var err error
				if text, err = readTable(args[0], cmd.InOrStdin()); err != nil {
					return err
				}
			}
			return checkPolicies(cmd.OutOrStdout(), text)
		},
	}
}

func checkPolicies(out io.Writer, text string) error {
	expected, err := access.ReadDecisions(text)
	if err != nil {
		return err
	}
	table, err := access.Load()
	if err != nil {
		return err
	}
	differences := table.Differences(expected)
	for _, difference := range differences {
		fmt.Fprintln(out, difference)
	}
	if len(differences) > 0 {
		return domain.Errorf(domain.KindConflict, "the policies decide otherwise than expected in %d places", len(differences))
	}
	_, err = fmt.Fprintf(out, "%d decisions of %d roles on %d actions are as expected.\n", len(access.Roles)*len(access.Actions), len(access.Roles), len(access.Actions))
	return err
}

func readTable(path string, stdin io.Reader) (string, error) {
	in := stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return "", domain.Wrap(domain.KindInvalid, err, "the table %s cannot be opened", path)
		}
		defer func() { _ = file.Close() }() // only read
		in = file
	}
	content, err := io.ReadAll(io.LimitReader(in, mostPolicyBytes))
	if err != nil {
		return "", fmt.Errorf("read the table: %w", err)
	}
	return string(content), nil
}

func newPolicyListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "Print what the policies decide, as a table that check reads",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			table, err := access.Load()
			if err != nil {
				return err
			}
			for _, line := range table.Lines() {
				fmt.Fprintln(cmd.OutOrStdout(), line)
			}
			return nil
		},
	}
}
