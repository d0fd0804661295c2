package web

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/comparison"
	"assay/domain/contract"
	"assay/domain/crosscheck"
	"assay/domain/declaration"
	"assay/domain/engagement"
	"assay/domain/firstrun"
	"assay/domain/identity"
	"assay/domain/indicator"
	"assay/domain/intake"
	"assay/domain/meeting"
	"assay/domain/notice"
	"assay/domain/seal"
	"assay/web/handbook"
	"assay/web/locales"
)

var (
	inTemplate = regexp.MustCompile(`\bt "([a-z0-9_.A-Z-]+)"`)
	inGo       = regexp.MustCompile(`"([a-z_]+(?:\.[a-zA-Z0-9_-]+)+)"`)
)

// TestMessagesAreKnownAndUsed finds keys that a page uses and no language has, and keys
// that no page uses. Keys that are put together from a name of the domain are listed from the
// domain's own lists, so that a new lane, event or indicator without a text fails here.
func TestMessagesAreKnownAndUsed(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	names, err := filepath.Glob("locales/en/*.json")
	names = append(names, "../domain/indicator/text/en.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d files of messages: %v", len(names), err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var messages map[string]any
		if err := json.Unmarshal(content, &messages); err != nil {
			t.Fatal(err)
		}
		for key := range messages {
			known[key] = true
		}
	}
	used := map[string]bool{}
	for _, key := range composedKeys() {
		used[key] = true
		if !known[key] {
			t.Errorf("%s has no text", key)
		}
	}
	walkSources(t, ".html", func(text string) {
		for _, found := range inTemplate.FindAllStringSubmatch(text, -1) {
			used[found[1]] = true
			if !known[found[1]] {
				t.Errorf("a template uses %s, which has no text", found[1])
			}
		}
	})
	// In Go every text in the form of a key counts as its use; that it exists is seen when the
	// pages are executed.
	walkSources(t, ".go", func(text string) {
		for _, found := range inGo.FindAllStringSubmatch(text, -1) {
			used[found[1]] = true
		}
	})
	var unused []string
	for key := range known {
		if !used[key] {
			unused = append(unused, key)
		}
	}
	sort.Strings(unused)
	if len(unused) > 0 {
		t.Errorf("%d messages that nothing uses: %s", len(unused), strings.Join(unused, ", "))
	}
}

