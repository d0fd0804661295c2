package account

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/notice"
	"assay/domain/store"
)

// InvitationLasts is how long the link of an invitation works.
const InvitationLasts = 7 * 24 * time.Hour

// InvitationPath begins the address of an invitation; its secret follows.
const InvitationPath = "/invitations/"

// NewInvitation asks somebody to work in an administration.
type NewInvitation struct {
	Email          string
	Name           string
	Language       string
	Memberships    []Membership // their tenant is the inviter's
	Administration string       // name for the letter
	Inviter        string       // name for the letter
}

// Invitation is one as the administrator sees it.
type Invitation struct {
	ID          uuid.UUID
	Tenant      domain.TenantID
	Email       string
	Name        string
	Language    string
	Memberships []Membership
	InvitedBy   string
	CreatedAt   time.Time
	ExpiresAt   time.Time
	Ended       bool // the link has run out
}

var errLinkEnded = &domain.Error{Kind: domain.KindNotFound, Key: "link.ended", Message: "this link has been used, was withdrawn or is too old; ask for a new one"}

// Validate checks what was typed; roles are checked by the room access, which knows which there are.
func (n NewInvitation) Validate() error {
	var wrong []domain.FieldError
	if !notice.ValidAddress(normalise(n.Email)) || utf8.RuneCountInString(n.Email) > maximalName {
		wrong = append(wrong, domain.FieldError{Field: "email", Key: "people.fault.email", Message: "is not an e-mail address"})
	}
	wrong = append(wrong, checkName(n.Name)...)
	if len(n.Memberships) == 0 || len(n.Memberships) > 20 {
		wrong = append(wrong, domain.FieldError{Field: "roles", Key: "people.fault.roles", Message: "choose at least one role"})
	}
	for _, m := range n.Memberships {
		if m.Role == RoleTrader && len(n.Memberships) > 1 {
			wrong = append(wrong, domain.FieldError{Field: "roles", Key: errApart.Key, Message: errApart.Message})
			break
		}
	}
	return domain.Invalid("the invitation cannot be sent like this", wrong...)
}

