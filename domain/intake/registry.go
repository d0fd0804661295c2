package intake

import (
	"strconv"

	"github.com/RoaringBitmap/roaring/v2"

	"assay/domain/declaration"
)

// registry knows which declarations a delivery has had. Numbers run in series, so a bitmap a
// series is small; numbers that are no plain integers are kept as texts, up to a limit.
type registry struct {
	series map[seriesKey]*roaring.Bitmap
	others map[string]struct{}
}

type seriesKey struct {
	office, serial string
	year           int
}

// maxRegistered bounds the texts and the series.
const maxRegistered = 1 << 20

func newRegistry() *registry {
	return &registry{series: map[seriesKey]*roaring.Bitmap{}, others: map[string]struct{}{}}
}

// add takes a declaration and says whether it is new.
func (g *registry) add(ref declaration.Reference) bool {
	number, err := strconv.ParseUint(ref.Number, 10, 32)
	if err == nil && strconv.FormatUint(number, 10) == ref.Number {
		key := seriesKey{ref.Office, ref.Serial, ref.Year}
		bitmap := g.series[key]
		if bitmap == nil && len(g.series) < maxRegistered {
			bitmap = roaring.New()
			g.series[key] = bitmap
		}
		if bitmap != nil {
			return bitmap.CheckedAdd(uint32(number))
		}
	}
	return g.addText(ref.String())
}

func (g *registry) addText(text string) bool {
	if _, known := g.others[text]; known {
		return false
	}
	if len(g.others) < maxRegistered {
		g.others[text] = struct{}{}
	}
	return true
}
