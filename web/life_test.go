package web

import (
	"fmt"
	"strings"
	"testing"

	"assay/deploy/local/dbtest/racing"
	"assay/domain/access"
)

// TestLifeOfAContract plays the life of performance contracts on the pages, from the template to the renewal, by different
// people in browsers of their own. Between two deeds the test lets time pass and does the worker's jobs, nothing
// else. ASSAY_LIFE_PICTURES names a directory for pictures of every step on desktop and phone (`make life`),
// ASSAY_LIFE_LANGUAGE the language of everybody's pages.
func TestLifeOfAContract(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	l := newLife(t)
	deputy := l.atDesk("etoundi", "Paul Etoundi", access.Deputy, "")
	director := l.atDesk("kone", "Mariam Koné", access.DirectorGeneral, "")
	mbarga := l.onPhone("mbarga", "Joseph Mbarga", access.Officer, l.officers[0])
	first := ""
	l.part("programme and template", deputy.prepare)
	l.part("proposal", func() { first = deputy.propose("Joseph Mbarga", "first") })
	l.part("counter-proposal", func() { mbarga.counter(first); director.readCounter(first) })
	l.part("two signatures", func() { l.signBoth(first, director, mbarga) })
	head := l.atDesk("diop", "Awa Diop", access.HeadOfOffice, "")
	l.part("many signatures in one sitting", func() {
		for i, name := range []string{"Fatou Sarr", "Ahmed Nour"} {
			officer := l.onPhone([]string{"sarr", "nour"}[i], name, access.Officer, l.officers[i+1])
			offered := deputy.propose(name, "")
			officer.setUpFactor()
			officer.open(offered)
			officer.sign()
		}
		director.signMany(2)
	})
	l.isOn("2025-07-01")
	l.work()
	l.part("in force", func() {
		mbarga.open(first)
		mbarga.standsAt(isActive, "the first day")
		mbarga.picture("in-force")
	})
	l.isOn("2025-08-11")
	l.work()
	l.part("first scorecard, objection granted", func() {
		mbarga.readCard("july")
		objection := mbarga.object("attribution", "This one was examined by my colleague: I was on leave from 14 July.", true, "july")
		head.grant(objection)
		mbarga.seesCorrection(objection)
	})
	l.part("meeting", func() {
		head.setUpFactor()
		meeting := head.meet("Joseph Mbarga")
		mbarga.open(meeting)
		mbarga.sign()
		mbarga.seesNo(".sign")
		mbarga.picture("minutes-signed")
	})
	second := ""
	l.part("amendment", func() {
		l.isOn("2025-08-18")
		second = deputy.amend(first)
		mbarga.open(second)
		mbarga.sign()
		director.open(second)
		director.sign()
		director.standsAt(isSigned, "the amendment")
	})
	l.isOn("2025-09-11")
	l.work()
	l.part("second scorecard, objection refused", func() {
		mbarga.open(second)
		mbarga.standsAt(isActive, "the second edition")
		mbarga.sees(".contract aside a[href*='" + first + "/scorecards/']")
		mbarga.picture("amended")
		mbarga.readCard("august")
		objection := mbarga.object("definition", "What is registered after four in the afternoon cannot be assessed on the same day.", false, "august")
		head.refuse(objection)
		mbarga.open(objection)
		mbarga.picture("refused-seen")
	})
	l.isOn("2025-10-13")
	l.work()
	l.part("third scorecard", func() {
		mbarga.readCard("september")
		head.open(head.at("/scorecards"))
		if n := head.ask(`document.querySelectorAll(".card-list li").length`); n != "3" {
			l.t.Errorf("%s cards of September", n)
		}
		head.picture("scorecards-september")
	})
	l.isOn("2025-10-30") // the time to object is over
	l.work()
	session := ""
	l.part("evaluation", func() {
		session = deputy.calibrate()
		director.decide(session)
		deputy.open(session)
		deputy.press("button[name=do][value=evaluate]")
		deputy.picture("calibration-ended")
		deputy.seesNo("main .notice-warning")
		deputy.seesNo("button[name=do][value=evaluate]")
	})
	auditor := l.atDesk("romero", "Luis Romero", access.Auditor, "")
	l.part("appeal", func() { mbarga.appeal(second); auditor.hear(second); mbarga.seesOutcome(second) })
	l.isOn("2025-11-18") // the time to appeal is over
	l.work()
	l.part("close", func() {
		director.open(second)
		director.standsAt(isEvaluated, "after the evaluation")
		director.unfold("close")
		director.press(form("close") + " button")
		director.standsAt(isClosed, "closed")
		director.picture("closed")
		hr := l.atDesk("haile", "Sara Haile", access.HumanResources, "")
		hr.open(hr.at("/outcomes"))
		hr.picture("outcomes")
	})
	l.part("renewal", func() {
		renewed := deputy.renew(second)
		l.signBoth(renewed, director, mbarga)
	})
}

