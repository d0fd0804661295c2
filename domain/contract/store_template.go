package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
)

func findTemplates(tx *gorm.DB, tenant domain.TenantID, where string, arguments ...any) ([]*Template, error) {
	var rows []struct {
		CreatedAt  time.Time
		TemplateID uuid.UUID
		Code       string
		Version    int
		Office     string
		State      TemplateState
		Content    []byte
		Origin     string
		CreatedBy  string
		Revision   int64
	}
	err := tx.Raw(`SELECT created_at, template_id, code, version, office, state, content, origin, created_by, revision FROM contract_template WHERE tenant_id = ? `+where,
		append([]any{tenant.String()}, arguments...)...).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	templates := make([]*Template, len(rows))
	for i := range rows {
		r := &rows[i]
		templates[i] = &Template{ID: r.TemplateID, Code: r.Code, Version: r.Version, Office: r.Office, State: r.State, Origin: r.Origin,
			CreatedAt: r.CreatedAt.UTC(), CreatedBy: r.CreatedBy, Revision: r.Revision}
		if err := json.Unmarshal(r.Content, &templates[i].Content); err != nil {
			return nil, fmt.Errorf("read template %s: %w", r.Code, err)
		}
	}
	return templates, nil
}

func lockTemplate(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID) (*Template, error) {
	found, err := findTemplates(tx, tenant, `AND template_id = ? FOR UPDATE`, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errNoTemplate()
	}
	return found[0], nil
}

func errNoTemplate() error { return domain.Errorf(domain.KindNotFound, "there is no such template") }

func insertTemplate(tx *gorm.DB, tenant domain.TenantID, t *Template) error {
	content, err := json.Marshal(t.Content)
	if err != nil {
		return fmt.Errorf("write template %s: %w", t.Code, err)
	}
	err = tx.Exec(`INSERT INTO contract_template (tenant_id, template_id, code, version, office, state, content, origin, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, CAST(? AS jsonb), ?, ?, ?)`,
		tenant.String(), t.ID, t.Code, t.Version, t.Office, t.State, string(content), t.Origin, t.CreatedAt, t.CreatedBy).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Errorf(domain.KindConflict, "the template %s exists in version %d already", t.Code, t.Version)
	}
	return err
}

// saveTemplate writes state and content. The database refuses another content of a template that was in use.
func saveTemplate(tx *gorm.DB, tenant domain.TenantID, t *Template) error {
	content, err := json.Marshal(t.Content)
	if err != nil {
		return fmt.Errorf("write template %s: %w", t.Code, err)
	}
	result := tx.Exec(`UPDATE contract_template SET state = ?, content = CAST(? AS jsonb), office = ?, revision = revision + 1 WHERE tenant_id = ? AND template_id = ? AND revision = ?`,
		t.State, string(content), t.Office, tenant.String(), t.ID, t.Revision)
	if result.Error != nil {
		return result.Error
	}
	if result.RowsAffected != 1 {
		return domain.Errorf(domain.KindConflict, "the template has changed since you opened it; look at it again")
	}
	t.Revision++
	return nil
}
