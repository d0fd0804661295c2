package contract

import (
	"context"
	"fmt"

	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/paper"
	"assay/domain/store"
)

// Verified is what VerifyAll looked at and found.
type Verified struct {
	Signatures, Texts, Papers, Cards, Figures, Segments, Records int64
	Wrong                                                        []string // one sentence each; none when all is right
}

// Right reports whether nothing was found.
func (v *Verified) Right() bool { return len(v.Wrong) == 0 }

func (v *Verified) add(format string, arguments ...any) {
	v.Wrong = append(v.Wrong, fmt.Sprintf(format, arguments...))
}

// VerifyAll holds everything of an administration that must never change against its hashes: the audit record, the
// chain of signatures, every text and paper of contracts, every kept segment, and every scorecard, which is computed
// again from its segments. noted, if any, is an end of the audit record that was deposited earlier. An error is only
// that it could not be tried.
func (s *Cards) VerifyAll(ctx context.Context, tenant *administration.Tenant, noted *audit.Head) (*Verified, error) {
	v := &Verified{}
	for _, look := range []func(context.Context, *administration.Tenant, *Verified) error{
		func(ctx context.Context, tenant *administration.Tenant, v *Verified) error {
			report, err := audit.Verify(ctx, s.db, tenant.ID, noted)
			v.Records = report.Records
			if err == nil && !report.Intact() {
				v.add("audit record: %s", report.Sentence())
			}
			return err
		}, s.verifyChain, s.verifyPapers, s.verifySegments, s.verifyCards,
	} {
		if err := look(ctx, tenant, v); err != nil {
			return nil, fmt.Errorf("verify %s: %w", tenant.Code, err)
		}
	}
	return v, nil
}

func (s *Cards) verifyChain(ctx context.Context, tenant *administration.Tenant, v *Verified) error {
	report, err := s.VerifySignatures(ctx, tenant.ID)
	if err != nil {
		return err
	}
	v.Signatures, v.Texts = report.Signatures, report.Texts
	switch {
	case report.Intact():
	case report.Broken > 0:
		v.add("signature %d, under text %d of contract %s, is %s", report.Broken, report.Text, report.Contract, report.Problem)
	default:
		v.add("text %d of contract %s does not give its hash", report.Text, report.Contract)
	}
	return nil
}

// verifyPapers checks the seal of every paper, not only its hash: who changes one can change the other.
func (s *Cards) verifyPapers(ctx context.Context, tenant *administration.Tenant, v *Verified) error {
	return s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		rows, err := tx.Raw(`SELECT c.number, p.language, p.content, sha256(p.content) = p.hash AS same, k.fingerprint FROM contract_paper p
			JOIN contract c ON c.tenant_id = p.tenant_id AND c.contract_id = p.contract_id JOIN seal_key k ON k.tenant_id = p.tenant_id AND k.key_id = p.key_id
			WHERE p.tenant_id = ? ORDER BY c.number, c.edition, p.language`, tenant.ID.String()).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var number, code, fingerprint string
			var content []byte
			var same bool
			if err := rows.Scan(&number, &code, &content, &same, &fingerprint); err != nil {
				return err
			}
			v.Papers++
			sealed, err := paper.Verify(content)
			switch {
			case err != nil:
				v.add("paper of contract %s (%s): %s", number, code, err)
			case !same || paper.Fingerprint(sealed.Certificate) != fingerprint:
				v.add("paper of contract %s (%s): it is another file than the one that was sealed", number, code)
			}
		}
		return rows.Err()
	})
}

func (s *Cards) verifySegments(ctx context.Context, tenant *administration.Tenant, v *Verified) error {
	contents, err := s.segments.VerifyContents(ctx, tenant.ID)
	if err != nil {
		return err
	}
	v.Segments = contents.Segments
	for _, hash := range contents.Changed {
		v.add("segment %.12s: its content has been changed", hash)
	}
	for _, hash := range contents.Lost {
		v.add("segment %.12s: its content is gone", hash)
	}
	return nil
}

// verifyCards computes every published card again, each as it was published.
func (s *Cards) verifyCards(ctx context.Context, tenant *administration.Tenant, v *Verified) error {
	var rows []cardRow
	err := s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT contract_id, month, version, content FROM scorecard WHERE tenant_id = ? ORDER BY contract_id, month, version`, tenant.ID.String()).Scan(&rows).Error
	})
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		v.Cards++
		verdict, err := s.VerifyCard(ctx, tenant, []byte(r.Content))
		if err != nil {
			return fmt.Errorf("scorecard of %s, version %d: %w", r.Month, r.Version, err)
		}
		v.Figures += int64(verdict.Figures)
		for _, wrong := range verdict.Wrong {
			v.add("scorecard of contract %s, %s, version %d: %s", r.ContractID, r.Month, r.Version, wrong)
		}
	}
	return nil
}
