package access

import "slices"

// Action is something that a route does.
type Action string

// The actions, as resource.verb.
const (
	FigureRead            Action = "figure.read"
	FigureExport          Action = "figure.export"
	FigureFormula         Action = "figure.formula"    // the reference SQL and the catalogue
	OfficerRead           Action = "officer.read"      // officers by name in what is shown
	OfficerPseudonym      Action = "officer.pseudonym" // officers under a pseudonym; without this and OfficerRead no figure is told by officer
	PurposeWrite          Action = "purpose.write"     // record a purpose, which shows names for a time
	ComparisonRead        Action = "comparison.read"   // several administrations side by side
	IndicatorWrite        Action = "indicator.write"   // the administration's own indicators
	DeclarationRead       Action = "declaration.read"
	FindingRead           Action = "finding.read"
	ImportRead            Action = "import.read"
	ImportWrite           Action = "import.write"
	MapWrite              Action = "map.write"
	DictionaryRead        Action = "dictionary.read"
	TenantRead            Action = "tenant.read" // settings, calendars, offices of the administration
	TenantWrite           Action = "tenant.write"
	PersonRead            Action = "person.read"             // who works in the administration, as what
	PersonWrite           Action = "person.write"            // invite, give roles, end sessions
	RoleWrite             Action = "role.write"              // the administration's own roles
	AccessExplain         Action = "access.explain"          // what a person may do and why; in scope own: oneself
	IdentityProviderWrite Action = "identity_provider.write" // single sign-on of the administration
	EngagementRead        Action = "engagement.read"
	EngagementWrite       Action = "engagement.write" // grant and withdraw an expert's access
	AuditRead             Action = "audit.read"
	AuditExport           Action = "audit.export"
	InstallationRead      Action = "installation.read"  // the list of administrations and the state of the system
	InstallationWrite     Action = "installation.write" // create, suspend, export, erase administrations
	ContractRead          Action = "contract.read"
	ContractPropose       Action = "contract.propose" // write a contract and negotiate its targets
	ContractSign          Action = "contract.sign"
	ContractReview        Action = "contract.review"   // hold the monthly review
	ContractEvaluate      Action = "contract.evaluate" // the evaluation at the end
	ContractTemplate      Action = "contract.template" // templates of contracts
	ScorecardRead         Action = "scorecard.read"
	ProgrammeRead         Action = "programme.read"   // the administration's way to contracts, with its descriptive reports
	MeetingRead           Action = "meeting.read"     // monthly meetings and what they recommended
	OutcomeRead           Action = "outcome.read"     // what evaluations ended with, without figures
	SealRead              Action = "seal.read"        // certificates with which documents are sealed
	SealWrite             Action = "seal.write"       // a new key for the administration
	ObjectionFile         Action = "objection.file"   // object to a figure of one's own scorecard
	ObjectionDecide       Action = "objection.decide" // review objections, and decide on appeals
	NoticeRead            Action = "notice.read"      // what the system tells a person
)

// Actions lists all actions.
var Actions = []Action{
	FigureRead, FigureExport, FigureFormula, OfficerRead, OfficerPseudonym, PurposeWrite, ComparisonRead, IndicatorWrite, DeclarationRead, FindingRead, ImportRead, ImportWrite, MapWrite, DictionaryRead, TenantRead, TenantWrite, PersonRead, PersonWrite, RoleWrite, AccessExplain, IdentityProviderWrite, EngagementRead, EngagementWrite, AuditRead, AuditExport, InstallationRead, InstallationWrite, ContractRead, ContractPropose, ContractSign, ContractReview, ContractEvaluate, ContractTemplate, ScorecardRead, ProgrammeRead, MeetingRead, OutcomeRead, ObjectionFile, ObjectionDecide, SealRead, SealWrite, NoticeRead,
}

// Known reports whether there is such an action.
func (a Action) Known() bool { return slices.Contains(Actions, a) }
