package access

import "assay/domain/account"

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
	// Trader is an economic operator: an importer or broker from outside, who sees the own declarations and the own contract and
	// nothing else. Its membership names the one code for which the person signs in.
	Trader Role = account.RoleTrader
)

// Roles lists all roles.
var Roles = []Role{DirectorGeneral, Deputy, HeadOfOffice, TeamHead, Officer, Analyst, Auditor, DataOfficer, HumanResources,
	Administrator, InstallationOperator, Expert, Trader}

// Staff lists the roles of those who work in an administration. Own roles are put together from what they have.
var Staff = []Role{DirectorGeneral, Deputy, HeadOfOffice, TeamHead, Officer, Analyst, Auditor, DataOfficer, HumanResources, Administrator}

// Grantable lists the roles that an administration's administrator may give. Who runs the installation is nobody's
// member, and an expert comes through an engagement.
var Grantable = append(append([]Role{}, Staff...), Trader)
