package contract

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/cube"
	"assay/domain/store"
)

// DraftInput is what a new contract is made from.
type DraftInput struct {
	Template    uuid.UUID
	Subject     string // officer, team, office or operator code
	SubjectName string
	Office      string // whose months the targets come from; empty for operators and the administration
	StartsOn    cube.Date
	Signatories []Signatory // slots are given in this order
	Members     []Member    // of a team
	Actor       Actor
	// Targets replace what the rule proposes, by indicator. Nil fields leave the proposal.
	Targets map[string]Figure
	// Without history nothing is proposed and Targets must be complete.
	WithoutHistory bool
}

// Figure are the agreed values of one indicator.
type Figure struct {
	Weight                                       *int
	Baseline, Threshold, Target, RedLow, RedHigh *float64
}

// Draft makes a contract in state draft from a template, with the targets that the
// rule proposes from the past. Whoever is no drafter is refused; a second contract in the making with the same party is KindConflict.
func (s *Service) Draft(ctx context.Context, tenant *administration.Tenant, in DraftInput) (*Contract, error) {
	template, err := s.Template(ctx, tenant.ID, in.Template)
	if err != nil {
		return nil, err
	}
	if template.State != TemplateInUse {
		return nil, domain.Errorf(domain.KindConflict, "contracts are made from templates in use; this one is %s", template.State)
	}
	c := &Contract{ID: domain.NewID(), Edition: 1, Kind: Original, Template: template.ID}
	c.Lineage = c.ID
	if err := s.fill(ctx, tenant, c, template, in); err != nil {
		return nil, err
	}
	if err := s.insert(ctx, tenant, c, in.Actor, "", nil); err != nil {
		return nil, err
	}
	return c, nil
}

// fill makes parties, term and text of a new contract.
func (s *Service) fill(ctx context.Context, tenant *administration.Tenant, c *Contract, template *Template, in DraftInput) error {
	content := &template.Content
	c.State, c.Revision = Draft, 1
	c.Level, c.Function, c.Subject, c.SubjectName, c.Office = content.Level, content.Function, in.Subject, in.SubjectName, in.Office
	c.StartsOn, c.EndsOn = in.StartsOn, addMonths(in.StartsOn, content.Terms.Months)
	c.SigningOrder, c.Vetting, c.Members = content.Order, content.Vetting, in.Members
	for i, signatory := range in.Signatories {
		signatory.Slot = i + 1
		c.Signatories = append(c.Signatories, signatory)
	}
	if err := c.checkParties(template, in.Actor, s.Today(tenant)); err != nil {
		return err
	}
	if err := s.checkSides(ctx, tenant.ID, c); err != nil {
		return err
	}
	targets, err := s.proposeTargets(ctx, tenant, template, in)
	if err != nil {
		return err
	}
	s.nameTargets(targets, template.Content.Languages)
	c.Text = &Text{Number: 1, Document: c.document(tenant, template, targets)}
	return nil
}

// nameTargets writes the names of the indicators in the languages of the text.
func (s *Service) nameTargets(targets []Target, languages []string) {
	if s.names == nil {
		return
	}
	for i := range targets {
		for _, language := range languages {
			if name := s.names(language, targets[i].Code); name != "" {
				targets[i].Name[language] = name
			}
		}
	}
}

// checkParties finds parties that do not fit together.
func (c *Contract) checkParties(template *Template, actor Actor, today cube.Date) error {
	var wrong []domain.FieldError
	add := func(field, message string) { wrong = append(wrong, domain.FieldError{Field: field, Message: message}) }
	if c.Level != LevelAdministration && c.Subject == "" {
		add("subject", "say with whom the contract is")
	}
	if template.Office != "" && template.Office != c.Office {
		add("office", "the template is of office "+template.Office)
	}
	if (c.Level == LevelOfficer || c.Level == LevelTeam || c.Level == LevelOffice) && c.Office == "" {
		add("office", "say in which office")
	}
	if c.Level == LevelTeam && len(c.Members) < 2 {
		add("members", "a team has at least two members")
	}
	sides := map[Side]int{}
	seen := map[uuid.UUID]bool{}
	for _, s := range c.Signatories {
		sides[s.Side]++
		if s.Account == uuid.Nil || s.Name == "" || s.Post == "" || s.Side != SideHolder && s.Side != SideAdministration {
			add("signatories", "each signatory needs an account, a name, a post and a side")
		}
		if seen[s.Account] {
			add("signatories", "nobody signs for both parties or twice")
		}
		seen[s.Account] = true
	}
	if sides[SideHolder] == 0 || sides[SideAdministration] != 1 {
		add("signatories", "the holder's side needs a signatory, the administration's exactly one")
	}
	if err := domain.Invalid("the contract cannot be drafted like this", wrong...); err != nil {
		return err
	}
	if !slices.Contains(c.Capacities(actor, today), Drafter) {
		return domain.Errorf(domain.KindForbidden, "you cannot draft this contract")
	}
	return nil
}

