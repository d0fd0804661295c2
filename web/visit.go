package web

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/confidentiality"
	"assay/web/locales"
	"assay/web/present"
	"assay/web/view"
)

// visit is one request with who makes it, where, in which language, and how far the
// permission for the route's action reaches.
type visit struct {
	echo.Context
	present.Presenter
	server      *Server
	route       route
	person      account.Person
	signed      bool
	loaded      bool                   // the session is in the context
	tenant      *administration.Tenant // nil outside an administration
	scope       access.Scope           // how far the permission for the route's action reaches
	permissions *access.Permissions    // everything that the person may do here
	grant       access.Grant           // what gives the route's action
	officers    *confidentiality.Veil  // see veil
	nonce       string
}

// names of cookies; the session's gets its prefix in sessionCookie.
const (
	cookieSession  = "assay"
	cookieDevice   = "assay-device"
	cookieLanguage = "assay-language"
	cookieTheme    = "assay-theme"
)

// chooseLocale takes the session's language, else that of the cookie, else what
// the browser asks for; digits, zone and currency are the administration's.
func (v *visit) chooseLocale() {
	language := v.server.Sessions.Language(v.Request().Context())
	if cookie, err := v.Cookie(cookieLanguage); language == "" && err == nil && locales.Known(cookie.Value) {
		language = cookie.Value
	}
	if language == "" {
		language = v.server.bundle.Match(v.Request().Header.Get("Accept-Language"))
	}
	locale := v.server.bundle.Locale(language, "", nil)
	if v.tenant != nil {
		digits := "latn"
		if language == "ar" {
			digits = v.tenant.Settings.Digits
		}
		locale = v.server.bundle.Locale(language, digits, v.tenant.Location()).WithMoney(v.tenant.Currency, v.tenant.MinorDigits())
	}
	v.Presenter = present.New(locale)
}

// layout is what every page has round its content.
func (v *visit) layout(title string) view.Layout {
	l := view.Layout{
		Title: title, Language: v.Language, Direction: v.Direction(), Theme: v.theme(), Nonce: v.nonce,
		Forgery: v.forgeryToken(), Here: v.Request().URL.RequestURI(),
	}
	if v.Request().Method != http.MethodGet {
		l.Here = "/"
	}
	for _, code := range locales.Languages {
		l.Languages = append(l.Languages, view.Choice{Value: code, Text: locales.Native[code], Selected: code == v.Language})
	}
	if v.signed {
		l.Person = &view.Person{Name: v.person.Name, Initials: initials(v.person.Name), Several: true}
		if v.person.Role != "" {
			l.Person.Role = v.roleName(v.person.Tenant, v.person.Role)
		}
	}
	l.Help = v.help()
	if v.signed && v.tenant != nil {
		l.Administration = &view.Administration{Code: v.tenant.Code, Name: v.tenant.Name(v.Language), Home: v.home(), Logo: v.logo()}
		l.Navigation = v.navigation()
		l.Bell = v.bell()
		l.Person.Links = v.personLinks()
	}
	return l
}

// aboutContracts reports whether an address is of a page that belongs to contracts, though its own does not begin so.
func (v *visit) aboutContracts(here string) bool {
	for _, part := range []string{"scorecards", "objections", "meetings", "evaluations", "outcomes", "templates", "targets", "programme"} {
		if address := v.at(part); here == address || strings.HasPrefix(here, address+"/") {
			return true
		}
	}
	return false
}

// navigation lists the pages that the person's role opens.
func (v *visit) navigation() []view.Link {
	var links []view.Link
	for _, entry := range []struct {
		key, path string
		action    access.Action
	}{
		{"nav.home", "", access.NoticeRead},
		{"nav.board", "board", access.FigureRead},
		{"nav.contracts", "contracts", access.ContractRead},
		{"nav.comparison", "comparison", access.ComparisonRead},
		{"nav.imports", "imports", access.ImportRead},
		{"nav.dictionary", "dictionary", access.DictionaryRead},
		{"nav.people", "people", access.PersonRead},
		{"nav.engagements", "engagements", access.EngagementRead},
		{"nav.audit", "audit", access.AuditRead},
		{"nav.settings", "settings", access.TenantRead},
	} {
		if v.may(entry.action) {
			address := strings.TrimSuffix(v.at(entry.path), "/")
			here := v.Request().URL.Path
			links = append(links, view.Link{Text: v.T(entry.key), Address: address,
				Current: here == address || entry.path == "contracts" && v.aboutContracts(here) || entry.path != "" && strings.HasPrefix(here, address+"/") || entry.path == "board" && strings.Contains(here, "/indicators/") || entry.path == "people" && v.aboutPeople(here)})
		}
	}
	return links
}

