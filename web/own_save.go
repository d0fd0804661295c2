package web

import (
	"errors"
	"net/http"
	"strconv"

	"assay/domain"
	"assay/domain/indicator"
	"assay/web/view"
)

// addOwn takes the form of a new indicator.
func (v *visit) addOwn() error {
	o, err := v.sentOwn()
	return v.answerOwn(o, err)
}

// changeOwn takes the form of one that is there.
func (v *visit) changeOwn() error {
	kept, err := v.ownOfPath()
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(v.FormValue("version"))
	if err != nil {
		version = 0 // no indicator has it: the same as an old one
	}
	if do := v.FormValue("do"); do == "retire" || do == "restore" {
		if _, err := v.server.Indicators.RetireOwn(v.Request().Context(), v.tenant, v.indicatorAuthor(), kept.Code, version, do == "retire"); err != nil {
			if fault := v.faultOfOwn(err); fault != nil {
				return v.showOwnForm(statuses[kindOf(err)], kept, fault, nil)
			}
			return err
		}
		return v.goTo(v.at("own-indicators"))
	}
	o, err := v.sentOwn()
	o.Code, o.Version, o.Retired = kept.Code, version, kept.Retired
	return v.answerOwn(o, err)
}

// answerOwn tries or saves the indicator of a form; err is what was wrong with reading it.
func (v *visit) answerOwn(o *indicator.Own, err error) error {
	var tried *view.TriedIndicator
	if err == nil {
		switch v.FormValue("do") {
		case "try":
			tried, err = v.tryOwn(o)
		case "save":
			if _, err = v.server.Indicators.SaveOwn(v.Request().Context(), v.tenant, v.indicatorAuthor(), *o); err == nil {
				return v.goTo(v.at("own-indicators"))
			}
		default:
			return domain.Errorf(domain.KindInvalid, "there is no such action")
		}
	}
	if err == nil {
		return v.showOwnForm(http.StatusOK, o, nil, tried)
	}
	if fault := v.faultOfOwn(err); fault != nil {
		return v.showOwnForm(statuses[kindOf(err)], o, fault, nil)
	}
	return err
}

func (v *visit) indicatorAuthor() indicator.Author {
	return indicator.Author{SignInName: v.person.SignInName, Capacity: v.grant.Capacity(), Origin: v.RealIP(), At: v.server.Clock()}
}

// ownFault is what was wrong with a form, and in which of its formulas at which letter.
type ownFault struct {
	form   *view.FormFault
	field  string
	letter int
}

// faultOfOwn says in the reader's language what was wrong; nil for failures that are pages.
func (v *visit) faultOfOwn(err error) *ownFault {
	var failure *domain.Error
	if !errors.As(err, &failure) {
		return nil
	}
	fault := &ownFault{form: &view.FormFault{}}
	switch failure.Kind {
	case domain.KindConflict:
		fault.form.Text = v.T("own.fault.changed")
	case domain.KindTooMany:
		fault.form.Text = v.T("own.fault.many")
	case domain.KindNotReady:
		fault.form.Text = v.T("own.fault.no_data")
	case domain.KindInvalid:
		if len(failure.Fields) == 0 {
			return nil
		}
		fault.form.Text = v.T("own.fault")
		for _, f := range failure.Fields {
			fault.form.Fields = append(fault.form.Fields, view.Fact{Name: v.FieldName(f.Field), Text: v.Wrong(f)})
			if len(f.Blanks) > 1 && f.Blanks[0] == "Letter" {
				fault.field, fault.letter = f.Field, f.Blanks[1].(int)
			}
		}
	default:
		return nil
	}
	return fault
}

// mark shows the letter at which a formula is wrong; nil when it is not about one letter.
func (f *ownFault) mark(o *indicator.Own) *view.MarkedText {
	text := []rune(o.Formula.Text)
	if f.field == "counted" {
		text = []rune(o.Formula.Counted)
	}
	if f.letter == 0 || len(text) == 0 {
		return nil
	}
	at := min(f.letter, len(text)) - 1
	return &view.MarkedText{Before: string(text[:at]), At: string(text[at]), After: string(text[at+1:])}
}
