package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/installation"
	"assay/worker"
)

// commandActor is who typed a command, for the audit record: the machine's name of the person.
func commandActor(cmd *cobra.Command) installation.Actor {
	name := "unknown"
	if who, err := user.Current(); err == nil {
		name = who.Username
	}
	return installation.Actor{Name: "command/" + name, Capacity: string(access.InstallationOperator), Origin: cmd.CommandPath()}
}

// withTenant opens the services and finds the administration of the first argument.
func withTenant(cmd *cobra.Command, code string, do func(ctx context.Context, s *services, tenant *administration.Tenant) error) error {
	s, closeServices, err := openServices(cmd.Context(), cmd)
	if err != nil {
		return err
	}
	defer closeServices()
	tenant, err := s.administrations.ByCode(cmd.Context(), code)
	if err != nil {
		return err
	}
	return do(cmd.Context(), s, tenant)
}

func newTenantSuspendCommand() *cobra.Command {
	var reason string
	suspend := &cobra.Command{
		Use:   "suspend CODE",
		Short: "Keep everybody of an administration out; its jobs rest, nothing is lost",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withTenant(cmd, args[0], func(ctx context.Context, s *services, tenant *administration.Tenant) error {
				if err := s.administrations.ChangeState(ctx, tenant.ID, administration.Suspended, reason, administration.Actor(commandActor(cmd))); err != nil {
					return err
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s is suspended: nobody of it comes in and its jobs rest. assay tenant resume %s undoes it.\n", tenant.Code, tenant.Code)
				return err
			})
		},
	}
	suspend.Flags().StringVar(&reason, "reason", "", "why; shown to its people")
	return suspend
}

func newTenantResumeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "resume CODE",
		Short: "End the suspension of an administration",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withTenant(cmd, args[0], func(ctx context.Context, s *services, tenant *administration.Tenant) error {
				if err := s.administrations.ChangeState(ctx, tenant.ID, administration.Active, "", administration.Actor(commandActor(cmd))); err != nil {
					return err
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s is active again.\n", tenant.Code)
				return err
			})
		},
	}
}

func newTenantExportCommand() *cobra.Command {
	var to string
	export := &cobra.Command{
		Use:   "export CODE",
		Short: "Write everything of an administration as open files",
		Long: `Writes every table of the administration (Parquet for the warehouse, JSON for the
rest), the segments of its figures, documents and waiting deliveries, with a README and a
manifest of all files (rows, SHA-256). No passwords, tokens or other secrets are among them.`,
		Example: `  assay tenant export douala --to /srv/exports/douala
  assay tenant export douala --to /srv/exports/douala.zip`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withTenant(cmd, args[0], func(ctx context.Context, s *services, tenant *administration.Tenant) error {
				if to == "" {
					to = tenant.Code + "-export"
				}
				manifest, err := exportTo(ctx, s, tenant, to)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d files with %d rows are in %s.\n", len(manifest.Files)+1, manifest.Rows(), to)
				return err
			})
		},
	}
	export.Flags().StringVar(&to, "to", "", "a new directory, or a file that ends in .zip; CODE-export when not given")
	return export
}

// exportTo writes into a directory or a zip file. A file that could not be finished is removed.
func exportTo(ctx context.Context, s *services, tenant *administration.Tenant, to string) (*installation.Manifest, error) {
	if !strings.EqualFold(filepath.Ext(to), ".zip") {
		return s.installation.ExportInto(ctx, tenant, to, nil)
	}
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the file %s cannot be made, or is there already", to)
	}
	manifest, err := s.installation.ExportZip(ctx, tenant, file, nil)
	if ended := file.Close(); err == nil {
		err = ended
	}
	if err != nil {
		_ = os.Remove(to) // half an export is none
		return nil, err
	}
	return manifest, nil
}

func newTenantEraseCommand() *cobra.Command {
	var confirm string
	var force bool
	erase := &cobra.Command{
		Use:   "erase CODE --confirm CODE",
		Short: "Remove an administration with everything it has, for good, and prove it",
		Long: `Removes everything of an administration: its rows in every table, what waits for it in
the queue, and the people who belong to no other administration. Only a tombstone remains:
its identifier, a hash of its code, when, by whom, and how many rows of each table were removed.
Every table is counted afterwards and the count is printed. Export it first: there is no way back.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withTenant(cmd, args[0], func(ctx context.Context, s *services, tenant *administration.Tenant) error {
				proof, err := s.installation.Erase(ctx, tenant, installation.EraseInput{Confirm: confirm, Force: force, By: commandActor(cmd), Forget: forgetQueue,
					Progress: func(table string, rows int64) {
						fmt.Fprintf(cmd.ErrOrStderr(), "%12d rows removed from %s\n", rows, table)
					}})
				if proof != nil {
					if err := printProof(cmd.OutOrStdout(), tenant.Code, proof); err != nil {
						return err
					}
				}
				return err
			})
		},
	}
	erase.Flags().StringVar(&confirm, "confirm", "", "the code once more, as a confirmation")
	erase.Flags().BoolVar(&force, "force", false, "also while an export is made or jobs are at work; they are given up")
	return erase
}

// forgetQueue clears the queue of ASSAY_REDIS_URL. Without one the queue lives in the memory of the
// process that serves, and its tasks end as soon as they find no row in the outbox.
func forgetQueue(ctx context.Context, tenant domain.TenantID) (int, error) {
	if os.Getenv(redisURLVariable) == "" {
		return 0, nil
	}
	redis, err := redisFromEnvironment()
	if err != nil {
		return 0, err
	}
	return worker.Forget(ctx, worker.Options{RedisAddress: redis.address, RedisPassword: redis.password, RedisDatabase: redis.database}, tenant)
}

// printProof shows what was removed and that nothing is left.
func printProof(to io.Writer, code string, proof *installation.Proof) error {
	fmt.Fprintf(to, "The administration %s (%s) was erased at %s by %s.\n\n", code, proof.Tenant, proof.ErasedAt.Format("2006-01-02 15:04:05Z"), proof.ErasedBy)
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "TABLE\tREMOVED\tLEFT\t")
	left := int64(0)
	for _, c := range proof.Left {
		fmt.Fprintf(w, "%s\t%d\t%d\t\n", c.Table, proof.Removed[c.Table], c.Rows)
		left += c.Rows
	}
	fmt.Fprintf(w, "account\t%d\t\t\n", proof.Removed["account"])
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(to, "\n%d tables were counted: %d rows are left. %d tasks were taken out of the queue.\n", len(proof.Left), left, proof.Queued)
	return err
}
