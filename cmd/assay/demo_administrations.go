package main

import (
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/sample"
)

// demoAdministration is one sample administration of the demo.
type demoAdministration struct {
	tenant administration.Tenant
	sample sample.Parameters // without its last month
}

// demoAdministrations are three imagined administrations of different size,
// language and currency.
func demoAdministrations() []demoAdministration {
	parameters := func(declarations int, seed uint64, profile sample.Profile, locale, currency, zone string) sample.Parameters {
		p := sample.DefaultParameters()
		p.Declarations, p.Seed, p.Months, p.Profile, p.Locale, p.Currency, p.Zone = declarations, seed, 24, profile, locale, currency, zone
		return p
	}
	return []demoAdministration{
		{
			tenant: administration.Tenant{Code: "sahelia", Names: map[string]string{"fr": "Douanes de Sahélia", "en": "Sahelia Customs", "ar": "جمارك الساحلية"},
				Currency: "XAF", Zone: "Africa/Douala", Languages: []string{"fr", "en"}},
			sample: parameters(250_000, 1, sample.Mixed, "fr", "XAF", "Africa/Douala"),
		},
		{
			tenant: administration.Tenant{Code: "wadi", Names: map[string]string{"ar": "جمارك الوادي", "en": "Wadi Customs", "fr": "Douanes du Wadi"},
				Currency: "JOD", Zone: "Asia/Amman", Languages: []string{"ar", "en"}},
			sample: parameters(60_000, 2, sample.After, "ar", "JOD", "Asia/Amman"),
		},
		{
			tenant: administration.Tenant{Code: "coral", Names: map[string]string{"en": "Coral Islands Customs", "fr": "Douanes des Îles Corail", "ar": "جمارك جزر المرجان"},
				Currency: "FJD", Zone: "Pacific/Fiji", Languages: []string{"en"}},
			sample: parameters(15_000, 3, sample.Before, "en", "FJD", "Pacific/Fiji"),
		},
	}
}

// demoPassword is everybody's in the demo, which listens on this machine only.
const demoPassword = "assay-demo-only"

// demoPeople are the roles that the demo has a person for in each administration.
var demoPeople = []struct {
	name  string // part of the sign-in name
	title string
	role  access.Role
}{
	{"dg", "Director General", access.DirectorGeneral},
	{"head", "Head of office", access.HeadOfOffice},
	{"officer", "Examining officer", access.Officer},
	{"analyst", "Analyst", access.Analyst},
	{"auditor", "Internal auditor", access.Auditor},
	{"data", "Data officer", access.DataOfficer},
	{"admin", "Administrator", access.Administrator},
}

// demoExpert works in all three administrations, to show the choice between them.
const demoExpert = "expert"
