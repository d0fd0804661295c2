package main

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/seal"
)

// pinVariable gives the PIN of a token, which must stand in no command line.
const pinVariable = "ASSAY_TOKEN_PIN"

func newKeyCommand() *cobra.Command {
	command := &cobra.Command{Use: "key", Short: "Keys with which administrations seal contracts and letters"}
	command.AddCommand(newKeyListCommand(), newKeyCreateCommand(), newKeyImportCommand(), newKeyFileCommand(), newKeyTokenCommand(), newKeyCertificateCommand())
	return command
}

// onKeys runs something with an administration's keys.
func onKeys(do func(ctx context.Context, out io.Writer, s *services, tenant *administration.Tenant) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		s, closeServices, err := openServices(cmd.Context(), cmd)
		if err != nil {
			return err
		}
		defer closeServices()
		tenant, err := s.administrations.ByCode(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		return do(cmd.Context(), cmd.OutOrStdout(), s, tenant)
	}
}

var keyAuthor = seal.Author{SignInName: "operator", Capacity: "installation_operator", Origin: "assay key"}

func printNewKey(out io.Writer, tenant *administration.Tenant, key *seal.Key, err error) error {
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Documents of %s are sealed with a new key now, valid until %s. Fingerprint of its certificate, to be published:\n%s\n",
		tenant.Code, key.ValidTo.Format(time.DateOnly), key.Fingerprint)
	return err
}

func newKeyCreateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "create TENANT",
		Short: "Make a new key, kept encrypted in the database, and retire the one before",
		Args:  cobra.ExactArgs(1),
		RunE: onKeys(func(ctx context.Context, out io.Writer, s *services, tenant *administration.Tenant) error {
			key, err := s.seals.Create(ctx, tenant, keyAuthor)
			return printNewKey(out, tenant, key, err)
		}),
	}
}

func newKeyImportCommand() *cobra.Command {
	var private, certificates string
	command := &cobra.Command{
		Use:   "import TENANT",
		Short: "Keep a private key and its certificates, encrypted in the database",
		Args:  cobra.ExactArgs(1),
		RunE: onKeys(func(ctx context.Context, out io.Writer, s *services, tenant *administration.Tenant) error {
			content, err := readKeyFile(private)
			if err != nil {
				return err
			}
			if block, _ := pem.Decode(content); block != nil {
				content = block.Bytes
			}
			chain, err := readKeyFile(certificates)
			if err != nil {
				return err
			}
			key, err := s.seals.Import(ctx, tenant, keyAuthor, content, chain)
			return printNewKey(out, tenant, key, err)
		}),
	}
	command.Flags().StringVar(&private, "private", "", "private key, PKCS #8 in PEM or DER, without a password")
	command.Flags().StringVar(&certificates, "certificates", "", "certificates in PEM, the key's own first")
	return requireFlags(command, "private", "certificates")
}

func newKeyFileCommand() *cobra.Command {
	var private, certificates string
	command := &cobra.Command{
		Use:   "file TENANT",
		Short: "Seal with the private key of a file of this server, which stays where it is",
		Args:  cobra.ExactArgs(1),
		RunE: onKeys(func(ctx context.Context, out io.Writer, s *services, tenant *administration.Tenant) error {
			chain, err := readKeyFile(certificates)
			if err != nil {
				return err
			}
			key, err := s.seals.UseFile(ctx, tenant, keyAuthor, private, chain)
			return printNewKey(out, tenant, key, err)
		}),
	}
	command.Flags().StringVar(&private, "private", "", "whole path of the private key, PKCS #8 in PEM or DER; its owner alone may read it")
	command.Flags().StringVar(&certificates, "certificates", "", "certificates in PEM, the key's own first")
	return requireFlags(command, "private", "certificates")
}

func newKeyTokenCommand() *cobra.Command {
	var in seal.TokenInput
	var certificates string
	command := &cobra.Command{
		Use:   "token TENANT",
		Short: "Seal with a key on a PKCS #11 token",
		Long: `The token is reached through pkcs11-tool (package opensc). Its PIN is taken from the environment variable
` + pinVariable + ` and kept encrypted. The token signs once to show that it is there.`,
		Args: cobra.ExactArgs(1),
		RunE: onKeys(func(ctx context.Context, out io.Writer, s *services, tenant *administration.Tenant) error {
			chain, err := readKeyFile(certificates)
			if err != nil {
				return err
			}
			if in.PIN = os.Getenv(pinVariable); in.PIN == "" {
				return domain.Errorf(domain.KindInvalid, "set %s to the token's PIN", pinVariable)
			}
			key, err := s.seals.UseToken(ctx, tenant, keyAuthor, in, chain)
			return printNewKey(out, tenant, key, err)
		}),
	}
	command.Flags().StringVar(&in.Module, "module", "", "the token's library, for example /usr/lib/softhsm/libsofthsm2.so")
	command.Flags().StringVar(&in.ID, "id", "", "number of the key on the token, hexadecimal")
	command.Flags().StringVar(&certificates, "certificates", "", "certificates in PEM, the key's own first")
	return requireFlags(command, "module", "id", "certificates")
}

func newKeyListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list TENANT",
		Short: "List the keys, the one in use first; old ones stay",
		Args:  cobra.ExactArgs(1),
		RunE: onKeys(func(ctx context.Context, out io.Writer, s *services, tenant *administration.Tenant) error {
			keys, err := s.seals.Keys(ctx, tenant.ID)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "FINGERPRINT\tPLACE\tCERTIFICATE OF\tVALID UNTIL\tADDED\tBY\tRETIRED")
			for _, k := range keys {
				retired := "in use"
				if !k.InUse() {
					retired = k.RetiredAt.Format(time.DateOnly)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.Fingerprint, k.Place, k.Subject, k.ValidTo.Format(time.DateOnly), k.AddedAt.Format(time.DateOnly), k.AddedBy, retired)
			}
			return w.Flush()
		}),
	}
}

func newKeyCertificateCommand() *cobra.Command {
	var fingerprint string
	command := &cobra.Command{
		Use:   "certificate TENANT",
		Short: "Print the certificate of the key in use, or of an older one, for readers of documents",
		Args:  cobra.ExactArgs(1),
		RunE: onKeys(func(ctx context.Context, out io.Writer, s *services, tenant *administration.Tenant) error {
			keys, err := s.seals.Keys(ctx, tenant.ID)
			if err != nil {
				return err
			}
			for _, k := range keys {
				if fingerprint == "" && k.InUse() || fingerprint != "" && strings.HasPrefix(k.Fingerprint, strings.ToLower(fingerprint)) {
					_, err := out.Write(k.Certificates)
					return err
				}
			}
			return domain.Errorf(domain.KindNotFound, "%s has no such key", tenant.Code)
		}),
	}
	command.Flags().StringVar(&fingerprint, "fingerprint", "", "beginning of the fingerprint of an older certificate")
	return command
}

func requireFlags(command *cobra.Command, names ...string) *cobra.Command {
	for _, name := range names {
		if err := command.MarkFlagRequired(name); err != nil {
			panic(err) // a flag that was not defined; every start of the program would find it
		}
	}
	return command
}

// readKeyFile reads a small file that the operator names.
func readKeyFile(path string) ([]byte, error) {
	const most = 256 << 10
	file, err := os.Open(path)
	if err != nil {
		return nil, domain.Wrap(domain.KindNotFound, err, "the file %s cannot be read", path)
	}
	defer file.Close() //nolint:errcheck // only read from
	content, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil || len(content) > most {
		return nil, domain.Errorf(domain.KindInvalid, "the file %s is no key and no certificate", path)
	}
	return content, nil
}
