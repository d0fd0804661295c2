// Command assay measures how a Customs administration performs: it takes in what
// the clearance system records and turns it into indicators on pages and in an API.
//
// This package only wires: flags, configuration, start and stop. Each command is
// in a file of its own and is registered in commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // offices have time zones, and a small server has no list of them

	"github.com/spf13/cobra"

	"assay/domain"
)

// The exit codes: 130 is what a shell gives a program that Ctrl-C has ended.
const (
	exitFailed      = 1
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for an orderly stop; with the handler gone, a second
	// one ends the program at once.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command line and gives the exit code. Every failure is one
// sentence on stderr.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "assay: interrupted")
		return exitInterrupted
	default:
		fmt.Fprintln(stderr, "assay: "+oneLine(sentence(err)))
		return exitFailed
	}
}

// sentence is what the user of a command is told: the sentence of a failure that is meant for
// users, without what was tried and without its cause; of any other failure all there is,
// because the user of a command line is its operator too.
func sentence(err error) string {
	var known *domain.Error
	if !errors.As(err, &known) || known.Kind == domain.KindInternal {
		return err.Error()
	}
	shown := *known
	shown.Cause = nil
	return shown.Error()
}

// oneLine puts the lines of a sentence behind one another.
func oneLine(text string) string {
	var parts []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, "; ")
}

// commands lists every command of the program. A new one is a function in a file
// of its own, added here.
func commands() []*cobra.Command {
	return []*cobra.Command{
		newMigrateCommand(),
		newVerifyCommand(),
		newIndicatorsCommand(),
		newWorkerCommand(),
		newServeCommand(),
		newDemoCommand(),
		newImportCommand(),
		newSampleCommand(),
		newTenantCommand(),
		newAccountCommand(),
		newPolicyCommand(),
		newAuditCommand(),
		newKeyCommand(),
		newVersionCommand(),
	}
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "assay",
		Short: "Measure how a Customs administration performs",
		Long: `Assay takes the extracts of a Customs clearance system and turns them into
performance indicators that lead down to the single declaration.

Commands that need a database use ASSAY_DATABASE_URL. Where it is not set they use
a private PostgreSQL cluster in the --data directory, which they start and stop.`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	addDataFlag(root)
	addCubeMemoryFlag(root)
	root.AddCommand(commands()...)
	refuseUnknown(root)
	sayUse(root)
	return root
}

// sayUse makes every command that is given too few or too many words say how it is written,
// instead of counting its arguments.
func sayUse(command *cobra.Command) {
	for _, child := range command.Commands() {
		sayUse(child)
	}
	accepts := command.Args
	if accepts == nil || !command.Runnable() {
		return
	}
	command.Args = func(cmd *cobra.Command, args []string) error {
		if accepts(cmd, args) == nil {
			return nil
		}
		return domain.Errorf(domain.KindInvalid, "write it like this: %s", strings.TrimSuffix(cmd.UseLine(), " [flags]"))
	}
}

// refuseUnknown makes every command without an action of its own (assay migrate)
// refuse a word that is none of its commands, instead of printing help and
// reporting success.
func refuseUnknown(command *cobra.Command) {
	for _, child := range command.Commands() {
		refuseUnknown(child)
	}
	if command.Runnable() || !command.HasSubCommands() {
		return
	}
	command.Args = cobra.ArbitraryArgs
	command.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		return fmt.Errorf("unknown command %q: see %s --help", args[0], cmd.CommandPath())
	}
}