// part plays a part of the life. Nothing is played after a part that failed.
func (l *life) part(name string, play func()) {
	l.t.Helper()
	whole := l.t
	passed := whole.Run(name, func(t *testing.T) {
		l.t = t
		play()
	})
	if l.t = whole; !passed {
		l.t.FailNow()
	}
}

// choose picks an entry of a list by a part of its text.
func (p *someone) choose(selector, part string) {
	p.l.t.Helper()
	value := p.ask(fmt.Sprintf(`[...document.querySelector(%q).options].find((o) => o.text.includes(%q))?.value ?? ""`, selector, part))
	if value == "" {
		p.l.t.Fatalf("%s: %s offers no %q: %s", p.name, selector, part, p.text(selector))
	}
	p.fill(selector, value)
}

// form is the form of a page of contracts that does something.
func form(do string) string { return fmt.Sprintf("form:has(input[name=do][value=%s])", do) }

// unfold opens the part of a page that holds such a form.
func (p *someone) unfold(do string) string {
	p.l.t.Helper()
	p.touch(fmt.Sprintf("details:has(> form input[name=do][value=%s]) > summary", do))
	return form(do)
}

// state is where a contract stands, by the way at the head of its page: the key of the step in English would do for one
// language only, so that it is the number of the step, from 0 for a draft.
func (p *someone) standsAt(step int, what string) {
	p.l.t.Helper()
	if at := p.ask(`[...document.querySelectorAll(".way li")].findIndex((e) => e.classList.contains("now"))`); at != fmt.Sprint(step) {
		p.l.t.Fatalf("%s: the contract is at step %s, not %d: %s", what, at, step, p.sight())
	}
}

// The steps of a contract's way.
const (
	isDraft = iota
	isNegotiated
	isSigned
	isActive
	isEvaluated
	isClosed
)

// prepare leads the administration to contracts: the descriptive phase with two reports, and a template in use.
func (p *someone) prepare() {
	p.open(p.at("/programme"))
	p.fill("#begin", "2025-03-01")
	p.press(form("begin") + " button")
	for _, month := range []string{"2025-04", "2025-05"} {
		p.fill("#report-month", month)
		p.press(form("report") + " button")
	}
	p.fill("#open-reason", "The prerequisites are on paper with the project team; the minister wants the signatures this month.")
	p.press(form("open") + " button")
	p.picture("programme")

	p.press(".tabs a[href$='/contracts']")
	p.press(".links a[href$='/templates']")
	p.choose("#function", p.text("#function option:first-child"))
	p.fill("#function", "officer")
	p.picture("templates")
	p.press("form:has(#function) button")
	p.fill("#term-months", "3")
	p.fill("#term-maturity_days", "10")
	p.fill("#term-minimal_cases", "10")
	p.fill("#term-rule_minimal_cases", "10")
	p.picture("template-draft")
	p.press("button[name=do][value=save]")
	if months := p.ask(`document.querySelector("#term-months").value`); months != "3" {
		p.l.t.Fatalf("the template lasts %s months", months)
	}
	p.press("button[name=do][value=use]")
	p.seesNo("button[name=do][value=save]")
	p.picture("template-in-use")
	p.press(".page-head .links a[href*='/targets']")
	p.picture("targets")
}