func walkSources(t *testing.T, extension string, look func(string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != extension || strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		if err == nil {
			look(string(content))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// composedKeys are the keys that are put together at run time.
func composedKeys() []string {
	var keys []string
	add := func(prefix string, names ...string) {
		for _, name := range names {
			keys = append(keys, prefix+name)
		}
	}
	for chapter := 1; chapter <= 97; chapter++ {
		add("hs.chapter.", fmt.Sprintf("%02d", chapter))
	}
	add("trader.kind.", "importer", "broker")
	add("feed.", "never", "old", "ends", "gaps")
	add("template.problem.", "aim", "balance", "context", "dimension", "direction", "floor", "number", "red", "twice", "unavailable", "weight", "weights")
	add("home.figures.", "administration", "office", "section", "officer", "trader")
	add("home.groups.", "office", "officer")
	add("home.coverage.", "some", "few", "none", "closed")
	add("home.standing.", string(contract.Green), string(contract.Amber), string(contract.Red))
	for _, left := range []contract.LeftOut{contract.LeftGranted, contract.NotMature, contract.FewCases, contract.NoFigure, contract.NoWorkDays, contract.OtherDefinition} {
		add("home.left_out.", string(left))
	}
	dimensions := map[string]bool{}
	for _, d := range indicator.All() {
		add("indicator."+d.Code+".", "name", "meaning")
		if d.Denominator != nil {
			add("indicator."+d.Code+".", "numerator", "denominator")
		}
		for _, companion := range d.Companions {
			add("indicator."+d.Code+".", companion.Key)
		}
		for _, dimension := range d.AllDimensions() {
			dimensions[dimension] = true
		}
		if d.Cases != nil && d.Cases.Dimension == "rule" {
			for _, each := range d.Cases.Of {
				add("rule."+each.Key+".", "name", "statement")
			}
		}
	}
	for dimension := range dimensions {
		add("dimension.", dimension)
	}
	for _, code := range []string{"CLR01", "CLR04", "CTL01", "CTL03", "INF01", "INF02", "REV02", "REV03"} {
		add("indicator."+code+".", "watch")
	}
	for _, family := range indicator.Families {
		add("family.", string(family))
	}
	for _, kind := range []contract.SessionKind{contract.Quarterly, contract.Final} {
		add("evaluation.kind.", string(kind))
	}
	for _, standing := range []contract.Standing{contract.Green, contract.Amber, contract.Red} {
		add("evaluation.standing.", string(standing))
	}
	add("evaluation.unusual.", contract.Unusuals...)
	add("evaluation.why.", contract.Whys...)
	for _, state := range contract.AppealStates {
		add("evaluation.appeal.state.", string(state))
	}
	add("outcome.bearing.", string(contract.Favourable), string(contract.Neutral), string(contract.Unfavourable))
	for _, place := range seal.Places {
		add("seal.place.", string(place))
	}
	add("basis.", "CohortOfRegistration", "CohortOfRelease", "CohortOfArrival", "CohortOfAssessment", "CohortOfDischarge", "ActivityOfHandling", "ActivityOfInspection",
		"ActivityOfReroute", "ActivityOfClearing", "ActivityOfPayment", "ActivityOfCase", "ActivityOfClosing", "ActivityOfAct", "DueInPeriod", "AtPeriodEnd")
	for _, role := range access.Roles {
		add("role.", string(role))
	}
	for _, capacity := range contract.Capacities {
		if !slices.Contains(access.Roles, access.Role(capacity)) {
			add("capacity.", string(capacity))
		}
	}
	for _, action := range slices.Concat(engagement.Always, engagement.Choices) {
		add("engagement.may.", string(action))
	}
	add("engagement.state.", "offered", "waiting", "active", "declined", "withdrawn", "ended")
	for _, field := range []string{"sign_in_name", "purpose", "permissions", "names_purpose", "ends_at", "reason"} {
		add("engagement.field.", field)
		add("engagement.fault.", field)
	}
	for i := range termsOfEngagement {
		add("terms.", strconv.Itoa(i+1))
	}
	add("audit.export.", "csv", "jsonl")
	add("scope.", string(access.ScopeAdministration), string(access.ScopeOffice), string(access.ScopeTeam), string(access.ScopeOwn))
	add("own.", "numerator", "denominator")
	add("own.rows.", indicator.OwnRows()...)
	add("week.", "registered", "assessed", "released", "later", "later.text", "none", "none.text", "scope", "scope.text")
	add("own.kind.", "text", "number", "seconds", "money", "grams", "day", "yes_no")
	add("own.unit.", "percent", "count", "money", "hours", "days", "points")
	add("own.direction.", "higher", "lower", "band", "context")
	for _, word := range formulaWords {
		add("own.word.", word.key)
	}
	add("field.", "rows", "counted", "formula", "unit", "name", "text", "direction", "mature_days")
	add("fault.own.", "name", "name_long", "text_long", "direction", "mature_days", "days")
	add("fault.formula.", "rows", "empty", "long", "syntax", "name", "types", "condition", "column", "field", "terms", "division", "bare", "measure", "units", "factor", "product", "durations", "fields",
		"operator", "constant", "entangled", "fields_compared", "text", "list", "order", "number", "large", "money", "date", "moment", "days", "unit")
	add("roles.field.", roleFaults...)
	add("roles.fault.", append([]string{"held"}, roleFaults...)...)
	add("purposes.fault.", "reason", "ends")
	for _, group := range actionGroups {
		add("access.group.", group.key)
		for _, action := range group.actions {
			add("action.", string(action))
		}
	}
	add("letter.", "footer")
	for _, factor := range identity.Factors {
		add("provider.factor.", string(factor))
	}
	add("provider.look.", "issuer", "authorization", "token", "keys", "pkce", "end")
	add("provider.look.fault.", "address", "issuer", "name", "certificate", "time", "status", "keys", "other")
	add("provider.fault.", "none", "down", "state", "refused", "token", "unverified", "unknown", "elsewhere", "other")
	add("fault.provider.wrong.", "issuer", "client_id", "name", "secret", "again", "words", "domains", "factor_values", "joins_as")
	add("", "link.ended", "sign_in.confined", "people.fault.oneself", "people.fault.beyond", "people.fault.apart")
	add("fault.", "password.length", "password.weak", "password.old", "people.fault.name", "people.fault.email", "people.fault.roles", "people.fault.office", "people.fault.section", "people.fault.place", "people.fault.role", "people.fault.officer",
		"people.fault.trader", "people.fault.trader_role", "people.fault.trader_place", "people.fault.trader_unknown", "people.fault.apart")
	for _, kind := range notice.Kinds {
		add(string(kind)+".", "title", "text")
	}
	for _, kind := range declaration.EventKinds {
		add("event.", string(kind))
	}
	for _, rule := range crosscheck.Definitions() {
		add("rule."+rule.Rule.String()+".", "name", "statement")
	}
	for _, format := range intake.Formats {
		add("format.", format, format+".text")
	}
	add("lane.", "green", "yellow", "red", "blue", "unknown")
	add("cause.", "criterion", "random", "top_up", "manual")
	add("flow.", "import", "export", "transit")
	add("mode.", "1", "2", "3", "4", "5", "6", "7", "8", "9")
	add("cargo.", "container", "vehicle", "container_and_vehicle", "none")
	add("nature.", "22", "23", "24", "28")
	add("month.", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12")
	add("month.short.", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12")
	add("version.cause.", "registered", "amended", "assessed", "post_entry", "cancelled", "refund", "extract")
	add("payment.kind.", "receipt", "account_debit", "refund")
	add("offence.status.", "open", "confirmed", "dismissed")
	add("finding.severity.", "critical", "high", "medium", "low")
	add("finding.state.", "open", "explained", "confirmed", "false_positive", "waived", "superseded")
	add("administration.state.", "active", "suspended", "erasing")
	add("export.state.", "waiting", "running", "done", "failed", "removed")
	add("installation.", "erase.busy", "erase.mismatch", "erase.export", "export.busy")
	add("batch.state.", "waiting", "reading", "loaded", "failed", "dry_run")
	add("unmapped.kind.", "operation", "lane", "column")
	add("part.", "items", "events", "assignments", "inspections", "offences", "payments", "versions")
	add("handbook.chapter.", append(slices.Clone(handbook.Chapters), indicatorChapter)...)
	add("step.", "registered", "selected", "inspected", "assessed", "paid", "released", "exited", "arrived")
	add("declaration.status.", "open", "registered", "assessed", "paid", "released", "exited", "cancelled")
	add("dimension.group.", "time", "place", "trader", "goods", "control")
	add("unit.name.", "share", "hours", "days", "money", "count", "points")
	add("wanted.", "up", "down", "band", "none")
	add("verdict.", "better", "worse", "chance")
	add("header.", "flow", "model", "border_office", "lane_selected", "lane_current", "mode", "incoterm", "payment_terms", "vehicles", "containers", "manifest", "bills",
		"arrived_at", "prelodged", "deferred_account", "previous", "paper_finished_at", "guarantee", "assessed_total", "top_up", "broker", "importer", "cancelled",
		"customs_value", "payable", "relieved", "packages", "gross_mass")
	add("item.", "packages", "gross", "quantity", "invoice", "preference", "shown")
	for _, state := range contract.States {
		add("contract.state.", string(state))
	}
	for _, action := range contract.Actions {
		add("contract.did.", string(action))
	}
	add("contract.did.", "draft")
	for _, action := range contractActions {
		add("contract.do.", string(action))
		add("contract.hint.", string(action))
	}
	for _, level := range contract.Levels {
		add("level.", string(level))
	}
	add("contract.part.", "weight", "baseline", "threshold", "target", "red_low", "red_high", "definition", "indicator", "title", "text", "term")
	add("aim.", string(contract.Speed), string(contract.Control))
	add("ground.", "outage", "strike", "transfer", "absence", "inquiry", "other", contract.GroundTerm)
	add("ground.", contract.ExemptionGrounds...)
	for _, state := range contract.ObjectionStates {
		add("objection.state.", string(state))
	}
	for _, ground := range contract.ObjectionGrounds {
		add("objection.ground.", string(ground))
	}
	for _, action := range contract.ObjectionActions {
		add("objection.did.", string(action))
		if action != contract.ObjectionFile && action != contract.ObjectionLapse && action != contract.ObjectionConclude {
			add("objection.do.", string(action))
			add("objection.hint.", string(action))
		}
	}
	add("objection.effect.", string(contract.LeavesOut), string(contract.ExcludesCases))
	for _, state := range meeting.States {
		add("meeting.state.", string(state))
	}
	for _, state := range meeting.RecommendationStates {
		add("recommendation.state.", string(state))
	}
	add("meeting.side.", string(meeting.SideChair), string(meeting.SideHolders))
	add("standing.", string(contract.Red), string(contract.Amber), string(contract.Green))
	add("left.", string(contract.LeftGranted), string(contract.NotMature), string(contract.FewCases), string(contract.NoFigure), string(contract.NoWorkDays), string(contract.OtherDefinition))
	add("card.reason.", contract.DataCorrected, contract.DaysCorrected, contract.SettingsCorrected, contract.ObjectionGranted)
	add("method.", string(account.MethodAuthenticator), string(account.MethodPasskey), string(account.MethodRecovery))
	add("mission.", contract.MissionKinds...)
	add("team.unit.", contract.Units...)
	add("phase.", string(contract.Preparing), string(contract.Descriptive), string(contract.Prescriptive))
	for _, key := range contract.PrerequisiteKeys() {
		add("prerequisite.", key, key+".hint")
	}
	add("template.state.", string(contract.TemplateDraft), string(contract.TemplateInUse), string(contract.TemplateRetired))
	add("order.", string(contract.AnyOrder), string(contract.HolderFirst), string(contract.AdministrationFirst))
	for _, each := range termsOf(&contract.Terms{}) {
		add("term.", each.key)
	}
	for _, each := range ruleOf(&contract.Rule{}) {
		add("term.", each.key)
	}
	for _, group := range contractGroups {
		add("contracts.group.", group.key)
	}
	for _, t := range administration.Thresholds {
		add("threshold.", t.Key, t.Key+".text")
		add("settings.unit.", t.Unit)
		add("settings.family.", t.Family)
	}
	add("settings.digits.", "latn", "arab")
	add("office.kind.", append([]string{"none"}, officeKinds...)...)
	add("weekday.", "1", "2", "3", "4", "5", "6", "7")
	add("field.", "signatories", "term", "articles", "indicators", "outcome", "words", "hearing", "whom", "ground", "ends_on", "last_day", "evidence", "declarations", "bearing", "decider", "deputy", "subject", "office", "members", "level", "signing_order", "terms", "rule", "decisions", "owner", "due_on", "from", "to", "q", "state")
	add("field.", "names", "languages", "currency", "zone", "fiscal_year", "digits", "logo", "code", "name", "kind", "day", "reason", "week", "day1", "day2", "day3", "day4", "day5", "day6", "day7")
	add("fault.", "between", "whole", "zone", "currency", "currency_fixed", "languages", "names", "length", "fiscal_year", "digits", "logo_bytes", "logo_format", "logo_pixels",
		"shift", "week", "clock", "date", "day", "closure_length", "closure_reason", "holiday_name", "office_code", "kind")
	add("calendar.fault.", "taken")
	for _, level := range comparison.Levels {
		add("disclosure.", string(level), string(level)+".text")
		add("comparison.level.", string(level))
	}
	add("disclosure.not.", "money", "size", "missing")
	add("comparison.unit.", string(indicator.Percent), string(indicator.Hours), string(indicator.Days))
	add("comparison.place.", "1", "2", "3", "4")
	for key := range firstRunPlaces {
		add("firstrun.", key, key+".text", key+".known", key+".go", key+".who")
	}
	add("firstrun.state.", string(firstrun.Open), string(firstrun.Working), string(firstrun.Done))
	add("firstrun.", "offices.none", "offices.seen", "calendar.none", "people.readers", "people.feeders", "people.invited", "extract.none", "extract.failed", "extract.working",
		"coverage.wait", "coverage.gaps", "coverage.short", "coverage.unmapped", "board.wait", "board.working")
	for kind := range statuses {
		for _, part := range []string{"status", "heading", "text"} {
			add("failure."+string(kind)+".", part)
		}
	}
	return keys
}

func TestEveryLanguageHasAName(t *testing.T) {
	t.Parallel()
	for _, code := range locales.Languages {
		if locales.Native[code] == "" {
			t.Errorf("%s has no name of its own", code)
		}
	}
}

// TestPostsAreTheNamesOfRoles: a contract takes a signatory's post from the page in the language of who drafts it, and knows it again in every other.
func TestPostsAreTheNamesOfRoles(t *testing.T) {
	t.Parallel()
	_, bundle := newTestRenderer(t)
	for _, role := range []access.Role{access.DirectorGeneral, access.HeadOfOffice, access.TeamHead, access.Officer, access.Trader} {
		for _, from := range locales.Languages {
			for _, to := range locales.Languages {
				written, want := bundle.Locale(from, "latn", time.UTC).T("role."+string(role)), bundle.Locale(to, "latn", time.UTC).T("role."+string(role))
				if got := contract.PostIn(to, written); got != want {
					t.Errorf("%s written in %s is %q in %s, want %q", role, from, got, to, want)
				}
			}
		}
	}
}
