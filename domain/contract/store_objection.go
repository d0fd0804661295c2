package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/cube"
)

type objectionRow struct {
	ObjectionID, ContractID uuid.UUID
	Month                   cube.Month
	CardVersion             int
	Indicator               string
	Ground                  ObjectionGround
	Words, Declarations     string
	State                   ObjectionState
	Revision                int64
	Effect                  ObjectionEffect
	Excluded                string
	FiledAt                 time.Time
	FiledBy                 uuid.UUID
	FiledName               string
	AnswerOn                cube.Date
	ReviewerID, SettlerID   *uuid.UUID
	ReviewerName            string
	DecidedAt               *time.Time
	Decision                string
	AppealOn                *cube.Date
}

const selectObjection = `SELECT objection_id, contract_id, month, card_version, indicator, ground, words, declarations::text AS declarations, state, revision, effect, excluded::text AS excluded,
	filed_at, filed_by, filed_name, answer_on - date '1970-01-01' AS answer_on, reviewer_id, reviewer_name, decided_at, decision, appeal_on - date '1970-01-01' AS appeal_on, settler_id
	FROM objection WHERE tenant_id = ? `

func (r *objectionRow) objection() (*Objection, error) {
	o := &Objection{ID: r.ObjectionID, Contract: r.ContractID, Month: r.Month, CardVersion: r.CardVersion, Indicator: r.Indicator, Ground: r.Ground, Words: r.Words, State: r.State, Revision: r.Revision,
		Effect: r.Effect, FiledAt: r.FiledAt.UTC(), FiledBy: r.FiledBy, FiledName: r.FiledName, AnswerOn: r.AnswerOn, ReviewerName: r.ReviewerName, DecidedAt: timeOf(r.DecidedAt), Decision: r.Decision}
	if r.ReviewerID != nil {
		o.Reviewer = *r.ReviewerID
	}
	if r.SettlerID != nil {
		o.Settler = *r.SettlerID
	}
	if r.AppealOn != nil {
		o.AppealOn = *r.AppealOn
	}
	if err := json.Unmarshal([]byte(r.Declarations), &o.Declarations); err != nil {
		return nil, fmt.Errorf("read what objection %s disputes: %w", o.ID, err)
	}
	if err := json.Unmarshal([]byte(r.Excluded), &o.Excluded); err != nil {
		return nil, fmt.Errorf("read what objection %s takes out: %w", o.ID, err)
	}
	return o, nil
}

