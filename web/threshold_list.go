package web

import (
	"net/http"
	"strconv"
	"strings"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/web/view"
)

// showThresholds shows the numbers that figures and crosschecks are computed with, in words.
func (v *visit) showThresholds() error {
	return v.showThresholdsWith(http.StatusOK, nil, v.tenant.Settings)
}

func (v *visit) showThresholdsWith(status int, fault *view.FormFault, settings administration.Settings) error {
	page := view.Thresholds{Layout: v.layout(v.T("settings.tab.thresholds")), Tabs: v.settingsTabs("settings/thresholds"), Fault: fault,
		Writable: v.may(access.TenantWrite), Address: v.at("settings/thresholds")}
	page.Notice = v.kept()
	usual := administration.DefaultSettings(v.tenant.MinorDigits())
	for _, family := range administration.FamiliesOfThresholds {
		group := view.ThresholdFamily{Key: family, Name: v.T("settings.family." + family)}
		for _, t := range administration.Thresholds {
			if t.Family == family {
				group.Rows = append(group.Rows, v.thresholdRow(t, t.Of(&settings), t.Of(&usual)))
			}
		}
		page.Families = append(page.Families, group)
	}
	return v.show(status, "thresholds", page)
}

func (v *visit) thresholdRow(t administration.Threshold, value, usual int64) view.ThresholdRow {
	row := view.ThresholdRow{Field: t.Key, Name: v.T("threshold." + t.Key), Text: v.T("threshold." + t.Key + ".text"), Unit: v.T("settings.unit."+t.Unit, "Currency", v.tenant.Currency),
		Value: strconv.FormatInt(value, 10), Low: strconv.FormatInt(t.Low, 10), High: strconv.FormatInt(t.High, 10), Changed: value != usual,
		Range: v.T("settings.range", "Low", v.Count(t.Low), "High", v.Count(t.High)), Usual: v.T("settings.usual", "Value", v.Count(usual))}
	for _, code := range t.Moves {
		row.Moves = append(row.Moves, view.Link{Text: code, Address: "/handbook/" + indicatorChapter + "#" + code})
	}
	return row
}

// saveThresholds keeps the numbers that were typed; what is left empty stays.
func (v *visit) saveThresholds() error {
	var typed administration.Settings
	altered, err := v.server.Administrations.Change(v.Request().Context(), v.tenant.ID, v.settingsActor(), func(p *administration.Profile) error {
		var wrong []domain.FieldError
		for _, t := range administration.Thresholds {
			text := strings.TrimSpace(v.FormValue(t.Key))
			if text == "" {
				continue
			}
			value, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				wrong = append(wrong, domain.FieldError{Field: "threshold." + t.Key, Message: "must be a whole number", Key: "whole"})
				continue
			}
			wrong = append(wrong, fieldsOf(t.Set(&p.Settings, value))...)
		}
		typed = p.Settings
		return domain.Invalid("the thresholds cannot be kept like this", wrong...)
	})
	if fault := v.settingsFault(err); fault != nil {
		return v.showThresholdsWith(statuses[kindOf(err)], fault, typed)
	}
	if err != nil {
		return err
	}
	return v.goKept("settings/thresholds", altered)
}
