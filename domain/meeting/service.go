package meeting

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/notice"
	"assay/domain/store"
)

// Service is what may be done with meetings, minutes and recommendations.
type Service struct {
	db       *store.DB
	cards    *contract.Cards
	accounts *account.Service
	clock    func() time.Time
}

// New makes the service.
func New(db *store.DB, cards *contract.Cards, accounts *account.Service, clock func() time.Time) *Service {
	return &Service{db, cards, accounts, clock}
}

// PlanInput is what a meeting needs.
type PlanInput struct {
	Office string // code; empty for the whole administration
	Month  cube.Month
	HeldOn cube.Date
	Place  string
	Other  uuid.UUID // who signs the minutes for the holders: one of them
}

// daysAhead bounds how far ahead a meeting is planned.
const daysAhead = 366

// Plan calls a meeting about the cards of a month; the actor chairs it. The holders of the contracts of the office are
// invited and told. One meeting an office and month.
func (s *Service) Plan(ctx context.Context, tenant *administration.Tenant, actor contract.Actor, in PlanInput) (*Meeting, error) {
	if !mayHold(actor, in.Office) {
		return nil, domain.Errorf(domain.KindForbidden, "the head of the office or the Director General's office calls the meeting")
	}
	in.Place = strings.TrimSpace(in.Place)
	today := s.cards.Today(tenant)
	switch {
	case in.HeldOn < today-daysAhead || in.HeldOn > today+daysAhead:
		return nil, domain.Errorf(domain.KindInvalid, "say on which day the meeting is held")
	case in.Month.First() > today:
		return nil, domain.Errorf(domain.KindInvalid, "a meeting is about a month that has been")
	case len([]rune(in.Place)) > 200:
		return nil, domain.Errorf(domain.KindInvalid, "the place has at most 200 letters")
	}
	invited, err := s.holders(ctx, tenant, actor, in.Office, in.Month)
	if err != nil {
		return nil, err
	}
	other := slices.IndexFunc(invited, func(a Attendee) bool { return a.Account == in.Other })
	if other < 0 || in.Other == actor.Account {
		return nil, domain.Errorf(domain.KindInvalid, "say which of the holders signs the minutes with you")
	}
	m := &Meeting{ID: domain.NewID(), Office: in.Office, Month: in.Month, HeldOn: in.HeldOn, Place: in.Place, State: Planned, Revision: 1, Chair: actor.Account, ChairName: actor.Name, Other: in.Other, OtherName: invited[other].Name}
	if !slices.ContainsFunc(invited, func(a Attendee) bool { return a.Account == actor.Account }) {
		invited = append(invited, Attendee{Account: actor.Account, Name: actor.Name, Post: string(actor.Role)})
	}
	err = s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		now := s.clock().UTC()
		if err := insertMeeting(tx, tenant.ID, m, actor.SignInName, now); err != nil {
			return err
		}
		for i := range invited {
			if err := insertAttendee(tx, tenant.ID, m.ID, &invited[i]); err != nil {
				return err
			}
			if invited[i].Account == actor.Account {
				continue
			}
			if err := s.tell(ctx, tx, tenant, invited[i].Account, notice.MeetingCalled, m.ID, map[string]string{"Month": m.Month.String(), "Day": m.HeldOn.String(), "By": actor.Name}); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, tenant, actor, "meeting.plan", m, map[string]any{"office": m.Office, "month": m.Month.String(), "held_on": m.HeldOn.String(), "invited": len(invited)})
	})
	if err != nil {
		return nil, fmt.Errorf("plan a meeting: %w", err)
	}
	return m, nil
}

// Holders lists who could be invited to a meeting of an office about a month.
func (s *Service) Holders(ctx context.Context, tenant *administration.Tenant, actor contract.Actor, office string, month cube.Month) ([]Attendee, error) {
	if !mayHold(actor, office) {
		return nil, domain.Errorf(domain.KindForbidden, "the head of the office or the Director General's office calls the meeting")
	}
	return s.holders(ctx, tenant, actor, office, month)
}

