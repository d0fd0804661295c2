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

// findOutcomeKinds gives the administration's list, the program's where it has none.
func findOutcomeKinds(tx *gorm.DB, tenant domain.TenantID) ([]*OutcomeKind, error) {
	var rows []struct {
		Code      string
		Names     string
		Bearing   Bearing
		Decider   Capacity
		Hearing   bool
		RetiredAt *time.Time
	}
	if err := tx.Raw(`SELECT code, names, bearing, decider, hearing, retired_at FROM outcome_kind WHERE tenant_id = ? ORDER BY place, code`, tenant.String()).Scan(&rows).Error; err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return builtInOutcomes(), nil
	}
	kinds := make([]*OutcomeKind, len(rows))
	for i, r := range rows {
		kinds[i] = &OutcomeKind{Code: r.Code, Bearing: r.Bearing, Decider: r.Decider, Hearing: r.Hearing, Retired: r.RetiredAt != nil}
		if err := json.Unmarshal([]byte(r.Names), &kinds[i].Names); err != nil {
			return nil, fmt.Errorf("read the names of outcome %s: %w", r.Code, err)
		}
	}
	return kinds, nil
}

func saveOutcomeKind(tx *gorm.DB, tenant domain.TenantID, o *OutcomeKind, place int, now time.Time) error {
	names, err := json.Marshal(o.Names)
	if err != nil {
		return fmt.Errorf("write the names of outcome %s: %w", o.Code, err)
	}
	var retired any
	if o.Retired {
		retired = now
	}
	return tx.Exec(`INSERT INTO outcome_kind (tenant_id, code, names, bearing, decider, hearing, place, retired_at) VALUES (?, ?, CAST(? AS jsonb), ?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, code) DO UPDATE SET names = excluded.names, bearing = excluded.bearing, decider = excluded.decider, hearing = excluded.hearing, retired_at = excluded.retired_at`,
		tenant.String(), o.Code, string(names), o.Bearing, o.Decider, o.Hearing, place, retired).Error
}

type sessionRow struct {
	OpenedAt                     time.Time
	SessionID                    uuid.UUID
	Kind                         SessionKind
	Level                        Level
	Function                     string
	FromMonth, ToMonth           cube.Month
	OpenedBy, OpenedName         string
	LockedAt                     *time.Time
	LockedBy, LockedName         string
	Contracts, Answered, Decided int
}

func findSessions(tx *gorm.DB, tenant domain.TenantID, where string, arguments ...any) ([]*Session, error) {
	var rows []sessionRow
	err := tx.Raw(`SELECT s.opened_at, s.session_id, s.kind, s.level, s.function, s.from_month, s.to_month, s.opened_by, s.opened_name, s.locked_at, s.locked_by, s.locked_name,
		(SELECT count(*) FROM evaluation e WHERE e.tenant_id = s.tenant_id AND e.session_id = s.session_id) AS contracts,
		(SELECT count(*) FROM evaluation e WHERE e.tenant_id = s.tenant_id AND e.session_id = s.session_id AND e.answer <> '') AS answered,
		(SELECT count(*) FROM evaluation e WHERE e.tenant_id = s.tenant_id AND e.session_id = s.session_id
			AND EXISTS (SELECT FROM evaluation_decision d WHERE d.tenant_id = e.tenant_id AND d.evaluation_id = e.evaluation_id)) AS decided
		FROM evaluation_session s WHERE s.tenant_id = ? `+where, append([]any{tenant.String()}, arguments...)...).Scan(&rows).Error
	sessions := make([]*Session, len(rows))
	for i, r := range rows {
		sessions[i] = &Session{ID: r.SessionID, Kind: r.Kind, Level: r.Level, Function: r.Function, From: r.FromMonth, To: r.ToMonth, OpenedAt: r.OpenedAt.UTC(), OpenedBy: r.OpenedBy,
			OpenedName: r.OpenedName, LockedAt: timeOf(r.LockedAt), LockedBy: r.LockedBy, LockedName: r.LockedName, Contracts: r.Contracts, Answered: r.Answered, Decided: r.Decided}
	}
	return sessions, err
}

