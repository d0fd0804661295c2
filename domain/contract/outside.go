package contract

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
)

// An economic operator negotiates with an administration, not with its people: of those who are no party of the contract it is told
// what they wrote and as what, never who they are. The names under the text are those of the parties and stay.

// outsiders are the accounts that are told of an operator's contract from outside: the holder's signatories. None for other contracts.
func (c *Contract) outsiders() (accounts []uuid.UUID) {
	if c.Level != LevelOperator {
		return nil
	}
	for _, s := range c.Signatories {
		if s.Side == SideHolder && s.Account != uuid.Nil {
			accounts = append(accounts, s.Account)
		}
	}
	return accounts
}

// ofParty reports whether a name is that of one who signs the contract.
func (c *Contract) ofParty(name string) bool {
	for _, s := range c.Signatories {
		if s.Name == name {
			return true
		}
	}
	return false
}

// saidBy names the one who acted in a notice, and to whom the name is not told.
func (c *Contract) saidBy(n Notice, actor Actor) Notice {
	n.By = actor.Name
	if !c.ofParty(actor.Name) && !c.heldBy(actor) {
		n.Outside = c.outsiders()
	}
	return n
}

// mask gives what takes the names of others out of what an actor reads; for everybody of the administration it changes nothing.
func (c *Contract) mask(a Actor) func(signIn, name *string) {
	if !a.outside() {
		return func(_, _ *string) {}
	}
	return func(signIn, name *string) {
		if *signIn == a.SignInName {
			return
		}
		*signIn = ""
		if !c.ofParty(*name) {
			*name = ""
		}
	}
}

// hidePeople takes out of a contract's life who of the administration took part in it without being a party.
func (d *Dossier) hidePeople(a Actor) {
	if !a.outside() {
		return
	}
	hide := d.mask(a)
	d.CreatedBy, d.Template = "", nil
	for _, t := range d.Texts {
		hide(&t.Author, &t.AuthorName)
	}
	hide(&d.Text.Author, &d.Text.AuthorName)
	for i := range d.Remarks {
		hide(&d.Remarks[i].Author, &d.Remarks[i].AuthorName)
	}
	for i := range d.Events {
		hide(&d.Events[i].Actor, &d.Events[i].ActorName)
	}
	for i := range d.Suspensions {
		d.Suspensions[i].NotedBy = ""
	}
	for _, e := range d.Editions {
		e.CreatedBy = ""
	}
}

// hidePeople does the same with an objection.
func (o *Objection) hidePeople(a Actor) {
	if a.outside() {
		o.Reviewer, o.ReviewerName, o.Settler = uuid.Nil, "", uuid.Nil
	}
}

// hidePeople does the same with an evaluation.
func (e *Evaluation) hidePeople(a Actor) {
	if !a.outside() {
		return
	}
	hide := e.Contract.mask(a)
	for i := range e.Decisions {
		d := &e.Decisions[i]
		d.Account = uuid.Nil
		hide(&d.By, &d.ByName)
	}
	if e.Appeal != nil {
		hide(&e.Appeal.FiledBy, &e.Appeal.FiledName)
		e.Appeal.HeardBy, e.Appeal.HeardName, e.Appeal.HeardAccount = "", "", uuid.Nil
	}
	if e.Session != nil {
		session := *e.Session
		session.LockedBy = ""
		e.Session = &session
	}
}

// checkSides refuses signatories on the wrong side: for an operator signs who signs in for its code, and nowhere else does such a person.
func (s *Service) checkSides(ctx context.Context, tenant domain.TenantID, c *Contract) error {
	people, err := s.accounts.Roster(ctx, tenant)
	if err != nil {
		return err
	}
	for _, each := range c.Signatories {
		if err := c.mayTakeSide(people, each.Account, each.Side); err != nil {
			return err
		}
	}
	return nil
}

// mayTakeSide is checkSides of one account, as signatory or deputy.
func (c *Contract) mayTakeSide(people []account.Person, id uuid.UUID, side Side) error {
	at := slices.IndexFunc(people, func(p account.Person) bool { return p.Account == id && access.Role(p.Role) == access.Trader })
	forOperator := side == SideHolder && c.Level == LevelOperator
	switch {
	case at < 0 && forOperator:
		return domain.Invalid("the contract cannot be drafted like this", domain.FieldError{Field: "signatories", Message: "for an importer or broker signs somebody who signs in for it"})
	case at >= 0 && !forOperator:
		return domain.Invalid("the contract cannot be drafted like this", domain.FieldError{Field: "signatories", Message: "an economic operator signs only its own contract, from a template for operators"})
	case at >= 0 && !c.heldBy(ActorOf(people[at], "")):
		return domain.Invalid("the contract cannot be drafted like this", domain.FieldError{Field: "signatories", Message: "the template is for the other kind of operator, or the person signs in for another"})
	}
	return nil
}
