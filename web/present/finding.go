package present

import (
	"encoding/json"
	"sort"
	"strconv"
	"strings"
	"time"

	"assay/domain/crosscheck"
	"assay/web/view"
)

// findings lists what the crosschecks found, the gravest first. What newer data have
// superseded comes last.
func (p Presenter) findings(d Dossier) []view.Finding {
	sorted := append([]crosscheck.Finding(nil), d.Findings...)
	weight := map[crosscheck.Severity]int{"critical": 0, "high": 1, "medium": 2, "low": 3}
	sort.SliceStable(sorted, func(i, j int) bool {
		a, b := sorted[i], sorted[j]
		if (a.State == crosscheck.Superseded) != (b.State == crosscheck.Superseded) {
			return b.State == crosscheck.Superseded
		}
		return weight[a.Severity] < weight[b.Severity]
	})
	var out []view.Finding
	for _, f := range sorted {
		out = append(out, view.Finding{Rule: f.Rule.String(), Name: p.T("rule." + f.Rule.String() + ".name"), Statement: p.T("rule." + f.Rule.String() + ".statement"),
			Severity: p.T("finding.severity." + string(f.Severity)), SeverityKind: string(f.Severity), State: p.T("finding.state." + string(f.State)),
			When: p.Instant(f.DetectedAt), Evidence: p.evidence(f.Evidence.Facts)})
	}
	return out
}

// evidence writes the source rows and figures of a finding as pairs, in the order of their names.
func (p Presenter) evidence(facts json.RawMessage) []view.Fact {
	var values map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(facts)))
	decoder.UseNumber()
	if decoder.Decode(&values) != nil {
		return nil
	}
	var out []view.Fact
	p.flatten(&out, "", values)
	return out
}

// longestEvidence bounds how many pairs a page shows of one finding.
const longestEvidence = 60

func (p Presenter) flatten(out *[]view.Fact, name string, value any) {
	if len(*out) >= longestEvidence {
		return
	}
	switch v := value.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		for _, key := range keys {
			p.flatten(out, strings.TrimSpace(name+" "+strings.ReplaceAll(key, "_", " ")), v[key])
		}
	case []any:
		for i, entry := range v {
			p.flatten(out, name+" "+strconv.Itoa(i+1), entry)
		}
	case nil:
	case string:
		text := v
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
			text = p.Instant(at)
		}
		*out = append(*out, view.Fact{Name: name, Text: text})
	case bool:
		answer := "answer.no"
		if v {
			answer = "answer.yes"
		}
		*out = append(*out, view.Fact{Name: name, Text: p.T(answer)})
	case json.Number:
		text := v.String()
		if n, err := v.Int64(); err == nil {
			text = p.Count(n)
		}
		*out = append(*out, view.Fact{Name: name, Text: text, Number: true})
	}
}
