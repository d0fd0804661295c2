package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/declaration"
	"assay/web/locales"
	"assay/web/view"
)

// settingsRoutes are what an administration sets for itself.
var settingsRoutes = []route{
	{http.MethodGet, in + "/settings", signedIn, access.TenantRead, false, (*visit).showSettings},
	{http.MethodPost, in + "/settings/profile", signedIn, access.TenantWrite, false, (*visit).saveProfile},
	{http.MethodPost, in + "/settings/lanes", signedIn, access.TenantWrite, false, (*visit).saveLanes},
	{http.MethodPost, in + "/settings/logo", signedIn, access.TenantWrite, true, (*visit).saveLogo},
	{http.MethodPost, in + "/settings/logo/remove", signedIn, access.TenantWrite, false, (*visit).removeLogo},
	// The mark in the head of every page: everybody of the administration may read the dictionary.
	{http.MethodGet, in + "/logo.png", signedIn, access.DictionaryRead, false, (*visit).showLogo},
	{http.MethodGet, in + "/settings/thresholds", signedIn, access.TenantRead, false, (*visit).showThresholds},
	{http.MethodPost, in + "/settings/thresholds", signedIn, access.TenantWrite, false, (*visit).saveThresholds},
	{http.MethodGet, in + "/settings/calendar", signedIn, access.TenantRead, false, (*visit).showCalendar},
	{http.MethodPost, in + "/settings/calendar/offices", signedIn, access.TenantWrite, false, (*visit).describeOffice},
	{http.MethodPost, in + "/settings/calendar/holidays", signedIn, access.TenantWrite, false, (*visit).changeHoliday},
	{http.MethodPost, in + "/settings/calendar/closures", signedIn, access.TenantWrite, false, (*visit).changeClosure},
	{http.MethodGet, in + "/settings/calendar/:office", signedIn, access.TenantRead, false, (*visit).showOfficeHours},
	{http.MethodPost, in + "/settings/calendar/:office/hours", signedIn, access.TenantWrite, false, (*visit).changeHours},
	{http.MethodGet, in + "/settings/exports", signedIn, access.TenantWrite, false, (*visit).showExports},
	{http.MethodPost, in + "/settings/exports", signedIn, access.TenantWrite, false, (*visit).startExport},
	{http.MethodGet, in + "/settings/exports/:export", signedIn, access.TenantWrite, true, (*visit).downloadExport}, // large: a zip file is not compressed again
}

// settingsTabs lead between the pages of settings.
func (v *visit) settingsTabs(current string) (tabs []view.Link) {
	for _, tab := range []struct {
		key, path string
		action    access.Action
	}{
		{"settings.tab.profile", "settings", access.TenantRead},
		{"settings.tab.thresholds", "settings/thresholds", access.TenantRead},
		{"settings.tab.calendar", "settings/calendar", access.TenantRead},
		{"settings.tab.disclosure", "settings/disclosure", access.TenantRead},
		{"settings.tab.exports", "settings/exports", access.TenantWrite},
	} {
		if v.may(tab.action) {
			tabs = append(tabs, view.Link{Text: v.T(tab.key), Address: v.at(tab.path), Current: tab.path == current})
		}
	}
	return tabs
}

// kept is the notice after a change, by what the address says of it.
func (v *visit) kept() *view.Notice {
	switch v.QueryParam("kept") {
	case "plain":
		return &view.Notice{Kind: "good", Text: v.T("settings.kept")}
	case "figures":
		return &view.Notice{Kind: "good", Text: v.T("settings.kept.figures")}
	}
	return nil
}

// goKept leads back after a change.
func (v *visit) goKept(path string, altered bool) error {
	if altered {
		return v.goTo(v.at(path + "?kept=figures"))
	}
	return v.goTo(v.at(path + "?kept=plain"))
}

// settingsActor is who changes the settings, for the record.
func (v *visit) settingsActor() administration.Actor { return administration.Actor(v.actor()) }

