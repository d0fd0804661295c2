package contract

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/store"
)

// SignInput is what a signature needs.
type SignInput struct {
	Seen         []byte // hash of the text that the signer had before the eyes
	Confirmation Confirmation
	Sitting      uuid.UUID
}

// Sign puts the actor's signature under the current text. It fails with KindConflict when
// the text is another than the one that was seen, KindUnauthenticated without a fresh second
// factor, KindForbidden for whoever is no party. When it is the last one that was missing, the contract is signed.
func (s *Service) Sign(ctx context.Context, tenant *administration.Tenant, ask Ask, in SignInput) (*Contract, error) {
	return s.act(ctx, tenant, Sign, ask, func(st *step) error {
		st.Seen, st.Confirmation = in.Seen, &in.Confirmation
		return nil
	}, func(ctx context.Context, st *step) error {
		signature := &Signature{Contract: st.Contract.ID, Text: st.Contract.Text.Number, TextHash: st.Contract.Text.Hash, Slot: st.Slot.Slot, Side: st.Slot.Side,
			Account: st.Actor.Account, Name: st.Actor.Name, Post: st.Slot.Post, Method: in.Confirmation.Method, ConfirmedAt: in.Confirmation.At,
			Sitting: in.Sitting, SignedAt: st.Now, Origin: st.Actor.Origin}
		if st.Slot.Account != st.Actor.Account {
			signature.InPlaceOf = st.Slot.Name
		}
		if err := appendSignature(st.tx, st.tenant.ID, signature); err != nil {
			return err
		}
		if st.to == Signed {
			st.Contract.SignedAt = st.Now
			return s.schedule(ctx, st, ActivateJob, s.firstMoment(tenant, st.Contract.StartsOn))
		}
		return nil
	})
}

// Jobs that follow from contracts.
const (
	ActivateJob = "contract.activate" // on the first day of the term
	RemindJob   = "contract.remind"   // before the deadline
)

// JobArguments say which contract a job is about.
type JobArguments struct {
	Contract uuid.UUID `json:"contract"`
}

// remindDays is how many days before the deadline the parties are reminded.
const remindDays = 3

func (s *Service) scheduleReminder(ctx context.Context, st *step) error {
	due := s.firstMoment(st.tenant, st.Contract.DeadlineOn-remindDays).Add(8 * time.Hour)
	return s.schedule(ctx, st, RemindJob, due)
}

func (s *Service) schedule(ctx context.Context, st *step, kind string, due time.Time) error {
	return store.Enqueue(ctx, st.tx, st.tenant.ID, st.Now, store.Job{Kind: kind, Period: st.Contract.ID.String() + "/" + due.Format(time.DateOnly), Class: store.Batch,
		Arguments: JobArguments{st.Contract.ID}, Due: later(due, st.Now)})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// firstMoment is midnight of a day in the administration's zone.
func (s *Service) firstMoment(tenant *administration.Tenant, day cube.Date) time.Time {
	t := day.Time()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, tenant.Location())
}

// Remind tells who has not signed yet that the deadline comes near. It is done once a deadline.
func (s *Service) Remind(ctx context.Context, tenant *administration.Tenant, id uuid.UUID) error {
	err := s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		c, err := lockContract(tx, tenant.ID, id)
		if err != nil {
			return err
		}
		today := s.Today(tenant)
		if !c.State.Open() || c.DeadlineOn == 0 || today < c.DeadlineOn-remindDays || today > c.DeadlineOn || s.notifier == nil {
			return nil
		}
		result := tx.Exec(`UPDATE contract SET reminded_on = deadline_on WHERE tenant_id = ? AND contract_id = ? AND reminded_on IS DISTINCT FROM deadline_on`, tenant.ID.String(), id)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		signatures, err := findSignatures(tx, tenant.ID, c.ID, c.Text.Number)
		if err != nil {
			return err
		}
		n := Notice{Action: Remind, Contract: c.ID, Number: c.Number, Subject: c.SubjectName, Reason: c.DeadlineOn.String()}
		for _, party := range c.Signatories {
			if !hasSlot(signatures, party.Slot) {
				n.To = append(n.To, party.Account)
			}
		}
		return s.notifier.Contract(ctx, tx, tenant.ID, n)
	})
	if domain.Is(err, domain.KindNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remind of contract %s: %w", id, err)
	}
	return nil
}

func hasSlot(signatures []Signature, slot int) bool {
	for _, s := range signatures {
		if s.Slot == slot {
			return true
		}
	}
	return false
}