func checkName(name string) []domain.FieldError {
	if strings.TrimSpace(name) == "" || utf8.RuneCountInString(name) > maximalName || !utf8.ValidString(name) || strings.ContainsFunc(name, isControl) {
		return []domain.FieldError{{Field: "name", Key: "people.fault.name", Message: "must not be empty or longer than 200 characters"}}
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' }

// Invite writes an invitation and its letter, and gives the link's secret, which is shown once to the inviter. An open invitation to the same
// address is exchanged for the new one: its link ends. Whether the inviter may give the roles is asked before, by access.Service.Invite.
func (s *Service) Invite(ctx context.Context, by By, in NewInvitation) (written Invitation, secret string, err error) {
	in.Email, in.Name = normalise(in.Email), strings.TrimSpace(in.Name)
	if err := in.Validate(); err != nil {
		return Invitation{}, "", err
	}
	now := s.clock().UTC()
	secret = newLinkSecret()
	for n := range in.Memberships {
		in.Memberships[n].Tenant = by.Tenant
	}
	written = Invitation{ID: domain.NewID(), Tenant: by.Tenant, Email: in.Email, Name: in.Name, Language: in.Language, Memberships: in.Memberships,
		InvitedBy: by.SignInName, CreatedAt: now, ExpiresAt: now.Add(InvitationLasts)}
	memberships, err := json.Marshal(in.Memberships)
	if err != nil {
		return Invitation{}, "", fmt.Errorf("invite: %w", err)
	}
	err = s.db.InTenant(ctx, by.Tenant, func(ctx context.Context, tx *store.Tx) error {
		if err := withdrawInvitations(tx, by.Tenant, in.Email, now); err != nil {
			return err
		}
		err := tx.Exec(`INSERT INTO invitation (invitation_id, tenant_id, token_hash, email, name, language, memberships, invited_by, created_at, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?)`,
			written.ID, by.Tenant.String(), tokenHash(secret), in.Email, in.Name, in.Language, string(memberships), by.SignInName, now, written.ExpiresAt).Error
		if err != nil {
			return err
		}
		letter := notice.Letter{Address: in.Email, Language: in.Language, Kind: notice.LetterInvitation, Link: InvitationPath, Secret: secret,
			Arguments: notice.Arguments{Texts: map[string]string{"Administration": in.Administration, "By": in.Inviter}}}
		if err := notice.Mail(ctx, tx, s.keys, by.Tenant, now, letter); err != nil {
			return err
		}
		return s.record(ctx, tx, by.Tenant, by, "person.invite", "invitation/"+in.Email, nil, in.Memberships)
	})
	if err != nil {
		return Invitation{}, "", fmt.Errorf("invite: %w", err)
	}
	return written, secret, nil
}

func withdrawInvitations(tx *store.Tx, tenant domain.TenantID, email string, now time.Time) error {
	err := tx.Exec(`UPDATE invitation SET state = 'withdrawn', ended_at = ? WHERE tenant_id = ? AND lower(email) = ? AND state = 'open'`, now, tenant.String(), email).Error
	if err != nil {
		return err
	}
	return notice.Withdraw(tx, tenant, notice.LetterInvitation, email)
}

type invitationRow struct {
	InvitationID          uuid.UUID
	TenantID              uuid.UUID
	Email, Name, Language string
	Memberships           string
	InvitedBy             string
	CreatedAt, ExpiresAt  time.Time
}

const invitationColumns = `invitation_id, tenant_id, email, name, language, memberships::text AS memberships, invited_by, created_at, expires_at`

func (r *invitationRow) invitation(now time.Time) (Invitation, error) {
	i := Invitation{ID: r.InvitationID, Tenant: domain.TenantID(r.TenantID), Email: r.Email, Name: r.Name, Language: r.Language, InvitedBy: r.InvitedBy,
		CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), Ended: !now.Before(r.ExpiresAt)}
	if err := json.Unmarshal([]byte(r.Memberships), &i.Memberships); err != nil {
		return Invitation{}, fmt.Errorf("read invitation %s: %w", r.InvitationID, err)
	}
	for n := range i.Memberships {
		i.Memberships[n].Tenant = i.Tenant // whatever the row says
	}
	return i, nil
}

// Invitations lists the invitations of an administration that nobody has taken up or withdrawn.
func (s *Service) Invitations(ctx context.Context, tenant domain.TenantID) (open []Invitation, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		var rows []invitationRow
		err := tx.Raw(`SELECT `+invitationColumns+` FROM invitation WHERE tenant_id = ? AND state = 'open' ORDER BY invitation_id DESC LIMIT 200`, tenant.String()).Scan(&rows).Error
		if err != nil {
			return err
		}
		for i := range rows {
			one, err := rows[i].invitation(s.clock())
			if err != nil {
				return err
			}
			open = append(open, one)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	return open, nil
}

// Invitation is one open invitation of the administration.
func (s *Service) Invitation(ctx context.Context, tenant domain.TenantID, id uuid.UUID) (found Invitation, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		found, err = s.findInvitation(tx, tenant, id, "")
		return err
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("find invitation: %w", err)
	}
	return found, nil
}

func (s *Service) findInvitation(tx *store.Tx, tenant domain.TenantID, id uuid.UUID, lock string) (Invitation, error) {
	var rows []invitationRow
	err := tx.Raw(`SELECT `+invitationColumns+` FROM invitation WHERE tenant_id = ? AND invitation_id = ? AND state = 'open'`+lock, tenant.String(), id).Scan(&rows).Error
	if err != nil {
		return Invitation{}, err
	}
	if len(rows) == 0 {
		return Invitation{}, domain.Errorf(domain.KindNotFound, "there is no such open invitation")
	}
	return rows[0].invitation(s.clock())
}

// WithdrawInvitation ends an open invitation; its link and a letter still waiting end with it.
func (s *Service) WithdrawInvitation(ctx context.Context, by By, id uuid.UUID) (withdrawn Invitation, err error) {
	err = s.db.InTenant(ctx, by.Tenant, func(ctx context.Context, tx *store.Tx) error {
		if withdrawn, err = s.findInvitation(tx, by.Tenant, id, ` FOR UPDATE`); err != nil {
			return err
		}
		if err := withdrawInvitations(tx, by.Tenant, strings.ToLower(withdrawn.Email), s.clock().UTC()); err != nil {
			return err
		}
		return s.record(ctx, tx, by.Tenant, by, "person.invitation_withdraw", "invitation/"+withdrawn.Email, withdrawn.Memberships, nil)
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("withdraw invitation: %w", err)
	}
	return withdrawn, nil
}

// BySecret finds the open invitation of a link, and whether its address has an account already. A link that was used, withdrawn, has run out or never was
// gives one and the same KindNotFound.
func (s *Service) BySecret(ctx context.Context, secret string) (found Invitation, known *Account, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		found, known, err = s.openInvitation(tx, secret, "")
		return err
	})
	if err != nil {
		return Invitation{}, nil, fmt.Errorf("find invitation: %w", err)
	}
	return found, known, nil
}

