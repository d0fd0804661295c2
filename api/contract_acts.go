package api

import (
	"context"
	"encoding/hex"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/cube"
)

// DraftContract drafts a contract between two people of the administration.
func (s *server) DraftContract(ctx context.Context, request DraftContractRequestObject) (DraftContractResponseObject, error) {
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	reader, body := contractReader(ctx), request.Body
	in := contract.DraftInput{Template: body.Template, StartsOn: cube.DateIn(body.StartsOn.Time, time.UTC), Actor: reader.Actor, Office: reader.Office}
	if body.Office != nil {
		in.Office = *body.Office
	}
	if reader.Scope != access.ScopeAdministration && reader.Scope != access.ScopeOffice {
		return nil, domain.Errorf(domain.KindForbidden, "you cannot draft contracts")
	}
	if reader.Scope != access.ScopeAdministration && in.Office != reader.Office {
		return nil, domain.Errorf(domain.KindForbidden, "you draft contracts of your own office only")
	}
	people, err := s.Accounts.Roster(ctx, tenant.ID)
	if err != nil {
		return nil, err
	}
	holder := personWith(people, body.Holder.Account, access.Officer, access.HeadOfOffice, access.Trader)
	authority := personWith(people, body.Authority.Account, access.DirectorGeneral, access.HeadOfOffice)
	if holder == nil || authority == nil {
		return nil, domain.Errorf(domain.KindInvalid, "the holder is an officer, a head of office or an economic operator, who signs for the administration its Director General or a head of office")
	}
	in.Subject, in.SubjectName = holder.Officer, holder.Name
	if access.Role(holder.Role) == access.HeadOfOffice {
		in.Subject = holder.Office
	}
	if access.Role(holder.Role) == access.Trader {
		if in.Office, in.Subject = "", holder.Trader; reader.Scope != access.ScopeAdministration {
			return nil, domain.Errorf(domain.KindForbidden, "contracts with operators are of no office")
		}
		if in.SubjectName, err = s.firmOf(ctx, holder.Membership); err != nil {
			return nil, err
		}
	}
	in.Signatories = []contract.Signatory{{Side: contract.SideHolder, Account: holder.Account, Name: holder.Name, Post: body.Holder.Post},
		{Side: contract.SideAdministration, Account: authority.Account, Name: authority.Name, Post: body.Authority.Post}}
	c, err := s.Contracts.Draft(ctx, tenant, in)
	if err != nil {
		return nil, err
	}
	return DraftContract201JSONResponse(contractLine(c)), nil
}

// firmOf is the name of the importer or broker for whom somebody signs in, the code where it has none.
func (s *server) firmOf(ctx context.Context, m account.Membership) (string, error) {
	kind := "trader"
	if m.TraderKind == account.Broker {
		kind = "broker"
	}
	names, err := s.Administrations.Names(ctx, m.Tenant, kind, []string{m.Trader})
	if err != nil || names[m.Trader] == "" {
		return m.Trader, err
	}
	return names[m.Trader], nil
}

// personWith finds an account in the first of the roles that it has.
func personWith(people []account.Person, id uuid.UUID, roles ...access.Role) *account.Person {
	for _, role := range roles {
		for i := range people {
			if people[i].Account == id && access.Role(people[i].Role) == role {
				return &people[i]
			}
		}
	}
	return nil
}

// needsOfActs is what an act needs beside contract.read, so that a token that was made for reading changes nothing. Comment
// and vet are also for those whose role only reads contracts (internal audit): they need a token that is not narrowed.
var needsOfActs = map[contract.Action]access.Action{
	contract.Edit: access.ContractPropose, contract.Propose: access.ContractPropose, contract.Counter: access.ContractPropose, contract.Extend: access.ContractPropose,
	contract.Withdraw: access.ContractPropose, contract.Decline: access.ContractPropose, contract.Discard: access.ContractPropose, contract.Amend: access.ContractPropose, contract.Renew: access.ContractPropose,
	contract.Begin: access.ContractReview, contract.Suspend: access.ContractReview, contract.Resume: access.ContractReview, contract.Terminate: access.ContractReview,
	contract.Evaluate: access.ContractEvaluate, contract.Close: access.ContractEvaluate, contract.Deputise: access.ContractSign,
}

// mayAct asks for what the act needs; the domain then holds what the caller is in the contract.
func mayAct(caller Caller, action contract.Action) error {
	if needs, named := needsOfActs[action]; named {
		_, err := caller.Permissions.Require(needs)
		return err
	}
	if len(caller.Scopes) > 0 {
		return domain.Errorf(domain.KindForbidden, "this token is narrowed and can only read contracts")
	}
	return nil
}

