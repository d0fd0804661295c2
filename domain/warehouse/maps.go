package warehouse

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"assay/domain"
	"assay/domain/audit"
	"assay/domain/intake"
	"assay/domain/store"
)

// MapKind says what a map translates.
type MapKind string

// The kinds of map.
const (
	ColumnMapKind    MapKind = "column"    // files and columns of a source
	OperationMapKind MapKind = "operation" // names of operations; the administration has one, OperationMapName
	LaneMapKind      MapKind = "lane"      // names of lanes; the administration has one, LaneMapName
)

// OwnMap is a map of the administration's own. The shipped ones are not among them.
type OwnMap struct {
	Kind      MapKind
	Name      string
	Content   json.RawMessage
	ChangedAt time.Time
	ChangedBy string
}

// Change says who changes something, for the audit trail.
type Change struct {
	By       string // sign-in name
	Capacity string // role under which it was allowed
	Origin   string // address of the request
}

// Maps lists the administration's own maps by kind and name.
func (s *Service) Maps(ctx context.Context, tenant domain.TenantID) ([]OwnMap, error) {
	var rows []struct {
		Kind, Name, Content, ChangedBy string
		ChangedAt                      time.Time
	}
	err := s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT kind, name, content::text, changed_by, changed_at FROM intake_map WHERE tenant_id = ? ORDER BY kind, name`, tenant.String()).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list maps: %w", err)
	}
	maps := make([]OwnMap, len(rows))
	for i, r := range rows {
		maps[i] = OwnMap{Kind: MapKind(r.Kind), Name: r.Name, Content: json.RawMessage(r.Content), ChangedAt: r.ChangedAt.UTC(), ChangedBy: r.ChangedBy}
	}
	return maps, nil
}

// SetMap adds or replaces one of the administration's own maps, which holds for
// deliveries that are read from then on. A map that intake would refuse is KindInvalid.
func (s *Service) SetMap(ctx context.Context, tenant domain.TenantID, kind MapKind, name string, content []byte, change Change) error {
	if err := checkMap(kind, name, content); err != nil {
		return err
	}
	now := s.clock().UTC()
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		err := tx.Exec(`INSERT INTO intake_map (tenant_id, kind, name, content, changed_at, changed_by) VALUES (?, ?, ?, ?::jsonb, ?, ?)
			ON CONFLICT (tenant_id, kind, name) DO UPDATE SET content = excluded.content, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
			tenant.String(), string(kind), name, string(content), now, change.By).Error
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant, audit.Entry{At: now, Actor: actor(change.By), Capacity: change.Capacity, Origin: change.Origin,
			Action: "map.write", Object: "map/" + string(kind) + "/" + name, After: map[string]any{"content": json.RawMessage(content)}})
	})
	if err != nil {
		return fmt.Errorf("keep the %s map %q: %w", kind, name, err)
	}
	return nil
}

// checkMap reads a map as intake will. Operations and lanes have one map each, whose
// name is given, so that none is kept that is never read.
func checkMap(kind MapKind, name string, content []byte) (err error) {
	expected := ""
	switch kind {
	case ColumnMapKind:
		_, err = intake.ParseColumnMap(content)
	case OperationMapKind:
		expected = OperationMapName
		_, err = intake.ParseOperationMap(content)
	case LaneMapKind:
		expected = LaneMapName
		_, err = intake.ParseLaneMap(content)
	default:
		return domain.Errorf(domain.KindInvalid, "a map is of kind column, operation or lane, not %q", kind)
	}
	if err != nil {
		return err
	}
	if bytes.Contains(content, []byte(`\u0000`)) {
		return domain.Errorf(domain.KindInvalid, "a map may not hold the character U+0000")
	}
	if name == "" || len(name) > mostInName || expected != "" && name != expected {
		if expected == "" {
			return domain.Errorf(domain.KindInvalid, "a map's name has from 1 to %d characters", mostInName)
		}
		return domain.Errorf(domain.KindInvalid, "the map of kind %s is named %q", kind, expected)
	}
	return nil
}
