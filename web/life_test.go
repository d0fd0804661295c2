package web

import (
	"fmt"
	"strings"
	"testing"

	"assay/domain/access"
)

// TestLifeOfAContract plays the life of performance contracts on the pages, from the template to the renewal, by different
// people in browsers of their own. Between two deeds the test lets time pass and does the worker's jobs, nothing
// else. ASSAY_LIFE_PICTURES names a directory for pictures of every step on desktop and phone (`make life`),
// ASSAY_LIFE_LANGUAGE the language of everybody's pages.
func TestLifeOfAContract(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	deputy := l.atDesk("etoundi", "Paul Etoundi", access.Deputy, "")
	director := l.atDesk("kone", "Mariam Koné", access.DirectorGeneral, "")
	mbarga := l.onPhone("mbarga", "Joseph Mbarga", access.Officer, l.officers[0])
	first := ""
	l.part("programme and template", deputy.prepare)
	l.part("proposal", func() { first = deputy.propose("Joseph Mbarga", "first") })
	l.part("counter-proposal", func() { mbarga.counter(first); director.readCounter(first) })
	l.part("two signatures", func() { l.signBoth(first, director, mbarga) })
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
	p.open(p.at("/contracts"))
	p.press(".links a[href$='/contracts/new']")
	p.fill("#office", p.l.kit.office)
	p.press("form:has(#office) button")
	p.choose("#holder", holder)
	p.choose("#authority", "Mariam Koné")
	p.fill("#starts", "2025-07-01")
	p.picture("new-" + name)
	p.press("form:has(#holder) button")
	p.standsAt(isDraft, name)
	p.picture("draft-" + name)
	p.complete()
	p.unfold("propose")
	p.press(form("propose") + " button")
	p.standsAt(isNegotiated, name)
	p.picture("proposed-" + name)
	return p.ask(`location.pathname`)
}

// complete writes the figures for which the past has too few months of work.
func (p *someone) complete() {
	p.sees("main .notice-warning")
	edit := p.unfold("edit")
	for code, figures := range map[string][3]string{"CTL02": {"30", "30", "40"}, "DQ01": {"10", "10", "5"}} {
		p.fill(edit+" input[name='baseline."+code+"']", figures[0])
		p.fill(edit+" input[name='threshold."+code+"']", figures[1])
		p.fill(edit+" input[name='target."+code+"']", figures[2])
	}
	p.picture("draft-figures")
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
	director.setUpFactor()
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
