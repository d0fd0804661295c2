package contract

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
)

type signatureRow struct {
	SignedAt                      time.Time
	Sequence                      int64
	ContractID                    uuid.UUID
	TextNumber                    int
	TextHash                      []byte
	Slot                          int
	Side                          Side
	AccountID                     uuid.UUID
	Name, Post, InPlaceOf, Method string
	ConfirmedAt                   time.Time
	SittingID                     *uuid.UUID
	Origin                        string
	PreviousHash, Hash            []byte
	Content                       string // of the text, where it is joined
}

func (r *signatureRow) signature() Signature {
	s := Signature{Sequence: r.Sequence, Contract: r.ContractID, Text: r.TextNumber, TextHash: r.TextHash, Slot: r.Slot, Side: r.Side, Account: r.AccountID, Name: r.Name,
		Post: r.Post, InPlaceOf: r.InPlaceOf, Method: r.Method, ConfirmedAt: r.ConfirmedAt.UTC(), SignedAt: r.SignedAt.UTC(), Origin: r.Origin, Previous: r.PreviousHash, Hash: r.Hash}
	if r.SittingID != nil {
		s.Sitting = *r.SittingID
	}
	return s
}

const signatureColumns = `s.signed_at, s.sequence, s.contract_id, s.text_number, s.text_hash, s.slot, s.side, s.account_id, s.name, s.post, s.in_place_of, s.method,
	s.confirmed_at, s.sitting_id, s.origin, s.previous_hash, s.hash`

// findSignatures reads the signatures of a contract; text 0 means of all its texts.
func findSignatures(tx *gorm.DB, tenant domain.TenantID, contract uuid.UUID, text int) ([]Signature, error) {
	var rows []signatureRow
	err := tx.Raw(`SELECT `+signatureColumns+` FROM contract_signature s WHERE s.tenant_id = ? AND s.contract_id = ? AND (? = 0 OR s.text_number = ?) ORDER BY s.sequence`,
		tenant.String(), contract, text, text).Scan(&rows).Error
	signatures := make([]Signature, len(rows))
	for i := range rows {
		signatures[i] = rows[i].signature()
	}
	return signatures, err
}

// appendSignature puts a signature behind the administration's last one. Signatures of one
// administration are written one after the other: the lock lasts until the transaction ends.
func appendSignature(tx *gorm.DB, tenant domain.TenantID, s *Signature) error {
	if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('assay signature ' || ?, 0))`, tenant.String()).Error; err != nil {
		return err
	}
	var last []struct {
		Sequence int64
		Hash     []byte
	}
	if err := tx.Raw(`SELECT sequence, hash FROM contract_signature WHERE tenant_id = ? ORDER BY sequence DESC LIMIT 1`, tenant.String()).Scan(&last).Error; err != nil {
		return err
	}
	s.Sequence, s.Previous = 1, signatureBeginning
	if len(last) == 1 {
		s.Sequence, s.Previous = last[0].Sequence+1, last[0].Hash
	}
	s.ConfirmedAt, s.SignedAt = s.ConfirmedAt.UTC().Truncate(time.Microsecond), s.SignedAt.UTC().Truncate(time.Microsecond)
	s.Hash = s.digest(tenant)
	var sitting any
	if s.Sitting != uuid.Nil {
		sitting = s.Sitting
	}
	err := tx.Exec(`INSERT INTO contract_signature (tenant_id, sequence, contract_id, text_number, text_hash, slot, side, account_id, name, post, in_place_of, method, confirmed_at, sitting_id, signed_at, origin, previous_hash, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tenant.String(), s.Sequence, s.Contract, s.Text, s.TextHash, s.Slot, s.Side, s.Account, s.Name, s.Post,
		s.InPlaceOf, s.Method, s.ConfirmedAt, sitting, s.SignedAt, s.Origin, s.Previous, s.Hash).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Wrap(domain.KindConflict, err, "this text is signed already")
	}
	return err
}

// VerifySignatures walks all signatures of an administration and hashes again the texts under
// them. It stops at the first that does not fit. Memory does not grow with their number.
func (s *Service) VerifySignatures(ctx context.Context, tenant domain.TenantID) (report SignatureReport, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		rows, err := tx.Raw(`SELECT `+signatureColumns+`, t.content FROM contract_signature s
			JOIN contract_text t ON t.tenant_id = s.tenant_id AND t.contract_id = s.contract_id AND t.number = s.text_number
			WHERE s.tenant_id = ? ORDER BY s.sequence`, tenant.String()).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		walk := chain{tenant: tenant, previous: signatureBeginning}
		for rows.Next() {
			var r signatureRow
			if err := tx.ScanRows(rows, &r); err != nil {
				return err
			}
			signature := r.signature()
			sum := sha256.Sum256([]byte(r.Content))
			report.Signatures++
			if problem := walk.next(&signature, sum[:]); problem != "" {
				report.Broken, report.Problem, report.Contract, report.Text = signature.Sequence, problem, signature.Contract, signature.Text
				return nil
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return verifyTexts(tx, tenant, &report)
	})
	return report, err
}

// verifyTexts hashes every text again, signed or not.
func verifyTexts(tx *gorm.DB, tenant domain.TenantID, report *SignatureReport) error {
	rows, err := tx.Raw(`SELECT contract_id, number, hash, sha256(convert_to(content, 'UTF8')) AS now FROM contract_text WHERE tenant_id = ? ORDER BY contract_id, number`, tenant.String()).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var contract uuid.UUID
		var number int
		var kept, now []byte
		if err := rows.Scan(&contract, &number, &kept, &now); err != nil {
			return err
		}
		report.Texts++
		if string(kept) != string(now) {
			report.Problem, report.Contract, report.Text = "text_changed", contract, number
			return nil
		}
	}
	return rows.Err()
}
