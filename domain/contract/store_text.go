package contract

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/cube"
)

type textRow struct {
	WrittenAt          time.Time
	Number             int
	Content            string
	Hash               []byte
	Action, Reason     string
	Capacity           Capacity
	Author, AuthorName string
}

const selectText = `SELECT written_at, number, content, hash, action, reason, capacity, author, author_name FROM contract_text WHERE tenant_id = ? AND contract_id = ? `

// text checks that the bytes still give the hash: a text that was changed in the database is never shown as the contract.
func (r *textRow) text() (*Text, error) {
	content := []byte(r.Content)
	if sum := sha256.Sum256(content); !bytes.Equal(sum[:], r.Hash) {
		return nil, fmt.Errorf("text %d does not give its hash: it was changed outside the program", r.Number)
	}
	document, err := ParseDocument(content)
	if err != nil {
		return nil, fmt.Errorf("text %d: %w", r.Number, err)
	}
	return &Text{Number: r.Number, Document: document, Content: content, Hash: r.Hash, Action: r.Action, Reason: r.Reason, Capacity: r.Capacity,
		Author: r.Author, AuthorName: r.AuthorName, WrittenAt: r.WrittenAt.UTC()}, nil
}

func findText(tx *gorm.DB, tenant domain.TenantID, contract uuid.UUID, number int) (*Text, error) {
	texts, err := findTexts(tx, tenant, contract, `AND number = ?`, number)
	if err != nil {
		return nil, err
	}
	if len(texts) == 0 {
		return nil, domain.Errorf(domain.KindNotFound, "the contract has no text %d", number)
	}
	return texts[0], nil
}

func findTexts(tx *gorm.DB, tenant domain.TenantID, contract uuid.UUID, where string, arguments ...any) ([]*Text, error) {
	var rows []textRow
	if err := tx.Raw(selectText+where+` ORDER BY number`, append([]any{tenant.String(), contract}, arguments...)...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	texts := make([]*Text, len(rows))
	for i := range rows {
		text, err := rows[i].text()
		if err != nil {
			return nil, fmt.Errorf("read contract %s: %w", contract, err)
		}
		texts[i] = text
	}
	return texts, nil
}

func insertText(tx *gorm.DB, tenant domain.TenantID, contract uuid.UUID, t *Text) error {
	err := tx.Exec(`INSERT INTO contract_text (tenant_id, contract_id, number, content, hash, action, reason, capacity, author, author_name, written_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tenant.String(), contract, t.Number, string(t.Content), t.Hash, t.Action, t.Reason, t.Capacity, t.Author, t.AuthorName, t.WrittenAt.UTC()).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return errChanged()
	}
	return err
}

func insertRemark(tx *gorm.DB, tenant domain.TenantID, contract uuid.UUID, r *Remark) error {
	return tx.Exec(`INSERT INTO contract_comment (tenant_id, contract_id, comment_id, text_number, about, words, capacity, author, author_name, written_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tenant.String(), contract, r.ID, r.Text, r.About, r.Words, r.Capacity, r.Author, r.AuthorName, r.WrittenAt).Error
}

func findRemarks(tx *gorm.DB, tenant domain.TenantID, contract uuid.UUID) ([]Remark, error) {
	var rows []struct {
		CommentID          uuid.UUID
		TextNumber         int
		About, Words       string
		Capacity           Capacity
		Author, AuthorName string
		WrittenAt          time.Time
	}
	err := tx.Raw(`SELECT comment_id, text_number, about, words, capacity, author, author_name, written_at FROM contract_comment WHERE tenant_id = ? AND contract_id = ? ORDER BY written_at, comment_id`,
		tenant.String(), contract).Scan(&rows).Error
	remarks := make([]Remark, len(rows))
	for i, r := range rows {
		remarks[i] = Remark{r.CommentID, r.TextNumber, r.About, r.Words, r.Capacity, r.Author, r.AuthorName, r.WrittenAt.UTC()}
	}
	return remarks, err
}

func insertEvent(tx *gorm.DB, tenant domain.TenantID, contract uuid.UUID, e *Event) error {
	return tx.Exec(`INSERT INTO contract_event (tenant_id, contract_id, sequence, action, from_state, to_state, text_number, capacity, actor, actor_name, reason, happened_at)
		SELECT ?, ?, coalesce(max(sequence), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM contract_event WHERE tenant_id = ? AND contract_id = ?`,
		tenant.String(), contract, e.Action, e.From, e.To, e.Text, e.Capacity, e.Actor, e.ActorName, e.Reason, e.HappenedAt, tenant.String(), contract).Error
}

func findEvents(tx *gorm.DB, tenant domain.TenantID, contract uuid.UUID) ([]Event, error) {
	var rows []struct {
		Sequence           int
		Action             Action
		FromState, ToState State
		TextNumber         int
		Capacity           Capacity
		Actor, ActorName   string
		Reason             string
		HappenedAt         time.Time
	}
	err := tx.Raw(`SELECT sequence, action, from_state, to_state, text_number, capacity, actor, actor_name, reason, happened_at FROM contract_event WHERE tenant_id = ? AND contract_id = ? ORDER BY sequence`,
		tenant.String(), contract).Scan(&rows).Error
	events := make([]Event, len(rows))
	for i, r := range rows {
		events[i] = Event{r.Sequence, r.Action, r.FromState, r.ToState, r.TextNumber, r.Capacity, r.Actor, r.ActorName, r.Reason, r.HappenedAt.UTC()}
	}
	return events, err
}

func insertSuspension(tx *gorm.DB, tenant domain.TenantID, contract uuid.UUID, s *Suspension) error {
	return tx.Exec(`INSERT INTO contract_suspension (tenant_id, contract_id, suspension_id, ground, reason, starts_on, noted_by, noted_at) VALUES (?, ?, ?, ?, ?, CAST(? AS date), ?, ?)`,
		tenant.String(), contract, s.ID, s.Ground, s.Reason, s.StartsOn.String(), s.NotedBy, s.NotedAt).Error
}

// endSuspension ends the one that lasts, if any; a day before it began becomes that day.
func endSuspension(tx *gorm.DB, tenant domain.TenantID, contract uuid.UUID, last cube.Date) error {
	return tx.Exec(`UPDATE contract_suspension SET ends_on = greatest(starts_on, CAST(? AS date)) WHERE tenant_id = ? AND contract_id = ? AND ends_on IS NULL`,
		last.String(), tenant.String(), contract).Error
}

func findSuspensions(tx *gorm.DB, tenant domain.TenantID, contract uuid.UUID) ([]Suspension, error) {
	var rows []struct {
		SuspensionID   uuid.UUID
		Ground, Reason string
		StartsOn       cube.Date
		EndsOn         *cube.Date
		NotedBy        string
		NotedAt        time.Time
	}
	err := tx.Raw(`SELECT suspension_id, ground, reason, starts_on - date '1970-01-01' AS starts_on, ends_on - date '1970-01-01' AS ends_on, noted_by, noted_at
		FROM contract_suspension WHERE tenant_id = ? AND contract_id = ? ORDER BY starts_on, noted_at`, tenant.String(), contract).Scan(&rows).Error
	suspensions := make([]Suspension, len(rows))
	for i, r := range rows {
		suspensions[i] = Suspension{ID: r.SuspensionID, Ground: r.Ground, Reason: r.Reason, StartsOn: r.StartsOn, NotedBy: r.NotedBy, NotedAt: r.NotedAt.UTC()}
		if r.EndsOn != nil {
			suspensions[i].EndsOn = *r.EndsOn
		}
	}
	return suspensions, err
}