// ActOnContract does one act. Who may read the contract comes this far.
func (s *server) ActOnContract(ctx context.Context, request ActOnContractRequestObject) (ActOnContractResponseObject, error) {
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	reader := contractReader(ctx)
	if _, err := s.Contracts.Get(ctx, tenant, reader, request.Id); err != nil {
		return nil, err
	}
	a, err := actOf(request.Body)
	if err != nil {
		return nil, err
	}
	if err := mayAct(callerOf(ctx), a.action); err != nil {
		return nil, err
	}
	a.ask.Contract, a.ask.Actor = request.Id, reader.Actor
	c, err := a.do(ctx, s.Contracts, tenant)
	if err != nil {
		return nil, err
	}
	return ActOnContract200JSONResponse(contractLine(c)), nil
}

// act is an act that is asked for, with what it takes.
type act struct {
	action  contract.Action
	ask     contract.Ask
	day     cube.Date
	figures map[string]contract.Figure
	about   string
	ground  string
	basis   string
	seen    []byte
	deputy  contract.DeputyInput
}

// actOf reads an act, and refuses one that lacks the day that it takes.
func actOf(body *ActOnContractJSONRequestBody) (*act, error) {
	a := &act{action: contract.Action(body.Action), ask: contract.Ask{Revision: body.Revision, Reason: strings.TrimSpace(textOf(body.Reason))},
		about: textOf(body.About), basis: strings.TrimSpace(textOf(body.Basis)), figures: map[string]contract.Figure{}}
	if body.Ground != nil {
		a.ground = string(*body.Ground)
	}
	if body.Day != nil {
		a.day = cube.DateIn(body.Day.Time, time.UTC)
	}
	switch a.action {
	case contract.Extend, contract.Suspend, contract.Resume, contract.Amend, contract.Renew:
		if body.Day == nil {
			return nil, domain.Invalid("the act takes a day", domain.FieldError{Field: "day", Message: "is missing"})
		}
	case contract.Deputise:
		if body.Deputy == nil {
			break
		}
		if body.Day == nil || body.LastDay == nil {
			return nil, domain.Invalid("a deputy signs from a day to a last day", domain.FieldError{Field: "last_day", Message: "both are needed"})
		}
		a.deputy = contract.DeputyInput{Account: *body.Deputy, From: a.day, To: cube.DateIn(body.LastDay.Time, time.UTC)}
	}
	if body.Figures != nil {
		for _, f := range *body.Figures {
			if _, twice := a.figures[f.Code]; twice {
				return nil, domain.Invalid("the figures cannot be read", domain.FieldError{Field: f.Code, Message: "is there twice"})
			}
			a.figures[f.Code] = contract.Figure{Weight: f.Weight, Threshold: f.Threshold, Target: f.Target, RedLow: f.RedLow, RedHigh: f.RedHigh}
		}
	}
	var err error
	if a.seen, err = hex.DecodeString(textOf(body.Seen)); err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "seen is no hash")
	}
	return a, nil
}

// textOf is empty for a text that was left out.
func textOf(given *string) string {
	if given == nil {
		return ""
	}
	return *given
}

// do does the act; of an amendment or a renewal it gives the new draft.
func (a *act) do(ctx context.Context, s *contract.Service, tenant *administration.Tenant) (*contract.Contract, error) {
	switch a.action {
	case contract.Edit:
		return s.Edit(ctx, tenant, a.ask, a.figures)
	case contract.Propose:
		return s.Propose(ctx, tenant, a.ask)
	case contract.Counter:
		return s.Counter(ctx, tenant, a.ask, a.figures)
	case contract.Comment:
		return s.Comment(ctx, tenant, a.ask, a.about, a.ask.Reason)
	case contract.Extend:
		return s.Extend(ctx, tenant, a.ask, a.day)
	case contract.Deputise:
		return s.NameDeputy(ctx, tenant, a.ask, a.deputy)
	case contract.Withdraw:
		return s.Withdraw(ctx, tenant, a.ask)
	case contract.Decline:
		return s.Decline(ctx, tenant, a.ask)
	case contract.Discard:
		return s.Discard(ctx, tenant, a.ask)
	case contract.Vet:
		return s.Vet(ctx, tenant, a.ask, a.seen)
	case contract.Begin:
		return s.Begin(ctx, tenant, a.ask)
	case contract.Suspend:
		return s.Suspend(ctx, tenant, a.ask, a.ground, a.day)
	case contract.Resume:
		return s.Resume(ctx, tenant, a.ask, a.day)
	case contract.Amend:
		return s.Amend(ctx, tenant, a.ask, a.day, a.figures)
	case contract.Renew:
		return s.Renew(ctx, tenant, a.ask, a.day, a.figures)
	case contract.Evaluate:
		return s.Evaluate(ctx, tenant, a.ask)
	case contract.Close:
		return s.Close(ctx, tenant, a.ask)
	case contract.Terminate:
		return s.Terminate(ctx, tenant, a.ask, a.basis)
	}
	return nil, domain.Errorf(domain.KindInvalid, "there is no act %q", a.action)
}
