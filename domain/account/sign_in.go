package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/audit"
	"assay/domain/store"
)

// Entry is how far a sign-in has come.
type Entry struct {
	Person Person
	// AwaitsFactor is set when the password was right and the second factor is still to be given.
	AwaitsFactor bool
	// NeedsFactor is set when the person is signed in, and the administration asks for a second
	// factor that the person has not set up.
	NeedsFactor bool
	// Device is the new cookie of a device of past success, empty while the second factor is awaited.
	Device string
}

// SignIn checks name and password and, when right, signs the person in under a new token (an old one may
// have been planted), or asks for the second factor when the account has one. With exactly one administration it is
// chosen at once.
func (s *Sessions) SignIn(ctx context.Context, a Attempt) (Entry, error) {
	account, err := s.service.Authenticate(ctx, a)
	if err != nil {
		return Entry{}, err
	}
	factors, err := s.service.Factors(ctx, account.ID)
	if err != nil {
		return Entry{}, err
	}
	if !factors.Any() {
		return s.finish(ctx, account, "", domain.TenantID{}, a.Address)
	}
	return Entry{AwaitsFactor: true}, s.await(ctx, account)
}

// Pending is the account whose password was right and whose second factor is awaited.
func (s *Sessions) Pending(ctx context.Context) (uuid.UUID, bool) {
	id, err := uuid.Parse(s.scs.GetString(ctx, keyPending))
	return id, err == nil
}

// Complete ends a sign-in with the proof of the second factor.
func (s *Sessions) Complete(ctx context.Context, proof Proof, address string) (Entry, error) {
	pending, ok := s.Pending(ctx)
	if !ok || pending != proof.Account {
		return Entry{}, domain.Errorf(domain.KindUnauthenticated, "sign in with your password first")
	}
	account, err := s.service.ByID(ctx, pending)
	if err != nil {
		return Entry{}, err
	}
	return s.finish(ctx, account, proof.Method, s.Confined(ctx), address)
}

// Trust signs in an account that an administration's identity provider has vouched for. Such a
// session stays in that administration: another one has no reason to believe its provider. Where the administration does
// not take the provider's word for a second factor (counted), who has one here is asked for it.
func (s *Sessions) Trust(ctx context.Context, account *Account, tenant domain.TenantID, counted bool, address string) (Entry, error) {
	if counted {
		return s.finish(ctx, account, MethodProvider, tenant, address)
	}
	factors, err := s.service.Factors(ctx, account.ID)
	if err != nil {
		return Entry{}, err
	}
	if !factors.Any() {
		return s.finish(ctx, account, "", tenant, address)
	}
	if err := s.await(ctx, account); err != nil {
		return Entry{}, err
	}
	s.scs.Put(ctx, keyConfined, tenant.String())
	return Entry{AwaitsFactor: true}, nil
}

// await notes whose second factor is still to be given, under a new token.
func (s *Sessions) await(ctx context.Context, account *Account) error {
	if err := s.scs.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	s.clear(ctx)
	s.scs.Put(ctx, keyPending, account.ID.String())
	s.scs.Put(ctx, keyLanguage, account.Language)
	return nil
}

func (s *Sessions) finish(ctx context.Context, account *Account, factor Method, confined domain.TenantID, address string) (Entry, error) {
	if account.State != "active" {
		return Entry{}, domain.Errorf(domain.KindUnauthenticated, "name or password is wrong")
	}
	memberships, err := s.service.Memberships(ctx, account.ID)
	if err != nil {
		return Entry{}, err
	}
	operates, err := s.service.InstallationRoles(ctx, account.ID)
	if err != nil {
		return Entry{}, err
	}
	_, known, err := s.service.visits(ctx, account.ID)
	if err != nil {
		return Entry{}, err
	}
	if len(memberships) == 0 && len(operates) == 0 && !known {
		return Entry{}, s.service.nowhere(ctx, account.ID)
	}
	if err := s.scs.RenewToken(ctx); err != nil {
		return Entry{}, fmt.Errorf("renew session: %w", err)
	}
	s.clear(ctx)
	s.scs.Put(ctx, keyAccount, account.ID.String())
	s.scs.Put(ctx, keySignIn, account.SignInName)
	s.scs.Put(ctx, keyName, account.Name)
	s.scs.Put(ctx, keyLanguage, account.Language)
	s.scs.Put(ctx, keyFactor, string(factor))
	if factor != "" && factor != MethodProvider { // who has signed in elsewhere has shown nothing here
		s.scs.Put(ctx, keyFresh, s.service.clock().UTC().Format(time.RFC3339))
	}
	s.scs.Put(ctx, keySince, s.service.clock().UTC().Format(time.RFC3339))
	if !confined.IsZero() {
		s.scs.Put(ctx, keyConfined, confined.String())
	}
	entry := Entry{Device: s.service.newDevice(account.ID)}
	if only := onlyTenant(memberships, confined); only != nil {
		switch err := s.enter(ctx, account.ID, account.SignInName, *only, address); {
		case domain.Is(err, domain.KindForbidden):
			entry.NeedsFactor = true
		case err != nil:
			return Entry{}, err
		}
	}
	entry.Person, _ = s.Current(ctx)
	return entry, nil
}

