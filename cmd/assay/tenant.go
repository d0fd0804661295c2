package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"assay/domain"
	"assay/domain/administration"
)

func newTenantCommand() *cobra.Command {
	tenant := &cobra.Command{Use: "tenant", Short: "Administrations of this installation: add, list, suspend, export, erase"}
	tenant.AddCommand(newTenantCreateCommand(), newTenantListCommand(), newTenantSuspendCommand(), newTenantResumeCommand(), newTenantExportCommand(), newTenantEraseCommand())
	return tenant
}

func newTenantCreateCommand() *cobra.Command {
	var in administration.Tenant
	var names []string
	create := &cobra.Command{
		Use:   "create CODE",
		Short: "Add an administration",
		Example: `  assay tenant create douala --name "en=Customs of Douala" --name "fr=Douanes de Douala" \
    --currency XAF --zone Africa/Douala --languages fr,en`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Code = args[0]
			var err error
			if in.Names, err = parseNames(names, in.Languages); err != nil {
				return err
			}
			s, closeServices, err := openServices(cmd.Context(), cmd)
			if err != nil {
				return err
			}
			defer closeServices()
			if err := s.administrations.Create(cmd.Context(), &in); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "The administration %s is ready; its identifier is %s.\n", in.Code, in.ID)
			return err
		},
	}
	create.Flags().StringArrayVar(&names, "name", nil, "name, as LANGUAGE=NAME or just NAME in the first language; may be repeated")
	create.Flags().StringVar(&in.Currency, "currency", "USD", "currency of all its money, ISO 4217")
	create.Flags().StringVar(&in.Zone, "zone", "UTC", "time zone of its offices, IANA")
	create.Flags().StringSliceVar(&in.Languages, "languages", []string{"en"}, "languages, the first is the default")
	return create
}

// parseNames reads LANGUAGE=NAME; a name without a language is in the first one.
func parseNames(texts, languages []string) (map[string]string, error) {
	names := map[string]string{}
	for _, text := range texts {
		language, name, found := strings.Cut(text, "=")
		if !found {
			if len(languages) == 0 {
				return nil, domain.Errorf(domain.KindInvalid, "the name %q has no language: write en=%s", text, text)
			}
			language, name = languages[0], text
		}
		names[language] = name
	}
	return names, nil
}

func newTenantListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the administrations",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, closeServices, err := openServices(cmd.Context(), cmd)
			if err != nil {
				return err
			}
			defer closeServices()
			all, err := s.installation.Overview(cmd.Context())
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "CODE\tNAME\tCURRENCY\tZONE\tLANGUAGES\tSTATE\tDECLARATIONS\tMONTHS\tMB\tLAST LOAD\tJOBS WAITING\tFAILED")
			for _, one := range all {
				t, size := one.Tenant, one.Size
				last := "never"
				if size.LastLoad != nil {
					last = size.LastLoad.UTC().Format("2006-01-02 15:04Z")
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%.1f\t%s\t%d\t%d\n", t.Code, t.Name(""), t.Currency, t.Zone, strings.Join(t.Languages, ","), t.State,
					size.Declarations, size.Months, float64(size.Bytes)/1e6, last, size.Waiting, size.Failed)
			}
			return w.Flush()
		},
	}
}