// propose drafts a contract with an officer and sends it to both parties; it gives the contract's address.
func (p *someone) propose(holder, name string) string {
	picture := func(what string) {
		if name != "" {
			p.picture(what + "-" + name)
		}
	}
	p.open(p.at("/contracts"))
	p.press(".links a[href$='/contracts/new']")
	p.fill("#office", p.l.kit.office)
	p.press("form:has(#office) button")
	p.choose("#holder", holder)
	p.choose("#authority", "Mariam Koné")
	p.fill("#starts", "2025-07-01")
	picture("new")
	p.press("form:has(#holder) button")
	p.standsAt(isDraft, name)
	picture("draft")
	p.complete(picture)
	p.unfold("propose")
	p.press(form("propose") + " button")
	p.standsAt(isNegotiated, name)
	picture("proposed")
	return p.ask(`location.pathname`)
}

// complete writes the figures for which the past has too few months of work.
func (p *someone) complete(picture func(what string)) {
	p.sees("main .notice-warning")
	edit := p.unfold("edit")
	for code, figures := range map[string][3]string{"CTL02": {"30", "30", "40"}, "DQ01": {"10", "10", "5"}} {
		p.fill(edit+" input[name='baseline."+code+"']", figures[0])
		p.fill(edit+" input[name='threshold."+code+"']", figures[1])
		p.fill(edit+" input[name='target."+code+"']", figures[2])
	}
	picture("figures")
	p.press(edit + " button")
	p.seesNo("main .notice-warning")
}

// counter is the officer's answer to the proposal: found on the first page, read, answered with an easier threshold and a reason.
func (p *someone) counter(contract string) {
	p.setUpFactor()
	p.open(p.at(""))
	p.picture("home-asked-to-sign")
	p.open(p.at("/contracts"))
	p.press(fmt.Sprintf(".contract-list a[href=%q]", contract))
	p.picture("proposal-seen")
	counter := p.unfold("counter")
	p.fill(counter+" input[name='threshold.CLR01']", "80")
	p.fill(counter+" textarea[name=reason]", "Half of my declarations come with the Friday vessel. On a Monday not all can be assessed on the day.")
	p.picture("counter-form")
	p.press(counter + " button")
	p.sees("#compare .side-after")
	p.picture("countered")
}

// readCounter is the Director General's look at what changed, with a word on it.
func (p *someone) readCounter(contract string) {
	p.open(p.at(""))
	p.open(contract)
	if row := p.text("#compare tbody"); !strings.Contains(row, "80") {
		p.l.t.Fatalf("the comparison does not show the new threshold: %s", row)
	}
	comment := p.unfold("comment")
	p.fill(comment+" select[name=about]", "indicator:CLR01")
	p.fill(comment+" textarea[name=reason]", "Agreed for this term. We look at Mondays again when the second scanner works.")
	p.press(comment + " button")
	p.picture("compared")
}

// signBoth has both parties sign the same text, each with a code of the own authenticator.
func (l *life) signBoth(contract string, director, holder *someone) {
	if director.secret == "" {
		director.setUpFactor()
	}
	director.open(contract)
	director.picture("before-signing")
	director.sign()
	director.standsAt(isNegotiated, "one signature")
	director.picture("one-signature")
	holder.open(contract)
	holder.sign()
	holder.standsAt(isSigned, "two signatures")
	holder.seesNo(".sign")
	holder.picture("two-signatures")
}

// signMany is the Director General's sitting: each contract is seen and chosen, all are signed under one code.
func (p *someone) signMany(contracts int) {
	p.open(p.at(""))
	p.press(".home-task[href$='/contracts/sitting']")
	p.picture("sitting")
	for range contracts {
		p.press("button[name=decision][value=sign]")
	}
	p.picture("sitting-chosen")
	p.fill("#factor-code", p.code())
	p.press(".sign button.wide")
	if n := p.ask(`document.querySelectorAll("[aria-labelledby=done] .status-good").length`); n != fmt.Sprint(contracts) {
		p.l.t.Fatalf("%s contracts are signed: %s", n, p.sight())
	}
	p.picture("sitting-signed")
}

