package contract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/paper"
	"assay/domain/seal"
	"assay/domain/store"
)

// Papers puts contracts and what follows from them on paper.
type Papers struct {
	*Service
	seals  *seal.Service
	public string // address of the installation without a slash at its end; empty where none is set
}

// NewPapers makes the service of papers beside that of contracts. public is the installation's address for the squares that telephones
// read; without it papers have none, rather than one that leads wherever a request said it came to.
func NewPapers(contracts *Service, seals *seal.Service, public string) *Papers {
	return &Papers{contracts, seals, public}
}

// Paper is a sealed PDF.
type Paper struct {
	Name     string // for the file
	Language string
	PDF      []byte
	Hash     []byte // SHA-256 of the PDF
	MadeAt   time.Time
}

// Contract gives a signed contract as sealed PDF. It is made once a language and kept, so that everybody holds the same file; an unknown
// language is the administration's first. KindConflict before both have signed, KindNotReady where the administration has no key.
func (s *Papers) Contract(ctx context.Context, tenant *administration.Tenant, r Reader, id uuid.UUID, code string) (*Paper, error) {
	d, err := s.Get(ctx, tenant, r, id)
	if err != nil {
		return nil, err
	}
	if d.SignedAt.IsZero() {
		return nil, errNotSigned()
	}
	languages := PaperLanguages(d.Text.Document, tenant.Languages)
	if len(languages) == 0 {
		return nil, domain.Errorf(domain.KindConflict, "the contract's articles are whole in no language")
	}
	if !slices.Contains(languages, code) {
		code = languages[0]
	}
	kept, err := s.keptPaper(ctx, tenant.ID, d.Contract, code)
	if err != nil || kept != nil {
		return kept, err
	}
	return s.makePaper(ctx, tenant, d, r.Actor, code)
}

func paperName(c *Contract, code string) string {
	return fmt.Sprintf("contract-%s-%d-%s.pdf", c.Number, c.Edition, code)
}

func (s *Papers) makePaper(ctx context.Context, tenant *administration.Tenant, d *Dossier, by Actor, code string) (*Paper, error) {
	page := ""
	if s.public != "" {
		page = s.public + "/in/" + tenant.Code + "/contracts/" + d.ID.String()
	}
	now := s.clock().UTC()
	document, err := drawContract(d.Contract, d.SignaturesOf(d.Text.Number), code, page, now, tenant.Location())
	if err != nil {
		return nil, err
	}
	p, key, err := s.seal(ctx, tenant, document, paperName(d.Contract, code), wordsOf(code).t("paper.reason", "number", d.Number))
	if err != nil {
		return nil, err
	}
	p.Language = code
	err = s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		if err := insertPaper(tx, tenant.ID, d.Contract, p, key, by.SignInName); err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: now, Actor: by.SignInName, Capacity: string(by.Role), Action: "contract.paper", Object: "contract/" + d.ID.String(),
			After: map[string]any{"language": code, "text": d.Text.Number, "hash": hex.EncodeToString(p.Hash)}, Origin: by.Origin})
	})
	if domain.Is(err, domain.KindConflict) {
		return s.keptPaper(ctx, tenant.ID, d.Contract, code) // somebody else was faster: theirs is the file
	}
	if err != nil {
		return nil, fmt.Errorf("keep the paper of contract %s: %w", d.Number, err)
	}
	return p, nil
}

// seal puts the administration's logo on a document, draws it and seals the file. It gives the key that sealed it too.
func (s *Papers) seal(ctx context.Context, tenant *administration.Tenant, document *paper.Document, name, reason string) (*Paper, uuid.UUID, error) {
	var err error
	if document.Logo, err = s.administrations.PaperLogo(ctx, tenant.ID); err != nil {
		return nil, uuid.Nil, err
	}
	pdf, err := document.PDF()
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("draw %s: %w", name, err)
	}
	sealed, err := s.seals.Seal(ctx, tenant, pdf, reason)
	if err != nil {
		return nil, uuid.Nil, err
	}
	sum := sha256.Sum256(sealed.PDF)
	return &Paper{Name: name, Language: document.Language, PDF: sealed.PDF, Hash: sum[:], MadeAt: document.Made}, sealed.Key, nil
}

// keptPaper finds the file that was made, nil when none was.
func (s *Papers) keptPaper(ctx context.Context, tenant domain.TenantID, c *Contract, code string) (p *Paper, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		p, err = findPaper(tx, tenant, c, code)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the paper of contract %s: %w", c.Number, err)
	}
	return p, nil
}
