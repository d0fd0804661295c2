package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/notice"
	"assay/domain/store"
)

// Identity is what an administration's identity provider says of somebody who has signed in there.
type Identity struct {
	Issuer, Subject string
	Email           string // empty unless the provider says that it is verified
	Name            string // may be empty
}

// Reception says what becomes of somebody whom the provider vouches for and whom nobody has linked to an account yet.
type Reception struct {
	// Domains bounds the e-mail addresses by which people are found; none means any.
	Domains []string
	// Role is what somebody becomes who is neither here nor invited; empty for nothing, so that nobody gets in.
	Role     string
	Language string // of accounts that are made
}

// Why somebody for whom a provider vouches is not let in.
var (
	ErrUnverified = &domain.Error{Kind: domain.KindForbidden, Key: "provider.fault.unverified", Message: "the provider does not say that your e-mail address is yours; ask the people who run it"}
	ErrUnknown    = &domain.Error{Kind: domain.KindForbidden, Key: "provider.fault.unknown", Message: "the provider knows you, but this administration has not let you in; ask its administrator"}
	ErrElsewhere  = &domain.Error{Kind: domain.KindForbidden, Key: "provider.fault.elsewhere", Message: "you have an account already: sign in with your own password, and take up the invitation"}
	ErrOther      = &domain.Error{Kind: domain.KindForbidden, Key: "provider.fault.other", Message: "the provider means somebody else by your e-mail address than before; ask your administrator to end the old link"}
)

// Vouched finds the account of somebody who has signed in at an administration's identity provider, by the subject
// that was linked before, else by the verified e-mail address: of a person of the administration, of an open invitation of
// it, or, when the reception says a role, of somebody new. The first time links subject and account.
//
// An address that the provider says to be somebody else's than before opens nothing (ErrOther): addresses are given to others when
// people leave. An account that works only elsewhere is not taken in by the word of this provider (ErrElsewhere).
func (s *Service) Vouched(ctx context.Context, tenant domain.TenantID, who Identity, r Reception, origin string) (found *Account, err error) {
	if who.Issuer == "" || who.Subject == "" || len(who.Subject) > 255 {
		return nil, domain.Errorf(domain.KindInternal, "an identity without issuer or subject")
	}
	found, err = s.vouched(ctx, tenant, who, r, origin, nil)
	if isDuplicate(err) {
		err = ErrOther // somebody else was linked at the same moment
	}
	if err != nil {
		return nil, fmt.Errorf("find whom the provider means: %w", err)
	}
	return found, nil
}

// errTrial takes back what a trial has done.
var errTrial = errors.New("only a trial")

// WouldVouch tells the name of the account that Vouched would give, or its error, and changes nothing.
func (s *Service) WouldVouch(ctx context.Context, tenant domain.TenantID, who Identity, r Reception) (name string, err error) {
	found, err := s.vouched(ctx, tenant, who, r, "", errTrial)
	if errors.Is(err, errTrial) {
		return found.Name, nil
	}
	if err != nil {
		return "", fmt.Errorf("find whom the provider would mean: %w", err)
	}
	return "", nil
}

func (s *Service) vouched(ctx context.Context, tenant domain.TenantID, who Identity, r Reception, origin string, end error) (found *Account, err error) {
	who.Email = normalise(who.Email)
	err = s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		v := vouching{s: s, tx: tx, tenant: tenant, who: who, reception: r, origin: origin}
		if found, err = v.find(ctx); err != nil {
			return err
		}
		return end
	})
	return found, err
}

// vouching is one call of Vouched.
type vouching struct {
	s         *Service
	tx        *store.Tx
	tenant    domain.TenantID
	who       Identity
	reception Reception
	origin    string
}

