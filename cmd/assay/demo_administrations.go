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
	name string // part of the sign-in name
	role access.Role
}{
	{"dg", access.DirectorGeneral}, {"deputy", access.Deputy}, {"head", access.HeadOfOffice}, {"team", access.TeamHead}, {"officer", access.Officer},
	{"analyst", access.Analyst}, {"auditor", access.Auditor}, {"data", access.DataOfficer}, {"people", access.HumanResources}, {"admin", access.Administrator},
}

// demoNames are what these people are called, in the order of demoPeople. The officer has the name
// that the clearance system knows.
var demoNames = map[string][]string{
	"sahelia": {"Aminata Koné", "Souleymane Touré", "Fatou Bâ", "Ibrahim Maïga", "Agent", "Mariam Diarra", "Ousmane Sow", "Awa Cissé", "Moussa Keïta", "Salif Coulibaly"},
	"wadi":    {"ليلى الحداد", "سامر النجار", "رنا الخطيب", "يوسف العمري", "موظف", "هبة السالم", "طارق المصري", "دينا الرفاعي", "نادر القاسم", "مها الزين"},
	"coral":   {"Losana Tuivaga", "Peni Ratu", "Mere Vakatawa", "Josefa Nabola", "Officer", "Ana Seru", "Tomasi Koroi", "Litia Waqa", "Epeli Naisara", "Salote Bula"},
}
