package notice

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
)

// States of a letter.
const (
	waiting = "waiting"
	kept    = "kept" // there is no mail server
	sent    = "sent"
	failed  = "failed"
)

// mailRow is a letter as it is kept.
type mailRow struct {
	MailID    uuid.UUID
	AccountID *uuid.UUID
	Address   string
	Language  string
	Kind      string
	Arguments string
	Link      string
	Sealed    []byte
	State     string
	Attempts  int
	CreatedAt time.Time
}

// purpose binds the sealed secret to its letter.
func (r *mailRow) purpose() string { return "mail " + r.MailID.String() }

func insertNotice(tx *gorm.DB, tenant domain.TenantID, account uuid.UUID, now time.Time, m Message) error {
	arguments, err := json.Marshal(m.Arguments)
	if err != nil {
		return fmt.Errorf("write arguments: %w", err)
	}
	return tx.Exec(`INSERT INTO notice (tenant_id, notice_id, account_id, kind, arguments, link, created_at) VALUES (?, ?, ?, ?, ?::jsonb, ?, ?)`,
		tenant.String(), domain.NewID(), account, string(m.Kind), string(arguments), m.Link, now.UTC()).Error
}

func insertMail(tx *gorm.DB, tenant domain.TenantID, r mailRow, a Arguments) error {
	arguments, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("write arguments: %w", err)
	}
	return tx.Exec(`INSERT INTO mail (tenant_id, mail_id, account_id, address, language, kind, arguments, link, sealed, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?)`,
		tenant.String(), r.MailID, r.AccountID, r.Address, r.Language, r.Kind, string(arguments), r.Link, r.Sealed, r.CreatedAt).Error
}

func withdrawMail(tx *gorm.DB, tenant domain.TenantID, kind, address string) error {
	return tx.Exec(`UPDATE mail SET state = ?, failure = 'withdrawn', sealed = NULL WHERE tenant_id = ? AND kind = ? AND address = ? AND state IN (?, ?)`,
		failed, tenant.String(), kind, address, waiting, kept).Error
}

type noticeRow struct {
	NoticeID  uuid.UUID
	Kind      string
	Arguments string
	Link      string
	CreatedAt time.Time
	ReadAt    *time.Time
}

func (r *noticeRow) notice() (Notice, error) {
	n := Notice{ID: r.NoticeID, Kind: Kind(r.Kind), Link: r.Link, CreatedAt: r.CreatedAt.UTC(), ReadAt: r.ReadAt}
	if err := json.Unmarshal([]byte(r.Arguments), &n.Arguments); err != nil {
		return Notice{}, fmt.Errorf("read arguments of notice %s: %w", r.NoticeID, err)
	}
	return n, nil
}

func listNotices(tx *gorm.DB, tenant domain.TenantID, account, before uuid.UUID, limit int) ([]Notice, error) {
	var rows []noticeRow
	query := `SELECT notice_id, kind, arguments::text AS arguments, link, created_at, read_at FROM notice WHERE tenant_id = ? AND account_id = ?`
	arguments := []any{tenant.String(), account}
	if before != uuid.Nil {
		query += ` AND notice_id < ?`
		arguments = append(arguments, before)
	}
	if err := tx.Raw(query+` ORDER BY notice_id DESC LIMIT ?`, append(arguments, limit)...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	notices := make([]Notice, len(rows))
	for i := range rows {
		var err error
		if notices[i], err = rows[i].notice(); err != nil {
			return nil, err
		}
	}
	return notices, nil
}

func countUnread(tx *gorm.DB, tenant domain.TenantID, account uuid.UUID) (count int, err error) {
	err = tx.Raw(`SELECT count(*) FROM (SELECT 1 FROM notice WHERE tenant_id = ? AND account_id = ? AND read_at IS NULL LIMIT 100) unread`,
		tenant.String(), account).Scan(&count).Error
	return count, err
}

func openNotice(tx *gorm.DB, tenant domain.TenantID, account, id uuid.UUID, now time.Time) (Notice, error) {
	var rows []noticeRow
	err := tx.Raw(`UPDATE notice SET read_at = coalesce(read_at, ?) WHERE tenant_id = ? AND notice_id = ? AND account_id = ?
		RETURNING notice_id, kind, arguments::text AS arguments, link, created_at, read_at`, now, tenant.String(), id, account).Scan(&rows).Error
	if err != nil {
		return Notice{}, err
	}
	if len(rows) == 0 {
		return Notice{}, domain.Errorf(domain.KindNotFound, "there is no such notice")
	}
	return rows[0].notice()
}

func readAllNotices(tx *gorm.DB, tenant domain.TenantID, account uuid.UUID, now time.Time) error {
	return tx.Exec(`UPDATE notice SET read_at = ? WHERE tenant_id = ? AND account_id = ? AND read_at IS NULL`, now, tenant.String(), account).Error
}

// takeMail locks a letter for one attempt; nil when it is sent, withdrawn or gone.
func takeMail(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID) (*mailRow, error) {
	var rows []mailRow
	err := tx.Raw(`UPDATE mail SET attempts = attempts + 1 WHERE tenant_id = ? AND mail_id = ? AND state IN (?, ?)
		RETURNING mail_id, account_id, address, language, kind, arguments::text AS arguments, link, sealed, state, attempts, created_at`,
		tenant.String(), id, waiting, kept).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// markMail records how an attempt ended. The secret goes with the letter.
func markMail(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID, state, failure string, now time.Time) error {
	return tx.Exec(`UPDATE mail SET state = ?, failure = ?, sent_at = CASE WHEN ? = 'sent' THEN ?::timestamptz END,
		sealed = CASE WHEN ? IN ('sent','failed') THEN NULL ELSE sealed END WHERE tenant_id = ? AND mail_id = ? AND state IN (?, ?)`,
		state, failure, state, now, state, tenant.String(), id, waiting, kept).Error
}

// keptMail lists letters that wait for a mail server.
func keptMail(tx *gorm.DB, tenant domain.TenantID) (ids []mailRow, err error) {
	err = tx.Raw(`SELECT mail_id, attempts, created_at FROM mail WHERE tenant_id = ? AND state = ? ORDER BY mail_id`, tenant.String(), kept).Scan(&ids).Error
	return ids, err
}
