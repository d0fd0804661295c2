package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/confidentiality"
	"assay/web/view"
)

// purposeDays is how many days after today the last day of a purpose may be: the room takes 92
// days to the second, and a purpose of this page lasts to the end of its last day.
const purposeDays = 91

// listPurposes shows the reader's own purposes and the form of another one.
func (v *visit) listPurposes() error { return v.listPurposesWith(http.StatusOK, nil) }

func (v *visit) listPurposesWith(status int, fault *view.FormFault) error {
	found, err := v.server.Confidentiality.Purposes(v.Request().Context(), v.tenant.ID, v.person.Account)
	if err != nil {
		return err
	}
	now := v.server.Clock()
	today := now.In(v.tenant.Location())
	latest := today.AddDate(0, 0, purposeDays)
	page := view.Purposes{Layout: v.layout(v.T("purposes.title")), Action: v.at("purposes"), Fault: fault, First: today.Format(time.DateOnly), Latest: latest.Format(time.DateOnly),
		Hint: v.T("purposes.ends.hint", "Latest", v.Date(latest))}
	if fault != nil {
		page.Reason, page.Ends = v.FormValue("reason"), v.FormValue("ends")
	}
	var holds time.Time
	for _, p := range found {
		row := view.PurposeRow{Reason: p.Reason, Recorded: v.Instant(p.RecordedAt), Ends: v.Instant(p.EndsAt), State: view.Mark{Kind: "info", Text: v.T("purposes.state.ended")}}
		switch {
		case p.Holds(now):
			row.State, row.Withdraw = view.Mark{Kind: "good", Text: v.T("purposes.state.holds")}, v.at("purposes/"+p.ID.String()+"/withdraw")
			if p.EndsAt.After(holds) {
				holds = p.EndsAt
			}
		case p.WithdrawnAt != nil:
			row.State, row.Ends = view.Mark{Kind: "info", Text: v.T("purposes.state.withdrawn")}, v.Instant(*p.WithdrawnAt)
		}
		page.Rows = append(page.Rows, row)
	}
	if !holds.IsZero() {
		page.Holds = &view.Notice{Kind: "info", Text: v.T("purposes.holds", "Instant", v.Instant(holds))}
	}
	if len(found) == 0 {
		page.Empty = &view.Empty{Icon: "eye", Title: v.T("purposes.empty.title"), Text: v.T("purposes.empty.text")}
	}
	return v.show(status, "purposes", page)
}

// recordPurpose takes the form. A day that cannot be read is answered as one that is too late.
func (v *visit) recordPurpose() error {
	var ends time.Time
	if day, err := time.ParseInLocation(time.DateOnly, v.FormValue("ends"), v.tenant.Location()); err == nil {
		ends = day.AddDate(0, 0, 1)
	}
	_, err := v.server.Confidentiality.Record(v.Request().Context(), v.viewer(), confidentiality.NewPurpose{Reason: strings.TrimSpace(v.FormValue("reason")), Ends: ends})
	if err == nil {
		return v.goTo(v.at("purposes"))
	}
	var failure *domain.Error
	if !errors.As(err, &failure) || failure.Kind != domain.KindInvalid {
		return err
	}
	fault := &view.FormFault{Text: v.T("purposes.fault")}
	for _, field := range []string{"reason", "ends"} {
		if slices.ContainsFunc(failure.Fields, func(f domain.FieldError) bool { return f.Field == field }) {
			fault.Fields = append(fault.Fields, view.Fact{Name: v.T("purposes." + field), Text: v.T("purposes.fault." + field)})
		}
	}
	return v.listPurposesWith(http.StatusBadRequest, fault)
}

// withdrawPurpose ends one of the reader's own purposes.
func (v *visit) withdrawPurpose() error {
	id, err := uuid.Parse(v.Param("purpose"))
	if err != nil {
		return domain.Errorf(domain.KindNotFound, "there is no such purpose")
	}
	if err := v.server.Confidentiality.Withdraw(v.Request().Context(), v.viewer(), id); err != nil {
		return err
	}
	return v.goTo(v.at("purposes"))
}