func (v *vouching) find(ctx context.Context) (*Account, error) {
	linked, err := findLinked(v.tx, v.tenant, v.who)
	if err != nil {
		return nil, err
	}
	if linked != nil {
		if here, err := worksIn(v.tx, linked.ID, v.tenant); err != nil || !here || linked.State != "active" {
			return nil, firstError(err, ErrUnknown)
		}
		return linked, v.tx.Exec(`UPDATE account_identity SET seen_at = ? WHERE tenant_id = ? AND issuer = ? AND subject = ?`,
			v.s.clock().UTC(), v.tenant.String(), v.who.Issuer, v.who.Subject).Error
	}
	if v.who.Email == "" {
		return nil, ErrUnverified
	}
	if !allowedDomain(v.who.Email, v.reception.Domains) {
		return nil, ErrUnknown
	}
	account, err := v.byAddress(ctx)
	if err != nil {
		return nil, err
	}
	return account, v.link(ctx, account)
}

// byAddress finds or makes the account of a verified address.
func (v *vouching) byAddress(ctx context.Context) (*Account, error) {
	row, err := findAccount(v.tx, `sign_in_name = ?`, v.who.Email)
	if err != nil {
		return nil, err
	}
	invited, err := findInvitationTo(v.tx, v.tenant, v.who.Email, v.s.clock().UTC())
	if err != nil {
		return nil, err
	}
	if row != nil {
		here, err := worksIn(v.tx, row.AccountID, v.tenant)
		switch {
		case err != nil:
			return nil, err
		case here && row.State == "active":
			return row.account(), nil
		case invited != nil || v.reception.Role != "":
			return nil, ErrElsewhere
		}
		return nil, ErrUnknown
	}
	if invited != nil {
		return v.join(ctx, *invited, "invited")
	}
	if v.reception.Role == "" {
		return nil, ErrUnknown
	}
	name := plainText(strings.TrimSpace(v.who.Name), maximalName)
	if name == "" {
		name, _, _ = strings.Cut(v.who.Email, "@")
	}
	return v.join(ctx, Invitation{Tenant: v.tenant, Email: v.who.Email, Name: name, Language: v.reception.Language,
		Memberships: []Membership{{Tenant: v.tenant, Role: v.reception.Role}}}, "identity provider")
}

// join makes an account without a password, with what the invitation says.
func (v *vouching) join(ctx context.Context, invitation Invitation, capacity string) (*Account, error) {
	if !notice.ValidAddress(v.who.Email) || utf8.RuneCountInString(v.who.Email) > maximalName {
		return nil, ErrUnknown
	}
	now := v.s.clock().UTC()
	row := accountRow{AccountID: domain.NewID(), SignInName: v.who.Email, Name: invitation.Name, Email: v.who.Email, Language: invitation.Language, State: "active", CreatedAt: now}
	if err := insertAccount(v.tx, row); err != nil {
		return nil, err
	}
	for _, m := range invitation.Memberships {
		if err := insertMembership(v.tx, row.AccountID, m); err != nil {
			return nil, err
		}
	}
	if invitation.ID != uuid.Nil {
		err := v.tx.Exec(`UPDATE invitation SET state = 'accepted', ended_at = ? WHERE invitation_id = ? AND tenant_id = ?`, now, invitation.ID, v.tenant.String()).Error
		if err != nil {
			return nil, err
		}
	}
	by := By{Account: row.AccountID, SignInName: row.SignInName, Capacity: capacity, Tenant: v.tenant, Origin: v.origin}
	return row.account(), v.s.record(ctx, v.tx, v.tenant, by, "person.join", "account/"+row.AccountID.String(), nil, invitation.Memberships)
}