// clear forgets everything of whoever used the session before.
func (s *Sessions) clear(ctx context.Context) {
	for _, key := range []string{keyAccount, keyTenant, keyRole, keyOffice, keyOfficer, keySignIn, keyName, keyForgery, keyQuestion, keyPending, keyDetour, keyFactor, keyConfined, keySince, keyFresh} {
		s.scs.Remove(ctx, key)
	}
}

// onlyTenant is the membership to choose when there is nothing to choose: the only one, or the first of the
// administration to which the session is confined.
func onlyTenant(memberships []Membership, confined domain.TenantID) *Membership {
	if !confined.IsZero() {
		return membershipIn(memberships, confined)
	}
	if len(memberships) == 1 {
		return &memberships[0]
	}
	return nil
}

// Choose goes over to one of the person's memberships, given by tenant and role,
// under a new token. Another's administration is KindForbidden; one that asks for a second factor which this session
// has not shown is ErrFactorRequired.
func (s *Sessions) Choose(ctx context.Context, tenant domain.TenantID, role, address string) error {
	person, ok := s.Current(ctx)
	if !ok {
		return domain.Errorf(domain.KindUnauthenticated, "sign in first")
	}
	memberships, err := s.service.Memberships(ctx, person.Account)
	if err != nil {
		return err
	}
	for _, m := range memberships {
		if m.Tenant == tenant && (role == "" || m.Role == role) {
			if confined := s.scs.GetString(ctx, keyConfined); confined != "" && confined != tenant.String() {
				return &domain.Error{Kind: domain.KindForbidden, Key: "sign_in.confined", Message: "you signed in through another administration's identity provider: sign out, and sign in here"}
			}
			if err := s.Renew(ctx); err != nil {
				return err
			}
			return s.enter(ctx, person.Account, person.SignInName, m, address)
		}
	}
	return domain.Errorf(domain.KindForbidden, "you do not work in that administration")
}

// enter puts the session into an administration and records it there.
func (s *Sessions) enter(ctx context.Context, account uuid.UUID, name string, m Membership, address string) error {
	roles, err := s.service.Standing(ctx, account, m.Tenant)
	if err != nil {
		return err
	}
	err = s.service.db.InTenant(ctx, m.Tenant, func(ctx context.Context, tx *store.Tx) error {
		required, err := factorRequired(tx, m.Tenant, roles)
		if err != nil {
			return err
		}
		if required && s.scs.GetString(ctx, keyFactor) == "" {
			return ErrFactorRequired
		}
		after := map[string]string{"factor": s.scs.GetString(ctx, keyFactor)}
		if s.scs.GetString(ctx, keyConfined) != "" {
			after["through"] = "identity provider"
		}
		return audit.Record(ctx, tx, m.Tenant, audit.Entry{At: s.service.clock(), Actor: name, Capacity: m.Role, Action: "session.enter",
			Object: "account/" + account.String(), After: after, Origin: address})
	})
	if err != nil {
		return fmt.Errorf("enter administration: %w", err)
	}
	s.put(ctx, m)
	return nil
}

// Renew gives the session a new token: at every change of what it may do. A session that was ended
// meanwhile stays ended.
func (s *Sessions) Renew(ctx context.Context) error {
	if loaded, _ := ctx.Value(loadedKey{}).(string); loaded != "" && loaded == s.scs.Token(ctx) {
		alive, err := s.service.sessionAlive(ctx, loaded)
		if err != nil {
			return err
		}
		if !alive {
			return domain.Errorf(domain.KindUnauthenticated, "your session has ended; sign in again")
		}
	}
	if err := s.scs.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	return nil
}

// Strengthen notes that the person has shown a second factor in this session, under a new token.
func (s *Sessions) Strengthen(ctx context.Context, method Method) error {
	if err := s.Renew(ctx); err != nil {
		return err
	}
	s.scs.Put(ctx, keyFactor, string(method))
	s.scs.Put(ctx, keyFresh, s.service.clock().UTC().Format(time.RFC3339))
	return nil
}

// freshFor is how long a second factor that was shown counts for changes of the own account.
const freshFor = 10 * time.Minute

// Fresh reports whether the person has shown a second factor in the last ten minutes.
func (s *Sessions) Fresh(ctx context.Context) bool {
	at, err := time.Parse(time.RFC3339, s.scs.GetString(ctx, keyFresh))
	return err == nil && s.service.clock().Sub(at) < freshFor
}

// Confined is the administration whose identity provider signed the person in; zero for who signed in with the own password.
func (s *Sessions) Confined(ctx context.Context) domain.TenantID {
	tenant, err := domain.ParseTenantID(s.scs.GetString(ctx, keyConfined))
	if err != nil {
		return domain.TenantID{}
	}
	return tenant
}

// Factor is the second factor that the person has shown in this session, empty for none.
func (s *Sessions) Factor(ctx context.Context) Method { return Method(s.scs.GetString(ctx, keyFactor)) }

// Rename puts a changed name or language into the session.
func (s *Sessions) Rename(ctx context.Context, name, language string) {
	s.scs.Put(ctx, keyName, name)
	s.scs.Put(ctx, keyLanguage, language)
}
