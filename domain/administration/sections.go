package administration

import (
	"context"
	"fmt"

	"assay/domain"
	"assay/domain/store"
)

// Section is a part of an office with a head of its own.
type Section struct{ Office, Code string }

// AllSections lists the sections of all offices, by office and code.
func (s *Service) AllSections(ctx context.Context, id domain.TenantID) (sections []Section, err error) {
	err = s.db.Read(ctx, id, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT office, code FROM section WHERE tenant_id = ? ORDER BY office, code`, id.String()).Scan(&sections).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list sections: %w", err)
	}
	return sections, nil
}

// HasPlace reports whether an administration has an office and, where one is named, the section in it.
func (s *Service) HasPlace(ctx context.Context, id domain.TenantID, office, section string) (has bool, err error) {
	err = s.db.Read(ctx, id, func(_ context.Context, tx *store.Tx) error {
		if section == "" {
			return tx.Raw(`SELECT EXISTS (SELECT FROM office WHERE tenant_id = ? AND code = ?)`, id.String(), office).Scan(&has).Error
		}
		return tx.Raw(`SELECT EXISTS (SELECT FROM section WHERE tenant_id = ? AND office = ? AND code = ?)`, id.String(), office, section).Scan(&has).Error
	})
	if err != nil {
		return false, fmt.Errorf("find an office or section: %w", err)
	}
	return has, nil
}

// HasTrader reports whether what was loaded names an importer, or a broker, of a code.
func (s *Service) HasTrader(ctx context.Context, id domain.TenantID, broker bool, code string) (has bool, err error) {
	table := nameTables["trader"]
	if broker {
		table = nameTables["broker"]
	}
	err = s.db.Read(ctx, id, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT EXISTS (SELECT FROM `+table+` WHERE tenant_id = ? AND code = ?)`, id.String(), code).Scan(&has).Error
	})
	if err != nil {
		return false, fmt.Errorf("find an importer or broker: %w", err)
	}
	return has, nil
}

// Sections lists the codes of the sections of an office.
func (s *Service) Sections(ctx context.Context, id domain.TenantID, office string) (codes []string, err error) {
	err = s.db.Read(ctx, id, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT code FROM section WHERE tenant_id = ? AND office = ? ORDER BY code`, id.String(), office).Scan(&codes).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list sections of %s: %w", office, err)
	}
	return codes, nil
}
