package contract

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/cube"
)

// deputyRoles are the roles whose holders may sign in the place of who signs for the administration.
var deputyRoles = []access.Role{access.DirectorGeneral, access.Deputy, access.HeadOfOffice}

// longestDeputy is how many days somebody can be deputised for at a time: longer is a matter of who signs at all.
const longestDeputy = 366

// DeputyInput says who signs in the actor's place, and when.
type DeputyInput struct {
	Account  uuid.UUID // zero takes the deputy away
	From, To cube.Date // To is the last day
}

// Deputies lists who can be named as deputy in a contract, by name: who may sign contracts at all, and is neither a party of this one nor
// measured by it.
func (s *Service) Deputies(ctx context.Context, tenant *administration.Tenant, c *Contract) ([]account.Person, error) {
	people, err := s.accounts.Roster(ctx, tenant.ID)
	if err != nil {
		return nil, fmt.Errorf("list who may deputise: %w", err)
	}
	var found []account.Person
	for _, p := range people {
		party := slices.ContainsFunc(c.Signatories, func(each Signatory) bool { return each.Account == p.Account })
		known := slices.ContainsFunc(found, func(each account.Person) bool { return each.Account == p.Account })
		if slices.Contains(deputyRoles, access.Role(p.Role)) && !party && !known && !c.measures(people, p.Account) {
			found = append(found, p)
		}
	}
	return found, nil
}

// measures reports whether an account is measured by the contract in any of its roles.
func (c *Contract) measures(people []account.Person, id uuid.UUID) bool {
	return slices.ContainsFunc(people, func(p account.Person) bool { return p.Account == id && c.heldBy(ActorOf(p, "")) })
}

// NameDeputy names somebody of the administration who may sign in the actor's place on the days of the input, or takes the deputy away.
// Only who signs for the administration does, before the own signature.
func (s *Service) NameDeputy(ctx context.Context, tenant *administration.Tenant, ask Ask, in DeputyInput) (*Contract, error) {
	if in.Account == uuid.Nil {
		return s.Deputise(ctx, tenant, ask, uuid.Nil, "", 0, 0)
	}
	d, err := s.Get(ctx, tenant, Reader{ask.Actor, access.ScopeOwn}, ask.Contract)
	if err != nil {
		return nil, err
	}
	able, err := s.Deputies(ctx, tenant, d.Contract)
	if err != nil {
		return nil, err
	}
	for _, p := range able {
		if p.Account == in.Account {
			return s.Deputise(ctx, tenant, ask, p.Account, p.Name, in.From, in.To)
		}
	}
	return nil, domain.Invalid("this person cannot sign in your place", domain.FieldError{Field: "deputy", Message: "must be a Director General, deputy or head of office of the administration who is no party of the contract"})
}

// NameDeputyForAll names a deputy in every contract that waits for the actor's own signature, each in a transaction of its own. One in which
// the person cannot deputise does not keep the others back.
func (s *Service) NameDeputyForAll(ctx context.Context, tenant *administration.Tenant, actor Actor, in DeputyInput) ([]Outcome, error) {
	waiting, err := s.Waiting(ctx, tenant, actor.Account)
	if err != nil {
		return nil, err
	}
	var outcomes []Outcome
	for _, c := range waiting {
		if slot := c.SlotOf(actor.Account, s.Today(tenant)); slot.Account != actor.Account || slot.Side != SideAdministration {
			continue
		}
		after, err := s.NameDeputy(ctx, tenant, Ask{Contract: c.ID, Revision: c.Revision, Actor: actor}, in)
		var refusal *domain.Error
		switch {
		case err == nil:
			outcomes = append(outcomes, Outcome{Contract: after})
		case errors.As(err, &refusal) && refusal.Kind != domain.KindInternal:
			outcomes = append(outcomes, Outcome{Contract: c, Refused: refusal.Message})
		default:
			return outcomes, err
		}
	}
	return outcomes, nil
}

// Deputise names who may sign in the actor's place from a day to a last day; no account takes the deputy away. The name and the days stand
// in the contract's life.
func (s *Service) Deputise(ctx context.Context, tenant *administration.Tenant, ask Ask, deputy uuid.UUID, name string, from, to cube.Date) (*Contract, error) {
	people, err := s.accounts.Roster(ctx, tenant.ID)
	if err != nil {
		return nil, fmt.Errorf("look who may deputise: %w", err)
	}
	return s.act(ctx, tenant, Deputise, ask, func(st *step) error {
		switch {
		case st.Slot == nil || st.Slot.Account != st.Actor.Account:
			return domain.Errorf(domain.KindForbidden, "only a signatory names a deputy")
		case deputy == uuid.Nil:
			st.Reason = ""
			return nil
		case name == "" || to < from || to < st.Today || to-from >= longestDeputy:
			return domain.Invalid("say who deputises, and from when to when", domain.FieldError{Field: "last_day", Message: "must be today or later, from the first day on, a year at most"})
		}
		for _, party := range st.Contract.Signatories {
			if party.Account == deputy {
				return domain.Errorf(domain.KindInvalid, "a party of the contract deputises for nobody in it")
			}
		}
		st.Reason = fmt.Sprintf("%s, %s – %s", name, from, to)
		return st.Contract.mayTakeSide(people, deputy, st.Slot.Side)
	}, func(_ context.Context, st *step) error {
		st.record = map[string]any{"deputy": name}
		var account, first, last any
		if deputy != uuid.Nil {
			account, first, last = deputy, from.String(), to.String()
			st.record["from"], st.record["to"] = first, last
		}
		return st.tx.Exec(`UPDATE contract_signatory SET deputy_id = ?, deputy_name = ?, deputy_from = CAST(? AS date), deputy_to = CAST(? AS date) WHERE tenant_id = ? AND contract_id = ? AND slot = ?`,
			account, name, first, last, st.tenant.ID.String(), st.Contract.ID, st.Slot.Slot).Error
	})
}