// aboutPeople says whether a page belongs to the people of the administration: their rights, its own roles, their sign-in provider.
func (v *visit) aboutPeople(here string) bool {
	for _, path := range []string{"access/", "roles", "provider"} {
		if strings.HasPrefix(here, v.at(path)) {
			return true
		}
	}
	return false
}

// personLinks are the pages of the account menu about what the person may do.
func (v *visit) personLinks() []view.Link {
	here := v.Request().URL.Path
	links := []view.Link{{Text: v.T("menu.access"), Address: "/access", Current: here == "/access"}}
	if v.may(access.PurposeWrite) {
		links = append(links, view.Link{Text: v.T("menu.purposes"), Address: v.at("purposes"), Current: here == v.at("purposes")})
	}
	if v.may(access.IndicatorWrite) {
		links = append(links, view.Link{Text: v.T("menu.own"), Address: v.at("own-indicators"), Current: here == v.at("own-indicators")})
	}
	if v.may(access.RoleWrite) {
		links = append(links, view.Link{Text: v.T("menu.roles"), Address: v.at("roles"), Current: here == v.at("roles")})
	}
	return links
}

// roleName is what a role is called: the program's in the reader's language, the
// administration's own as the administration named it.
func (v *visit) roleName(tenant domain.TenantID, role string) string {
	if !strings.HasPrefix(role, access.OwnPrefix) {
		return v.T("role." + role)
	}
	own, err := v.server.Access.OwnRole(v.Request().Context(), tenant, access.Role(role))
	if err != nil {
		return role // a name that cannot be read must not keep the page from being shown
	}
	return own.Name(v.Language)
}

// may asks whether the person's role allows an action in any scope.
func (v *visit) may(action access.Action) bool {
	return v.permissions.Scope(action) != access.ScopeNone
}

// outside reports whether the reader is an economic operator, who is not of the administration.
func (v *visit) outside() bool { return access.Role(v.person.Role) == access.Trader }

// at is the address of a page of the administration.
func (v *visit) at(path string) string { return "/in/" + v.tenant.Code + "/" + path }

// home is where the person's day begins; who may not even be told anything begins with what the role opens.
func (v *visit) home() string {
	if v.may(access.NoticeRead) {
		return strings.TrimSuffix(v.at(""), "/")
	}
	return v.at("dictionary")
}

func (v *visit) theme() string {
	cookie, err := v.Cookie(cookieTheme)
	if err != nil || cookie.Value != "light" && cookie.Value != "dark" {
		return ""
	}
	return cookie.Value
}

// show answers with a page.
func (v *visit) show(status int, page string, content any) error {
	var made bytes.Buffer
	if err := v.server.renderer.page(&made, v.Locale, page, content); err != nil {
		return err
	}
	v.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return v.HTMLBlob(status, made.Bytes())
}

// goTo answers with another address of ours.
func (v *visit) goTo(address string) error { return v.Redirect(http.StatusSeeOther, address) }

// ownAddress takes an address that came with a form only when it leads back to
// this server: a path, not another host. Else it leads to the first page.
func ownAddress(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || parsed.IsAbs() || parsed.Host != "" || !strings.HasPrefix(address, "/") ||
		strings.HasPrefix(address, "//") || strings.ContainsAny(address, "\\\r\n") {
		return "/"
	}
	return address
}

// initials are the first letters of the first and the last word of a name.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' })
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])[:1]
	if len(words) > 1 {
		first = append(first, []rune(words[len(words)-1])[0])
	}
	return strings.ToUpper(string(first))
}