// link remembers whom the provider means. A person is linked to one subject of a provider.
func (v *vouching) link(ctx context.Context, account *Account) error {
	var others int
	err := v.tx.Raw(`SELECT count(*) FROM account_identity WHERE tenant_id = ? AND issuer = ? AND account_id = ?`, v.tenant.String(), v.who.Issuer, account.ID).Scan(&others).Error
	if err != nil {
		return err
	}
	if others > 0 {
		return ErrOther
	}
	now := v.s.clock().UTC()
	err = v.tx.Exec(`INSERT INTO account_identity (tenant_id, issuer, subject, account_id, linked_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)`,
		v.tenant.String(), v.who.Issuer, v.who.Subject, account.ID, now, now).Error
	if err != nil {
		return err
	}
	by := By{Account: account.ID, SignInName: account.SignInName, Capacity: "identity provider", Tenant: v.tenant, Origin: v.origin}
	return v.s.record(ctx, v.tx, v.tenant, by, "account.identity_link", "account/"+account.ID.String(), nil, map[string]string{"issuer": v.who.Issuer, "subject": v.who.Subject})
}

// Unlink ends the link between a person of the administration and its identity provider, and the person's sessions there. The next
// sign-in through the provider finds the person by the e-mail address again.
func (s *Service) Unlink(ctx context.Context, by By, account uuid.UUID) error {
	return s.onMember(ctx, by, account, "person.identity_unlink", func(_ context.Context, tx *store.Tx, _ Member) (any, any, error) {
		if err := tx.Exec(`DELETE FROM account_identity WHERE tenant_id = ? AND account_id = ?`, by.Tenant.String(), account).Error; err != nil {
			return nil, nil, err
		}
		return nil, nil, endSessionsIn(tx, by.Tenant, account)
	})
}

// OnlyIn reports whether an account has nothing to do with any other administration than this one, nor with the
// installation. Of such a person the administration's own provider may open the account's page.
func (s *Service) OnlyIn(ctx context.Context, account uuid.UUID, tenant domain.TenantID) (only bool, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT NOT EXISTS (SELECT 1 FROM membership WHERE account_id = ? AND tenant_id <> ?) AND NOT EXISTS (SELECT 1 FROM installation_member WHERE account_id = ?)`,
			account, tenant.String(), account).Scan(&only).Error
	})
	if err != nil {
		return false, fmt.Errorf("find where else an account works: %w", err)
	}
	if _, guest, err := s.visits(ctx, account); err != nil || guest {
		return false, err
	}
	return only, nil
}

// AllowDetour counts a way over an identity provider against the limits of a network, so that nobody makes this
// installation ask a provider without end.
func (s *Service) AllowDetour(address string) error {
	if !s.throttle.take(limit{"provider " + networkOf(address), failuresOfNetwork}) {
		return domain.Errorf(domain.KindTooMany, "too many sign-ins from here; wait ten minutes and try again")
	}
	return nil
}

func allowedDomain(email string, domains []string) bool {
	_, host, _ := strings.Cut(email, "@")
	return len(domains) == 0 || slices.Contains(domains, host)
}

func findLinked(tx *store.Tx, tenant domain.TenantID, who Identity) (*Account, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT account_id FROM account_identity WHERE tenant_id = ? AND issuer = ? AND subject = ?`, tenant.String(), who.Issuer, who.Subject).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	row, err := findAccount(tx, `account_id = ?`, ids[0])
	if err != nil || row == nil {
		return nil, err
	}
	return row.account(), nil
}

// worksIn reports whether an account is an active member of an active administration.
func worksIn(tx *store.Tx, account uuid.UUID, tenant domain.TenantID) (works bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT 1 FROM membership m JOIN tenant t ON t.tenant_id = m.tenant_id AND t.state = 'active'
		WHERE m.account_id = ? AND m.tenant_id = ? AND m.state = 'active')`, account, tenant.String()).Scan(&works).Error
	return works, err
}

// findInvitationTo locks the open invitation of an administration to an address.
func findInvitationTo(tx *store.Tx, tenant domain.TenantID, email string, now time.Time) (*Invitation, error) {
	var rows []invitationRow
	err := tx.Raw(`SELECT `+invitationColumns+` FROM invitation WHERE tenant_id = ? AND lower(email) = ? AND state = 'open' AND expires_at > ? FOR UPDATE`,
		tenant.String(), email, now).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	found, err := rows[0].invitation(now)
	return &found, err
}
