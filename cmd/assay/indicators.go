package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
	"assay/domain/refresh"
)

func newIndicatorsCommand() *cobra.Command {
	command := &cobra.Command{Use: "indicators", Short: "List and compute indicators, and show the SQL that says the same"}
	command.AddCommand(newIndicatorsListCommand(), newIndicatorsComputeCommand(), newIndicatorsSQLCommand())
	return command
}

func newIndicatorsListCommand() *cobra.Command {
	var asJSON bool
	list := &cobra.Command{
		Use:   "list",
		Short: "List the catalogue",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			definitions := indicator.All()
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(listed(definitions))
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "CODE\tVERSION\tNAME\tUNIT\tBETTER\tDATED BY")
			for _, d := range definitions {
				name := d.Name
				if !d.Available() {
					name += " (not yet available)"
				}
				fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\n", d.Code, d.Version, name, d.Unit, d.Direction, d.Basis)
			}
			return w.Flush()
		},
	}
	list.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return list
}

// listedIndicator is an indicator of the catalogue as JSON.
type listedIndicator struct {
	Code       string   `json:"code"`
	Version    int      `json:"version"`
	Name       string   `json:"name"`
	Text       string   `json:"text"`
	Unit       string   `json:"unit"`
	Direction  string   `json:"direction"`
	Basis      string   `json:"basis"`
	Dimensions []string `json:"dimensions"`
	Beside     []string `json:"beside,omitempty"`
	Missing    string   `json:"missing,omitempty"`
}

func listed(definitions []*indicator.Definition) []listedIndicator {
	out := make([]listedIndicator, len(definitions))
	for i, d := range definitions {
		out[i] = listedIndicator{d.Code, d.Version, d.Name, d.Text, string(d.Unit), string(d.Direction), string(d.Basis), d.Dimensions, d.Beside, d.Missing}
	}
	return out
}

// figureFlags are what figures are asked for.
type figureFlags struct {
	tenant, from, to, where string
	by, codes               []string
	asJSON                  bool
}

func (f *figureFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.tenant, "tenant", "", "administration, by its code (required)")
	flags.StringVar(&f.from, "from", "", "first day, YYYY-MM-DD; the first of the data when it is not given")
	flags.StringVar(&f.to, "to", "", "first day after the period, YYYY-MM-DD; the end of the data when it is not given")
	flags.StringSliceVar(&f.by, "by", nil, "dimensions, for example office,officer")
	flags.StringVar(&f.where, "where", "", "filters, for example lane=red,office=DLA1|DLA2")
	_ = cmd.MarkFlagRequired("tenant") // the flag exists
}

func newIndicatorsComputeCommand() *cobra.Command {
	var f figureFlags
	compute := &cobra.Command{
		Use:   "compute --tenant CODE",
		Short: "Compute indicators over a period",
		Long: `Computes indicators over a period, for the whole and for the groups of --by. Where
data were loaded since the figures were last brought up to date, that is done first.`,
		Example: `  assay indicators compute --tenant douala --codes CLR01,CLR04 --by office
  assay indicators compute --tenant douala --codes CTL02 --by officer --where lane=red --from 2026-01-01 --to 2026-07-01 --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd, func(ctx context.Context, s *services, tenant *administration.Tenant, in indicator.Request) error {
				results, err := s.indicators.Compute(ctx, tenant, in)
				if err != nil {
					return err
				}
				if f.asJSON {
					return json.NewEncoder(cmd.OutOrStdout()).Encode(results)
				}
				return printResults(cmd.OutOrStdout(), tenant, results)
			})
		},
	}
	f.add(compute)
	compute.Flags().StringSliceVar(&f.codes, "codes", nil, "indicators; all that can be computed when none is given")
	compute.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	return compute
}

func newIndicatorsSQLCommand() *cobra.Command {
	var f figureFlags
	sql := &cobra.Command{
		Use:   "sql --tenant CODE INDICATOR",
		Short: "Show the reference SQL of an indicator, which says the same slowly over the warehouse",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd, func(ctx context.Context, s *services, tenant *administration.Tenant, in indicator.Request) error {
				statement, err := s.indicators.SQL(ctx, tenant, args[0], in)
				if err != nil {
					return err
				}
				for _, name := range slices.Sorted(maps.Keys(statement.Arguments)) {
					fmt.Fprintf(cmd.OutOrStdout(), "-- @%s = %v\n", name, statement.Arguments[name])
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), statement.Text)
				return err
			})
		},
	}
	f.add(sql)
	return sql
}

// run opens the services, brings the figures up to date and hands on the request.
func (f *figureFlags) run(cmd *cobra.Command, do func(context.Context, *services, *administration.Tenant, indicator.Request) error) error {
	ctx := cmd.Context()
	where, err := indicator.ParseFilters(f.where)
	if err != nil {
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
	if _, err := s.refresh.Run(ctx, tenant.ID, refresh.Input{}); err != nil {
		return err
	}
	in := indicator.Request{Codes: f.codes, By: f.by, Where: where}
	if in.From, in.To, err = f.period(ctx, s, tenant); err != nil {
		return err
	}
	return do(ctx, s, tenant, in)
}

// period is the one asked for; what is not given is where the registrations begin and end.
func (f *figureFlags) period(ctx context.Context, s *services, tenant *administration.Tenant) (from, to cube.Date, err error) {
	snapshot, err := s.indicators.Snapshot(ctx, tenant)
	if err != nil {
		return 0, 0, err
	}
	from, to, known := snapshot.Span(fact.Declaration)
	if !known && (f.from == "" || f.to == "") {
		return 0, 0, domain.Errorf(domain.KindNotReady, "%s has no declarations yet: load its data, or give --from and --to", tenant.Code)
	}
	if f.from != "" {
		if from, err = cube.ParseDate(f.from); err != nil {
			return 0, 0, err
		}
	}
	if f.to != "" {
		if to, err = cube.ParseDate(f.to); err != nil {
			return 0, 0, err
		}
	}
	return from, to, nil
}

// printResults prints a line for the whole of each indicator and one for each group.
func printResults(out io.Writer, tenant *administration.Tenant, results []*indicator.Result) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CODE\tGROUP\tVALUE\tUNIT\tNUMERATOR\tDENOMINATOR\tN\t95 % INTERVAL\tMATURITY")
	for _, r := range results {
		unit := string(r.Definition.Unit)
		if unit == string(indicator.Money) {
			unit = tenant.Currency + " minor units"
		}
		line := func(group string, row indicator.Row) {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", r.Code, group, decimal(row.Value), unit,
				whole(row.Numerator), whole(row.Denominator), row.N, interval(row.Low, row.High), r.Maturity.State)
		}
		line("all", r.Total)
		for _, row := range r.Rows {
			line(strings.Join(row.Keys, " / "), row)
		}
	}
	return w.Flush()
}

func decimal(value *float64) string {
	if value == nil {
		return "-"
	}
	return fmt.Sprintf("%.2f", *value)
}

func whole(value *int64) string {
	if value == nil {
		return "-"
	}
	return fmt.Sprint(*value)
}

func interval(low, high *float64) string {
	if low == nil || high == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f to %.1f", *low, *high)
}
