package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
)

func newAuditCommand() *cobra.Command {
	command := &cobra.Command{Use: "audit", Short: "Check the record of who did what"}
	command.AddCommand(newAuditVerifyCommand(), newAuditHeadsCommand())
	return command
}

// auditVerification is what the flags of assay audit verify say.
type auditVerification struct {
	tenant, heads, head string
	selection           bool
}

func newAuditVerifyCommand() *cobra.Command {
	var v auditVerification
	command := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Find any change, gap, reordering or cut-off end in the record",
		Long: `Walks the record of every administration, or of one, and compares its end with the one kept beside
it. With FILE (an export as JSON Lines or CSV, - for standard input) it checks the file alone and needs no
database.

Somebody with the whole database in hands could write a record and its end anew. Deposit the ends outside
(assay audit heads > FILE, from time to time, on paper or with another authority) and compare with --heads.`,
		Example: `  assay audit verify
  assay audit verify --tenant douala --heads heads-2026-11.txt
  assay audit verify record.jsonl`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return v.file(cmd, args[0])
			}
			return v.database(cmd)
		},
	}
	command.Flags().StringVar(&v.tenant, "tenant", "", "code of one administration; all when it is not given")
	command.Flags().StringVar(&v.heads, "heads", "", "file of ends that were noted earlier, as assay audit heads prints them")
	command.Flags().StringVar(&v.head, "head", "", "one end that was noted earlier, SEQUENCE:HASH; with FILE or --tenant")
	command.Flags().BoolVar(&v.selection, "selection", false, "FILE was exported with a filter: rows may be left out")
	return command
}

// file checks an export. A broken one is a failure of the command, so that a script notices.
func (v *auditVerification) file(cmd *cobra.Command, path string) error {
	if v.tenant != "" || v.heads != "" {
		return domain.Errorf(domain.KindInvalid, "a file is checked by itself: leave --tenant and --heads out, give one end with --head")
	}
	o := audit.FileOptions{Selection: v.selection}
	if v.head != "" {
		head, err := audit.ParseHead(v.head)
		if err != nil {
			return err
		}
		o.Noted = &head
	}
	in := cmd.InOrStdin()
	if path != "-" {
		file, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return domain.Errorf(domain.KindNotFound, "there is no file %s", path)
		}
		if err != nil {
			return fmt.Errorf("open the export: %w", err)
		}
		defer file.Close() //nolint:errcheck // only read from
		in = file
	}
	report, err := audit.VerifyFile(in, o)
	if err != nil {
		return err
	}
	if !report.Intact() {
		return domain.Errorf(domain.KindConflict, "%s: %s", path, report.Sentence())
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s  %s  %s\n", path, report.Sentence(), report.End())
	return err
}

func (v *auditVerification) database(cmd *cobra.Command) error {
	if v.selection {
		return domain.Errorf(domain.KindInvalid, "--selection is for a file")
	}
	if v.head != "" && v.tenant == "" {
		return domain.Errorf(domain.KindInvalid, "--head belongs to one administration: say which with --tenant")
	}
	broken := 0
	verified, err := v.each(cmd, func(s *services, tenant *administration.Tenant, noted *audit.Head) error {
		report, err := audit.Verify(cmd.Context(), s.db, tenant.ID, noted)
		if err != nil {
			return err
		}
		if !report.Intact() {
			broken++
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", tenant.Code, report.Sentence())
		return nil
	})
	if err != nil {
		return err
	}
	if broken > 0 {
		return domain.Errorf(domain.KindConflict, "the record of %d of %d administrations is broken", broken, verified)
	}
	return nil
}

// each calls fn for every administration that the flags choose, with the end of its record that was noted earlier, nil when none was. It
// gives how many administrations there were.
func (v *auditVerification) each(cmd *cobra.Command, fn func(*services, *administration.Tenant, *audit.Head) error) (int, error) {
	noted, err := v.noted()
	if err != nil {
		return 0, err
	}
	s, closeServices, err := openServices(cmd.Context(), cmd)
	if err != nil {
		return 0, err
	}
	defer closeServices()
	tenants, err := v.tenants(cmd, s)
	if err != nil {
		return 0, err
	}
	for _, tenant := range tenants {
		var head *audit.Head
		if h, known := noted[tenant.Code]; known {
			head = &h
		}
		if err := fn(s, tenant, head); err != nil {
			return 0, err
		}
	}
	return len(tenants), nil
}

func (v *auditVerification) tenants(cmd *cobra.Command, s *services) ([]*administration.Tenant, error) {
	if v.tenant == "" {
		return s.administrations.List(cmd.Context())
	}
	tenant, err := s.administrations.ByCode(cmd.Context(), v.tenant)
	if err != nil {
		return nil, err
	}
	return []*administration.Tenant{tenant}, nil
}

// noted reads the ends that were noted earlier, by administration.
func (v *auditVerification) noted() (map[string]audit.Head, error) {
	noted := map[string]audit.Head{}
	if v.head != "" {
		head, err := audit.ParseHead(v.head)
		if err != nil {
			return nil, err
		}
		noted[v.tenant] = head
	}
	if v.heads == "" {
		return noted, nil
	}
	file, err := os.Open(v.heads)
	if err != nil {
		return nil, fmt.Errorf("open the noted ends: %w", err)
	}
	defer file.Close() //nolint:errcheck // only read from
	return noted, readHeads(file, noted)
}

// readHeads reads what assay audit heads printed. Of several ends of one administration the last counts.
func readHeads(in io.Reader, into map[string]audit.Head) error {
	lines := bufio.NewScanner(in)
	for at := 1; lines.Scan(); at++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) < 2 {
			return domain.Errorf(domain.KindInvalid, "line %d of the noted ends is not CODE SEQUENCE:HASH", at)
		}
		head, err := audit.ParseHead(words[1])
		if err != nil {
			return err
		}
		into[words[0]] = head
	}
	return lines.Err()
}

func newAuditHeadsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "heads",
		Short: "Print the end of every administration's record, to be deposited outside",
		Long: `Prints for every administration the place and hash of the last row of its record and when it was written.
Kept where nobody who runs this database can change it, the lines prove later that nothing before was changed:
assay audit verify --heads FILE.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, closeServices, err := openServices(cmd.Context(), cmd)
			if err != nil {
				return err
			}
			defer closeServices()
			tenants, err := s.administrations.List(cmd.Context())
			if err != nil {
				return err
			}
			for _, tenant := range tenants {
				head, err := audit.End(cmd.Context(), s.db, tenant.ID)
				if err != nil {
					return err
				}
				if head.Sequence > 0 {
					fmt.Fprintf(cmd.OutOrStdout(), "%s %s %s\n", tenant.Code, head, head.At.Format(time.RFC3339))
				}
			}
			return nil
		},
	}
}