func (s *Service) holders(ctx context.Context, tenant *administration.Tenant, actor contract.Actor, office string, month cube.Month) ([]Attendee, error) {
	cards, err := s.cards.OfMonth(ctx, tenant, everything(actor), month, office)
	if err != nil {
		return nil, err
	}
	var found []Attendee
	for _, each := range cards {
		if each.Contract.Level == contract.LevelOperator {
			continue // the meeting is the administration's own
		}
		for _, party := range each.Contract.Signatories {
			if party.Side == contract.SideHolder && !slices.ContainsFunc(found, func(a Attendee) bool { return a.Account == party.Account }) {
				found = append(found, Attendee{Account: party.Account, Name: party.Name, Post: party.Post, Contract: each.Contract.ID})
			}
		}
	}
	return found, nil
}

// everything reads all contracts of an administration, for who may hold the meeting about them: the office narrows it.
func everything(actor contract.Actor) contract.Reader {
	return contract.Reader{Actor: actor, Scope: access.ScopeAdministration}
}

// Dossier is a meeting with all that belongs to it.
type Dossier struct {
	*Meeting
	Attendance      []Attendee
	Agenda          Agenda // of the minutes where there are any, else as the figures are now
	Kept            *Kept  // the current minutes; nil before any
	Signatures      []Signature
	Recommendations []*Recommendation // that it made
	Holds           bool              // the reader may write, cancel and follow up
	Signs           Side              // for which the reader may sign now; empty for none
}

// Get gives a meeting. What the reader may not see is KindNotFound.
func (s *Service) Get(ctx context.Context, tenant *administration.Tenant, r contract.Reader, id uuid.UUID) (*Dossier, error) {
	d := &Dossier{}
	err := s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		found, err := findMeetings(tx, tenant.ID, `AND meeting_id = ?`, id)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return errNoMeeting()
		}
		d.Meeting = found[0]
		attendance, err := findAttendance(tx, tenant.ID, []uuid.UUID{id})
		if err != nil {
			return err
		}
		if d.Attendance = attendance[id]; !d.visibleTo(r, d.Attendance) {
			return errNoMeeting()
		}
		if d.Kept, err = findMinutes(tx, tenant.ID, id, d.Minutes); err != nil {
			return err
		}
		if d.Signatures, err = findSignatures(tx, tenant.ID, id, d.Minutes); err != nil {
			return err
		}
		d.Recommendations, err = findRecommendations(tx, tenant.ID, `AND r.meeting_id = ? ORDER BY r.due_on, r.recommendation_id`, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read a meeting: %w", err)
	}
	d.Holds = mayHold(r.Actor, d.Office) || r.Account == d.Chair
	if side := d.SideOf(r.Account); d.State == Minuted && !slices.ContainsFunc(d.Signatures, func(g Signature) bool { return g.Side == side }) {
		d.Signs = side
	}
	if d.Kept != nil {
		d.Agenda = d.Kept.Minutes.Agenda
		return d, nil
	}
	d.Agenda, err = s.agenda(ctx, tenant, r.Actor, d.Meeting)
	return d, err
}

// agenda makes the agenda from the figures as they are now. Holders see the same agenda as the chair: it is what is talked about
// in their presence.
func (s *Service) agenda(ctx context.Context, tenant *administration.Tenant, actor contract.Actor, m *Meeting) (Agenda, error) {
	cards, err := s.cards.OfMonth(ctx, tenant, everything(actor), m.Month, m.Office)
	if err != nil {
		return Agenda{}, err
	}
	objections, err := s.cards.Objections(ctx, tenant, everything(actor), contract.ObjectionFilter{Month: m.Month})
	if err != nil {
		return Agenda{}, err
	}
	slices.Reverse(objections) // the first filed first
	if m.Office != "" {
		objections = slices.DeleteFunc(objections, func(o contract.Listed) bool { return o.Contract.Office != m.Office })
	}
	former, err := s.former(ctx, tenant, m)
	if err != nil {
		return Agenda{}, err
	}
	return makeAgenda(former, cards, objections), nil
}

