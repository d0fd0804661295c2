package meeting

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

type meetingRow struct {
	MeetingID            uuid.UUID
	Office               string
	Month                cube.Month
	HeldOn               cube.Date
	Place                string
	State                State
	Revision             int64
	ChairID, OtherID     uuid.UUID
	ChairName, OtherName string
	Minutes              int
}

const selectMeeting = `SELECT meeting_id, office, month, held_on - date '1970-01-01' AS held_on, place, state, revision, chair_id, chair_name, other_id, other_name, minutes FROM meeting WHERE tenant_id = ? `

func findMeetings(tx *gorm.DB, tenant domain.TenantID, where string, arguments ...any) ([]*Meeting, error) {
	var rows []meetingRow
	if err := tx.Raw(selectMeeting+where, append([]any{tenant.String()}, arguments...)...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read meetings: %w", err)
	}
	found := make([]*Meeting, len(rows))
	for i, r := range rows {
		found[i] = &Meeting{ID: r.MeetingID, Office: r.Office, Month: r.Month, HeldOn: r.HeldOn, Place: r.Place, State: r.State, Revision: r.Revision, Chair: r.ChairID, ChairName: r.ChairName,
			Other: r.OtherID, OtherName: r.OtherName, Minutes: r.Minutes}
	}
	return found, nil
}

func lockMeeting(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID) (*Meeting, error) {
	found, err := findMeetings(tx, tenant, `AND meeting_id = ? FOR UPDATE`, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errNoMeeting()
	}
	return found[0], nil
}

func insertMeeting(tx *gorm.DB, tenant domain.TenantID, m *Meeting, by string, at time.Time) error {
	err := tx.Exec(`INSERT INTO meeting (tenant_id, meeting_id, office, month, held_on, place, state, chair_id, chair_name, other_id, other_name, planned_by, planned_at)
		VALUES (?, ?, ?, ?, CAST(? AS date), ?, ?, ?, ?, ?, ?, ?, ?)`, tenant.String(), m.ID, m.Office, int(m.Month), m.HeldOn.String(), m.Place, m.State, m.Chair, m.ChairName, m.Other, m.OtherName, by, at).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Wrap(domain.KindConflict, err, "a meeting about this month is planned already")
	}
	return err
}

func saveMeeting(tx *gorm.DB, tenant domain.TenantID, m *Meeting) error {
	result := tx.Exec(`UPDATE meeting SET state = ?, revision = revision + 1, minutes = ?, place = ? WHERE tenant_id = ? AND meeting_id = ? AND revision = ?`,
		m.State, m.Minutes, m.Place, tenant.String(), m.ID, m.Revision)
	if result.Error != nil {
		return result.Error
	}
	if result.RowsAffected != 1 {
		return errChanged()
	}
	m.Revision++
	return nil
}

