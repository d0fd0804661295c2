package contract

import (
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/cube"
)

// Kind says what a contract follows.
type Kind string

// The kinds.
const (
	Original  Kind = "original"
	Amendment Kind = "amendment" // the next edition of the same contract
	Renewal   Kind = "renewal"   // the next contract with the same party
)

// Side is one of the two parties.
type Side string

// The sides.
const (
	SideHolder         Side = "holder"
	SideAdministration Side = "administration"
)

// SigningOrder says which side signs first.
type SigningOrder string

// The orders.
const (
	AnyOrder            SigningOrder = "any"
	HolderFirst         SigningOrder = "holder_first"
	AdministrationFirst SigningOrder = "administration_first"
)

// Contract is one edition of a performance contract with its current text.
type Contract struct {
	ID       uuid.UUID
	Lineage  uuid.UUID // the same for all editions of a contract
	Number   string    // as people quote it, 2026-014
	Edition  int       // 1 for the original, then its amendments
	Kind     Kind
	Previous uuid.UUID // what an amendment amends and a renewal renews; zero for an original

	State    State
	Revision int64 // raised by every change

	Level       Level
	Subject     string // code of the officer, team, office or operator; empty for the administration
	SubjectName string
	Function    string // of the template: officer, inspector, head_of_office, team, broker, importer
	Office      string // code; empty where the contract is of no single office
	Template    uuid.UUID

	StartsOn     cube.Date // first day of the term
	EndsOn       cube.Date // the day after its last
	DeadlineOn   cube.Date // last day to sign; 0 while there is none
	SigningOrder SigningOrder
	Vetting      bool
	VettedText   int // number of the text that the verifier passed

	CreatedAt   time.Time
	CreatedBy   string
	SignedAt    time.Time // zero until both have signed
	ActivatedAt time.Time
	EndedAt     time.Time

	Signatories []Signatory // by slot
	Members     []Member    // of a team
	Text        *Text       // the current one; from the signatures on the signed one
}

// Signatory is a person who signs for a side.
type Signatory struct {
	Slot       int
	Side       Side
	Account    uuid.UUID
	Name       string
	Post       string
	Deputy     uuid.UUID // may sign in the period; zero for nobody
	DeputyName string
	DeputyFrom cube.Date
	DeputyTo   cube.Date // last day
}

// DeputyOn reports whether an account may sign in the signatory's place on a day.
func (s Signatory) DeputyOn(account uuid.UUID, day cube.Date) bool {
	return s.Deputy != uuid.Nil && s.Deputy == account && day >= s.DeputyFrom && day <= s.DeputyTo
}

// Member is an officer of a team contract.
type Member struct {
	Officer string `json:"officer"`
	Name    string `json:"name"`
}

// Text is one text of a contract, as it was written.
type Text struct {
	Number     int
	Document   *Document
	Content    []byte // canonical; Hash is its SHA-256
	Hash       []byte
	Action     string // draft, edit or counter
	Reason     string
	Capacity   Capacity
	Author     string // sign-in name
	AuthorName string
	WrittenAt  time.Time
}

// Remark is a comment on an article or a target.
type Remark struct {
	ID         uuid.UUID
	Text       int    // number of the text it is about
	About      string // article:5, indicator:CLR01, or empty for the whole
	Words      string
	Capacity   Capacity
	Author     string
	AuthorName string
	WrittenAt  time.Time
}

// Event is one line of a contract's life.
type Event struct {
	Sequence   int
	Action     Action
	From, To   State
	Text       int
	Capacity   Capacity
	Actor      string
	ActorName  string
	Reason     string
	HappenedAt time.Time
}

// Suspension is a stretch of days that does not count.
type Suspension struct {
	ID       uuid.UUID
	Ground   string
	Reason   string
	StartsOn cube.Date
	EndsOn   cube.Date // last day; 0 while it lasts
	NotedBy  string
	NotedAt  time.Time
}

// Actor is who acts on contracts, in which administration, and from where.
type Actor struct {
	Account    uuid.UUID
	SignInName string
	Name       string
	Role       access.Role
	Office     string // the office of which the person is head, or in which the officer works
	Officer    string // user name in the clearance system
	Operator   string // code of the operator for whom the person signs in
	// OperatorKind says whether the code is one of an importer or of a broker.
	OperatorKind account.TraderKind
	Origin       string // address of the request, or the command
}

