package main

import (
	"bufio"
	"context"
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
	var tenant, role, office, officer, trader string
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
			m := account.Membership{Role: role, Office: office, Officer: officer}
			if role == string(access.Trader) || trader != "" {
				if m, err = operatorOf(cmd.Context(), s, t.ID, role, trader); err != nil {
					return err
				}
			}
			if in.Password, err = readPassword(cmd.InOrStdin(), cmd.ErrOrStderr()); err != nil {
				return err
			}
			in.SignInName = args[0]
			created, err := s.accounts.Create(cmd.Context(), in)
			if err != nil {
				return err
			}
			m.Tenant = t.ID
			if err := s.accounts.Join(cmd.Context(), created.ID, m); err != nil {
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
	flags.StringVar(&trader, "trader", "", "of an economic operator: importer/CODE or broker/CODE")
	flags.StringVar(&officer, "officer", "", "the person's user name in the clearance system")
	for _, name := range []string{"name", "tenant", "role"} {
		_ = create.MarkFlagRequired(name) // the flag exists: two lines above
	}
	return create
}

// operatorOf is the membership of an economic operator, checked against what was loaded.
func operatorOf(ctx context.Context, s *services, tenant domain.TenantID, role, trader string) (m account.Membership, err error) {
	kind, code, _ := strings.Cut(trader, "/")
	m = account.Membership{Role: role, Trader: code, TraderKind: account.TraderKind(kind)}
	if role != string(access.Trader) || code == "" || !m.TraderKind.Known() {
		return m, domain.Errorf(domain.KindInvalid, "an economic operator, and nobody else, is created with --role %s --trader importer/CODE or broker/CODE", access.Trader)
	}
	known, err := s.administrations.HasTrader(ctx, tenant, m.TraderKind == account.Broker, code)
	if err == nil && !known {
		err = domain.Errorf(domain.KindNotFound, "what was loaded names no %s with the code %q", kind, code)
	}
	return m, err
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
