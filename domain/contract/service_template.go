package contract

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/audit"
	"assay/domain/store"
)

// Templates lists an administration's templates by code, the newest version first.
func (s *Service) Templates(ctx context.Context, tenant domain.TenantID) (templates []*Template, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		templates, err = findTemplates(tx, tenant, `ORDER BY code, version DESC`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	return templates, nil
}

// Template gives one template, KindNotFound when there is none.
func (s *Service) Template(ctx context.Context, tenant domain.TenantID, id uuid.UUID) (t *Template, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		found, err := findTemplates(tx, tenant, `AND template_id = ?`, id)
		if err == nil && len(found) == 0 {
			return errNoTemplate()
		}
		if err == nil {
			t = found[0]
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	return t, nil
}

// CopyBuiltIn copies a built-in template into an administration, as a draft. A code that
// exists already is KindConflict; office may be empty.
func (s *Service) CopyBuiltIn(ctx context.Context, tenant domain.TenantID, actor Actor, function, code, office string) (*Template, error) {
	content := BuiltIn(function)
	if content == nil {
		return nil, domain.Errorf(domain.KindNotFound, "there is no built-in template %q", function)
	}
	if code == "" {
		code = strings.ToLower(function)
		if office != "" {
			code += "-" + strings.ToLower(office)
		}
	}
	t := &Template{ID: domain.NewID(), Code: code, Version: 1, Office: office, State: TemplateDraft, Content: *content, Origin: "built-in:" + function}
	return t, s.addTemplate(ctx, tenant, actor, t)
}

// NewVersion copies a template into a draft of its next version. The old one stays as it is.
func (s *Service) NewVersion(ctx context.Context, tenant domain.TenantID, actor Actor, id uuid.UUID) (*Template, error) {
	old, err := s.Template(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	versions, err := s.Templates(ctx, tenant)
	if err != nil {
		return nil, err
	}
	next := *old
	next.ID, next.State, next.Revision, next.Origin = domain.NewID(), TemplateDraft, 1, fmt.Sprintf("%s/%d", old.Code, old.Version)
	for _, v := range versions {
		if v.Code == old.Code {
			next.Version = max(next.Version, v.Version+1)
		}
		if v.Code == old.Code && v.State == TemplateDraft {
			return nil, domain.Errorf(domain.KindConflict, "version %d of this template is being written already", v.Version)
		}
	}
	return &next, s.addTemplate(ctx, tenant, actor, &next)
}

func (s *Service) addTemplate(ctx context.Context, tenant domain.TenantID, actor Actor, t *Template) error {
	if !templateCode.MatchString(t.Code) {
		return domain.Invalid("the template cannot be added like this", domain.FieldError{Field: "code", Message: "must be 2 to 41 small letters, digits, hyphens or underscores"})
	}
	t.CreatedAt, t.CreatedBy, t.Revision = s.clock().UTC(), actor.SignInName, 1
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		if err := insertTemplate(tx, tenant, t); err != nil {
			return err
		}
		return s.recordTemplate(ctx, tx, tenant, actor, t, "template.add", nil)
	})
	if err != nil {
		return fmt.Errorf("add template: %w", err)
	}
	return nil
}

// SaveTemplate writes a draft's content. It may be incomplete; PutInUse checks it. revision is the one that the writer saw.
func (s *Service) SaveTemplate(ctx context.Context, tenant domain.TenantID, actor Actor, id uuid.UUID, revision int64, content Content, office string) (*Template, error) {
	return s.changeTemplate(ctx, tenant, actor, id, revision, "template.write", func(t *Template) error {
		if t.Frozen() {
			return domain.Errorf(domain.KindConflict, "a template in use is frozen; make a new version of it")
		}
		if err := content.bound(); err != nil {
			return err
		}
		t.Content, t.Office = content, office
		return nil
	})
}

// PutInUse freezes a complete draft, from when on contracts can be made from it, and retires the version before.
func (s *Service) PutInUse(ctx context.Context, tenant domain.TenantID, actor Actor, id uuid.UUID, revision int64) (*Template, error) {
	return s.changeTemplate(ctx, tenant, actor, id, revision, "template.use", func(t *Template) error {
		if t.State != TemplateDraft {
			return domain.Errorf(domain.KindConflict, "only a draft can be put in use")
		}
		t.State = TemplateInUse
		return t.Check()
	})
}

// Retire ends the use of a template for new contracts. Contracts made from it go on.
func (s *Service) Retire(ctx context.Context, tenant domain.TenantID, actor Actor, id uuid.UUID, revision int64) (*Template, error) {
	return s.changeTemplate(ctx, tenant, actor, id, revision, "template.retire", func(t *Template) error {
		if t.State != TemplateInUse {
			return domain.Errorf(domain.KindConflict, "only a template in use can be retired")
		}
		t.State = TemplateRetired
		return nil
	})
}

func (s *Service) changeTemplate(ctx context.Context, tenant domain.TenantID, actor Actor, id uuid.UUID, revision int64, action string, change func(*Template) error) (t *Template, err error) {
	err = s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		if t, err = lockTemplate(tx, tenant, id); err != nil {
			return err
		}
		if t.Revision != revision {
			return domain.Errorf(domain.KindConflict, "the template has changed since you opened it; look at it again")
		}
		before := t.Content
		if err := change(t); err != nil {
			return err
		}
		if err := saveTemplate(tx, tenant, t); err != nil {
			return err
		}
		if t.State == TemplateInUse {
			if err := tx.Exec(`UPDATE contract_template SET state = 'retired', revision = revision + 1 WHERE tenant_id = ? AND code = ? AND version < ? AND state = 'in_use'`,
				tenant.String(), t.Code, t.Version).Error; err != nil {
				return err
			}
		}
		return s.recordTemplate(ctx, tx, tenant, actor, t, action, before.summary())
	})
	if err != nil {
		return nil, fmt.Errorf("change template: %w", err)
	}
	return t, nil
}

func (s *Service) recordTemplate(ctx context.Context, tx *store.Tx, tenant domain.TenantID, actor Actor, t *Template, action string, before any) error {
	return audit.Record(ctx, tx, tenant, audit.Entry{At: s.clock().UTC(), Actor: actor.SignInName, Capacity: string(actor.Role), Action: action,
		Object: fmt.Sprintf("template/%s/%d", t.Code, t.Version), Before: before, After: t.Content.summary(), Origin: actor.Origin})
}

// summary is what the audit record keeps of a template: figures and terms, not the words.
func (c *Content) summary() map[string]any {
	return map[string]any{"lines": c.Lines, "terms": c.Terms, "rule": c.Rule, "order": c.Order, "vetting": c.Vetting, "languages": c.Languages}
}

// Bounds of what a template may hold.
const (
	mostArticles  = 40
	longestLetter = 6000
)

func (c *Content) bound() error {
	if len(c.Articles) > mostArticles || len(c.Lines) > 2*mostIndicators || len(c.Languages) > 12 {
		return domain.Errorf(domain.KindInvalid, "the template is too large")
	}
	for _, a := range c.Articles {
		for language, text := range a.Text {
			if len([]rune(text)) > longestLetter || len([]rune(a.Title[language])) > 200 {
				return domain.Errorf(domain.KindInvalid, "article %d is too long in %s", a.Number, language)
			}
		}
	}
	return nil
}