func insertAttendee(tx *gorm.DB, tenant domain.TenantID, meeting uuid.UUID, a *Attendee) error {
	var contract *uuid.UUID
	if a.Contract != uuid.Nil {
		contract = &a.Contract
	}
	return tx.Exec(`INSERT INTO meeting_attendance (tenant_id, meeting_id, account_id, name, post, contract_id, present, excuse) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		tenant.String(), meeting, a.Account, a.Name, a.Post, contract, a.Present, a.Excuse).Error
}

func saveAttendance(tx *gorm.DB, tenant domain.TenantID, meeting uuid.UUID, a *Attendee) error {
	return tx.Exec(`UPDATE meeting_attendance SET present = ?, excuse = ? WHERE tenant_id = ? AND meeting_id = ? AND account_id = ?`, a.Present, a.Excuse, tenant.String(), meeting, a.Account).Error
}

// findAttendance reads who is invited to meetings.
func findAttendance(tx *gorm.DB, tenant domain.TenantID, meetings []uuid.UUID) (map[uuid.UUID][]Attendee, error) {
	var rows []struct {
		MeetingID, AccountID uuid.UUID
		Name, Post           string
		ContractID           *uuid.UUID
		Present              bool
		Excuse               string
	}
	if len(meetings) == 0 {
		return nil, nil
	}
	err := tx.Raw(`SELECT meeting_id, account_id, name, post, contract_id, present, excuse FROM meeting_attendance WHERE tenant_id = ? AND meeting_id IN (?) ORDER BY meeting_id, name, account_id`, tenant.String(), meetings).Scan(&rows).Error
	found := map[uuid.UUID][]Attendee{}
	for _, r := range rows {
		a := Attendee{Account: r.AccountID, Name: r.Name, Post: r.Post, Present: r.Present, Excuse: r.Excuse}
		if r.ContractID != nil {
			a.Contract = *r.ContractID
		}
		found[r.MeetingID] = append(found[r.MeetingID], a)
	}
	return found, err
}

// Kept are minutes as they are kept.
type Kept struct {
	Number    int
	Minutes   *Minutes
	Content   []byte
	Hash      []byte
	WrittenBy string
	WrittenAt time.Time
}

func insertMinutes(tx *gorm.DB, tenant domain.TenantID, meeting uuid.UUID, k *Kept) error {
	return tx.Exec(`INSERT INTO meeting_minutes (tenant_id, meeting_id, number, content, hash, written_by, written_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		tenant.String(), meeting, k.Number, string(k.Content), k.Hash, k.WrittenBy, k.WrittenAt).Error
}

// findMinutes reads minutes, refusing those whose bytes do not give their hash any more; nil when there are none.
func findMinutes(tx *gorm.DB, tenant domain.TenantID, meeting uuid.UUID, number int) (*Kept, error) {
	var rows []struct {
		Number    int
		Content   string
		Hash      []byte
		WrittenBy string
		WrittenAt time.Time
	}
	err := tx.Raw(`SELECT number, content, hash, written_by, written_at FROM meeting_minutes WHERE tenant_id = ? AND meeting_id = ? AND number = ?`, tenant.String(), meeting, number).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	r := rows[0]
	content := []byte(r.Content)
	if sum := sha256.Sum256(content); !bytes.Equal(sum[:], r.Hash) {
		return nil, fmt.Errorf("minutes %d of meeting %s do not give their hash: they were changed outside the program", number, meeting)
	}
	minutes, err := ParseMinutes(content)
	if err != nil {
		return nil, fmt.Errorf("minutes %d of meeting %s: %w", number, meeting, err)
	}
	return &Kept{r.Number, minutes, content, r.Hash, r.WrittenBy, r.WrittenAt.UTC()}, nil
}

func insertSignature(tx *gorm.DB, tenant domain.TenantID, meeting uuid.UUID, s *Signature, origin string) error {
	err := tx.Exec(`INSERT INTO meeting_signature (tenant_id, meeting_id, number, account_id, name, side, minutes_hash, method, confirmed_at, signed_at, origin) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tenant.String(), meeting, s.Number, s.Account, s.Name, s.Side, s.Hash, s.Method, s.ConfirmedAt.UTC(), s.SignedAt, origin).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Wrap(domain.KindConflict, err, "you have signed these minutes already")
	}
	return err
}

func findSignatures(tx *gorm.DB, tenant domain.TenantID, meeting uuid.UUID, number int) ([]Signature, error) {
	var rows []struct {
		SignedAt, ConfirmedAt time.Time
		Number                int
		AccountID             uuid.UUID
		Name                  string
		Side                  Side
		MinutesHash           []byte
		Method                string
	}
	err := tx.Raw(`SELECT signed_at, confirmed_at, number, account_id, name, side, minutes_hash, method FROM meeting_signature WHERE tenant_id = ? AND meeting_id = ? AND number = ? ORDER BY signed_at, side`,
		tenant.String(), meeting, number).Scan(&rows).Error
	found := make([]Signature, len(rows))
	for i, r := range rows {
		found[i] = Signature{r.Number, r.AccountID, r.Name, r.Side, r.MinutesHash, r.Method, r.ConfirmedAt.UTC(), r.SignedAt.UTC()}
	}
	return found, err
}

func insertRecommendation(tx *gorm.DB, tenant domain.TenantID, r *Recommendation) error {
	return tx.Exec(`INSERT INTO recommendation (tenant_id, recommendation_id, meeting_id, words, owner_id, owner_name, due_on, made_at) VALUES (?, ?, ?, ?, ?, ?, CAST(? AS date), ?)`,
		tenant.String(), r.ID, r.Meeting, r.Words, r.Owner, r.OwnerName, r.DueOn.String(), r.MadeAt).Error
}

func endRecommendation(tx *gorm.DB, tenant domain.TenantID, r *Recommendation) error {
	return tx.Exec(`UPDATE recommendation SET state = ?, outcome = ?, ended_at = ?, ended_by = ? WHERE tenant_id = ? AND recommendation_id = ? AND state = 'open'`,
		r.State, r.Outcome, r.EndedAt, r.EndedBy, tenant.String(), r.ID).Error
}

func findRecommendations(tx *gorm.DB, tenant domain.TenantID, where string, arguments ...any) ([]*Recommendation, error) {
	var rows []struct {
		RecommendationID, MeetingID uuid.UUID
		Month                       cube.Month
		Office, Words               string
		OwnerID                     uuid.UUID
		OwnerName                   string
		DueOn                       cube.Date
		State                       RecommendationState
		Outcome                     string
		MadeAt                      time.Time
		EndedAt                     *time.Time
		EndedBy                     string
	}
	err := tx.Raw(`SELECT r.recommendation_id, r.meeting_id, m.month, m.office, r.words, r.owner_id, r.owner_name, r.due_on - date '1970-01-01' AS due_on, r.state, r.outcome, r.made_at, r.ended_at, r.ended_by
		FROM recommendation r JOIN meeting m ON m.tenant_id = r.tenant_id AND m.meeting_id = r.meeting_id WHERE r.tenant_id = ? `+where, append([]any{tenant.String()}, arguments...)...).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read recommendations: %w", err)
	}
	found := make([]*Recommendation, len(rows))
	for i, r := range rows {
		found[i] = &Recommendation{ID: r.RecommendationID, Meeting: r.MeetingID, Month: r.Month, Office: r.Office, Words: r.Words, Owner: r.OwnerID, OwnerName: r.OwnerName, DueOn: r.DueOn, State: r.State,
			Outcome: r.Outcome, MadeAt: r.MadeAt.UTC(), EndedBy: r.EndedBy}
		if r.EndedAt != nil {
			found[i].EndedAt = r.EndedAt.UTC()
		}
	}
	return found, nil
}