// former are the recommendations of earlier meetings of the office that are open, or ended since the meeting before.
func (s *Service) former(ctx context.Context, tenant *administration.Tenant, m *Meeting) (found []*Recommendation, err error) {
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		found, err = findRecommendations(tx, tenant.ID, `AND m.office = ? AND m.month < ? AND (r.state = 'open' OR m.month = (SELECT max(b.month) FROM meeting b WHERE b.tenant_id = r.tenant_id AND b.office = m.office AND b.month < ? AND b.state <> 'cancelled'))
			ORDER BY r.due_on, r.recommendation_id`, m.Office, int(m.Month), int(m.Month))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read former recommendations: %w", err)
	}
	return found, nil
}

// Line is a meeting in a list.
type Line struct {
	*Meeting
	Open int // recommendations that are not done
}

// List gives the meetings that a reader may see, the latest first.
func (s *Service) List(ctx context.Context, tenant *administration.Tenant, r contract.Reader) (lines []Line, err error) {
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		found, err := findMeetings(tx, tenant.ID, `ORDER BY month DESC, office, meeting_id LIMIT 500`)
		if err != nil || len(found) == 0 {
			return err
		}
		ids := make([]uuid.UUID, len(found))
		for i, m := range found {
			ids[i] = m.ID
		}
		attendance, err := findAttendance(tx, tenant.ID, ids)
		if err != nil {
			return err
		}
		var open []struct {
			MeetingID uuid.UUID
			Open      int
		}
		if err := tx.Raw(`SELECT meeting_id, count(*) AS open FROM recommendation WHERE tenant_id = ? AND state = 'open' GROUP BY meeting_id`, tenant.ID.String()).Scan(&open).Error; err != nil {
			return err
		}
		for _, m := range found {
			if !m.visibleTo(r, attendance[m.ID]) {
				continue
			}
			line := Line{Meeting: m}
			for _, each := range open {
				if each.MeetingID == m.ID {
					line.Open = each.Open
				}
			}
			lines = append(lines, line)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list meetings: %w", err)
	}
	return lines, nil
}

// Mine lists the open recommendations of an account.
func (s *Service) Mine(ctx context.Context, tenant *administration.Tenant, owner uuid.UUID) (found []*Recommendation, err error) {
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		found, err = findRecommendations(tx, tenant.ID, `AND r.owner_id = ? AND r.state = 'open' ORDER BY r.due_on, r.recommendation_id`, owner)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list recommendations: %w", err)
	}
	return found, nil
}

// Ask is a step on a meeting that somebody saw in a revision.
type Ask struct {
	Meeting  uuid.UUID
	Revision int64
	Actor    contract.Actor
}

// change locks a meeting for a step by who may hold it (or, for a signature, who signs).
func (s *Service) change(ctx context.Context, tenant *administration.Tenant, ask Ask, do func(context.Context, *store.Tx, *Meeting) error) (m *Meeting, err error) {
	err = s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		if m, err = lockMeeting(tx, tenant.ID, ask.Meeting); err != nil {
			return err
		}
		if !mayHold(ask.Actor, m.Office) && m.SideOf(ask.Actor.Account) == "" {
			return errNoMeeting()
		}
		if ask.Revision != m.Revision {
			return errChanged()
		}
		return do(ctx, tx, m)
	})
	return m, err
}

// Cancel calls a meeting off before its minutes are signed.
func (s *Service) Cancel(ctx context.Context, tenant *administration.Tenant, ask Ask, reason string) (*Meeting, error) {
	reason, wrong := checkWords("reason", reason, true)
	if wrong != nil {
		return nil, domain.Invalid("the meeting cannot be called off", *wrong)
	}
	m, err := s.change(ctx, tenant, ask, func(ctx context.Context, tx *store.Tx, m *Meeting) error {
		if m.Chair != ask.Actor.Account && !mayHold(ask.Actor, m.Office) {
			return domain.Errorf(domain.KindForbidden, "the chair calls the meeting off")
		}
		if m.State != Planned && m.State != Minuted {
			return domain.Errorf(domain.KindConflict, "the meeting is %s", m.State)
		}
		m.State = Cancelled
		if err := saveMeeting(tx, tenant.ID, m); err != nil {
			return err
		}
		return s.record(ctx, tx, tenant, ask.Actor, "meeting.cancel", m, map[string]any{"reason": reason})
	})
	if err != nil {
		return nil, fmt.Errorf("call a meeting off: %w", err)
	}
	return m, nil
}

