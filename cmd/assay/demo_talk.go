package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/domain/meeting"
)

// colleagues is how many more officers of the office of the demo's officer are under contract, so that there is something to
// talk about in its meetings.
const colleagues = 5

// withObjections is how many of the holders, from the first on, object to a card; appeals are shown in the cases of others.
const withObjections = 2

// history is what was done since the contracts of the demo began, played with a clock that it moves.
type history struct {
	*demonstration
	tenant    *administration.Tenant
	at        time.Time
	contracts *contract.Service
	cards     *contract.Cards
	meetings  *meeting.Service
	head      account.Person
	panel     panel
	holders   []account.Person // in the order of signed
	signed    []*contract.Contract
}

func (d *demonstration) history(tenant *administration.Tenant, head account.Person) *history {
	h := &history{demonstration: d, tenant: tenant, head: head}
	clock := func() time.Time { return h.at }
	h.contracts = contract.New(d.db, d.administrations, d.accounts, d.indicators, contract.Notices{Administrations: d.administrations, Clock: clock}, clock)
	h.cards = contract.NewCards(h.contracts, d.indicators, cube.NewStore(d.db))
	h.meetings = meeting.New(d.db, h.cards, d.accounts, clock)
	return h
}

// others lists the examiners who work at an office besides one, the busiest of the last half-year first: their months have enough
// cases to be scored.
func (h *history) others(ctx context.Context, office, but string) (found []string, err error) {
	today := cube.DateIn(time.Now(), h.tenant.Location())
	posted, err := h.administrations.OfficersOn(ctx, h.tenant.ID, office, "examiner", int32(today))
	if err != nil {
		return nil, err
	}
	results, err := h.indicators.Compute(ctx, h.tenant, indicator.Request{Codes: []string{"CLR04"}, From: today - 183, To: today, By: []string{"officer"},
		Where: []indicator.Filter{{Dimension: "office", Values: []string{office}}}, Order: indicator.Order{By: indicator.OrderByN, Descending: true}})
	if err != nil {
		return nil, err
	}
	for _, row := range results[0].Rows {
		if code := row.Keys[0]; code != but && slices.Contains(posted, code) {
			found = append(found, code)
		}
	}
	return found[:min(len(found), colleagues)], nil
}

// colleague gives another examiner of the office an account.
func (h *history) colleague(ctx context.Context, office, code string, number int) (*account.Person, error) {
	tenant := h.tenant
	names, err := h.administrations.Names(ctx, tenant.ID, "officer", []string{code})
	if err != nil {
		return nil, err
	}
	name := names[code]
	if name == "" {
		name = code
	}
	p := account.Person{SignInName: fmt.Sprintf("officer%d@%s", number+2, tenant.Code), Name: name,
		Membership: account.Membership{Tenant: tenant.ID, Role: string(access.Officer), Office: office, Officer: code}}
	found, err := h.demoAccount(ctx, p.SignInName, p.Name, tenant.Languages[0])
	if err != nil {
		return nil, err
	}
	p.Account = found.ID
	return &p, h.accounts.Join(ctx, found.ID, p.Membership)
}

func proofOf(p account.Person, at time.Time) contract.Confirmation {
	return contract.Confirmation{Account: p.Account, Method: string(account.MethodAuthenticator), At: at}
}

// play publishes month after month on its own day, and holds the meeting about each.
func (h *history) play(ctx context.Context) error {
	first := h.signed[0]
	h.at = first.StartsOn.Time().Add(6 * time.Hour)
	for _, c := range h.signed {
		if err := h.contracts.Activate(ctx, h.tenant, c.ID); err != nil {
			return err
		}
	}
	now := time.Now()
	for month := first.StartsOn.Month(); ; month++ {
		h.at = (month + 1).First().Time().AddDate(0, 0, first.Text.Document.Terms.MaturityDays).Add(4 * time.Hour)
		if h.at.After(now) {
			break
		}
		swept, err := h.cards.Sweep(ctx, h.tenant)
		if err != nil {
			return err
		}
		if swept.Published == 0 {
			continue // the data do not reach so far
		}
		if err := h.speak(ctx, month, int(month-first.StartsOn.Month())); err != nil {
			return fmt.Errorf("talk about %s: %w", month, err)
		}
		if done := int(month-first.StartsOn.Month()) + 1; done%quarter == 0 {
			if err := h.evaluateQuarter(ctx, month, done == quarter); err != nil {
				return fmt.Errorf("evaluate the quarter to %s: %w", month, err)
			}
		}
	}
	h.at = now
	_, err := h.cards.Sweep(ctx, h.tenant)
	return err
}

// speak lets people object to two of the months, comment on one, and meet about each.
func (h *history) speak(ctx context.Context, month cube.Month, at int) error {
	const grantedIn, refusedIn = 2, 4
	h.at = h.at.AddDate(0, 0, 2)
	var err error
	switch at {
	case grantedIn:
		err = h.object(ctx, month, 0, "CLR04", "outage", "The scanner was out from Monday to Thursday; these files waited for it.", contract.ObjectionAccept, "The incident report shows it.")
	case refusedIn:
		err = h.object(ctx, month, 1, "CTL02", "definition", "Inspections by the mobile brigade should not count as mine.", contract.ObjectionReject, "The inspection acts name you as the inspector; the definition was signed.")
	}
	if err != nil {
		return err
	}
	if at == 1 {
		reader := contract.Reader{Actor: contract.ActorOf(h.holders[0], "assay demo"), Scope: access.ScopeOwn}
		if err := h.cards.CommentCard(ctx, h.tenant, reader, h.signed[0].ID, month, "", "I was moved to vehicles for the second half of the month."); err != nil && !domain.Is(err, domain.KindNotFound) {
			return err
		}
	}
	h.at = h.at.AddDate(0, 0, 6)
	return h.meet(ctx, month, at)
}

