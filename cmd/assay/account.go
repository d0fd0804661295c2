package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
)

func newAccountCommand() *cobra.Command {
	command := &cobra.Command{Use: "account", Short: "Add people who sign in"}
	command.AddCommand(newAccountCreateCommand())
	return command
}

func newAccountCreateCommand() *cobra.Command {
	var in account.NewAccount
	var tenant, role, office, officer string
	create := &cobra.Command{
		Use:   "create SIGN-IN-NAME",
		Short: "Add a person to an administration",
		Long:  "Adds a person to an administration under a role. The password is asked for, or read as one line from standard input.",
		Example: `  assay account create amina@customs.example --name "Amina Sule" --tenant douala --role analyst
  pass show assay/amina | assay account create amina@customs.example --name "Amina Sule" --tenant douala --role analyst`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !knownRole(role) {
				return domain.Errorf(domain.KindInvalid, "there is no role %q; the roles are %s", role, roleNames())
			}
			s, closeServices, err := openServices(cmd.Context(), cmd)
			if err != nil {
				return err
			}
			defer closeServices()
			t, err := s.administrations.ByCode(cmd.Context(), tenant)
			if err != nil {
				return err
			}
			if in.Password, err = readPassword(cmd.InOrStdin(), cmd.ErrOrStderr()); err != nil {
				return err
			}
			in.SignInName = args[0]
			created, err := s.accounts.Create(cmd.Context(), in)
			if err != nil {
				return err
			}
			if err := s.accounts.Join(cmd.Context(), created.ID, account.Membership{Tenant: t.ID, Role: role, Office: office, Officer: officer}); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s can sign in as %s of %s.\n", created.SignInName, role, t.Code)
			return err
		},
	}
	flags := create.Flags()
	flags.StringVar(&in.Name, "name", "", "the person's name")
	flags.StringVar(&in.Language, "language", "en", "language of the person's pages")
	flags.StringVar(&tenant, "tenant", "", "code of the administration")
	flags.StringVar(&role, "role", "", "one of "+roleNames())
	flags.StringVar(&office, "office", "", "the office of a head of office")
	flags.StringVar(&officer, "officer", "", "the person's user name in the clearance system")
	for _, name := range []string{"name", "tenant", "role"} {
		_ = create.MarkFlagRequired(name) // the flag exists: two lines above
	}
	return create
}

func knownRole(name string) bool {
	for _, role := range access.Grantable {
		if string(role) == name {
			return true
		}
	}
	return false
}

func roleNames() string {
	names := make([]string, len(access.Grantable))
	for i, role := range access.Grantable {
		names[i] = string(role)
	}
	return strings.Join(names, ", ")
}

// readPassword asks without showing what is typed on a terminal, else reads one line.
func readPassword(in io.Reader, prompt io.Writer) (string, error) {
	if file, ok := in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		fmt.Fprint(prompt, "Password: ")
		password, err := term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(prompt)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return string(password), nil
	}
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && line == "" {
		return "", domain.Errorf(domain.KindInvalid, "no password was given on standard input")
	}
	return strings.TrimRight(line, "\r\n"), nil
}