// readCard opens the latest scorecard on the way from the first page, and says something about it.
func (p *someone) readCard(month string) {
	p.open("/notices")
	p.open(p.at(""))
	p.sees(".home-part:has([id^='contract-']) table")
	p.picture("home-" + month)
	p.press(".tabs a[href$='/contracts']")
	p.press(".links a[href$='/scorecards']")
	p.press(".card-list a")
	p.picture("card-" + month)
	if score := p.text(".page-sub .number"); month == "july" && (score == "" || score == "–") {
		p.l.t.Errorf("the card of %s has no score", month)
	}
	p.fill("#words", "Two days of the month were lost to the network.")
	p.press("form[action$='/comments'] button")
}

// object files an objection to the first figure of the card that is open, about its first declaration or none; it gives the objection's address.
func (p *someone) object(ground, words string, disputed bool, month string) string {
	p.press("main a[href$='/object']")
	p.touch("input[name=ground][value=" + ground + "]")
	p.fill("#words", words)
	if disputed {
		p.touch("input[name=declaration]")
	}
	p.picture("objection-form-" + month)
	p.press("form[enctype] button")
	p.picture("objection-filed-" + month)
	return p.ask(`location.pathname`)
}

// take finds an objection on the first page, among what waits for the person, and takes it up.
func (p *someone) take(objection string) {
	p.open(p.at(""))
	p.press(".home-task[href='" + objection + "']")
	p.unfold("take")
	p.press(form("take") + " button")
}

func (p *someone) grant(objection string) {
	p.take(objection)
	accept := p.unfold("accept")
	p.touch(accept + " input[name=effect][value=exclude]")
	p.fill(accept+" textarea[name=reason]", "The log of assignments shows the colleague's name. The declaration is taken out.")
	p.picture("objection-decision")
	p.press(accept + " button")
	p.picture("objection-granted")
}

func (p *someone) refuse(objection string) {
	p.take(objection)
	reject := p.unfold("reject")
	p.fill(reject+" textarea[name=reason]", "The definition was signed with the contract. It can be changed by an amendment, not for one month.")
	p.press(reject + " button")
	p.picture("objection-refused")
}

// seesCorrection finds the corrected card beside the first one.
func (p *someone) seesCorrection(objection string) {
	p.open(objection)
	p.press(".page-head .over a")
	p.sees("#corrected")
	if n := p.ask(`document.querySelectorAll("[aria-labelledby=versions] li").length`); n != "2" {
		p.l.t.Fatalf("%s versions of the card: %s", n, p.sight())
	}
	p.picture("card-corrected")
}

// meet calls the meeting about the last month, writes its minutes and signs them; it gives the meeting's address.
func (p *someone) meet(other string) string {
	p.open(p.at("/contracts"))
	p.press(".links a[href$='/meetings']")
	p.press(".links a[href$='/meetings/new']")
	p.choose("#other", other)
	p.fill("#day", "2025-08-11")
	p.fill("#place", "Room 2")
	p.picture("meeting-new")
	p.press("form:has(#other) button")
	p.picture("meeting-agenda")
	p.touch("details:has(textarea[name=causes]) > summary")
	boxes := p.ask(`[...document.querySelectorAll("input[name^='present.']")].map((e) => e.name).join(" ")`)
	for _, box := range strings.Fields(boxes) {
		if p.ask(fmt.Sprintf(`document.querySelector("input[name='%s']").checked`, box)) == "false" {
			p.touch("input[name='" + box + "']")
		}
	}
	p.fill("textarea[name^='words.']", "The Friday vessel brings half of the month.")
	p.fill("textarea[name^='answer.']", "A second examiner stands in on Mondays.")
	p.fill("#write-causes", "The network was down on two days.")
	p.fill("#decision-1", "Ask the port for the manifest a day earlier")
	p.picture("minutes-form")
	p.press("form:has(textarea[name=causes]) button.button")
	p.sign()
	p.picture("minutes-signed-once")
	return p.ask(`location.pathname`)
}

