package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"assay/domain/sample"
)

// newSampleCommand writes an extract of an administration that does not exist.
func newSampleCommand() *cobra.Command {
	p := sample.DefaultParameters()
	var out, profile, timing string
	var rates []string
	var asJSON bool
	command := &cobra.Command{
		Use:   "sample --out DIR",
		Short: "Write an extract of an imagined administration, and what was planted in it",
		Long: `Writes the files that an ASYCUDA World site would give (see domain/intake/EXTRACT.md)
for an administration that does not exist, and beside them truth.json and
truth_keys.csv, which say what was planted: favoured pairs of officer and broker,
officers with a habit, and declarations that break the rules P1 to P14.

The same arguments give the same files. Profiles: before (legacy practice), after
(reformed), mixed (reformed in the middle of the series) and clean (as after, with
nothing planted and no rule broken).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p.Profile, p.Timing = sample.Profile(profile), sample.Timing(timing)
			for _, text := range rates {
				rule, value, _ := strings.Cut(text, "=")
				rate, err := strconv.ParseFloat(value, 64)
				if err != nil {
					return fmt.Errorf("--rate %s: want RULE=NUMBER, such as P2=60", text)
				}
				p.PerTenThousand[strings.ToUpper(rule)] = rate
			}
			begin := time.Now()
			progress := func(done int) {
				fmt.Fprintf(cmd.ErrOrStderr(), "\r%d of %d declarations", done, p.Declarations)
			}
			if asJSON || !isTerminal(cmd.ErrOrStderr()) {
				progress = nil
			}
			summary, err := sample.Write(cmd.Context(), out, p, progress)
			if progress != nil {
				fmt.Fprintln(cmd.ErrOrStderr())
			}
			if err != nil {
				return err
			}
			seconds := time.Since(begin).Seconds()
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(struct {
					sample.Summary
					Seconds float64 `json:"seconds"`
				}{summary, seconds})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d declarations written to %s in %.1f s (%.0f a second)\n",
				summary.Declarations, out, seconds, float64(summary.Declarations)/seconds)
			return err
		},
	}
	f := command.Flags()
	f.StringVar(&out, "out", "", "folder to write into (required)")
	_ = command.MarkFlagRequired("out") // the flag exists
	f.IntVar(&p.Declarations, "declarations", p.Declarations, "number of declarations")
	f.Uint64Var(&p.Seed, "seed", p.Seed, "seed: another one gives another administration")
	f.IntVar(&p.Months, "months", p.Months, "length of the series in months")
	f.StringVar(&p.End, "end", p.End, "last month, YYYY-MM; the extract ends with its last minute")
	f.StringVar(&profile, "profile", string(p.Profile), "before, after, mixed or clean")
	f.StringVar(&p.Locale, "locale", p.Locale, "names in en, fr or ar")
	f.StringVar(&p.Country, "country", "", "country, ISO 3166 (default: the locale's)")
	f.StringVar(&p.Currency, "currency", "", "national currency, ISO 4217 (default: the locale's)")
	f.StringVar(&p.Zone, "zone", "", "time zone of the offices, IANA (default: the locale's)")
	f.StringVar(&timing, "timing", string(p.Timing), "when selectivity gives the lane: before_assessment or after_payment")
	f.IntVar(&p.Offices, "offices", p.Offices, "number of offices")
	f.IntVar(&p.Brokers, "brokers", 0, "number of brokers (default: by size)")
	f.IntVar(&p.Importers, "importers", 0, "number of importers (default: by size)")
	f.Float64Var(&p.Scale, "scale", 0, "multiply the usual number of examiners (default: by workload)")
	f.IntVar(&p.Favours, "favours", p.Favours, "favoured pairs of officer and broker (default: the profile's)")
	f.Float64Var(&p.FavourQ, "favour-share", p.FavourQ, "share of a favoured broker's declarations diverted (default: the profile's)")
	f.StringArrayVar(&rates, "rate", nil, "how often a rule is broken per 10,000 declarations, RULE=NUMBER (default 20, P2 and P7 60)")
	f.BoolVar(&p.Gzip, "gzip", false, "compress every file")
	f.BoolVar(&asJSON, "json", false, "print a JSON summary")
	return command
}

// isTerminal reports whether somebody watches the writer, so that a progress line
// makes sense.
func isTerminal(w io.Writer) bool {
	f, isFile := w.(*os.File)
	return isFile && term.IsTerminal(int(f.Fd()))
}