// settingsFault is what a person can mend in a form, in the reader's language; nil when it is something else.
func (v *visit) settingsFault(err error) *view.FormFault {
	kind := kindOf(err)
	var failure *domain.Error
	if kind != domain.KindInvalid && kind != domain.KindConflict || !errors.As(err, &failure) {
		return nil
	}
	fault := &view.FormFault{Text: v.T("settings.fault")}
	if failure.Key != "" {
		fault.Text = v.T(failure.Key)
	}
	fault.Fields = v.wrongFields(failure.Fields)
	return fault
}

// lanesNamed are the lanes that an administration may call by its own names.
var lanesNamed = []declaration.Lane{declaration.Green, declaration.Yellow, declaration.Red, declaration.Blue}

// showSettings shows what the administration says about itself.
func (v *visit) showSettings() error {
	p, err := v.tenant.Profile()
	if err != nil {
		return err
	}
	return v.showSettingsWith(http.StatusOK, nil, &p)
}

func (v *visit) showSettingsWith(status int, fault *view.FormFault, p *administration.Profile) error {
	fixed, err := v.server.Administrations.CurrencyFixed(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return err
	}
	page := view.Settings{Layout: v.layout(v.T("settings.title")), Tabs: v.settingsTabs("settings"), Fault: fault, Writable: v.may(access.TenantWrite), Address: v.at("settings"),
		Currency: p.Currency, CurrencyFixed: fixed, Zone: p.Zone, Logo: v.logo(),
		LogoBounds: v.T("settings.logo.bounds", "Kilobytes", v.Count(administration.MostLogoBytes>>10), "Pixels", v.Count(administration.MostLogoSide))}
	page.Notice = v.kept()
	for _, code := range locales.Languages {
		page.Names = append(page.Names, view.SettingText{Field: "name." + code, Language: code, Native: locales.Native[code], Value: p.Names[code]})
		page.Languages = append(page.Languages, view.Choice{Value: code, Text: locales.Native[code], Selected: len(p.Languages) > 0 && p.Languages[0] == code})
	}
	for month := 1; month <= 12; month++ {
		page.Months = append(page.Months, view.Choice{Value: strconv.Itoa(month), Text: v.T("month." + strconv.Itoa(month)), Selected: p.Settings.FiscalYearStart == month})
	}
	for _, digits := range []string{"latn", "arab"} {
		page.Digits = append(page.Digits, view.Choice{Value: digits, Text: v.T("settings.digits." + digits), Selected: p.Settings.Digits == digits})
	}
	for _, lane := range lanesNamed {
		row := view.LaneSetting{Name: v.T("lane." + string(lane))}
		for _, code := range locales.Languages {
			row.Texts = append(row.Texts, view.SettingText{Field: "lane." + string(lane) + "." + code, Language: code, Native: locales.Native[code], Value: p.Settings.LaneNames[code][lane]})
		}
		page.LaneNames = append(page.LaneNames, row)
	}
	return v.show(status, "settings", page)
}

// saveProfile keeps names, languages, currency, time zone, fiscal year and digits.
func (v *visit) saveProfile() error {
	return v.keepSettings(func(p *administration.Profile) error {
		p.Names, p.Languages = map[string]string{}, nil
		first := v.FormValue("first")
		if locales.Known(first) {
			p.Languages = append(p.Languages, first)
		}
		for _, code := range locales.Languages {
			if name := strings.TrimSpace(v.FormValue("name." + code)); name != "" {
				p.Names[code] = name
				if code != first {
					p.Languages = append(p.Languages, code)
				}
			}
		}
		if currency := strings.ToUpper(strings.TrimSpace(v.FormValue("currency"))); currency != "" {
			p.Currency = currency
		}
		p.Zone, p.Settings.Digits = strings.TrimSpace(v.FormValue("zone")), v.FormValue("digits")
		p.Settings.FiscalYearStart, _ = strconv.Atoi(v.FormValue("fiscal_year")) // what is no month is refused
		return nil
	})
}

