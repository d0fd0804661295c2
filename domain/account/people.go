package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/notice"
	"assay/domain/store"
)

// Member is a person of an administration as its administrator sees it.
type Member struct {
	Account       Account
	Memberships   []Membership
	Suspended     bool
	SecondFactor  bool
	Sessions      int // open in this administration
	SeenAt        *time.Time
	OnlyHere      bool // works in no other administration
	SignsInByPeer bool // the administration's identity provider knows the person
}

// Members lists the people of an administration by name.
func (s *Service) Members(ctx context.Context, tenant domain.TenantID) (members []Member, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		members, err = findMembers(tx, tenant, uuid.Nil, s.clock().UTC())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	return members, nil
}

// errNoCursor: whoever is not of the administration begins no page, known elsewhere or not.
var errNoCursor = domain.Invalid("the list cannot go on from there", domain.FieldError{Field: "after", Message: "is nobody of this administration; begin again"})

// MembersAfter is one page of Members: at most limit people behind one of them, uuid.Nil for the first page.
func (s *Service) MembersAfter(ctx context.Context, tenant domain.TenantID, after uuid.UUID, limit int) (members []Member, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		behind, arguments := "", []any{tenant.String()}
		if after != uuid.Nil {
			var known bool
			if err := tx.Raw(`SELECT EXISTS (SELECT FROM membership WHERE tenant_id = ? AND account_id = ?)`, tenant.String(), after).Scan(&known).Error; err != nil {
				return err
			}
			if !known {
				return errNoCursor
			}
			behind = ` AND (lower(a.name), a.account_id) > (SELECT lower(name), account_id FROM account WHERE account_id = ?)`
			arguments = append(arguments, after)
		}
		page := ` AND m.account_id IN (SELECT account_id FROM (SELECT DISTINCT lower(a.name) AS by_name, a.account_id FROM membership m JOIN account a ON a.account_id = m.account_id
			WHERE m.tenant_id = ?` + behind + ` ORDER BY 1, 2 LIMIT ?) page)`
		members, err = findMembersWhere(tx, tenant, s.clock().UTC(), page, append(arguments, limit)...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	return members, nil
}

// Member is one of them, KindNotFound for everybody else.
func (s *Service) Member(ctx context.Context, tenant domain.TenantID, account uuid.UUID) (m Member, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		m, err = findMember(tx, tenant, account, s.clock().UTC())
		return err
	})
	if err != nil {
		return Member{}, fmt.Errorf("find person: %w", err)
	}
	return m, nil
}

func findMember(tx *store.Tx, tenant domain.TenantID, account uuid.UUID, now time.Time) (Member, error) {
	found, err := findMembers(tx, tenant, account, now)
	if err != nil {
		return Member{}, err
	}
	if len(found) == 0 {
		return Member{}, domain.Errorf(domain.KindNotFound, "nobody of this administration has this number")
	}
	return found[0], nil
}

// findMembers reads all people of an administration, or one.
func findMembers(tx *store.Tx, tenant domain.TenantID, account uuid.UUID, now time.Time) ([]Member, error) {
	if account == uuid.Nil {
		return findMembersWhere(tx, tenant, now, "")
	}
	return findMembersWhere(tx, tenant, now, ` AND m.account_id = ?`, account)
}

