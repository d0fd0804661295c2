package web

import (
	"fmt"
	"net/http"
	"slices"

	"assay/domain/access"
)

// audience says who may come to a route before any action is asked for.
type audience int

const (
	signedIn  audience = iota // in the administration of the path; the action decides
	anyPerson                 // signed in, whether an administration is chosen or not
	operators                 // those who run the installation; the action decides, no administration is entered
	everyone                  // guests too
)

// route is one page or form.
type route struct {
	method   string
	path     string
	audience audience
	action   access.Action // for signedIn and operators: what the person must be allowed to do
	large    bool          // takes files
	handle   func(*visit) error
}

// in begins the path of every page of an administration, so that an address that is passed
// on says which administration it means.
const in = "/in/:administration"

// routes lists every page and form there is.
func (s *Server) routes() []route {
	routes := slices.Concat(
		accountRoutes,
		providerRoutes,
		accessRoutes,
		ownRoutes,
		peopleRoutes,
		noticeRoutes,
		homeRoutes,
		figureRoutes,
		intakeRoutes,
		contractRoutes,
		sealRoutes,
		handbookRoutes,
		installationRoutes,
		engagementRoutes,
		auditRoutes,
		settingsRoutes,
		comparisonRoutes,
		firstRunRoutes,
		formulaRoutes,
		evaluationRoutes,
	)
	if s.options.Design {
		routes = append(routes, designRoutes...)
	}
	return routes
}

var accountRoutes = []route{
	{http.MethodGet, "/", everyone, "", false, (*visit).showFirstPage},
	{http.MethodGet, "/sign-in", everyone, "", false, (*visit).showSignIn},
	{http.MethodPost, "/sign-in", everyone, "", false, (*visit).signIn},
	{http.MethodGet, "/sign-in/factor", everyone, "", false, (*visit).showFactor},
	{http.MethodPost, "/sign-in/factor", everyone, "", false, (*visit).giveFactor},
	{http.MethodGet, "/forgotten", everyone, "", false, (*visit).showForgotten},
	{http.MethodPost, "/forgotten", everyone, "", false, (*visit).forgotten},
	{http.MethodGet, "/password/:secret", everyone, "", false, (*visit).showReset},
	{http.MethodPost, "/password/:secret", everyone, "", false, (*visit).reset},
	{http.MethodGet, "/invitations/:secret", everyone, "", false, (*visit).showInvitation},
	{http.MethodPost, "/invitations/:secret", everyone, "", false, (*visit).acceptInvitation},
	{http.MethodPost, "/sign-out", everyone, "", false, (*visit).signOut},
	{http.MethodPost, "/preferences", everyone, "", false, (*visit).savePreferences},
	{http.MethodGet, "/administrations", anyPerson, "", false, (*visit).showAdministrations},
	{http.MethodPost, "/administrations", anyPerson, "", false, (*visit).chooseAdministration},
}

var figureRoutes = []route{
	{http.MethodGet, in + "/board", signedIn, access.FigureRead, false, (*visit).showBoard},
	{http.MethodGet, in + "/week", signedIn, access.FigureRead, false, (*visit).showWeek},
	{http.MethodGet, in + "/live", signedIn, access.FigureRead, true, (*visit).streamNews}, // large: a stream is not compressed
	{http.MethodGet, in + "/indicators/:code", signedIn, access.FigureRead, false, (*visit).showIndicator},
	{http.MethodGet, in + "/indicators/:code/breakdown.csv", signedIn, access.FigureExport, false, (*visit).downloadCSV},
	{http.MethodGet, in + "/indicators/:code/breakdown.xlsx", signedIn, access.FigureExport, false, (*visit).downloadXLSX},
	{http.MethodGet, in + "/indicators/:code/declarations", signedIn, access.FigureRead, false, (*visit).listRows},
	{http.MethodGet, in + "/indicators/:code/declarations.csv", signedIn, access.FigureExport, false, (*visit).downloadRowsCSV},
	{http.MethodGet, in + "/indicators/:code/declarations.xlsx", signedIn, access.FigureExport, false, (*visit).downloadRowsXLSX},
	{http.MethodGet, in + "/indicators/:code/sql", signedIn, access.FigureFormula, false, (*visit).showSQL},
	{http.MethodGet, in + "/declarations/:office/:year/:number", signedIn, access.DeclarationRead, false, (*visit).showDeclaration},
	{http.MethodGet, in + "/dictionary", signedIn, access.DictionaryRead, false, (*visit).showDictionary},
}