func insertSession(tx *gorm.DB, tenant domain.TenantID, s *Session, contracts []*Contract) error {
	err := tx.Exec(`INSERT INTO evaluation_session (tenant_id, session_id, kind, level, function, from_month, to_month, opened_at, opened_by, opened_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tenant.String(), s.ID, s.Kind, s.Level, s.Function, int(s.From), int(s.To), s.OpenedAt, s.OpenedBy, s.OpenedName).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Wrap(domain.KindConflict, err, "there is a session of this function and period already")
	}
	for _, c := range contracts {
		if err != nil {
			return err
		}
		err = tx.Exec(`INSERT INTO evaluation (tenant_id, evaluation_id, session_id, contract_id) VALUES (?, ?, ?, ?)`, tenant.String(), domain.NewID(), s.ID, c.ID).Error
	}
	return err
}

type evaluationRow struct {
	AnsweredAt               *time.Time
	EvaluationID             uuid.UUID
	SessionID, ContractID    uuid.UUID
	Revision                 int64
	Facts                    string
	Answer, AnswerReason     string
	AnsweredBy, AnsweredName string
}

// findEvaluations reads evaluations with their sessions, contracts (without texts), comments, decisions and appeals.
func findEvaluations(tx *gorm.DB, tenant domain.TenantID, where string, arguments ...any) ([]*Evaluation, error) {
	var rows []evaluationRow
	err := tx.Raw(`SELECT e.answered_at, e.evaluation_id, e.session_id, e.contract_id, e.revision, e.facts, e.answer, e.answer_reason, e.answered_by, e.answered_name
		FROM evaluation e WHERE e.tenant_id = ? `+where+` ORDER BY e.evaluation_id`, append([]any{tenant.String()}, arguments...)...).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	evaluations := make([]*Evaluation, len(rows))
	byID := map[uuid.UUID]*Evaluation{}
	var ids, sessionIDs, contractIDs []string
	for i, r := range rows {
		e := &Evaluation{ID: r.EvaluationID, Revision: r.Revision, Answer: Answer{r.Answer, r.AnswerReason, r.AnsweredBy, r.AnsweredName, timeOf(r.AnsweredAt)}}
		if r.Facts != "" {
			if err := json.Unmarshal([]byte(r.Facts), &e.Facts); err != nil {
				return nil, fmt.Errorf("read the facts of evaluation %s: %w", r.EvaluationID, err)
			}
		}
		evaluations[i], byID[e.ID] = e, e
		ids, sessionIDs, contractIDs = append(ids, e.ID.String()), append(sessionIDs, r.SessionID.String()), append(contractIDs, r.ContractID.String())
	}
	sessions, err := findSessions(tx, tenant, `AND s.session_id IN (?)`, sessionIDs)
	if err != nil {
		return nil, err
	}
	contracts, err := findContracts(tx, tenant, false, `AND contract_id IN (?)`, contractIDs)
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		for _, s := range sessions {
			if s.ID == r.SessionID {
				evaluations[i].Session = s
			}
		}
		for _, c := range contracts {
			if c.ID == r.ContractID {
				evaluations[i].Contract = c
			}
		}
	}
	return evaluations, findDecided(tx, tenant, ids, byID)
}

// findDecided fills comments, decisions and appeals.
func findDecided(tx *gorm.DB, tenant domain.TenantID, ids []string, byID map[uuid.UUID]*Evaluation) error {
	var remarks []struct {
		WrittenAt                 time.Time
		EvaluationID              uuid.UUID
		Words, Author, AuthorName string
	}
	if err := tx.Raw(`SELECT written_at, evaluation_id, words, author, author_name FROM evaluation_comment WHERE tenant_id = ? AND evaluation_id IN (?) ORDER BY written_at, comment_id`, tenant.String(), ids).Scan(&remarks).Error; err != nil {
		return err
	}
	for _, r := range remarks {
		byID[r.EvaluationID].Remarks = append(byID[r.EvaluationID].Remarks, PanelRemark{r.Words, r.Author, r.AuthorName, r.WrittenAt.UTC()})
	}
	var decisions []struct {
		DecidedAt                 time.Time
		EvaluationID, AccountID   uuid.UUID
		Sequence                  int
		Outcome, Reasons, Hearing string
		Capacity                  Capacity
		DecidedBy, DecidedName    string
		AppealUntil               *cube.Date
	}
	err := tx.Raw(`SELECT decided_at, evaluation_id, account_id, sequence, outcome, reasons, hearing, capacity, decided_by, decided_name, appeal_until - date '1970-01-01' AS appeal_until
		FROM evaluation_decision WHERE tenant_id = ? AND evaluation_id IN (?) ORDER BY evaluation_id, sequence`, tenant.String(), ids).Scan(&decisions).Error
	if err != nil {
		return err
	}
	for _, r := range decisions {
		d := Decision{Sequence: r.Sequence, Outcome: r.Outcome, Reasons: r.Reasons, Hearing: r.Hearing, Capacity: r.Capacity, Account: r.AccountID, By: r.DecidedBy, ByName: r.DecidedName, At: r.DecidedAt.UTC()}
		if r.AppealUntil != nil {
			d.AppealUntil = *r.AppealUntil
		}
		byID[r.EvaluationID].Decisions = append(byID[r.EvaluationID].Decisions, d)
	}
	return findAppeals(tx, tenant, ids, byID)
}

func findAppeals(tx *gorm.DB, tenant domain.TenantID, ids []string, byID map[uuid.UUID]*Evaluation) error {
	var rows []struct {
		FiledAt                     time.Time
		AppealID, EvaluationID      uuid.UUID
		State                       AppealState
		Grounds, FiledBy, FiledName string
		HeardBy, HeardName, Reasons string
		HeardAccount                *uuid.UUID
		DecidedAt                   *time.Time
	}
	err := tx.Raw(`SELECT filed_at, appeal_id, evaluation_id, state, grounds, filed_by, filed_name, heard_by, heard_name, heard_account, decided_at, reasons
		FROM evaluation_appeal WHERE tenant_id = ? AND evaluation_id IN (?)`, tenant.String(), ids).Scan(&rows).Error
	for _, r := range rows {
		a := &Appeal{ID: r.AppealID, State: r.State, Grounds: r.Grounds, FiledBy: r.FiledBy, FiledName: r.FiledName, FiledAt: r.FiledAt.UTC(), HeardBy: r.HeardBy, HeardName: r.HeardName,
			DecidedAt: timeOf(r.DecidedAt), Reasons: r.Reasons}
		if r.HeardAccount != nil {
			a.HeardAccount = *r.HeardAccount
		}
		byID[r.EvaluationID].Appeal = a
	}
	return err
}

// lockEvaluation reads an evaluation under lock. KindNotFound when there is none.
func lockEvaluation(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID) (*Evaluation, error) {
	if err := tx.Exec(`SELECT FROM evaluation WHERE tenant_id = ? AND evaluation_id = ? FOR UPDATE`, tenant.String(), id).Error; err != nil {
		return nil, err
	}
	found, err := findEvaluations(tx, tenant, `AND e.evaluation_id = ?`, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errNoEvaluation()
	}
	return found[0], nil
}

func errNoEvaluation() error {
	return domain.Errorf(domain.KindNotFound, "there is no such evaluation")
}

func saveAnswer(tx *gorm.DB, tenant domain.TenantID, e *Evaluation) error {
	result := tx.Exec(`UPDATE evaluation SET answer = ?, answer_reason = ?, answered_by = ?, answered_name = ?, answered_at = ?, revision = revision + 1 WHERE tenant_id = ? AND evaluation_id = ? AND revision = ?`,
		e.Answer.Outcome, e.Answer.Reason, e.Answer.By, e.Answer.ByName, e.Answer.At, tenant.String(), e.ID, e.Revision)
	if result.Error == nil && result.RowsAffected != 1 {
		return domain.Errorf(domain.KindConflict, "somebody else has answered meanwhile; look at it again")
	}
	e.Revision++
	return result.Error
}

// lockSession freezes facts and answers.
func lockSession(tx *gorm.DB, tenant domain.TenantID, s *Session, evaluations []*Evaluation) error {
	for _, e := range evaluations {
		facts, err := json.Marshal(&e.Facts)
		if err != nil {
			return fmt.Errorf("write the facts of %s: %w", e.Contract.Number, err)
		}
		if err := tx.Exec(`UPDATE evaluation SET facts = ?, revision = revision + 1 WHERE tenant_id = ? AND evaluation_id = ?`, string(facts), tenant.String(), e.ID).Error; err != nil {
			return err
		}
		e.Revision++
	}
	return tx.Exec(`UPDATE evaluation_session SET locked_at = ?, locked_by = ?, locked_name = ? WHERE tenant_id = ? AND session_id = ?`, s.LockedAt, s.LockedBy, s.LockedName, tenant.String(), s.ID).Error
}

func insertDecision(tx *gorm.DB, tenant domain.TenantID, e *Evaluation, d *Decision) error {
	var until any
	if d.AppealUntil != 0 {
		until = d.AppealUntil.String()
	}
	err := tx.Exec(`INSERT INTO evaluation_decision (tenant_id, evaluation_id, sequence, outcome, reasons, hearing, capacity, account_id, decided_by, decided_name, decided_at, appeal_until)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS date))`, tenant.String(), e.ID, d.Sequence, d.Outcome, d.Reasons, d.Hearing, d.Capacity, d.Account, d.By, d.ByName, d.At, until).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Wrap(domain.KindConflict, err, "it was decided meanwhile; look at it again")
	}
	return err
}

func insertAppeal(tx *gorm.DB, tenant domain.TenantID, e *Evaluation, a *Appeal) error {
	err := tx.Exec(`INSERT INTO evaluation_appeal (tenant_id, appeal_id, evaluation_id, state, grounds, filed_by, filed_name, filed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		tenant.String(), a.ID, e.ID, a.State, a.Grounds, a.FiledBy, a.FiledName, a.FiledAt).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Wrap(domain.KindConflict, err, "there is an appeal already")
	}
	return err
}