// document puts the text together.
func (c *Contract) document(tenant *administration.Tenant, template *Template, targets []Target) *Document {
	d := &Document{Form: documentForm, Administration: tenant.Code, Names: tenant.Names, Currency: tenant.Currency, Minor: tenant.MinorDigits(),
		Number: c.Number, Edition: c.Edition, Kind: c.Kind, Level: c.Level,
		Holder:       Party{Code: c.Subject, Name: c.SubjectName, Office: c.Office, Members: c.Members},
		SigningOrder: c.SigningOrder, StartsOn: c.StartsOn.String(), EndsOn: (c.EndsOn - 1).String(),
		Template: TemplateName{template.Code, template.Version}, Rule: template.Content.Rule, Terms: template.Content.Terms, Targets: targets}
	for _, s := range c.Signatories {
		d.Signatories = append(d.Signatories, Signs{s.Slot, s.Side, s.Name, s.Post})
	}
	d.Articles = template.Content.Articles // with blanks, until insert fills them
	return d
}

// insert writes a new contract with its number, first text, life and audit record. before, if any, runs first in the transaction.
func (s *Service) insert(ctx context.Context, tenant *administration.Tenant, c *Contract, actor Actor, reason string, before func(tx *store.Tx) error) error {
	now := s.clock().UTC()
	c.CreatedAt, c.CreatedBy = now, actor.SignInName
	err := s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) (err error) {
		if before != nil {
			if err := before(tx); err != nil {
				return err
			}
		}
		if c.Number == "" {
			if c.Number, err = nextNumber(tx, tenant.ID, int(c.StartsOn.Month().Year())); err != nil {
				return err
			}
		}
		document := c.Text.Document
		document.Number, document.Edition = c.Number, c.Edition
		document.Articles = fillArticles(document.Articles, document)
		c.Text = &Text{Number: 1, Document: document, Content: document.Canonical(), Hash: document.Hash(), Action: "draft", Reason: reason, Capacity: Drafter,
			Author: actor.SignInName, AuthorName: actor.Name, WrittenAt: now}
		if err := insertContract(tx, tenant.ID, c); err != nil {
			return err
		}
		event := Event{Action: "draft", To: Draft, Text: 1, Capacity: Drafter, Actor: actor.SignInName, ActorName: actor.Name, Reason: reason, HappenedAt: now}
		if err := insertEvent(tx, tenant.ID, c.ID, &event); err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: now, Actor: actor.SignInName, Capacity: string(Drafter), Action: "contract.draft", Object: "contract/" + c.ID.String(),
			After: map[string]any{"number": c.Number, "edition": c.Edition, "subject": c.Subject, "hash": hex.EncodeToString(c.Text.Hash)}, Origin: actor.Origin})
	})
	if err != nil {
		return fmt.Errorf("draft contract: %w", err)
	}
	return nil
}

// Edit writes the draft anew with other figures.
func (s *Service) Edit(ctx context.Context, tenant *administration.Tenant, ask Ask, figures map[string]Figure) (*Contract, error) {
	return s.act(ctx, tenant, Edit, ask, change(figures), writeText("edit"))
}

// Propose sends the draft to both parties, with a deadline from the template's terms.
func (s *Service) Propose(ctx context.Context, tenant *administration.Tenant, ask Ask) (*Contract, error) {
	c, err := s.act(ctx, tenant, Propose, ask, func(st *step) error {
		st.Deadline = st.Today + cube.Date(st.Contract.Text.Document.Terms.NegotiationDays)
		return nil
	}, func(ctx context.Context, st *step) error {
		st.Contract.DeadlineOn = st.Deadline
		return s.scheduleReminder(ctx, st)
	})
	return c, err
}

// Extend sets another deadline.
func (s *Service) Extend(ctx context.Context, tenant *administration.Tenant, ask Ask, deadline cube.Date) (*Contract, error) {
	return s.act(ctx, tenant, Extend, ask, func(st *step) error { st.Deadline = deadline; return nil }, func(ctx context.Context, st *step) error {
		st.Contract.DeadlineOn = st.Deadline
		return s.scheduleReminder(ctx, st)
	})
}

// Withdraw takes a proposal back to the drafting unit.
func (s *Service) Withdraw(ctx context.Context, tenant *administration.Tenant, ask Ask) (*Contract, error) {
	return s.act(ctx, tenant, Withdraw, ask, nil, backToDraft)
}

// Decline is the holder's no. It goes back to the drafting unit, and nothing else follows.
func (s *Service) Decline(ctx context.Context, tenant *administration.Tenant, ask Ask) (*Contract, error) {
	return s.act(ctx, tenant, Decline, ask, nil, backToDraft)
}

// backToDraft begins a new text when the current one was signed by somebody, so that no signature
// ever comes to stand under what was proposed anew.
func backToDraft(_ context.Context, st *step) error {
	st.Contract.DeadlineOn, st.Contract.VettedText = 0, 0
	if len(st.Signatures) == 0 {
		return nil
	}
	return st.write(st.Contract.Text.Document.Clone(), "edit")
}

// Discard gives a draft up.
func (s *Service) Discard(ctx context.Context, tenant *administration.Tenant, ask Ask) (*Contract, error) {
	return s.act(ctx, tenant, Discard, ask, nil, func(_ context.Context, st *step) error { st.Contract.EndedAt = st.Now; return nil })
}

// addMonths gives the same day some months later, or the last of the month where it has fewer days.
func addMonths(day cube.Date, months int) cube.Date {
	t := day.Time()
	month := day.Month() + cube.Month(months)
	last := (month + 1).First() - 1
	return min(month.First()+cube.Date(t.Day()-1), last)
}
