package api_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"testing"

	"github.com/google/uuid"

	"assay/api"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/comparison"
	"assay/domain/indicator"
	"assay/domain/installation"
	"assay/domain/store"
)

// What the tests of settings compare, and when.
const (
	compared = "CLR01"
	quarter  = "2025-Q3"
)

// settled is the administration without data with something of everything that can be set: what the
// tests change there changes no figure of other tests.
type settled struct {
	closure, export uuid.UUID
}

func (k *kit) settle(t *testing.T) (s settled) {
	t.Helper()
	k.person(t, "keeper", account.Membership{Tenant: k.empty.ID, Role: string(access.Administrator)})
	k.person(t, "keeper_director", account.Membership{Tenant: k.empty.ID, Role: string(access.DirectorGeneral)})
	ctx, by, of := t.Context(), administration.Actor{Name: "test"}, k.services.Administrations
	day := func(text string) int32 {
		date, err := parseDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return date
	}
	_, err := of.DescribeOffice(ctx, k.empty.ID, by, administration.Office{Code: "NWH1", Name: "Port", Kind: "seaport"})
	if err == nil {
		err = of.KeepWeek(ctx, k.empty.ID, by, "NWH1", administration.DatedWeek{From: day("2025-01-06"), Week: administration.Week{{{Opens: 480, Closes: 960}}}})
	}
	for _, text := range []string{"2026-05-01", "2026-05-14"} {
		if err == nil {
			err = of.KeepHoliday(ctx, k.empty.ID, by, administration.Holiday{Day: day(text), Name: "Holiday"})
		}
	}
	if err == nil {
		s.closure, err = of.Close(ctx, k.empty.ID, by, administration.Closure{Office: "NWH1", First: day("2025-11-03"), Last: day("2025-11-04"), Reason: "Flood"})
	}
	if err == nil {
		s.export, err = k.services.Installation.StartExport(ctx, k.empty.ID, installation.Actor(by))
	}
	if err == nil {
		err = k.services.Installation.RunExport(ctx, store.Claimed{Tenant: k.empty.ID, Arguments: json.RawMessage(`{"export":"` + s.export.String() + `"}`)}, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	k.circle(t)
	return s
}

func parseDay(text string) (int32, error) {
	var date api.Holiday
	if err := json.Unmarshal([]byte(`{"day":"`+text+`"}`), &date); err != nil {
		return 0, err
	}
	return administration.DayNumber(date.Day.Time), nil
}

// circle makes five administrations, the one without data among them, that show one another an indicator, with figures 1 to 5.
func (k *kit) circle(t *testing.T) {
	t.Helper()
	d, err := indicator.Find(compared)
	if err != nil {
		t.Fatal(err)
	}
	of, err := comparison.ParseQuarter(quarter)
	if err != nil {
		t.Fatal(err)
	}
	super, members := k.trespass(t), []*administration.Tenant{k.empty}
	for i := range 4 {
		members = append(members, k.tenant(t, "circle"+strconv.Itoa(i), "EUR", "UTC"))
	}
	for i, member := range members {
		if err := k.services.Comparisons.Disclose(t.Context(), member.ID, administration.Actor{Name: "test"}, map[string]comparison.Level{compared: comparison.Partners}); err != nil {
			t.Fatal(err)
		}
		super.Exec(t, `INSERT INTO disclosed_figure (tenant_id, indicator, quarter, version, value, n, state, published_at) VALUES ($1, $2, $3, $4, $5, 100, 'mature', '2026-01-01')`,
			member.ID.String(), compared, int(of), d.Version, float64(i+1))
	}
	super.Exec(t, `SELECT assay_make_edition($1, $2, $3, '2026-01-01')`, compared, int(of), d.Version)
}

func (k *kit) settingsOperations(t *testing.T) []operation {
	t.Helper()
	s := k.settle(t)
	readers := []string{"officer", "team_head", "head_of_office", "analyst", "human_resources"}
	settings := func(language, zone, month, currency string) string {
		return `{"names":{"en":"Customs of Nowhere","fr":"Douanes"},"language":"` + language + `","currency":"` + currency + `","zone":"` + zone + `","fiscal_year_start":` + month +
			`,"digits":"latn","lane_names":{"fr":{"green":"Vert","red":" "}}}`
	}
	const week = `{"week":[[{"opens":"08:00","closes":"12:00"},{"opens":"14:00","closes":"24:00"}],[],[],[],[],[],[]]}`
	all := []operation{
		{id: "getSettings", method: "GET", path: "/settings", as: "auditor", status: 200, refused: readers, check: contains(`"code":"karouma"`, `"currency_fixed":true`), attempts: []attempt{
			{name: "another administration's own", as: "stranger", status: 200, contains: `"code":"oasis"`}}},
		{id: "changeSettings", method: "PUT", path: "/settings", contentType: jsonBody, body: settings("fr", "Europe/Brussels", "4", "EUR"), as: "keeper", status: 200, refused: notWriters,
			check: k.then(contains(`"recomputed":true`), "/settings", `"language":"fr"`, `"zone":"Europe/Brussels"`, `"fiscal_year_start":4`, `"lane_names":{"fr":{"green":"Vert"}}`), attempts: []attempt{
				{name: "another currency where data are", as: "administrator", body: settings("en", "Africa/Douala", "1", "EUR"), status: 400, contains: "data are loaded"},
				{name: "no zone", as: "keeper", body: settings("en", "Nowhere/Land", "1", "EUR"), status: 400, contains: "zone"},
				{name: "no month", as: "keeper", body: settings("en", "Europe/Paris", "13", "EUR"), status: 400, contains: "fiscal_year_start"},
				{name: "no language", as: "keeper", body: settings("xx", "Europe/Paris", "1", "EUR"), status: 400, contains: "language"},
				{name: "no name in the first language", as: "keeper", body: settings("pt", "Europe/Paris", "1", "EUR"), status: 400, contains: "name in the first language"},
				{name: "half of it", as: "keeper", body: `{"zone":"Europe/Paris"}`, status: 400, contains: "names"}}},
		{id: "listThresholds", method: "GET", path: "/settings/thresholds", as: "data_officer", status: 200, refused: readers, check: contains(`"key":"write_off_days"`, `"usual":30`)},
		{id: "changeThresholds", method: "PATCH", path: "/settings/thresholds", contentType: jsonBody, body: `{"values":{"write_off_days":45}}`, as: "keeper", status: 200, refused: notWriters,
			check: k.then(contains(`"recomputed":true`), "/settings/thresholds", `"value":45`), attempts: []attempt{
				{name: "beyond bounds", as: "keeper", body: `{"values":{"write_off_days":45000}}`, status: 400, contains: "threshold.write_off_days"},
				{name: "no threshold", as: "keeper", body: `{"values":{"write_off_days":45,"colour":1}}`, status: 400, contains: "threshold.colour"},
				{name: "no number", as: "keeper", body: `{"values":{"write_off_days":"x"}}`, status: 400, contains: "write_off_days"},
				{name: "none", as: "keeper", body: `{"values":{}}`, status: 400, contains: "values"}}},
		{id: "getFirstRun", method: "GET", path: "/first-run", as: "data_officer", status: 200, refused: readers, check: contains(`"key":"board.known"`, `"Year":2026`), attempts: []attempt{
			{name: "of one without data", as: "keeper", status: 200, contains: `"key":"extract.none"`}}},
	}
	all = append(all, k.calendarOperations(s, readers, week)...)
	return append(all, k.sharingOperations(s, readers)...)
}

func (k *kit) calendarOperations(s settled, readers []string, week string) []operation {
	office := func(code string) string { return "/calendar/offices/" + code }
	closure := func(office, first, last string) string {
		return `{"office":"` + office + `","first":"` + first + `","last":"` + last + `","reason":"Storm"}`
	}
	return []operation{
		{id: "getCalendar", method: "GET", path: "/calendar", as: "auditor", status: 200, refused: readers, check: contains(k.office, `"week"`), attempts: []attempt{
			{name: "another administration's own", as: "keeper", status: 200, contains: "NWH1"}}},
		{id: "describeOffice", method: "PUT", path: office("NWH2"), contentType: jsonBody, body: `{"name":"Airport","kind":"airport","zone":""}`, as: "keeper", status: 200, refused: notWriters,
			check: k.then(contains(`"recomputed":false`), "/calendar", `"NWH2"`), attempts: []attempt{
				{name: "no kind", as: "keeper", body: `{"name":"x","kind":"moon","zone":""}`, status: 400, contains: "kind"},
				{name: "no zone", as: "keeper", body: `{"name":"x","kind":"","zone":"Moon/Base"}`, status: 400, contains: "zone"},
				{name: "a code with a blank", as: "keeper", path: office("N%20W"), status: 400, contains: "code"}}},
		{id: "setOfficeHours", method: "PUT", path: office("NWH1") + "/hours/2026-03-02", contentType: jsonBody, body: week, as: "keeper", status: 204, refused: notWriters, attempts: []attempt{
			{name: "an office of another administration", as: "administrator", status: 404, contains: "no such office"},
			{name: "six days", as: "keeper", body: `{"week":[[],[],[],[],[],[]]}`, status: 400, contains: "week"},
			{name: "never open", as: "keeper", body: `{"week":[[],[],[],[],[],[],[]]}`, status: 400, contains: "at least on one day"},
			{name: "closing before it opens", as: "keeper", body: `{"week":[[{"opens":"12:00","closes":"08:00"}],[],[],[],[],[],[]]}`, status: 400, contains: "day1"},
			{name: "no time of day", as: "keeper", body: `{"week":[[{"opens":"8","closes":"12:00"}],[],[],[],[],[],[]]}`, status: 400, contains: "opens"},
			{name: "no day", as: "keeper", path: office("NWH1") + "/hours/soon", status: 400, contains: "day"}}},
		{id: "dropOfficeHours", method: "DELETE", path: office("NWH1") + "/hours/2025-01-06", as: "keeper", status: 204, refused: notWriters, attempts: []attempt{
			{name: "an office of another administration", as: "administrator", status: 404, contains: "no such office"},
			{name: "another day", as: "keeper", path: office("NWH1") + "/hours/2025-01-07", status: 404}}},
		{id: "setHoliday", method: "PUT", path: "/calendar/holidays/2026-05-08?office=NWH1", contentType: jsonBody, body: `{"name":"Day of the Port"}`, as: "keeper", status: 204, refused: notWriters, attempts: []attempt{
			{name: "an office of another administration", as: "administrator", status: 404, contains: "no such office"},
			{name: "no name", as: "keeper", body: `{"name":" "}`, status: 400, contains: "holiday"},
			{name: "long ago", as: "keeper", path: "/calendar/holidays/1815-06-18", status: 400, contains: "1990"}}},
		{id: "moveHoliday", method: "POST", path: "/calendar/holidays/2026-05-14/move", contentType: jsonBody, body: `{"to":"2026-05-15"}`, as: "keeper", status: 204, refused: notWriters,
			check: k.then(nil, "/calendar", `"2026-05-15"`), attempts: []attempt{
				{name: "none of the own", as: "administrator", status: 404, contains: "no holiday"},
				{name: "no day", as: "keeper", body: `{"to":"soon"}`, status: 400, contains: "to"}}},
		{id: "removeHoliday", method: "DELETE", path: "/calendar/holidays/2026-05-01", as: "keeper", status: 204, refused: notWriters, attempts: []attempt{
			{name: "of an office", as: "keeper", path: "/calendar/holidays/2026-05-01?office=NWH1", status: 404, contains: "no holiday"}}},
		{id: "closeOffice", method: "POST", path: "/calendar/closures", contentType: jsonBody, body: closure("NWH1", "2025-12-01", "2025-12-02"), as: "keeper", status: 201, refused: notWriters, check: k.then(contains(`"id"`), "/calendar", `"Storm"`), attempts: []attempt{
			{name: "an office of another administration", as: "administrator", status: 404, contains: "no such office"},
			{name: "ends before it begins", as: "keeper", body: closure("NWH1", "2025-12-02", "2025-12-01"), status: 400, contains: "day"},
			{name: "for years", as: "keeper", body: closure("NWH1", "2025-12-02", "2028-12-01"), status: 400, contains: "366"}}},
		{id: "removeClosure", method: "DELETE", path: "/calendar/closures/" + s.closure.String(), as: "keeper", status: 204, refused: notWriters, attempts: []attempt{
			{name: "of another administration", as: "administrator", status: 404, contains: "no such closure"},
			{name: "no number", as: "keeper", path: "/calendar/closures/7", status: 400}}},
	}
}

func (k *kit) sharingOperations(s settled, readers []string) []operation {
	export, comparison := "/exports/"+s.export.String(), "/comparison/"+compared+"?quarter="+quarter
	return []operation{
		{id: "listTenantExports", method: "GET", path: "/exports", as: "keeper", status: 200, refused: notWriters, check: contains(s.export.String(), `"state":"done"`), attempts: []attempt{
			{name: "another administration's own", as: "administrator", status: 200, contains: "[]"}}},
		{id: "startTenantExport", method: "POST", path: "/exports", as: "keeper", status: 202, refused: notWriters, check: func(t *testing.T, body []byte) {
			contains(`"state":"waiting"`, `"started_by":"keeper"`)(t, body)
			if got := k.ask(t, request{method: http.MethodPost, path: "/exports", token: k.tokens["keeper"]}); got.status != http.StatusConflict {
				t.Errorf("another while one waits: %d %s", got.status, got.body)
			}
		}},
		{id: "getTenantExport", method: "GET", path: export, as: "keeper", status: 200, refused: notWriters, check: contains(`"state":"done"`, `"sha256"`), attempts: []attempt{
			{name: "of another administration", as: "administrator", status: 404, contains: "no such export"},
			{name: "no number", as: "keeper", path: "/exports/7", status: 400}}},
		{id: "downloadTenantExport", method: "GET", path: export + "/file", as: "keeper", status: 200, refused: notWriters, check: func(t *testing.T, body []byte) { k.checkExport(t, s.export, body) }, attempts: []attempt{
			{name: "of another administration", as: "administrator", status: 404, contains: "not kept"},
			{name: "none", as: "keeper", path: "/exports" + nothing + "/file", status: 404, contains: "not kept"}}},
		{id: "listDisclosures", method: "GET", path: "/disclosures", as: "auditor", status: 200, refused: readers, check: contains(`{"everybody":0,"indicator":"` + compared + `","level":"private","partners":5}`), attempts: []attempt{
			{name: "of one that takes part", as: "keeper", status: 200, contains: `{"everybody":0,"indicator":"` + compared + `","level":"partners","partners":5}`}}},
		{id: "changeDisclosures", method: "PATCH", path: "/disclosures", contentType: jsonBody, body: `{"levels":{"CLR02":"public"}}`, as: "keeper", status: 204, refused: notWriters,
			check: k.then(nil, "/disclosures", `"indicator":"CLR02","level":"public"`), attempts: []attempt{
				{name: "no level", as: "keeper", body: `{"levels":{"CLR02":"friends"}}`, status: 400, contains: "CLR02"},
				{name: "no indicator", as: "keeper", body: `{"levels":{"XXX01":"public"}}`, status: 400, contains: "XXX01"},
				{name: "money", as: "keeper", body: `{"levels":{"REV02":"public"}}`, status: 400, contains: "cannot be compared"}}},
		{id: "compareAdministrations", method: "GET", path: comparison, as: "keeper_director", status: 200, refused: []string{"administrator", "data_officer", "head_of_office", "human_resources", "officer", "team_head"},
			check: contains(`"administration":"nowhere"`, `"own":true`, `"distribution":{"high":4,"low":2,"members":5,"middle":3,"own":1,"withdrawn":false}`), attempts: []attempt{
				{name: "who shows nothing sees nothing", as: "director_general", status: 200, contains: `"enough":false,"everybody":0,"figures":[]`},
				{name: "the latest quarter", as: "keeper_director", path: "/comparison/" + compared, status: 200, contains: `"quarter":"2025-Q4"`},
				{name: "no quarter", as: "analyst", path: "/comparison/" + compared + "?quarter=2025-Q5", status: 400, contains: "quarter"},
				{name: "money", as: "analyst", path: "/comparison/REV02", status: 400, contains: "cannot be compared"},
				{name: "no such indicator", as: "analyst", path: "/comparison/CLR99", status: 404, contains: "CLR99"}}},
	}
}

// then holds an answer, and reads as the keeper what stands afterwards.
func (k *kit) then(hold func(*testing.T, []byte), path string, parts ...string) func(*testing.T, []byte) {
	return func(t *testing.T, body []byte) {
		if hold != nil {
			hold(t, body)
		}
		got := k.ask(t, request{method: http.MethodGet, path: path, token: k.tokens["keeper"]})
		contains(parts...)(t, got.body)
	}
}

// checkExport holds a downloaded file to what is said of it.
func (k *kit) checkExport(t *testing.T, id uuid.UUID, body []byte) {
	t.Helper()
	var said api.TenantExport
	if err := json.Unmarshal(k.ask(t, request{method: http.MethodGet, path: "/exports/" + id.String(), token: k.tokens["keeper"]}).body, &said); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	if said.Sha256 == nil || hex.EncodeToString(sum[:]) != *said.Sha256 || int64(len(body)) != said.Bytes {
		t.Errorf("%d bytes with the sum %x; said %+v", len(body), sum, said)
	}
	files, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	if manifest, err := files.Open("manifest.json"); err != nil {
		t.Error(err)
	} else if err := manifest.Close(); err != nil {
		t.Error(err)
	}
}