// formulaRoutes are the administration's own indicators.
var formulaRoutes = []route{
	{http.MethodGet, in + "/own-indicators", signedIn, access.IndicatorWrite, false, (*visit).listOwn},
	{http.MethodGet, in + "/own-indicators/new", signedIn, access.IndicatorWrite, false, (*visit).newOwn},
	{http.MethodPost, in + "/own-indicators", signedIn, access.IndicatorWrite, false, (*visit).addOwn},
	{http.MethodGet, in + "/own-indicators/:own", signedIn, access.IndicatorWrite, false, (*visit).showOwn},
	{http.MethodPost, in + "/own-indicators/:own", signedIn, access.IndicatorWrite, false, (*visit).changeOwn},
}

var intakeRoutes = []route{
	{http.MethodGet, in + "/imports", signedIn, access.ImportRead, false, (*visit).showImports},
	{http.MethodPost, in + "/imports", signedIn, access.ImportWrite, true, (*visit).startImport},
	{http.MethodGet, in + "/imports/:batch", signedIn, access.ImportRead, false, (*visit).showImport},
	{http.MethodGet, in + "/imports/:batch/rejects.csv", signedIn, access.ImportRead, false, (*visit).downloadRejects},
	{http.MethodPost, in + "/imports/:batch/again", signedIn, access.ImportWrite, false, (*visit).loadAgain},
}

// installationRoutes are for who runs the installation.
var installationRoutes = []route{
	{http.MethodGet, installationHome, operators, access.InstallationRead, false, (*visit).showInstallation},
	{http.MethodPost, installationHome, operators, access.InstallationWrite, false, (*visit).createAdministration},
	{http.MethodGet, installationHome + "/:code", operators, access.InstallationRead, false, (*visit).showInstalled},
	{http.MethodPost, installationHome + "/:code/state", operators, access.InstallationWrite, false, (*visit).changeInstalledState},
	{http.MethodPost, installationHome + "/:code/exports", operators, access.InstallationWrite, false, (*visit).startInstalledExport},
	{http.MethodPost, installationHome + "/:code/erase", operators, access.InstallationWrite, false, (*visit).eraseInstalled},
}

// engagementRoutes are the administration's pages on experts, and the experts' own.
var engagementRoutes = []route{
	{http.MethodGet, in + "/engagements", signedIn, access.EngagementRead, false, (*visit).showEngagements},
	{http.MethodPost, in + "/engagements", signedIn, access.EngagementWrite, false, (*visit).grantEngagement},
	{http.MethodGet, in + "/engagements/:engagement", signedIn, access.EngagementRead, false, (*visit).showEngagement},
	{http.MethodPost, in + "/engagements/:engagement/withdraw", signedIn, access.EngagementWrite, false, (*visit).withdrawEngagement},
	{http.MethodPost, in + "/engagements/:engagement/extend", signedIn, access.EngagementWrite, false, (*visit).extendEngagement},
	{http.MethodGet, "/engagements", anyPerson, "", false, (*visit).showExpert},
	{http.MethodGet, "/engagements/:engagement", anyPerson, "", false, (*visit).showOffer},
	{http.MethodPost, "/engagements/:engagement/accept", anyPerson, "", false, (*visit).acceptOffer},
	{http.MethodPost, "/engagements/:engagement/decline", anyPerson, "", false, (*visit).declineOffer},
	{http.MethodPost, "/engagements/:engagement/give-up", anyPerson, "", false, (*visit).giveUpEngagement},
}

var auditRoutes = []route{
	{http.MethodGet, in + "/audit", signedIn, access.AuditRead, false, (*visit).showAudit},
	{http.MethodGet, in + "/audit.csv", signedIn, access.AuditExport, true, (*visit).downloadAuditCSV},     // large: a stream is not compressed
	{http.MethodGet, in + "/audit.jsonl", signedIn, access.AuditExport, true, (*visit).downloadAuditLines}, // as above
	{http.MethodGet, in + "/audit/:sequence", signedIn, access.AuditRead, false, (*visit).showAuditEntry},
}

// designRoutes show the components to developers.
var designRoutes = []route{
	{http.MethodGet, "/design", everyone, "", false, (*visit).showDesign},
	{http.MethodGet, "/design/:page", everyone, "", false, (*visit).showDesignPage},
}

// check finds a route that forgot its action.
func (r route) check() error {
	asked := r.audience == signedIn || r.audience == operators
	if asked && !r.action.Known() {
		return fmt.Errorf("it names no action that the policies know")
	}
	if !asked && r.action != "" {
		return fmt.Errorf("its action is never asked for")
	}
	if r.handle == nil {
		return fmt.Errorf("it has no handler")
	}
	return nil
}
