package contract

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/cube"
)

// contractRow is a row of table contract; days are days since 1970.
type contractRow struct {
	ContractID, LineageID  uuid.UUID
	Number                 string
	Edition                int
	Kind                   Kind
	PreviousID             *uuid.UUID
	State                  State
	Revision               int64
	Level                  Level
	Subject, SubjectName   string
	Function, Office       string
	TemplateID             uuid.UUID
	StartsOn, EndsOn       cube.Date
	DeadlineOn             *cube.Date
	SigningOrder           SigningOrder
	Vetting                bool
	VettedText, TextNumber int
	CreatedAt              time.Time
	CreatedBy              string
	SignedAt, ActivatedAt  *time.Time
	EndedAt                *time.Time
}

const selectContract = `SELECT contract_id, lineage_id, number, edition, kind, previous_id, state, revision, level, subject, subject_name, function, office, template_id,
	starts_on - date '1970-01-01' AS starts_on, ends_on - date '1970-01-01' AS ends_on, deadline_on - date '1970-01-01' AS deadline_on,
	signing_order, vetting, vetted_text, text_number, created_at, created_by, signed_at, activated_at, ended_at FROM contract WHERE tenant_id = ? `

func (r *contractRow) contract() *Contract {
	c := &Contract{ID: r.ContractID, Lineage: r.LineageID, Number: r.Number, Edition: r.Edition, Kind: r.Kind, State: r.State, Revision: r.Revision, Level: r.Level,
		Subject: r.Subject, SubjectName: r.SubjectName, Function: r.Function, Office: r.Office, Template: r.TemplateID, StartsOn: r.StartsOn, EndsOn: r.EndsOn,
		SigningOrder: r.SigningOrder, Vetting: r.Vetting, VettedText: r.VettedText, CreatedAt: r.CreatedAt.UTC(), CreatedBy: r.CreatedBy,
		SignedAt: timeOf(r.SignedAt), ActivatedAt: timeOf(r.ActivatedAt), EndedAt: timeOf(r.EndedAt), Text: &Text{Number: r.TextNumber}}
	if r.PreviousID != nil {
		c.Previous = *r.PreviousID
	}
	if r.DeadlineOn != nil {
		c.DeadlineOn = *r.DeadlineOn
	}
	return c
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// findContracts reads contracts with their signatories and members, and with texts their current text.
func findContracts(tx *gorm.DB, tenant domain.TenantID, texts bool, where string, arguments ...any) ([]*Contract, error) {
	var rows []contractRow
	if err := tx.Raw(selectContract+where, append([]any{tenant.String()}, arguments...)...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	contracts := make([]*Contract, len(rows))
	byID := make(map[uuid.UUID]*Contract, len(rows))
	ids := make([]string, len(rows))
	for i := range rows {
		contracts[i] = rows[i].contract()
		byID[rows[i].ContractID], ids[i] = contracts[i], rows[i].ContractID.String()
	}
	if len(rows) == 0 {
		return contracts, nil
	}
	if err := findParties(tx, tenant, ids, byID); err != nil {
		return nil, err
	}
	if !texts {
		return contracts, nil
	}
	for _, c := range contracts {
		text, err := findText(tx, tenant, c.ID, c.Text.Number)
		if err != nil {
			return nil, err
		}
		c.Text = text
	}
	return contracts, nil
}

func findParties(tx *gorm.DB, tenant domain.TenantID, ids []string, byID map[uuid.UUID]*Contract) error {
	var signatories []struct {
		ContractID           uuid.UUID
		Slot                 int
		Side                 Side
		AccountID            uuid.UUID
		Name, Post           string
		DeputyID             *uuid.UUID
		DeputyName           string
		DeputyFrom, DeputyTo *cube.Date
	}
	err := tx.Raw(`SELECT contract_id, slot, side, account_id, name, post, deputy_id, deputy_name, deputy_from - date '1970-01-01' AS deputy_from, deputy_to - date '1970-01-01' AS deputy_to
		FROM contract_signatory WHERE tenant_id = ? AND contract_id IN (?) ORDER BY contract_id, slot`, tenant.String(), ids).Scan(&signatories).Error
	if err != nil {
		return err
	}
	for _, s := range signatories {
		signatory := Signatory{Slot: s.Slot, Side: s.Side, Account: s.AccountID, Name: s.Name, Post: s.Post, DeputyName: s.DeputyName}
		if s.DeputyID != nil && s.DeputyFrom != nil && s.DeputyTo != nil {
			signatory.Deputy, signatory.DeputyFrom, signatory.DeputyTo = *s.DeputyID, *s.DeputyFrom, *s.DeputyTo
		}
		byID[s.ContractID].Signatories = append(byID[s.ContractID].Signatories, signatory)
	}
	var members []struct {
		ContractID    uuid.UUID
		Officer, Name string
	}
	err = tx.Raw(`SELECT contract_id, officer, name FROM contract_member WHERE tenant_id = ? AND contract_id IN (?) ORDER BY contract_id, officer`, tenant.String(), ids).Scan(&members).Error
	for _, m := range members {
		byID[m.ContractID].Members = append(byID[m.ContractID].Members, Member{m.Officer, m.Name})
	}
	return err
}

// lockContract reads a contract under lock until the transaction ends. KindNotFound when there is none.
func lockContract(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID) (*Contract, error) {
	found, err := findContracts(tx, tenant, true, `AND contract_id = ? FOR UPDATE`, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errNoContract()
	}
	return found[0], nil
}

// insertContract writes a new contract with its parties and first text.
func insertContract(tx *gorm.DB, tenant domain.TenantID, c *Contract) error {
	var previous, deadline any
	if c.Previous != uuid.Nil {
		previous = c.Previous
	}
	if c.DeadlineOn != 0 {
		deadline = c.DeadlineOn.String()
	}
	err := tx.Exec(`INSERT INTO contract (tenant_id, contract_id, lineage_id, number, edition, kind, previous_id, state, level, subject, subject_name, function, office, template_id,
			starts_on, ends_on, deadline_on, signing_order, vetting, text_number, created_at, created_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS date), CAST(? AS date), CAST(? AS date), ?, ?, ?, ?, ?)`,
		tenant.String(), c.ID, c.Lineage, c.Number, c.Edition, c.Kind, previous, c.State, c.Level, c.Subject, c.SubjectName, c.Function, c.Office, c.Template,
		c.StartsOn.String(), c.EndsOn.String(), deadline, c.SigningOrder, c.Vetting, c.Text.Number, c.CreatedAt, c.CreatedBy).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Wrap(domain.KindConflict, err, "a contract with %s is in the making already", c.SubjectName)
	}
	if err != nil {
		return err
	}
	for _, s := range c.Signatories {
		err := tx.Exec(`INSERT INTO contract_signatory (tenant_id, contract_id, slot, side, account_id, name, post) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			tenant.String(), c.ID, s.Slot, s.Side, s.Account, s.Name, s.Post).Error
		if err != nil {
			return fmt.Errorf("write signatory %d: %w", s.Slot, err)
		}
	}
	for _, m := range c.Members {
		if err := tx.Exec(`INSERT INTO contract_member (tenant_id, contract_id, officer, name) VALUES (?, ?, ?, ?)`, tenant.String(), c.ID, m.Officer, m.Name).Error; err != nil {
			return fmt.Errorf("write member %s: %w", m.Officer, err)
		}
	}
	return insertText(tx, tenant, c.ID, c.Text)
}

// saveContract writes what an action may change, and raises the revision. It must be called
// under lock; the revision in the condition is the second lock.
func saveContract(tx *gorm.DB, tenant domain.TenantID, c *Contract) error {
	var deadline any
	if c.DeadlineOn != 0 {
		deadline = c.DeadlineOn.String()
	}
	result := tx.Exec(`UPDATE contract SET state = ?, revision = revision + 1, deadline_on = CAST(? AS date), vetted_text = ?, text_number = ?, signed_at = ?, activated_at = ?, ended_at = ?
		WHERE tenant_id = ? AND contract_id = ? AND revision = ?`, c.State, deadline, c.VettedText, c.Text.Number, nullTime(c.SignedAt), nullTime(c.ActivatedAt), nullTime(c.EndedAt),
		tenant.String(), c.ID, c.Revision)
	if errors.Is(result.Error, gorm.ErrDuplicatedKey) {
		return domain.Wrap(domain.KindConflict, result.Error, "another contract of %s is in the way", c.SubjectName)
	}
	if result.Error != nil {
		return result.Error
	}
	if result.RowsAffected != 1 {
		return errChanged()
	}
	c.Revision++
	return nil
}

func errChanged() error {
	return domain.Errorf(domain.KindConflict, "the contract has changed since you opened it; look at it again")
}

func nullTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// nextNumber gives the next number of a year; the lock lasts until the transaction ends.
func nextNumber(tx *gorm.DB, tenant domain.TenantID, year int) (string, error) {
	if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('assay contract number ' || ?, 0))`, tenant.String()).Error; err != nil {
		return "", err
	}
	var last int
	prefix := fmt.Sprintf("%04d-", year)
	err := tx.Raw(`SELECT coalesce(max(substr(number, 6)::int), 0) FROM contract WHERE tenant_id = ? AND starts_with(number, ?)`, tenant.String(), prefix).Scan(&last).Error
	return fmt.Sprintf("%s%03d", prefix, last+1), err
}

// Filter narrows List. Empty fields do not narrow.
type Filter struct {
	States  []State
	Office  string
	Level   Level
	Lineage uuid.UUID
	Account uuid.UUID // contracts in which the account is a signatory or deputy
}

func (f *Filter) where() (string, []any) {
	var conditions []string
	var arguments []any
	narrow := func(condition string, values ...any) {
		conditions = append(conditions, "AND "+condition)
		arguments = append(arguments, values...)
	}
	if len(f.States) > 0 {
		narrow("state IN (?)", f.States)
	}
	if f.Office != "" {
		narrow("office = ?", f.Office)
	}
	if f.Level != "" {
		narrow("level = ?", f.Level)
	}
	if f.Lineage != uuid.Nil {
		narrow("lineage_id = ?", f.Lineage)
	}
	if f.Account != uuid.Nil {
		narrow(`EXISTS (SELECT FROM contract_signatory s WHERE s.tenant_id = contract.tenant_id AND s.contract_id = contract.contract_id AND (s.account_id = ? OR s.deputy_id = ?))`, f.Account, f.Account)
	}
	return strings.Join(conditions, " "), arguments
}