func (s *Service) tell(ctx context.Context, tx *store.Tx, tenant *administration.Tenant, to uuid.UUID, kind notice.Kind, meeting uuid.UUID, texts map[string]string) error {
	return notice.Send(ctx, tx, tenant.ID, s.clock().UTC(), to, notice.Message{Kind: kind, Link: "/in/" + tenant.Code + "/meetings/" + meeting.String(), Arguments: notice.Arguments{Texts: texts}})
}

func (s *Service) record(ctx context.Context, tx *store.Tx, tenant *administration.Tenant, actor contract.Actor, action string, m *Meeting, after map[string]any) error {
	after["state"] = m.State
	return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: s.clock().UTC(), Actor: actor.SignInName, Capacity: string(actor.Role), Action: action, Object: "meeting/" + m.ID.String(), After: after, Origin: actor.Origin})
}

// MinutesInput is what is written down.
type MinutesInput struct {
	Attendance  []Attendee // presence and excuse, by account
	Words       map[string]StatementInput
	Causes      string
	Obligations string
	Decisions   []DecisionInput
}

// StatementInput is what a holder said, by the number of the contract, and the answer.
type StatementInput struct{ Words, Answer string }

// DecisionInput is a recommendation that is to be made.
type DecisionInput struct {
	Words string
	Owner uuid.UUID // somebody who is active in the administration
	DueOn cube.Date
}

// Write keeps the minutes with the agenda as the figures are now, and asks both sides to sign. Written again
// before both have signed, they replace the minutes before, and signatures under those count no more.
func (s *Service) Write(ctx context.Context, tenant *administration.Tenant, ask Ask, in MinutesInput) (*Meeting, error) {
	people, err := s.accounts.Roster(ctx, tenant.ID)
	if err != nil {
		return nil, err
	}
	if err := in.check(people); err != nil {
		return nil, err
	}
	m, err := s.change(ctx, tenant, ask, func(ctx context.Context, tx *store.Tx, m *Meeting) error {
		switch {
		case m.Chair != ask.Actor.Account:
			return domain.Errorf(domain.KindForbidden, "the chair writes the minutes")
		case m.State != Planned && m.State != Minuted:
			return domain.Errorf(domain.KindConflict, "the meeting is %s", m.State)
		}
		attendance, err := findAttendance(tx, tenant.ID, []uuid.UUID{m.ID})
		if err != nil {
			return err
		}
		agenda, err := s.agenda(ctx, tenant, ask.Actor, m)
		if err != nil {
			return err
		}
		minutes := &Minutes{Form: minutesForm, Administration: tenant.Code, Meeting: m.ID.String(), Office: m.Office, Month: m.Month.String(), HeldOn: m.HeldOn.String(), Place: m.Place,
			Chair: m.ChairName, Holders: m.OtherName, Attendance: []Attended{}, Agenda: agenda, Words: []Statement{}, Causes: in.Causes, Obligations: in.Obligations, Decisions: []Decision{}}
		for _, a := range attendance[m.ID] {
			if at := slices.IndexFunc(in.Attendance, func(b Attendee) bool { return b.Account == a.Account }); at >= 0 {
				a.Present, a.Excuse = in.Attendance[at].Present, in.Attendance[at].Excuse
			}
			if err := saveAttendance(tx, tenant.ID, m.ID, &a); err != nil {
				return err
			}
			minutes.Attendance = append(minutes.Attendance, Attended{a.Name, a.Post, a.Present, a.Excuse})
		}
		for _, card := range agenda.Cards {
			if said := in.Words[card.Contract]; said.Words != "" || said.Answer != "" {
				minutes.Words = append(minutes.Words, Statement{card.Contract, card.Holder, said.Words, said.Answer})
			}
		}
		for _, d := range in.Decisions {
			minutes.Decisions = append(minutes.Decisions, Decision{d.Words, nameOf(people, d.Owner), d.Owner.String(), d.DueOn.String()})
		}
		now := s.clock().UTC()
		m.Minutes, m.State = m.Minutes+1, Minuted
		if err := insertMinutes(tx, tenant.ID, m.ID, &Kept{Number: m.Minutes, Content: minutes.Canonical(), Hash: minutes.Hash(), WrittenBy: ask.Actor.SignInName, WrittenAt: now}); err != nil {
			return err
		}
		if err := saveMeeting(tx, tenant.ID, m); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, tenant, m.Other, notice.MeetingMinutes, m.ID, map[string]string{"Month": m.Month.String(), "By": m.ChairName}); err != nil {
			return err
		}
		return s.record(ctx, tx, tenant, ask.Actor, "meeting.write", m, map[string]any{"minutes": m.Minutes, "hash": fmt.Sprintf("%x", minutes.Hash())})
	})
	if err != nil {
		return nil, fmt.Errorf("write minutes: %w", err)
	}
	return m, nil
}