// object files an objection and decides it three days later.
func (h *history) object(ctx context.Context, month cube.Month, who int, code string, ground contract.ObjectionGround, words string, decision contract.ObjectionAction, reason string) error {
	if who >= len(h.signed) {
		return nil
	}
	c, head := h.signed[who], contract.ActorOf(h.head, "assay demo")
	reader := contract.Reader{Actor: head, Scope: access.ScopeAdministration}
	card, err := h.cards.Card(ctx, h.tenant, reader, c.ID, month, 0)
	if err != nil {
		return err
	}
	in := contract.ObjectionInput{Contract: c.ID, Month: month, Version: card.Version, Indicator: code, Ground: ground, Words: words}
	lines, err := h.indicators.Lines(ctx, h.tenant, indicator.LinesRequest{Code: code, From: month.First(), To: (month + 1).First(), Where: card.Contract.Behind(), Limit: 2})
	if err != nil {
		return err
	}
	for _, line := range lines.Lines {
		in.Declarations = append(in.Declarations, line.DeclarationID)
	}
	o, err := h.cards.FileObjection(ctx, h.tenant, contract.ActorOf(h.holders[who], "assay demo"), in)
	if err != nil {
		return err
	}
	h.at = h.at.AddDate(0, 0, 3)
	ask := contract.ObjectionAsk{Objection: o.ID, Revision: o.Revision, Actor: head, Action: contract.ObjectionTake}
	if o, err = h.cards.ActOnObjection(ctx, h.tenant, ask); err != nil {
		return err
	}
	ask = contract.ObjectionAsk{Objection: o.ID, Revision: o.Revision, Actor: head, Action: decision, Reason: reason}
	if decision == contract.ObjectionAccept {
		ask.Effect = contract.LeavesOut
		if len(o.Declarations) > 0 {
			ask.Effect = contract.ExcludesCases
		}
		for _, d := range o.Declarations {
			ask.Excluded = append(ask.Excluded, d.ID)
		}
	}
	_, err = h.cards.ActOnObjection(ctx, h.tenant, ask)
	return err
}

// recommended are the recommendations of the demo's meetings, one a month.
var recommended = []string{"Ask for a second scanner at the vehicle yard", "Train two examiners on valuation of used vehicles", "Check the files older than ten days every Monday", "Move the lunch break so that the counter stays open",
	"Publish the duty list before the month begins", "Report every outage with its number on the same day", "Let the mobile brigade sign its own inspections", "Go through files with late changes together"}

// meet calls the meeting, writes and signs its minutes, and ends the recommendation of the month before.
func (h *history) meet(ctx context.Context, month cube.Month, at int) error {
	head, signs := contract.ActorOf(h.head, "assay demo"), h.holders[0]
	today := cube.DateIn(h.at, h.tenant.Location())
	mine, err := h.meetings.Mine(ctx, h.tenant, h.head.Account)
	if err != nil {
		return err
	}
	for i, r := range mine {
		if i > 0 || at%3 == 0 { // every third stays open for another month
			break
		}
		if err := h.meetings.End(ctx, h.tenant, head, r.ID, meeting.Done, "Done, and seen by all."); err != nil {
			return err
		}
	}
	m, err := h.meetings.Plan(ctx, h.tenant, head, meeting.PlanInput{Office: h.head.Office, Month: month, HeldOn: today, Place: "Room 2", Other: signs.Account})
	if err != nil {
		return err
	}
	in := meeting.MinutesInput{Causes: "Arrivals came in two waves; the yard was full in the second one.", Words: map[string]meeting.StatementInput{},
		Decisions: []meeting.DecisionInput{{Words: recommended[at%len(recommended)], Owner: h.head.Account, DueOn: today + 30}}}
	for i, p := range h.holders {
		in.Attendance = append(in.Attendance, meeting.Attendee{Account: p.Account, Present: i != at%len(h.holders), Excuse: map[bool]string{true: "on mission"}[i == at%len(h.holders)]})
		in.Words[h.signed[i].Number] = meeting.StatementInput{Words: "I worked through the old files first.", Answer: "Seen; the older files are fewer now."}
	}
	in.Attendance = append(in.Attendance, meeting.Attendee{Account: h.head.Account, Present: true})
	if m, err = h.meetings.Write(ctx, h.tenant, meeting.Ask{Meeting: m.ID, Revision: m.Revision, Actor: head}, in); err != nil {
		return err
	}
	d, err := h.meetings.Get(ctx, h.tenant, contract.Reader{Actor: head, Scope: access.ScopeOffice}, m.ID)
	if err != nil {
		return err
	}
	for _, p := range []account.Person{h.head, signs} {
		if m, err = h.meetings.Sign(ctx, h.tenant, meeting.Ask{Meeting: m.ID, Revision: m.Revision, Actor: contract.ActorOf(p, "assay demo")}, d.Kept.Hash, proofOf(p, h.at)); err != nil {
			return err
		}
	}
	return nil
}
