package present

import "assay/web/view"

// Spark draws the course of a measure as a small line, with a sentence that says
// from where to where it goes.
func (p Presenter) Spark(m Measure, readings []Reading, shown int) *view.Spark {
	marks := make([]view.Reading, len(readings))
	first, last := -1, -1
	for i, r := range readings {
		if r.Value == nil || (r.Small && m.Kind == Share) {
			continue
		}
		marks[i] = view.Reading{Value: r.Value}
		if m.Kind == Share {
			marks[i].Low, marks[i].High = r.Low, r.High
		}
		if first < 0 {
			first = i
		}
		last = i
	}
	if first < 0 {
		return nil
	}
	label := p.T("spark.label", "From", p.Value(m.Kind, *readings[first].Value), "To", p.Value(m.Kind, *readings[last].Value))
	return view.NewSpark(marks, shown, p.RightToLeft(), label)
}