func findObjections(tx *gorm.DB, tenant domain.TenantID, where string, arguments ...any) ([]*Objection, error) {
	var rows []objectionRow
	if err := tx.Raw(selectObjection+where, append([]any{tenant.String()}, arguments...)...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read objections: %w", err)
	}
	found := make([]*Objection, len(rows))
	for i := range rows {
		var err error
		if found[i], err = rows[i].objection(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// lockObjection reads an objection under lock until the transaction ends.
func lockObjection(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID) (*Objection, error) {
	found, err := findObjections(tx, tenant, `AND objection_id = ? FOR UPDATE`, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errNoObjection()
	}
	return found[0], nil
}

func errNoObjection() error { return domain.Errorf(domain.KindNotFound, "there is no such objection") }

func jsonOf(v any) (string, error) {
	content, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write an objection: %w", err)
	}
	return string(content), nil
}

func insertObjection(tx *gorm.DB, tenant domain.TenantID, o *Objection) error {
	if o.Declarations == nil {
		o.Declarations = []Disputed{}
	}
	disputed, err := jsonOf(o.Declarations)
	if err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO objection (tenant_id, objection_id, contract_id, month, card_version, indicator, ground, words, declarations, state, filed_at, filed_by, filed_name, answer_on)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS jsonb), ?, ?, ?, ?, CAST(? AS date))`, tenant.String(), o.ID, o.Contract, int(o.Month), o.CardVersion, o.Indicator, o.Ground, o.Words, disputed, o.State,
		o.FiledAt, o.FiledBy, o.FiledName, o.AnswerOn.String()).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Wrap(domain.KindConflict, err, "an objection to this figure is open already")
	}
	return err
}

// saveObjection writes what a step may change, and raises the revision.
func saveObjection(tx *gorm.DB, tenant domain.TenantID, o *Objection) error {
	if o.Excluded == nil {
		o.Excluded = []int64{}
	}
	excluded, err := jsonOf(o.Excluded)
	if err != nil {
		return err
	}
	var appeal any
	if o.AppealOn != 0 {
		appeal = o.AppealOn.String()
	}
	result := tx.Exec(`UPDATE objection SET state = ?, revision = revision + 1, effect = ?, excluded = CAST(? AS jsonb), reviewer_id = ?, reviewer_name = ?, decided_at = ?, decision = ?, appeal_on = CAST(? AS date), settler_id = ?
		WHERE tenant_id = ? AND objection_id = ? AND revision = ?`, o.State, o.Effect, excluded, nullID(o.Reviewer), o.ReviewerName, nullTime(o.DecidedAt), o.Decision, appeal, nullID(o.Settler), tenant.String(), o.ID, o.Revision)
	if errors.Is(result.Error, gorm.ErrDuplicatedKey) {
		return domain.Wrap(domain.KindConflict, result.Error, "another objection to this figure is open")
	}
	if result.Error != nil {
		return result.Error
	}
	if result.RowsAffected != 1 {
		return errObjectionChanged()
	}
	o.Revision++
	return nil
}

func errObjectionChanged() error {
	return domain.Errorf(domain.KindConflict, "the objection has changed since you opened it; look at it again")
}

func nullID(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func insertObjectionEvent(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID, e *ObjectionEvent) error {
	return tx.Exec(`INSERT INTO objection_event (tenant_id, objection_id, sequence, action, from_state, to_state, capacity, actor, actor_name, reason, happened_at)
		SELECT ?, ?, coalesce(max(sequence), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ? FROM objection_event WHERE tenant_id = ? AND objection_id = ?`,
		tenant.String(), id, e.Action, e.From, e.To, e.Capacity, e.Actor, e.ActorName, e.Reason, e.HappenedAt, tenant.String(), id).Error
}

func findObjectionEvents(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID) ([]ObjectionEvent, error) {
	var rows []struct {
		Sequence           int
		Action             ObjectionAction
		FromState, ToState ObjectionState
		Capacity           ObjectionCapacity
		Actor, ActorName   string
		Reason             string
		HappenedAt         time.Time
	}
	err := tx.Raw(`SELECT sequence, action, from_state, to_state, capacity, actor, actor_name, reason, happened_at FROM objection_event WHERE tenant_id = ? AND objection_id = ? ORDER BY sequence`,
		tenant.String(), id).Scan(&rows).Error
	events := make([]ObjectionEvent, len(rows))
	for i, r := range rows {
		events[i] = ObjectionEvent{r.Sequence, r.Action, r.FromState, r.ToState, r.Capacity, r.Actor, r.ActorName, r.Reason, r.HappenedAt.UTC()}
	}
	return events, err
}

// Evidence is a file that was put before the reviewer. Content is read only when one is asked for.
type Evidence struct {
	Number    int
	Name      string
	MediaType string
	Content   []byte
	Hash      []byte
	Size      int
	AddedBy   string
	AddedAt   time.Time
}

func insertEvidence(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID, e *Evidence) error {
	return tx.Exec(`INSERT INTO objection_evidence (tenant_id, objection_id, number, name, media_type, content, hash, added_by, added_at)
		SELECT ?, ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ? FROM objection_evidence WHERE tenant_id = ? AND objection_id = ?`,
		tenant.String(), id, e.Name, e.MediaType, e.Content, e.Hash, e.AddedBy, e.AddedAt, tenant.String(), id).Error
}

// findEvidence lists the files of an objection without their contents, or one of them with it.
func findEvidence(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID, number int) ([]Evidence, error) {
	content, where, arguments := `'\x'::bytea`, "", []any{tenant.String(), id}
	if number > 0 {
		content, where, arguments = "content", "AND number = ? ", append(arguments, number)
	}
	var found []Evidence
	err := tx.Raw(`SELECT number, name, media_type, `+content+` AS content, hash, octet_length(content) AS size, added_by, added_at FROM objection_evidence WHERE tenant_id = ? AND objection_id = ? `+where+`ORDER BY number`,
		arguments...).Scan(&found).Error
	return found, err
}

// findDisputed finds declarations with their references, by their numbers in the warehouse.
func findDisputed(tx *gorm.DB, tenant domain.TenantID, ids []int64) ([]Disputed, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var found []Disputed
	err := tx.Raw(`SELECT declaration_id AS id, reference FROM declaration WHERE tenant_id = ? AND declaration_id IN (?) ORDER BY declaration_id`, tenant.String(), ids).Scan(&found).Error
	return found, err
}

// CardRemark is a comment on a card or on one of its figures.
type CardRemark struct {
	ID         uuid.UUID
	Contract   uuid.UUID
	Month      cube.Month
	About      string // code of the indicator, empty for the whole card
	Words      string
	Capacity   Capacity
	Author     string
	AuthorName string
	WrittenAt  time.Time
}

func insertCardRemark(tx *gorm.DB, tenant domain.TenantID, r *CardRemark) error {
	return tx.Exec(`INSERT INTO card_comment (tenant_id, comment_id, contract_id, month, about, words, capacity, author, author_name, written_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tenant.String(), r.ID, r.Contract, int(r.Month), r.About, r.Words, r.Capacity, r.Author, r.AuthorName, r.WrittenAt).Error
}

func findCardRemarks(tx *gorm.DB, tenant domain.TenantID, contract uuid.UUID, month cube.Month) ([]CardRemark, error) {
	var rows []struct {
		CommentID          uuid.UUID
		About, Words       string
		Capacity           Capacity
		Author, AuthorName string
		WrittenAt          time.Time
	}
	err := tx.Raw(`SELECT comment_id, about, words, capacity, author, author_name, written_at FROM card_comment WHERE tenant_id = ? AND contract_id = ? AND month = ? ORDER BY written_at, comment_id`,
		tenant.String(), contract, int(month)).Scan(&rows).Error
	remarks := make([]CardRemark, len(rows))
	for i, r := range rows {
		remarks[i] = CardRemark{r.CommentID, contract, month, r.About, r.Words, r.Capacity, r.Author, r.AuthorName, r.WrittenAt.UTC()}
	}
	return remarks, err
}

// findJudges gives the accounts of those who may review objections to the cards of a contract: the head of its office and
// the deputies and auditors, without its parties.
func findJudges(tx *gorm.DB, tenant domain.TenantID, c *Contract) ([]uuid.UUID, error) {
	var found []uuid.UUID
	err := tx.Raw(`SELECT DISTINCT m.account_id FROM membership m JOIN account a ON a.account_id = m.account_id AND a.state = 'active'
		WHERE m.tenant_id = ? AND (m.role IN ('deputy','auditor') OR m.role = 'head_of_office' AND m.office = ? AND m.office <> '') ORDER BY m.account_id`, tenant.String(), c.Office).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("find who reviews: %w", err)
	}
	parties := map[uuid.UUID]bool{}
	for _, s := range c.Signatories {
		parties[s.Account] = true
	}
	judges := found[:0]
	for _, id := range found {
		if !parties[id] {
			judges = append(judges, id)
		}
	}
	return judges, nil
}