// ActorOf makes the actor of a signed-in person.
func ActorOf(p account.Person, origin string) Actor {
	return Actor{Account: p.Account, SignInName: p.SignInName, Name: p.Name, Role: access.Role(p.Role), Office: p.Office, Officer: p.Officer,
		Operator: p.Trader, OperatorKind: p.TraderKind, Origin: origin}
}

// outside reports whether the actor is an economic operator, who is a party of the contracts with the own code and nothing in any other.
func (a Actor) outside() bool { return a.Role == access.Trader }

// Program is the actor of what happens by itself on a date.
var Program = Actor{SignInName: "system", Name: "Assay", Origin: "assay"}

// Capacities says what an actor is in the contract on a day. Whoever is a party
// of the contract is neither reviewer nor verifier of it, and a head of office who
// holds it is not the supervisor in it.
func (c *Contract) Capacities(a Actor, today cube.Date) []Capacity {
	if a.Account == uuid.Nil {
		if a == Program {
			return []Capacity{System}
		}
		return nil
	}
	var all []Capacity
	slot := c.placeOf(a, today)
	party := slot != nil
	holds := c.heldBy(a) || party && slot.Side == SideHolder
	switch {
	case party && slot.Side == SideHolder:
		all = append(all, Holder)
	case party && !holds:
		all = append(all, Authority)
	}
	switch a.Role {
	case access.DirectorGeneral:
		all = append(all, DirectorGeneral, Drafter)
	case access.Deputy:
		all = append(all, Drafter)
		if !party {
			all = append(all, Reviewer)
		}
	case access.HeadOfOffice:
		if a.Office != "" && a.Office == c.Office && !holds {
			all = append(all, Supervisor, Drafter)
		}
	case access.Auditor:
		if !party && !holds {
			all = append(all, Verifier, Reviewer)
		}
	case access.HumanResources:
		all = append(all, HumanResources)
	case access.Administrator:
		all = append(all, Administrator)
	}
	return all
}

// heldBy reports whether the actor is measured by the contract, signatory or not.
func (c *Contract) heldBy(a Actor) bool {
	if a.outside() != (c.Level == LevelOperator) {
		return false
	}
	switch c.Level {
	case LevelOfficer:
		return a.Officer != "" && a.Officer == c.Subject
	case LevelTeam:
		for _, m := range c.Members {
			if a.Officer != "" && m.Officer == a.Officer {
				return true
			}
		}
	case LevelOffice:
		return a.Role == access.HeadOfOffice && a.Office != "" && a.Office == c.Subject
	case LevelOperator:
		return a.Operator != "" && a.Operator == c.Subject && string(a.OperatorKind) == dimensionOf(c.Level, c.Function)
	}
	return false
}

// SlotOf gives the place in which an account may sign on a day, as signatory or as
// deputy; nil when it has none. A signatory of one side is never deputy of the other.
func (c *Contract) SlotOf(account uuid.UUID, day cube.Date) *Signatory {
	for i := range c.Signatories {
		if c.Signatories[i].Account == account {
			return &c.Signatories[i]
		}
	}
	for i := range c.Signatories {
		if c.Signatories[i].DeputyOn(account, day) {
			return &c.Signatories[i]
		}
	}
	return nil
}

// placeOf is SlotOf of an actor. Where an operator signs no longer for the party of the contract, the place is nobody's, and on the
// administration's side an operator never has one.
func (c *Contract) placeOf(a Actor, day cube.Date) *Signatory {
	slot := c.SlotOf(a.Account, day)
	if slot != nil && a.outside() && (slot.Side != SideHolder || !c.heldBy(a)) {
		return nil
	}
	return slot
}

// VisibleTo reports whether a person with a scope of contract.read sees the
// contract. A holder sees it from the proposal on, never the draft.
func (c *Contract) VisibleTo(a Actor, scope access.Scope, today cube.Date) bool {
	slot := c.placeOf(a, today)
	own := c.heldBy(a) || slot != nil
	if a.outside() && !own {
		return false // whatever the scope
	}
	holder := c.heldBy(a) || slot != nil && slot.Side == SideHolder
	switch scope {
	case access.ScopeAdministration:
	case access.ScopeOffice:
		if (c.Office == "" || c.Office != a.Office) && !own {
			return false
		}
	case access.ScopeTeam, access.ScopeOwn:
		if !own {
			return false
		}
	default:
		return false
	}
	return !holder || c.State != Draft && c.State != Discarded
}

// errNoContract is the answer for what does not exist and for what the reader may not see.
func errNoContract() error { return domain.Errorf(domain.KindNotFound, "there is no such contract") }
