package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/domain"
	"assay/domain/intake"
	"assay/domain/warehouse"
)

// importFlags are what an import is asked for besides its files.
type importFlags struct {
	tenant, format, mapName   string
	dryRun, asJSON, noRefresh bool
}

func newImportCommand() *cobra.Command {
	var f importFlags
	command := &cobra.Command{
		Use:   "import --tenant CODE --format FORMAT PATH...",
		Short: "Load an extract of a clearance system",
		Long: `Loads files, folders or archives all or nothing: what cannot be taken of a row is a
reject with file, line, field and reason, and the rest loads; a cut-off file or a load that is
stopped changes nothing and can be run again. The same files twice change nothing.

Formats: ` + strings.Join(intake.Formats, ", ") + `.

The figures follow in a job that the load leaves behind: a worker (assay worker, assay
serve) runs it by itself, assay indicators compute does it now.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runImport(cmd, &f, args) },
	}
	flags := command.Flags()
	flags.StringVar(&f.tenant, "tenant", "", "administration, by its code (required)")
	flags.StringVar(&f.format, "format", "", "format of the files (required)")
	flags.StringVar(&f.mapName, "map", "", "column map: a file, or the name of one of the administration's own or a shipped one")
	flags.BoolVar(&f.dryRun, "dry-run", false, "report what would happen and load nothing")
	flags.BoolVar(&f.asJSON, "json", false, "print the summary as JSON")
	flags.BoolVar(&f.noRefresh, "no-refresh", false, "leave no job that brings the figures up to date")
	for _, name := range []string{"tenant", "format"} {
		_ = command.MarkFlagRequired(name) // the flags exist
	}
	return command
}

func runImport(cmd *cobra.Command, f *importFlags, paths []string) error {
	ctx := cmd.Context()
	in := warehouse.ImportInput{Format: f.format, Delivery: intake.Source{Paths: paths}, Source: sourceOf(paths), By: commandUser(),
		DryRun: f.dryRun, NoRefresh: f.noRefresh}
	if !slices.Contains(intake.Formats, f.format) {
		return domain.Errorf(domain.KindInvalid, "the format %q is not known; there are %s", f.format, strings.Join(intake.Formats, ", "))
	}
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("%s cannot be read: %w", path, err)
		}
	}
	if err := chooseMap(f.mapName, &in); err != nil {
		return err
	}
	s, closeServices, err := openServices(ctx, cmd)
	if err != nil {
		return err
	}
	defer closeServices()
	tenant, err := s.administrations.ByCode(ctx, f.tenant)
	if err != nil {
		return err
	}
	bar := newProgressBar(cmd.ErrOrStderr(), f.asJSON)
	in.Progress = bar.show
	batch, err := s.warehouse.Import(ctx, tenant, in)
	bar.end()
	if err != nil {
		return err
	}
	if f.asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(batch.Report())
	}
	return printImport(ctx, cmd.OutOrStdout(), s.warehouse, tenant.ID, batch)
}

// chooseMap takes --map as a file where there is one of that name, else as a name.
func chooseMap(name string, in *warehouse.ImportInput) error {
	if name == "" {
		return nil
	}
	content, err := os.ReadFile(name)
	switch {
	case err == nil:
		columns, err := intake.ParseColumnMap(content)
		if err != nil {
			return err
		}
		in.Columns = &columns
	case os.IsNotExist(err) && !strings.ContainsAny(name, "/\\."):
		in.MapName = name
	default:
		return fmt.Errorf("the map cannot be read: %w", err)
	}
	return nil
}

func sourceOf(paths []string) string {
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = filepath.Base(filepath.Clean(path))
	}
	return strings.Join(names, ", ")
}

// commandUser says who runs the command, for the record.
func commandUser() string {
	if u, err := user.Current(); err == nil {
		return "command line (" + u.Username + ")"
	}
	return "command line"
}

// progressBar shows on a terminal how far an import is, and nothing elsewhere.
type progressBar struct {
	out   io.Writer
	last  time.Time
	shown bool
}

const (
	barWidth = 30
	barEvery = 200 * time.Millisecond
)

func newProgressBar(out io.Writer, quiet bool) *progressBar {
	if quiet || !isTerminal(out) {
		out = nil
	}
	return &progressBar{out: out}
}

func (b *progressBar) show(p warehouse.LoadProgress) {
	if b.out == nil || time.Since(b.last) < barEvery {
		return
	}
	b.last, b.shown = time.Now(), true
	share := 0.0
	if p.Reading.Total > 0 {
		share = min(1, float64(p.Reading.Bytes)/float64(p.Reading.Total))
	}
	done := int(share * barWidth)
	fmt.Fprintf(b.out, "\r[%s%s] %3.0f%%  %d rows, %d documents, %d rejects ", strings.Repeat("#", done), strings.Repeat(".", barWidth-done),
		share*100, p.Reading.Rows, p.Reading.Documents, p.Reading.Rejects)
}

func (b *progressBar) end() {
	if b.shown {
		fmt.Fprintln(b.out)
	}
}

const shownRejects = 10
