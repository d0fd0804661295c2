package web

import (
	"fmt"
	"html/template"
)

// strokes are the icons' drawings on a field of 16 by 16. Each goes with a word beside
// it or a label on its link: an icon never stands alone for a meaning.
var strokes = map[string]string{
	"mark":         `<path d="M8 1.5 14.5 8 8 14.5 1.5 8Z" fill="none" stroke-width="1.6"/><path d="M5 9.6 7.2 7.6 8.8 9 11 6.4" stroke-width="1.6"/>`,
	"bell":         `<path d="M3.500 11.500h9c-1-1-1.300-2-1.300-4.500a3.200 3.200 0 0 0-6.400 0c0 2.500-.3 3.500-1.300 4.500ZM6.700 13.500a1.500 1.500 0 0 0 2.600 0"/>`,
	"key":          `<circle cx="5" cy="8" r="2.800"/><path d="M7.800 8h6v2.500M11 8v2"/>`,
	"globe":        `<circle cx="8" cy="8" r="6"/><path d="M2 8h12M8 2c2 2 2.4 4 2.4 6S10 12 8 14c-2-2-2.4-4-2.4-6S6 4 8 2Z"/>`,
	"down":         `<path d="m4 6 4 4 4-4"/>`,
	"up":           `<path d="m4 10 4-4 4 4"/>`,
	"rise":         `<path d="M8 13V3.5M4 7l4-4 4 4" stroke-width="1.8"/>`,
	"fall":         `<path d="M8 3v9.500M4 9l4 4 4-4" stroke-width="1.8"/>`,
	"level":        `<path d="M3 6h10M3 10h10" stroke-width="1.8"/>`,
	"sort":         `<path d="m5 6 3-3 3 3M5 10l3 3 3-3"/>`,
	"before":       `<path d="M10 4 6 8l4 4"/>`,
	"after":        `<path d="m6 4 4 4-4 4"/>`,
	"to":           `<path d="M2.5 8h10M9 4.5 12.5 8 9 11.5"/>`,
	"cross":        `<path d="m4.5 4.5 7 7m0-7-7 7"/>`,
	"clock":        `<circle cx="8" cy="8" r="6"/><path d="M8 4.500V8l2.5 1.5"/>`,
	"hourglass":    `<path d="M4 2h8M4 14h8M5 2v2.500L8 8l3-3.500V2M5 14v-2.500L8 8l3 3.500V14"/>`,
	"few":          `<circle cx="4" cy="10" r="1.2"/><circle cx="8" cy="6" r="1.2"/><circle cx="12" cy="10" r="1.2"/>`,
	"info":         `<circle cx="8" cy="8" r="6"/><path d="M8 7.500V11M8 5v.1"/>`,
	"good":         `<circle cx="8" cy="8" r="6"/><path d="m5.5 8.2 1.8 1.8 3.300-3.700"/>`,
	"warning":      `<path d="M8 2.5 14.5 13.500h-13ZM8 6.500v3.2M8 11.600v.1"/>`,
	"bad":          `<path d="M5.5 2h5L14 5.500v5L10.5 14h-5L2 10.500v-5ZM8 5v3.500M8 11v.1"/>`,
	"running":      `<path d="M13.5 8A5.5 5.5 0 1 1 8 2.5"/>`,
	"download":     `<path d="M8 2.500v7.500M4.8 7 8 10.2 11.2 7M3 13.500h10"/>`,
	"list":         `<path d="M6 4h7.500M6 8h7.500M6 12h7.500M2.8 4h.1M2.8 8h.1M2.8 12h.1"/>`,
	"eye":          `<path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Z"/><circle cx="8" cy="8" r="2"/>`,
	"code":         `<path d="m5.5 4.5-3.5 3.5 3.5 3.500M10.5 4.500l3.5 3.5-3.5 3.5"/>`,
	"yes":          `<path d="m3.5 8.5 3 3 6-7" stroke-width="1.8"/>`,
	"no":           `<path d="M4 8h8"/>`,
	"wanted-up":    `<path d="M3 12 12 4M6.5 4H12v5.5"/>`,
	"wanted-down":  `<path d="m3 4 9 8M6.5 12H12V6.5"/>`,
	"wanted-band":  `<path d="M3 4.500h10M3 11.500h10M8 7v2"/>`,
	"wanted-none":  `<circle cx="8" cy="8" r="2"/>`,
	"lock":         `<path d="M4 7.500h8v6H4ZM5.5 7.500V5a2.5 2.5 0 0 1 5 0v2.5"/>`,
	"search":       `<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>`,
	"box":          `<path d="M2.5 5.5 8 2.500l5.5 3v5.500L8 14l-5.5-3ZM2.5 5.5 8 8.500l5.5-3M8 8.500V14"/>`,
	"lane-green":   `<circle cx="8" cy="8" r="5" fill="currentColor" stroke="none"/>`,
	"lane-yellow":  `<path d="M8 2.5 14 13H2Z" fill="currentColor" stroke="none"/>`,
	"lane-red":     `<path d="M3 3h10v10H3Z" fill="currentColor" stroke="none"/>`,
	"lane-blue":    `<path d="M8 2 14 8 8 14 2 8Z" fill="currentColor" stroke="none"/>`,
	"lane-unknown": `<circle cx="8" cy="8" r="4.5"/>`,
}

var icons = drawIcons()

func drawIcons() map[string]template.HTML {
	drawn := make(map[string]template.HTML, len(strokes))
	for name, paths := range strokes {
		drawn[name] = template.HTML(fmt.Sprintf( //nolint:gosec // the drawings above, nothing from outside
			`<svg class="icon icon-%s" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">%s</svg>`,
			name, paths))
	}
	return drawn
}

// icon gives a drawing; a name that is not known is a mistake of ours and stops the page.
func icon(name string) (template.HTML, error) {
	drawing, ok := icons[name]
	if !ok {
		return "", fmt.Errorf("there is no icon %q", name)
	}
	return drawing, nil
}