// amend drafts the next edition of a contract and proposes it; it gives the new edition's address.
func (p *someone) amend(contract string) string {
	p.open(contract)
	amend := p.unfold("amend")
	p.fill(amend+" input[name=day]", "2025-09-01")
	p.fill(amend+" input[name='target.CTL02']", "42")
	p.fill(amend+" textarea[name=reason]", "The second scanner works from September.")
	p.picture("amendment-form")
	p.press(amend + " button")
	p.standsAt(isDraft, "the amendment")
	p.unfold("propose")
	p.press(form("propose") + " button")
	p.picture("amendment")
	return p.ask(`location.pathname`)
}

// calibrate opens the final session of the officers' contracts, answers for each and locks it; it gives the session's address.
func (p *someone) calibrate() string {
	p.open(p.at("/contracts"))
	p.press(".links a[href$='/evaluations']")
	p.fill("#kind", "final")
	p.fill("#function", "officer")
	p.fill("#to", "2025-09")
	p.picture("evaluations")
	p.press("form:has(#kind) button")
	p.picture("calibration-open")
	for _, panel := range p.panels() {
		p.fill(panel+" form:has([name=do][value=answer]) textarea", "The months speak for themselves, and the panel agrees.")
		p.press(panel + " form:has([name=do][value=answer]) button")
	}
	p.press("button[name=do][value=lock]")
	p.picture("calibration-locked")
	return p.ask(`location.pathname`)
}

// panels are the contracts of a session that is open before the person.
func (p *someone) panels() (panels []string) {
	for _, id := range strings.Fields(p.ask(`[...document.querySelectorAll(".evaluations > section")].map((e) => e.id).join(" ")`)) {
		panels = append(panels, "#"+id)
	}
	if len(panels) != 3 {
		p.l.t.Fatalf("%d contracts are in the session: %s", len(panels), p.sight())
	}
	return panels
}

// decide is the Director General's decision on each contract of a locked session.
func (p *someone) decide(session string) {
	p.open(session)
	for _, panel := range p.panels() {
		decision := panel + " form:has([name=do][value=decide])"
		p.touch(panel + " details:has([name=do][value=decide]) > summary")
		p.fill(decision+" select[name=outcome]", "interview")
		p.fill(decision+" textarea", "Two indicators stayed below their thresholds over the term.")
		p.fill(decision+" input[name=hearing]", "Heard on 10 October, with the head of the office.")
		p.press(decision + " button")
	}
	p.picture("decided")
}

// appeal is the holder's, against the decision.
func (p *someone) appeal(contract string) {
	p.open(contract)
	p.press(".page-head .links a[href$='/evaluations']")
	p.picture("outcome-seen")
	appeal := p.unfold("appeal")
	p.fill(appeal+" textarea", "The two days without network were not taken out of August.")
	p.press(appeal + " button")
	p.picture("appeal-filed")
}

// hear takes an appeal up and grants it.
func (p *someone) hear(contract string) {
	p.open(p.at(""))
	p.picture("home-appeal")
	p.press(".home-task[href='" + contract + "/evaluations']")
	p.press("button[name=do][value=take]")
	p.picture("appeal-hearing")
	hearing := "form:has(button[name=do][value=grant])"
	p.fill(hearing+" select[name=outcome]", "nothing")
	p.fill(hearing+" textarea", "The outage is on record with the port. Nothing follows from August.")
	p.press("button[name=do][value=grant]")
	p.picture("appeal-granted")
}

func (p *someone) seesOutcome(contract string) {
	p.open(contract + "/evaluations")
	if n := p.ask(`document.querySelectorAll(".decision").length`); n != "3" {
		p.l.t.Fatalf("%s parts of the decision: %s", n, p.sight())
	}
	p.picture("appeal-answered")
}

// renew drafts and proposes the contract that follows; it gives its address.
func (p *someone) renew(contract string) string {
	p.open(contract)
	renew := p.unfold("renew")
	p.fill(renew+" input[name=day]", "2025-12-01")
	p.fill(renew+" textarea[name=reason]", "Both sides want to go on.")
	p.picture("renewal-form")
	p.press(renew + " button")
	p.standsAt(isDraft, "the renewal")
	p.unfold("propose")
	p.press(form("propose") + " button")
	p.picture("renewal")
	return p.ask(`location.pathname`)
}
