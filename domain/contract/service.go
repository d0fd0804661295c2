package contract

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/domain/store"
)

// Figures is what contracts need of the room indicator. Tests of the state machine,
// which need no figures, give their own.
type Figures interface {
	Compute(ctx context.Context, tenant *administration.Tenant, in indicator.Request) ([]*indicator.Result, error)
}

// Notifier tells people what happened. It is called in the transaction of the deed.
type Notifier interface {
	Contract(ctx context.Context, tx *store.Tx, tenant domain.TenantID, n Notice) error
}

// Notice is what people are told.
type Notice struct {
	To       []uuid.UUID // accounts; the one who acted is left out
	Action   Action      // what happened; remind for a reminder
	Contract uuid.UUID
	Number   string
	Subject  string // name of who is measured
	By       string // name of who acted
	// Outside are those of To who are told of the administration instead of By.
	Outside []uuid.UUID
	Reason  string
	Path    string // of the page below the administration's; empty for the contract's
}

// Remind is the action of a notice that reminds of a deadline.
const Remind Action = "remind"

// Service is what may be done with programmes, templates, contracts and targets.
type Service struct {
	db              *store.DB
	administrations *administration.Service
	accounts        *account.Service
	figures         Figures
	notifier        Notifier // nil tells nobody
	clock           func() time.Time
	names           func(language, code string) string // of indicators; nil for the catalogue's own
	feed            Feed                               // nil asks nothing
}

// Option is a choice of New.
type Option func(*Service)

// WithNames puts the names of indicators in every language of a contract into its text. names gives an empty text for a
// name that there is not.
func WithNames(names func(language, code string) string) Option {
	return func(s *Service) { s.names = names }
}

// New makes the service. notifier may be nil.
func New(db *store.DB, administrations *administration.Service, accounts *account.Service, figures Figures, notifier Notifier, clock func() time.Time, options ...Option) *Service {
	s := &Service{db: db, administrations: administrations, accounts: accounts, figures: figures, notifier: notifier, clock: clock}
	for _, option := range options {
		option(s)
	}
	return s
}

// Today is the local day of an administration.
func (s *Service) Today(tenant *administration.Tenant) cube.Date {
	return cube.DateIn(s.clock(), tenant.Location())
}

// Ask is what every action on a contract needs: which contract, and which revision of it the actor saw.
type Ask struct {
	Contract uuid.UUID
	Revision int64
	Actor    Actor
	Reason   string
}

// step is one action under way: the circumstances, and what was decided.
type step struct {
	*Circumstances
	tx       *store.Tx
	tenant   *administration.Tenant
	action   Action
	capacity Capacity
	to       State
	record   map[string]any // what the audit record keeps of the action besides state and text
}

// act does one action: it locks the contract, compares the revision, lets prepare say what is
// asked, decides by the table, lets effect write (with the context of the transaction), and writes contract, life, notices and
// audit record, all in one transaction. Two actions on one contract never interleave.
func (s *Service) act(ctx context.Context, tenant *administration.Tenant, action Action, ask Ask, prepare func(*step) error, effect func(context.Context, *step) error) (changed *Contract, err error) {
	err = s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		c, err := lockContract(tx, tenant.ID, ask.Contract)
		if err != nil {
			return err
		}
		at, err := s.circumstances(tx, tenant, c, ask)
		if err != nil {
			return err
		}
		st := &step{Circumstances: at, tx: tx, tenant: tenant, action: action}
		if err := st.check(ask); err != nil {
			return err
		}
		if prepare != nil {
			if err := prepare(st); err != nil {
				return err
			}
		}
		if st.capacity, st.to, err = Decide(action, at); err != nil {
			return err
		}
		changed, err = s.carryOut(ctx, st, effect)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s contract: %w", action, err)
	}
	return changed, nil
}

// check tells who is no part of the contract nothing about it, and refuses what was seen in an older revision.
func (st *step) check(ask Ask) error {
	if len(st.Capacities) == 0 {
		return errNoContract()
	}
	if ask.Revision != st.Contract.Revision {
		return errChanged()
	}
	return nil
}

func (s *Service) circumstances(tx *store.Tx, tenant *administration.Tenant, c *Contract, ask Ask) (*Circumstances, error) {
	today := s.Today(tenant)
	at := &Circumstances{Now: s.clock().UTC(), Today: today, Contract: c, Actor: ask.Actor, Reason: ask.Reason,
		Capacities: c.Capacities(ask.Actor, today), Slot: c.placeOf(ask.Actor, today)}
	var err error
	if at.Signatures, err = findSignatures(tx, tenant.ID, c.ID, c.Text.Number); err != nil {
		return nil, err
	}
	if at.ProgrammeOpen, err = contractsOpen(tx, tenant.ID); err != nil {
		return nil, err
	}
	return at, s.lifeCircumstances(tx, tenant, at)
}

// carryOut writes what was decided. The audit record comes last, as its lock orders all who write in the administration.
func (s *Service) carryOut(ctx context.Context, st *step, effect func(context.Context, *step) error) (*Contract, error) {
	c, before := st.Contract, st.Contract.State
	text := c.Text.Number
	c.State = st.to
	if effect != nil {
		if err := effect(ctx, st); err != nil {
			return nil, err
		}
	}
	if err := saveContract(st.tx, st.tenant.ID, c); err != nil {
		return nil, err
	}
	event := Event{Action: st.action, From: before, To: st.to, Text: c.Text.Number, Capacity: st.capacity, Actor: st.Actor.SignInName, ActorName: st.Actor.Name, Reason: st.Reason, HappenedAt: st.Now}
	if err := insertEvent(st.tx, st.tenant.ID, c.ID, &event); err != nil {
		return nil, err
	}
	if err := s.tell(ctx, st.tx, st.tenant.ID, c, c.saidBy(Notice{Action: st.action, Reason: st.Reason}, st.Actor), st.Actor.Account); err != nil {
		return nil, err
	}
	after := auditState(c.State, c.Text.Number)
	maps.Copy(after, st.record)
	return c, audit.Record(ctx, st.tx, st.tenant.ID, audit.Entry{At: st.Now, Actor: st.Actor.SignInName, Capacity: string(st.capacity), Action: "contract." + string(st.action),
		Object: "contract/" + c.ID.String(), Before: auditState(before, text), After: after, Origin: st.Actor.Origin})
}

func auditState(state State, text int) map[string]any {
	return map[string]any{"state": state, "text": text}
}

// tell notifies the parties, except who acted. The holder hears nothing of drafts.
func (s *Service) tell(ctx context.Context, tx *store.Tx, tenant domain.TenantID, c *Contract, n Notice, but uuid.UUID) error {
	if s.notifier == nil || c.State == Draft && n.Action == Edit || c.State == Discarded {
		return nil
	}
	for _, party := range c.Signatories {
		if party.Account != but && party.Account != uuid.Nil {
			n.To = append(n.To, party.Account)
		}
	}
	if len(n.To) == 0 {
		return nil
	}
	n.Contract, n.Number, n.Subject = c.ID, c.Number, c.SubjectName
	return s.notifier.Contract(ctx, tx, tenant, n)
}
