package api

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/account"
)

// IssueToken signs a person in. With several administrations one must be named.
func (s *server) IssueToken(ctx context.Context, request IssueTokenRequestObject) (IssueTokenResponseObject, error) {
	origin := originOf(ctx)
	person, err := s.Accounts.Authenticate(ctx, account.Attempt{Name: request.Body.Name, Password: request.Body.Password, Address: origin})
	if err != nil {
		return nil, err
	}
	if err := s.confirmFactor(ctx, person.ID, text(request.Body.Code)); err != nil {
		return nil, err
	}
	membership, code, err := s.chooseMembership(ctx, person, text(request.Body.Tenant))
	if err != nil {
		return nil, err
	}
	by := account.By{Account: person.ID, SignInName: person.SignInName, Capacity: membership.Role, Tenant: membership.Tenant, Origin: origin}
	if err := s.Accounts.RequireFactor(ctx, by.Account, by.Tenant); err != nil {
		return nil, err
	}
	token, expires, err := s.Accounts.IssueToken(ctx, by, account.NewToken{Name: text(request.Body.Label)})
	if err != nil {
		return nil, err
	}
	return IssueToken201JSONResponse{Token: token, Expires: expires, Tenant: code, Role: membership.Role}, nil
}

// confirmFactor asks who has a second factor for a code of it: the password alone is not enough here either.
func (s *server) confirmFactor(ctx context.Context, person uuid.UUID, code string) error {
	factors, err := s.Accounts.Factors(ctx, person)
	if err != nil || !factors.Any() {
		return err
	}
	if code == "" {
		return domain.Invalid("this account has a second factor", domain.FieldError{Field: "code", Message: "give the six digits of the authenticator, or a recovery code"})
	}
	_, err = s.Accounts.Confirm(ctx, person, account.Answer{Code: code})
	return err
}

func (s *server) chooseMembership(ctx context.Context, person *account.Account, code string) (account.Membership, string, error) {
	memberships, err := s.Accounts.Memberships(ctx, person.ID)
	if err != nil {
		return account.Membership{}, "", err
	}
	var codes []string
	for _, m := range memberships {
		tenant, err := s.Administrations.ByID(ctx, m.Tenant)
		if err != nil {
			return account.Membership{}, "", err
		}
		if tenant.Code == code || code == "" && len(memberships) == 1 {
			return m, tenant.Code, nil
		}
		codes = append(codes, tenant.Code)
	}
	if code == "" && len(codes) > 1 {
		return account.Membership{}, "", domain.Invalid("say which administration you want to work in",
			domain.FieldError{Field: "tenant", Message: "one of " + strings.Join(codes, ", ")})
	}
	return account.Membership{}, "", domain.Errorf(domain.KindForbidden, "you do not work in that administration")
}

// WithdrawToken ends the token of the request.
func (s *server) WithdrawToken(ctx context.Context, _ WithdrawTokenRequestObject) (WithdrawTokenResponseObject, error) {
	token, _ := ctx.Value(tokenKey{}).(string)
	if err := s.Accounts.WithdrawToken(ctx, token); err != nil {
		return nil, err
	}
	return WithdrawToken204Response{}, nil
}

// WhoAmI tells who the token is and what it may do.
func (s *server) WhoAmI(ctx context.Context, _ WhoAmIRequestObject) (WhoAmIResponseObject, error) {
	caller := callerOf(ctx)
	tenant, err := s.Administrations.ByID(ctx, caller.Tenant)
	if err != nil {
		return nil, err
	}
	permissions := map[string]string{}
	for action, scope := range caller.Permissions.Scopes() {
		permissions[string(action)] = string(scope)
	}
	return WhoAmI200JSONResponse{Name: caller.Name, SignInName: caller.SignInName, Tenant: tenant.Code, Currency: tenant.Currency, Zone: tenant.Zone,
		Role: caller.Role, Office: optional(caller.Office), Officer: optional(caller.Officer), Trader: optional(caller.Trader), Permissions: permissions}, nil
}

// text is the text that a pointer points to, empty for nil.
func text(pointer *string) string {
	if pointer == nil {
		return ""
	}
	return *pointer
}

// optional leaves an empty text out of an answer.
func optional(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}