func nameOf(people []account.Person, id uuid.UUID) string {
	at := slices.IndexFunc(people, func(p account.Person) bool { return p.Account == id })
	if at < 0 {
		return ""
	}
	return people[at].Name
}

func (in *MinutesInput) check(people []account.Person) error {
	var wrong []domain.FieldError
	words := func(field string, text *string, needed bool) {
		clean, fault := checkWords(field, *text, needed)
		*text = clean
		if fault != nil {
			wrong = append(wrong, *fault)
		}
	}
	words("causes", &in.Causes, false)
	words("obligations", &in.Obligations, false)
	for i := range in.Attendance {
		words("excuse", &in.Attendance[i].Excuse, false)
	}
	for number, said := range in.Words {
		words("words", &said.Words, false)
		words("answer", &said.Answer, false)
		in.Words[number] = said
	}
	if len(in.Decisions) > mostDecisions {
		wrong = append(wrong, domain.FieldError{Field: "decisions", Message: fmt.Sprintf("at most %d", mostDecisions)})
	}
	for i := range in.Decisions {
		d := &in.Decisions[i]
		words("decision", &d.Words, true)
		if nameOf(people, d.Owner) == "" {
			wrong = append(wrong, domain.FieldError{Field: "owner", Message: "say who does it"})
		}
		if d.DueOn < cube.MinDate || d.DueOn > cube.MaxDate {
			wrong = append(wrong, domain.FieldError{Field: "due_on", Message: "say until when"})
		}
	}
	return domain.Invalid("the minutes cannot be kept", wrong...)
}