func saveAppeal(tx *gorm.DB, tenant domain.TenantID, a *Appeal) error {
	var heard any
	if a.HeardAccount != uuid.Nil {
		heard = a.HeardAccount
	}
	return tx.Exec(`UPDATE evaluation_appeal SET state = ?, heard_by = ?, heard_name = ?, heard_account = ?, decided_at = ?, reasons = ? WHERE tenant_id = ? AND appeal_id = ?`,
		a.State, a.HeardBy, a.HeardName, heard, nullTime(a.DecidedAt), a.Reasons, tenant.String(), a.ID).Error
}

// evaluationCircumstances fills what the guards of the end of a contract's life ask for, from its final evaluation.
func evaluationCircumstances(tx *gorm.DB, tenant domain.TenantID, at *Circumstances) error {
	if at.Contract.State != Evaluated && at.Contract.State != Active {
		return nil
	}
	found, err := findEvaluations(tx, tenant, `AND e.contract_id = ? AND EXISTS (SELECT FROM evaluation_session s WHERE s.tenant_id = e.tenant_id AND s.session_id = e.session_id AND s.kind = 'final' AND s.locked_at IS NOT NULL)`, at.Contract.ID)
	if err != nil || len(found) == 0 {
		return err
	}
	e := found[len(found)-1]
	at.Calibrated, at.DecisionRecorded, at.AppealOver = true, e.Decision() != nil, e.Over(at.Today)
	return nil
}
