package access

// Role is what a person is in an administration, or in the installation.
type Role string

// The roles.
const (
	DirectorGeneral      Role = "director_general"
	Deputy               Role = "deputy"
	HeadOfOffice         Role = "head_of_office"
	TeamHead             Role = "team_head" // head of a section of an office
	Officer              Role = "officer"
	Analyst              Role = "analyst"      // sees pseudonyms until a purpose is recorded
	Auditor              Role = "auditor"      // internal auditor: reads everything, changes nothing
	DataOfficer          Role = "data_officer" // feeds data, sees no names of officers in figures
	HumanResources       Role = "human_resources"
	Administrator        Role = "administrator"         // of one administration
	InstallationOperator Role = "installation_operator" // runs the system, sees no administration's figures
	Expert               Role = "expert"                // through an engagement only
)

// Roles lists all roles.
var Roles = []Role{DirectorGeneral, Deputy, HeadOfOffice, TeamHead, Officer, Analyst, Auditor, DataOfficer, HumanResources,
	Administrator, InstallationOperator, Expert}

// Grantable lists the roles that an administration's administrator may give to a person of
// the administration. An operator is nobody's member, and an expert comes through an engagement.
var Grantable = []Role{DirectorGeneral, Deputy, HeadOfOffice, TeamHead, Officer, Analyst, Auditor, DataOfficer, HumanResources, Administrator}