// Sign puts the actor's signature under the current minutes; seen is the hash of what the actor had before the eyes. With the
// second signature the minutes stand, and the recommendations begin. Without a fresh second factor it is KindUnauthenticated.
func (s *Service) Sign(ctx context.Context, tenant *administration.Tenant, ask Ask, seen []byte, proof contract.Confirmation) (*Meeting, error) {
	m, err := s.change(ctx, tenant, ask, func(ctx context.Context, tx *store.Tx, m *Meeting) error {
		now := s.clock().UTC()
		side := m.SideOf(ask.Actor.Account)
		switch {
		case side == "":
			return domain.Errorf(domain.KindForbidden, "the chair and the holders' signatory sign the minutes")
		case m.State != Minuted:
			return domain.Errorf(domain.KindConflict, "there are no minutes to sign: the meeting is %s", m.State)
		case proof.Account != ask.Actor.Account || proof.Method == "" || proof.At.After(now.Add(time.Minute)) || now.Sub(proof.At) > contract.ConfirmationLife:
			return domain.Errorf(domain.KindUnauthenticated, "confirm with your second factor, then sign within %d minutes", int(contract.ConfirmationLife/time.Minute))
		}
		kept, err := findMinutes(tx, tenant.ID, m.ID, m.Minutes)
		if err != nil {
			return err
		}
		if kept == nil || !bytes.Equal(kept.Hash, seen) {
			return domain.Errorf(domain.KindConflict, "the minutes have changed since you opened them; read them again")
		}
		signature := &Signature{Number: m.Minutes, Account: ask.Actor.Account, Name: ask.Actor.Name, Side: side, Hash: kept.Hash, Method: proof.Method, ConfirmedAt: proof.At, SignedAt: now}
		if err := insertSignature(tx, tenant.ID, m.ID, signature, ask.Actor.Origin); err != nil {
			return err
		}
		signatures, err := findSignatures(tx, tenant.ID, m.ID, m.Minutes)
		if err != nil {
			return err
		}
		const both = 2
		if len(signatures) == both {
			m.State = Signed
			if err := s.recommend(ctx, tx, tenant, m, kept.Minutes, now); err != nil {
				return err
			}
		}
		if err := saveMeeting(tx, tenant.ID, m); err != nil {
			return err
		}
		return s.record(ctx, tx, tenant, ask.Actor, "meeting.sign", m, map[string]any{"minutes": m.Minutes, "side": side, "hash": fmt.Sprintf("%x", kept.Hash), "method": proof.Method})
	})
	if err != nil {
		return nil, fmt.Errorf("sign minutes: %w", err)
	}
	return m, nil
}

// recommend begins the recommendations of minutes that both sides have signed.
func (s *Service) recommend(ctx context.Context, tx *store.Tx, tenant *administration.Tenant, m *Meeting, minutes *Minutes, at time.Time) error {
	for _, d := range minutes.Decisions {
		owner, err := uuid.Parse(d.Account)
		if err != nil {
			return fmt.Errorf("owner of a recommendation: %w", err)
		}
		due, err := cube.ParseDate(d.DueOn)
		if err != nil {
			return err
		}
		if err := insertRecommendation(tx, tenant.ID, &Recommendation{ID: domain.NewID(), Meeting: m.ID, Words: d.Words, Owner: owner, OwnerName: d.Owner, DueOn: due, MadeAt: at}); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, tenant, owner, notice.MeetingAssigned, m.ID, map[string]string{"Words": clip(d.Words), "Day": d.DueOn}); err != nil {
			return err
		}
	}
	return nil
}

// clip keeps what a notice can carry.
func clip(text string) string {
	const most = 400
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return text
}

// End closes a recommendation as done or dropped, with its outcome: its owner, or who may hold the meeting.
func (s *Service) End(ctx context.Context, tenant *administration.Tenant, actor contract.Actor, id uuid.UUID, state RecommendationState, outcome string) error {
	outcome, fault := checkWords("outcome", outcome, true)
	if fault != nil || state != Done && state != Dropped {
		return domain.Errorf(domain.KindInvalid, "say what came of it, and whether it is done or dropped")
	}
	err := s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		found, err := findRecommendations(tx, tenant.ID, `AND r.recommendation_id = ? FOR UPDATE OF r`, id)
		if err != nil {
			return err
		}
		if len(found) == 0 || found[0].Owner != actor.Account && !mayHold(actor, found[0].Office) {
			return domain.Errorf(domain.KindNotFound, "there is no such recommendation")
		}
		r := found[0]
		if r.State != Open {
			return domain.Errorf(domain.KindConflict, "the recommendation is %s already", r.State)
		}
		r.State, r.Outcome, r.EndedAt, r.EndedBy = state, outcome, s.clock().UTC(), actor.SignInName
		if err := endRecommendation(tx, tenant.ID, r); err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: r.EndedAt, Actor: actor.SignInName, Capacity: string(actor.Role), Action: "recommendation." + string(state), Object: "recommendation/" + id.String(),
			Before: map[string]any{"state": Open}, After: map[string]any{"state": state, "outcome": outcome}, Origin: actor.Origin})
	})
	if err != nil {
		return fmt.Errorf("end a recommendation: %w", err)
	}
	return nil
}
