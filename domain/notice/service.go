package notice

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/secret"
	"assay/domain/store"
)

// Service is what people do with their notices.
type Service struct {
	db    *store.DB
	clock func() time.Time
}

// New makes the service.
func New(db *store.DB, clock func() time.Time) *Service { return &Service{db: db, clock: clock} }

// Send tells an account something, in the caller's transaction (store.DB.InTenant): on its
// page of notices and, unless the message is silent, by e-mail. It is there exactly when the deed
// is.
func Send(ctx context.Context, tx *store.Tx, tenant domain.TenantID, now time.Time, account uuid.UUID, m Message) error {
	if err := m.validate(); err != nil {
		return err
	}
	m.Arguments = m.Arguments.tidy()
	if err := insertNotice(tx, tenant, account, now, m); err != nil {
		return fmt.Errorf("send notice %s: %w", m.Kind, err)
	}
	if m.Silent {
		return nil
	}
	return post(ctx, tx, tenant, now, mailRow{AccountID: &account, Kind: string(m.Kind), Link: m.Link}, m.Arguments)
}

// Mail sends a letter to somebody who may have no account, in the caller's transaction. The
// letter's secret is sealed with the keys; without keys that is KindNotReady.
func Mail(ctx context.Context, tx *store.Tx, keys *secret.Keys, tenant domain.TenantID, now time.Time, l Letter) error {
	if err := l.validate(); err != nil {
		return err
	}
	row := mailRow{MailID: domain.NewID(), Address: l.Address, Language: l.Language, Kind: string(l.Kind), Link: l.Link}
	if l.Secret != "" {
		sealed, err := keys.Seal(row.purpose(), []byte(l.Secret))
		if err != nil {
			return err
		}
		row.Sealed = sealed
	}
	return post(ctx, tx, tenant, now, row, l.Arguments.tidy())
}

// post writes a letter and the job that sends it.
func post(ctx context.Context, tx *store.Tx, tenant domain.TenantID, now time.Time, row mailRow, arguments Arguments) error {
	if row.MailID == uuid.Nil {
		row.MailID = domain.NewID()
	}
	row.CreatedAt = now.UTC()
	if err := insertMail(tx, tenant, row, arguments); err != nil {
		return fmt.Errorf("post letter %s: %w", row.Kind, err)
	}
	return queue(ctx, tx, tenant, row.MailID, 0, now, now)
}

// queue writes the job of one attempt. Each attempt is a job of its own, because a job that
// writes itself anew while it runs would run again at once.
func queue(ctx context.Context, tx *store.Tx, tenant domain.TenantID, mail uuid.UUID, attempt int, now, due time.Time) error {
	return store.Enqueue(ctx, tx, tenant, now, store.Job{Kind: Job, Period: fmt.Sprintf("%s/%d", mail, attempt), Class: store.Interactive,
		Arguments: JobArguments{Mail: mail}, Due: due})
}

// Withdraw takes back letters to an address that have not been sent yet, in the caller's
// transaction: an invitation that was withdrawn must not arrive.
func Withdraw(tx *store.Tx, tenant domain.TenantID, kind Kind, address string) error {
	if err := withdrawMail(tx, tenant, string(kind), address); err != nil {
		return fmt.Errorf("withdraw letter %s: %w", kind, err)
	}
	return nil
}

// List gives an account's notices in an administration, newest first, those before an
// identifier (uuid.Nil begins at the newest).
func (s *Service) List(ctx context.Context, tenant domain.TenantID, account, before uuid.UUID, limit int) (notices []Notice, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		notices, err = listNotices(tx, tenant, account, before, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return notices, nil
}

// Unread counts an account's unread notices in an administration, at most 100.
func (s *Service) Unread(ctx context.Context, tenant domain.TenantID, account uuid.UUID) (count int, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		count, err = countUnread(tx, tenant, account)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count notices: %w", err)
	}
	return count, nil
}

// Open marks a notice as read and gives it. One of somebody else is KindNotFound.
func (s *Service) Open(ctx context.Context, tenant domain.TenantID, account, id uuid.UUID) (opened Notice, err error) {
	err = s.db.InTenant(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		opened, err = openNotice(tx, tenant, account, id, s.clock().UTC())
		return err
	})
	if err != nil {
		return Notice{}, fmt.Errorf("open notice: %w", err)
	}
	return opened, nil
}

// ReadAll marks all of an account's notices in an administration as read.
func (s *Service) ReadAll(ctx context.Context, tenant domain.TenantID, account uuid.UUID) error {
	err := s.db.InTenant(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		return readAllNotices(tx, tenant, account, s.clock().UTC())
	})
	if err != nil {
		return fmt.Errorf("read notices: %w", err)
	}
	return nil
}
