package benchdata

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"assay/domain/cube"
)

// Ratio says how many rows of a grain there are for a thousand declarations.
type Ratio struct {
	Grain       *cube.Grain
	PerThousand int
}

// values is how many different codes there are, by what a column's name
// contains; others have 8.
var values = []struct {
	part string
	n    int
}{
	{"office", 24}, {"section", 96}, {"officer", 288}, {"examiner", 288}, {"broker", 500}, {"importer", 40000}, {"exporter", 20000}, {"trader", 40000},
	{"hs_heading", 1200}, {"heading", 1200}, {"hs", 1200}, {"origin", 150}, {"country", 150}, {"regime", 12}, {"procedure", 40}, {"tax", 12}, {"relief", 30},
	{"currency", 20}, {"carrier", 60},
}

// lanes are the colours that the catalogue asks for.
var lanes = []string{"green", "yellow", "red", "blue"}

// GrainSegment makes rows of any grain for one month: values by the types of the
// columns, flags at random. What the figures are means nothing; what it costs to
// ask for them does.
func GrainSegment(g *cube.Grain, m cube.Month, rows int) (*cube.Segment, error) {
	random := rand.New(rand.NewPCG(11, uint64(m)*97+uint64(len(g.Columns))))
	amounts := make([]int64, 1<<14)
	for i := range amounts {
		amounts[i] = int64(40_000 * math.Exp(random.NormFloat64()))
	}
	codes := make([][]string, len(g.Columns))
	for i, c := range g.Columns {
		if c.Type == cube.Code {
			codes[i] = codesOf(c.Name)
		}
	}
	builder, r := cube.NewBuilder(g, m), g.NewRow()
	days := int((m + 1).First() - m.First())
	for n := range rows {
		day := m.First() + cube.Date(n*days/rows)
		for i := range g.Columns {
			switch c := &g.Columns[i]; c.Type {
			case cube.Code:
				u := random.Float64()
				r.Code(i, codes[i][int(u*u*float64(len(codes[i])))])
			case cube.Day:
				switch {
				case c.Name == g.Date:
					r.Day(i, day)
				case random.IntN(20) > 0:
					r.Day(i, day+cube.Date(random.IntN(20)))
				}
			case cube.Integer:
				if strings.HasSuffix(c.Name, "_id") || c.Name == "declaration" {
					r.Integer(i, int64(m)*10_000_000+int64(n))
				} else if random.IntN(10) > 0 {
					r.Integer(i, amounts[random.Uint64()%uint64(len(amounts))])
				}
			case cube.Flags:
				r.Flags(i, random.Uint64()&(1<<len(c.Flags)-1))
			}
		}
		if err := builder.Append(&r); err != nil {
			return nil, err
		}
	}
	return builder.Segment()
}

func codesOf(column string) []string {
	if column == "lane" {
		return lanes
	}
	n := 8
	for _, v := range values {
		if strings.Contains(column, v.part) {
			n = v.n
			break
		}
	}
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s%05d", column[:min(3, len(column))], i)
	}
	return list
}

// GrainSegments makes, or finds in the directory, the segments of an
// administration with so many declarations over all Months, and hands on each.
func GrainSegments(ratios []Ratio, declarations int, directory string, use func(*cube.Segment) error) error {
	var group errgroup.Group
	group.SetLimit(cube.DefaultWorkers())
	for i := range cube.Month(Months) {
		for _, ratio := range ratios {
			group.Go(func() error {
				rows := declarations / Months * ratio.PerThousand / 1000
				path := filepath.Join(directory, fmt.Sprintf("%s-%s-%d.parquet", ratio.Grain.Name, First+i, rows))
				segment, err := read(path)
				if err == nil && segment == nil {
					if segment, err = GrainSegment(ratio.Grain, First+i, rows); err == nil {
						err = os.WriteFile(path, segment.Content(), 0o600)
					}
				}
				if err != nil || use == nil {
					return err
				}
				return use(segment)
			})
		}
	}
	return group.Wait()
}

// read opens a kept segment, nil if there is none.
func read(path string) (*cube.Segment, error) {
	content, err := os.ReadFile(path) //nolint:gosec // the directory that the benchmark was given
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return cube.Open(content)
}