func (s *Service) openInvitation(tx *store.Tx, secret, lock string) (Invitation, *Account, error) {
	var rows []invitationRow
	err := tx.Raw(`SELECT `+invitationColumns+` FROM invitation WHERE token_hash = ? AND state = 'open' AND expires_at > ?`+lock, tokenHash(secret), s.clock().UTC()).Scan(&rows).Error
	if err != nil {
		return Invitation{}, nil, err
	}
	if len(rows) == 0 {
		return Invitation{}, nil, errLinkEnded
	}
	found, err := rows[0].invitation(s.clock())
	if err != nil {
		return Invitation{}, nil, err
	}
	row, err := findAccount(tx, `sign_in_name = ?`, normalise(found.Email))
	if err != nil || row == nil {
		return found, nil, err
	}
	return found, row.account(), nil
}

// Accept takes an invitation up. Somebody without an account gives the first password and gets one; whoever has an account
// must be signed in with it (as), because a link that was passed on must not open another's account. The link ends.
func (s *Service) Accept(ctx context.Context, secret, password string, as uuid.UUID, origin string) (accepted *Account, err error) {
	invitation, known, err := s.BySecret(ctx, secret)
	if err != nil {
		return nil, err
	}
	hash := ""
	switch {
	case known != nil && known.ID != as:
		return nil, domain.Errorf(domain.KindForbidden, "sign in with the account of the address that was invited")
	case known == nil:
		if wrong := checkPassword(password, invitation.Name, invitation.Email); wrong != nil {
			return nil, domain.Invalid("the password cannot be used", wrong...)
		}
		if hash, err = s.passwords.hash(ctx, password); err != nil {
			return nil, err
		}
	}
	return s.accept(ctx, secret, invitation.Tenant, hash, nil, origin)
}

// accept is the transaction of Accept: then, when it is not nil, runs inside.
func (s *Service) accept(ctx context.Context, secret string, tenant domain.TenantID, hash string, then func(tx *store.Tx, account uuid.UUID) error, origin string) (accepted *Account, err error) {
	err = s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		invitation, known, err := s.openInvitation(tx, secret, ` FOR UPDATE`)
		if err != nil {
			return err
		}
		now := s.clock().UTC()
		if known == nil {
			row := accountRow{AccountID: domain.NewID(), SignInName: normalise(invitation.Email), Name: invitation.Name, Email: normalise(invitation.Email),
				Language: invitation.Language, PasswordHash: hash, State: "active", CreatedAt: now}
			if err := insertAccount(tx, row); err != nil {
				return err
			}
			known = row.account()
		}
		for _, m := range invitation.Memberships {
			if err := insertMembership(tx, known.ID, m); err != nil {
				return err
			}
		}
		if err := tx.Exec(`UPDATE invitation SET state = 'accepted', ended_at = ? WHERE invitation_id = ? AND tenant_id = ?`, now, invitation.ID, tenant.String()).Error; err != nil {
			return err
		}
		if then != nil {
			if err := then(tx, known.ID); err != nil {
				return err
			}
		}
		accepted = known
		by := By{Account: known.ID, SignInName: known.SignInName, Capacity: "invited", Tenant: tenant, Origin: origin}
		return s.record(ctx, tx, tenant, by, "person.join", "account/"+known.ID.String(), nil, invitation.Memberships)
	})
	if isDuplicate(err) {
		err = errLinkEnded
	}
	if err != nil {
		return nil, fmt.Errorf("accept invitation: %w", err)
	}
	return accepted, nil
}
