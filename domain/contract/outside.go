package contract

import (
	"github.com/google/uuid"
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