// saveLanes keeps the administration's own names of lanes; an empty one is the program's.
func (v *visit) saveLanes() error {
	return v.keepSettings(func(p *administration.Profile) error {
		names := map[string]map[declaration.Lane]string{}
		for _, code := range locales.Languages {
			for _, lane := range lanesNamed {
				if name := strings.TrimSpace(v.FormValue("lane." + string(lane) + "." + code)); name != "" {
					if names[code] == nil {
						names[code] = map[declaration.Lane]string{}
					}
					names[code][lane] = name
				}
			}
		}
		p.Settings.LaneNames = names
		return nil
	})
}

// keepSettings keeps a change of the profile, or shows what was typed with what is wrong with it.
func (v *visit) keepSettings(change func(*administration.Profile) error) error {
	var typed administration.Profile
	altered, err := v.server.Administrations.Change(v.Request().Context(), v.tenant.ID, v.settingsActor(), func(p *administration.Profile) error {
		err := change(p)
		typed = *p
		return err
	})
	if fault := v.settingsFault(err); fault != nil {
		return v.showSettingsWith(statuses[kindOf(err)], fault, &typed)
	}
	if err != nil {
		return err
	}
	return v.goKept("settings", altered)
}

// roomForForm is what a form may have besides the picture.
const roomForForm = 16 << 10

// saveLogo keeps a picture that was uploaded, drawn anew.
func (v *visit) saveLogo() error {
	v.Request().Body = http.MaxBytesReader(v.Response(), v.Request().Body, administration.MostLogoBytes+roomForForm)
	form, err := v.readUpload()
	if kindOf(err) == domain.KindTooMany {
		return v.refuseLogo(domain.Invalid("the logo is too large", domain.FieldError{Field: "logo", Key: "logo_bytes", Message: "is too large"}))
	}
	if err != nil {
		return err
	}
	defer func() { _ = form.RemoveAll() }()
	files := form.File["logo"]
	if len(files) == 0 || files[0].Filename == "" {
		return v.goTo(v.at("settings"))
	}
	file, err := files[0].Open()
	if err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the file cannot be read")
	}
	defer func() { _ = file.Close() }()
	if _, err = v.server.Administrations.KeepLogo(v.Request().Context(), v.tenant.ID, v.settingsActor(), file); err != nil {
		return v.refuseLogo(err)
	}
	return v.goKept("settings", false)
}

// refuseLogo shows what is wrong with a picture.
func (v *visit) refuseLogo(err error) error {
	fault := v.settingsFault(err)
	if fault == nil {
		return err
	}
	p, wrong := v.tenant.Profile()
	if wrong != nil {
		return wrong
	}
	return v.showSettingsWith(statuses[kindOf(err)], fault, &p)
}

func (v *visit) removeLogo() error {
	if err := v.server.Administrations.RemoveLogo(v.Request().Context(), v.tenant.ID, v.settingsActor()); err != nil {
		return err
	}
	return v.goKept("settings", false)
}

// logo is the address of the administration's mark, empty for none. It changes with the picture, so that
// a browser may keep it.
func (v *visit) logo() string {
	if v.tenant.Logo == "" {
		return ""
	}
	return v.at("logo.png?" + v.tenant.Logo[:16])
}

// showLogo sends the mark: a PNG that this program drew, under headers that let nothing else be made of it.
func (v *visit) showLogo() error {
	logo, err := v.server.Administrations.Logo(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return err
	}
	header := v.Response().Header()
	header.Set(echo.HeaderCacheControl, "private, max-age=86400")
	header.Set(echo.HeaderXContentTypeOptions, "nosniff")
	header.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	header.Set(echo.HeaderContentDisposition, `inline; filename="logo.png"`)
	return v.Blob(http.StatusOK, "image/png", logo.Content)
}