func findMembersWhere(tx *store.Tx, tenant domain.TenantID, now time.Time, where string, with ...any) ([]Member, error) {
	var rows []struct {
		AccountID                                   uuid.UUID
		SignInName, Name, Email, Language, State    string
		Role, Office, Section, Officer, MemberState string
		Trader                                      string
		TraderKind                                  TraderKind
		SecondFactor, OnlyHere, Peer                bool
		Sessions                                    int
		SeenAt                                      *time.Time
	}
	id := tenant.String()
	query := `SELECT a.account_id, a.sign_in_name, a.name, a.email, a.language, a.state, m.role, m.office, m.section, m.officer, m.trader, m.trader_kind, m.state AS member_state,
		EXISTS (SELECT 1 FROM account_authenticator f WHERE f.account_id = a.account_id AND f.confirmed) OR EXISTS (SELECT 1 FROM account_passkey f WHERE f.account_id = a.account_id) AS second_factor,
		NOT EXISTS (SELECT 1 FROM membership o WHERE o.account_id = a.account_id AND o.tenant_id <> m.tenant_id)
		  AND NOT EXISTS (SELECT 1 FROM installation_member o WHERE o.account_id = a.account_id) AS only_here,
		EXISTS (SELECT 1 FROM account_identity i WHERE i.tenant_id = m.tenant_id AND i.account_id = a.account_id) AS peer,
		(SELECT count(*) FROM sign_in_session s WHERE s.account_id = a.account_id AND s.tenant_id = m.tenant_id AND s.expires_at > ?) AS sessions,
		(SELECT max(s.seen_at) FROM sign_in_session s WHERE s.account_id = a.account_id AND s.tenant_id = m.tenant_id) AS seen_at
		FROM membership m JOIN account a ON a.account_id = m.account_id WHERE m.tenant_id = ?`
	arguments := append([]any{now, id}, with...)
	if err := tx.Raw(query+where+` ORDER BY lower(a.name), a.account_id, m.role, m.office, m.section`, arguments...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	var members []Member
	for _, r := range rows {
		if n := len(members); n == 0 || members[n-1].Account.ID != r.AccountID {
			members = append(members, Member{Account: Account{ID: r.AccountID, SignInName: r.SignInName, Name: r.Name, Email: r.Email, Language: r.Language, State: r.State},
				Suspended: r.MemberState == "suspended", SecondFactor: r.SecondFactor, Sessions: r.Sessions, SeenAt: r.SeenAt, OnlyHere: r.OnlyHere, SignsInByPeer: r.Peer})
		}
		last := &members[len(members)-1]
		last.Memberships = append(last.Memberships, Membership{Tenant: tenant, Role: r.Role, Office: r.Office, Section: r.Section, Officer: r.Officer, Trader: r.Trader, TraderKind: r.TraderKind})
	}
	return members, nil
}

// onMember changes something of a person of the administration and records it.
func (s *Service) onMember(ctx context.Context, by By, account uuid.UUID, action string, do func(ctx context.Context, tx *store.Tx, m Member) (before, after any, err error)) error {
	err := s.db.InTenant(ctx, by.Tenant, func(ctx context.Context, tx *store.Tx) error {
		m, err := findMember(tx, by.Tenant, account, s.clock().UTC())
		if err != nil {
			return err
		}
		before, after, err := do(ctx, tx, m)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, by.Tenant, by, action, "account/"+account.String(), before, after)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return nil
}

var errOneself = &domain.Error{Kind: domain.KindForbidden, Key: "people.fault.oneself", Message: "you cannot do this to yourself; ask another administrator"}

// SetRoles gives a person of the administration exactly these memberships. The person's sessions in the administration end, so that the change
// holds at once, and the person is told. Nobody changes the own roles, so that an administration is never left without an administrator by mistake.
func (s *Service) SetRoles(ctx context.Context, by By, account uuid.UUID, memberships []Membership, told string) error {
	if account == by.Account {
		return errOneself
	}
	if len(memberships) == 0 || len(memberships) > 20 {
		return domain.Invalid("the roles cannot be set like this", domain.FieldError{Field: "roles", Key: "people.fault.roles", Message: "choose at least one role"})
	}
	for _, m := range memberships {
		if m.Role == RoleTrader && len(memberships) > 1 {
			return errApart
		}
	}
	return s.onMember(ctx, by, account, "person.roles", func(ctx context.Context, tx *store.Tx, m Member) (any, any, error) {
		if err := tx.Exec(`DELETE FROM membership WHERE account_id = ? AND tenant_id = ?`, account, by.Tenant.String()).Error; err != nil {
			return nil, nil, err
		}
		for i := range memberships {
			memberships[i].Tenant = by.Tenant
			if err := insertMembership(tx, account, memberships[i]); err != nil {
				return nil, nil, err
			}
		}
		if m.Suspended {
			if err := setMemberState(tx, by.Tenant, account, "suspended"); err != nil {
				return nil, nil, err
			}
		}
		if err := endSessionsIn(tx, by.Tenant, account); err != nil {
			return nil, nil, err
		}
		message := notice.Message{Kind: notice.AccountRolesChanged, Arguments: notice.Arguments{Texts: map[string]string{"By": by.SignInName, "Roles": told}}}
		return m.Memberships, memberships, notice.Send(ctx, tx, by.Tenant, s.clock(), account, message)
	})
}

// Suspend keeps a person out of the administration, or lets the person in again. Other administrations are not touched.
func (s *Service) Suspend(ctx context.Context, by By, account uuid.UUID, suspended bool) error {
	if account == by.Account {
		return errOneself
	}
	state, action := "active", "person.readmit"
	if suspended {
		state, action = "suspended", "person.suspend"
	}
	return s.onMember(ctx, by, account, action, func(_ context.Context, tx *store.Tx, _ Member) (any, any, error) {
		if err := setMemberState(tx, by.Tenant, account, state); err != nil {
			return nil, nil, err
		}
		if !suspended {
			return nil, nil, nil
		}
		if err := tx.Exec(`DELETE FROM api_token WHERE account_id = ? AND tenant_id = ?`, account, by.Tenant.String()).Error; err != nil {
			return nil, nil, err
		}
		return nil, nil, endSessionsIn(tx, by.Tenant, account)
	})
}

// EndMembership takes a person out of the administration: all roles, sessions and API tokens there. The account stays, for other administrations
// and because the audit record names it. Nobody ends the own membership, so that an administration keeps an administrator.
func (s *Service) EndMembership(ctx context.Context, by By, account uuid.UUID) error {
	if account == by.Account {
		return errOneself
	}
	return s.onMember(ctx, by, account, "person.leave", func(_ context.Context, tx *store.Tx, m Member) (any, any, error) {
		for _, table := range []string{"api_token", "sign_in_session", "membership"} {
			if err := tx.Exec(`DELETE FROM `+table+` WHERE account_id = ? AND tenant_id = ?`, account, by.Tenant.String()).Error; err != nil {
				return nil, nil, err
			}
		}
		return m.Memberships, nil, nil
	})
}

func setMemberState(tx *store.Tx, tenant domain.TenantID, account uuid.UUID, state string) error {
	return tx.Exec(`UPDATE membership SET state = ? WHERE account_id = ? AND tenant_id = ?`, state, account, tenant.String()).Error
}

func endSessionsIn(tx *store.Tx, tenant domain.TenantID, account uuid.UUID) error {
	return tx.Exec(`DELETE FROM sign_in_session WHERE account_id = ? AND tenant_id = ?`, account, tenant.String()).Error
}

// EndSessionsOf ends a person's sessions and API tokens in the administration.
func (s *Service) EndSessionsOf(ctx context.Context, by By, account uuid.UUID) error {
	return s.onMember(ctx, by, account, "person.end_sessions", func(_ context.Context, tx *store.Tx, _ Member) (any, any, error) {
		if err := tx.Exec(`DELETE FROM api_token WHERE account_id = ? AND tenant_id = ?`, account, by.Tenant.String()).Error; err != nil {
			return nil, nil, err
		}
		return nil, nil, endSessionsIn(tx, by.Tenant, account)
	})
}

// ResetFactors takes a person's second factors away, for who has lost phone and recovery codes. It is refused for somebody who also works elsewhere: no
// administration may weaken another's; the installation's operator can (ResetFactorsByOperator).
func (s *Service) ResetFactors(ctx context.Context, by By, account uuid.UUID) error {
	if account == by.Account {
		return errOneself
	}
	return s.onMember(ctx, by, account, "person.reset_factor", func(ctx context.Context, tx *store.Tx, m Member) (any, any, error) {
		if !m.OnlyHere {
			return nil, nil, &domain.Error{Kind: domain.KindForbidden, Key: "people.fault.elsewhere", Message: "this person also works in another administration; only the installation's operator can do this"}
		}
		return nil, nil, s.resetFactors(ctx, tx, by, account)
	})
}

func (s *Service) resetFactors(ctx context.Context, tx *store.Tx, by By, account uuid.UUID) error {
	if err := deleteFactors(tx, account); err != nil {
		return err
	}
	if err := endSessions(tx, account, nil); err != nil {
		return err
	}
	now := s.clock().UTC()
	return notice.Send(ctx, tx, by.Tenant, now, account, notice.Message{Kind: notice.AccountFactorReset, Link: "/account",
		Arguments: notice.Arguments{Texts: map[string]string{"By": by.SignInName}, Moments: map[string]time.Time{"At": now}}})
}

// ResetFactorsByOperator takes anybody's second factors away, by a command on the server.
func (s *Service) ResetFactorsByOperator(ctx context.Context, name, origin string) error {
	account, err := s.ByName(ctx, name)
	if err != nil {
		return err
	}
	tenant, err := s.homeOf(ctx, account.ID)
	if err != nil {
		return err
	}
	by := By{Account: account.ID, SignInName: "system", Capacity: "installation operator", Tenant: tenant, Origin: origin}
	return s.deedOn(ctx, by, account.ID, "person.reset_factor", nil, nil, func(tx *store.Tx) error {
		if tenant.IsZero() {
			return deleteFactors(tx, account.ID)
		}
		return s.resetFactors(ctx, tx, by, account.ID)
	})
}

// SortedRoles are the roles of memberships, each once.
func SortedRoles(memberships []Membership) []string {
	roles := make([]string, 0, len(memberships))
	for _, m := range memberships {
		roles = append(roles, m.Role)
	}
	slices.SortFunc(roles, strings.Compare)
	return slices.Compact(roles)
}
