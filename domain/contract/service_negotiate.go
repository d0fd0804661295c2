package contract

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/indicator"
)

// change makes the text that an edit or a counter-proposal asks for.
func change(figures map[string]Figure) func(*step) error {
	return func(st *step) error {
		document := st.Contract.Text.Document.Clone()
		for code, figure := range figures {
			target := document.Find(code)
			if target == nil {
				return domain.Errorf(domain.KindInvalid, "the contract has no indicator %s", code)
			}
			if err := target.set(figure); err != nil {
				return err
			}
		}
		st.Proposed = document
		return nil
	}
}

// set puts agreed values into a target; what was set by hand no longer comes from the past.
func (t *Target) set(f Figure) error {
	put := func(to **float64, value *float64) {
		if value != nil {
			rounded := roundFigure(t.Unit, *value)
			*to = &rounded
		}
	}
	if f.Weight != nil {
		if *f.Weight < 1 || *f.Weight > fullWeight {
			return domain.Errorf(domain.KindInvalid, "the weight of %s must be from 1 to %d", t.Code, fullWeight)
		}
		t.Weight = *f.Weight
	}
	if t.Direction == indicator.Band && (f.Threshold != nil || f.Target != nil) {
		return domain.Errorf(domain.KindInvalid, "%s has red lines instead of a threshold and a target", t.Code)
	}
	put(&t.Baseline, f.Baseline)
	put(&t.Threshold, f.Threshold)
	put(&t.Target, f.Target)
	put(&t.RedLow, f.RedLow)
	put(&t.RedHigh, f.RedHigh)
	if reason := t.check(); reason != "" {
		return domain.Invalid("the figures do not fit together", domain.FieldError{Field: t.Code, Message: reason})
	}
	return nil
}

// writeText is the effect of an edit or a counter-proposal.
func writeText(action string) func(context.Context, *step) error {
	return func(_ context.Context, st *step) error { return st.write(st.Proposed, action) }
}

// write puts a new text behind the last one and makes it the current one. Signatures and vetting
// stay with the text that they were given to.
func (st *step) write(document *Document, action string) error {
	text := &Text{Number: st.Contract.Text.Number + 1, Document: document, Content: document.Canonical(), Hash: document.Hash(), Action: action,
		Reason: st.Reason, Capacity: st.capacity, Author: st.Actor.SignInName, AuthorName: st.Actor.Name, WrittenAt: st.Now}
	if err := insertText(st.tx, st.tenant.ID, st.Contract.ID, text); err != nil {
		return fmt.Errorf("write text %d: %w", text.Number, err)
	}
	st.Contract.Text, st.Contract.VettedText = text, 0
	return nil
}

// Counter proposes other figures, with reasons that the other party reads.
func (s *Service) Counter(ctx context.Context, tenant *administration.Tenant, ask Ask, figures map[string]Figure) (*Contract, error) {
	return s.act(ctx, tenant, Counter, ask, change(figures), writeText("counter"))
}

var aboutForm = regexp.MustCompile(`^(article:[0-9]{1,2}|indicator:[A-Z0-9]{3,8})?$`)

// longestWords bounds a comment, in letters.
const longestWords = 4000

// Comment adds words on an article or a target (about is article:5, indicator:CLR01, or empty).
func (s *Service) Comment(ctx context.Context, tenant *administration.Tenant, ask Ask, about, words string) (*Contract, error) {
	words = strings.TrimSpace(words)
	if !aboutForm.MatchString(about) {
		return nil, domain.Errorf(domain.KindInvalid, "%q is no part of a contract", about)
	}
	if len([]rune(words)) > longestWords {
		return nil, domain.Errorf(domain.KindInvalid, "a comment has at most %d letters", longestWords)
	}
	ask.Reason = words
	return s.act(ctx, tenant, Comment, ask, nil, func(_ context.Context, st *step) error {
		return insertRemark(st.tx, st.tenant.ID, st.Contract.ID, &Remark{ID: domain.NewID(), Text: st.Contract.Text.Number, About: about, Words: words, Capacity: st.capacity,
			Author: st.Actor.SignInName, AuthorName: st.Actor.Name, WrittenAt: st.Now})
	})
}

// Vet is the independent verifier's word that the figures of the text with this hash are right.
func (s *Service) Vet(ctx context.Context, tenant *administration.Tenant, ask Ask, seen []byte) (*Contract, error) {
	return s.act(ctx, tenant, Vet, ask, func(st *step) error { st.Seen = seen; return nil },
		func(_ context.Context, st *step) error { st.Contract.VettedText = st.Contract.Text.Number; return nil })
}
