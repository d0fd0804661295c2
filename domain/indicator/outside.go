package indicator

import "slices"

// toldOutside are the indicators of which an economic operator is told the own figure: how fast the own declarations went, and what
// was found on them. What says how an administration chooses what it controls, or how its officers work, is not among them.
var toldOutside = []string{
	"CLR01", "CLR02", "CLR03", "CLR04", "CLR05", "CLR06", "CLR07", "CLR08", "CLR09", "CLR10", "REV04",
	"CTL01", "CTL02", "CTL06", "INF01", "INF05", "TRN02", "TRN03", "DQ02", "DQ03", "OPR01", "OPR02",
}

// ToldOutside reports whether an economic operator may be told the own figure of an indicator. One of an administration's own
// never is: it may be about anything.
func (d *Definition) ToldOutside() bool { return d.Own == nil && slices.Contains(toldOutside, d.Code) }
