package warehouse

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/intake"
	"assay/domain/store"
)

// ImportInput says what is imported and how it is read.
type ImportInput struct {
	Batch    uuid.UUID // of a delivery that waits; zero for a new batch
	Format   string    // one of intake.Formats
	Delivery intake.Source
	Source   string // names of what is delivered, for people
	// Columns is a column map given with the delivery. Else MapName names one of the
	// administration's own or a shipped one; else the one named like the format holds.
	Columns   *intake.ColumnMap
	MapName   string
	By        string // sign-in name, or the command
	DryRun    bool   // report, change nothing
	NoRefresh bool   // leave no job that computes the indicators again
	// Progress is called now and then, from one goroutine; nil for none.
	Progress func(LoadProgress)
}

// Import reads a delivery through the administration's maps and loads it, see Load.
func (s *Service) Import(ctx context.Context, tenant *administration.Tenant, in ImportInput) (*Batch, error) {
	options, err := s.readingOptions(ctx, tenant, &in)
	if err != nil {
		return nil, err
	}
	input := LoadInput{Batch: in.Batch, Format: in.Format, Source: in.Source, By: in.By, DryRun: in.DryRun, NoRefresh: in.NoRefresh}
	return s.Load(ctx, tenant, input, func(ctx context.Context, sink intake.Sink) (intake.Summary, error) {
		return intake.Read(ctx, in.Delivery, options, sink)
	})
}

// readingOptions are the options of intake for an administration.
func (s *Service) readingOptions(ctx context.Context, tenant *administration.Tenant, in *ImportInput) (intake.Options, error) {
	if !slices.Contains(intake.Formats, in.Format) {
		return intake.Options{}, domain.Errorf(domain.KindInvalid, "the format %q is not known; there are %s", in.Format, strings.Join(intake.Formats, ", "))
	}
	digits := tenant.MinorDigits()
	options := intake.Options{Format: in.Format, Zone: tenant.Location(), MinorDigits: &digits, MachineUsers: tenant.Settings.MachineUsers,
		Workers: max(1, runtime.GOMAXPROCS(0)-1)}
	if in.Progress != nil {
		options.Progress = func(p intake.Progress) { in.Progress(LoadProgress{Reading: p}) }
	}
	err := s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		zones, err := officeZones(tx, tenant.ID)
		if err != nil {
			return err
		}
		options.OfficeZone = func(office string) *time.Location { return zones[office] }
		if err := ownMap(tx, tenant.ID, "operation", OperationMapName, &options.Operations); err != nil {
			return err
		}
		if err := ownMap(tx, tenant.ID, "lane", LaneMapName, &options.Lanes); err != nil {
			return err
		}
		if in.Columns != nil {
			options.Columns = *in.Columns
			return nil
		}
		return s.columnMap(tx, tenant.ID, in, &options)
	})
	if err != nil {
		return intake.Options{}, fmt.Errorf("prepare the reading: %w", err)
	}
	return options, nil
}

// The names under which an administration keeps its own operation and lane map.
const (
	OperationMapName = "operations"
	LaneMapName      = "lanes"
)

// columnMap finds the column map of a delivery: the administration's own of the
// name, or the shipped one.
func (s *Service) columnMap(tx *store.Tx, tenant domain.TenantID, in *ImportInput, options *intake.Options) error {
	name := in.MapName
	if name == "" {
		name = in.Format
	}
	if err := ownMap(tx, tenant, "column", name, &options.Columns); err != nil {
		return err
	}
	if options.Columns.Format != "" || in.MapName == "" {
		return nil // intake takes the shipped map of the format, or says that it needs one
	}
	shipped, err := intake.ShippedColumnMap(name)
	if err != nil {
		return err
	}
	options.Columns = shipped
	return nil
}

// ownMap reads one of the administration's own maps into m, which stays as it
// is when there is none.
func ownMap(tx *store.Tx, tenant domain.TenantID, kind, name string, m any) error {
	var found []string
	err := tx.Raw(`SELECT content::text FROM intake_map WHERE tenant_id = ? AND kind = ? AND name = ?`, tenant.String(), kind, name).Scan(&found).Error
	if err != nil {
		return fmt.Errorf("read the %s map %q: %w", kind, name, err)
	}
	if len(found) == 0 {
		return nil
	}
	if err := json.Unmarshal([]byte(found[0]), m); err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the administration's %s map %q cannot be read", kind, name)
	}
	return nil
}

// officeZones are the zones of the offices that have their own.
func officeZones(tx *store.Tx, tenant domain.TenantID) (map[string]*time.Location, error) {
	var offices []struct{ Code, Zone string }
	if err := tx.Raw(`SELECT code, zone FROM office WHERE tenant_id = ? AND zone <> ''`, tenant.String()).Scan(&offices).Error; err != nil {
		return nil, fmt.Errorf("read the zones of the offices: %w", err)
	}
	zones := make(map[string]*time.Location, len(offices))
	for _, office := range offices {
		if location, err := time.LoadLocation(office.Zone); err == nil {
			zones[office.Code] = location
		}
	}
	return zones, nil
}
