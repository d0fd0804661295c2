package comparison

import (
	"context"
	"fmt"
	"time"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/domain/store"
)

// Job is the kind of the job that publishes what an administration discloses.
const Job = "disclose"

// Service is what may be done with comparisons.
type Service struct {
	db         *store.DB
	indicators *indicator.Service
	clock      func() time.Time
}

// New makes the service.
func New(db *store.DB, indicators *indicator.Service, clock func() time.Time) *Service {
	return &Service{db: db, indicators: indicators, clock: clock}
}

// Levels gives the levels of an administration by indicator; what is not in it is Private.
func (s *Service) Levels(ctx context.Context, tenant domain.TenantID) (levels map[string]Level, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		levels, err = readLevels(tx, tenant)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read levels of disclosure: %w", err)
	}
	return levels, nil
}

type recordedLevel struct {
	Level Level `json:"level"`
}

// Disclose sets levels of indicators; those that are not named stay. What was withdrawn is gone from every
// comparison when it returns, what is newly disclosed follows by a job. An indicator that cannot be compared is KindInvalid.
func (s *Service) Disclose(ctx context.Context, tenant domain.TenantID, by administration.Actor, wanted map[string]Level) error {
	if err := check(wanted); err != nil {
		return err
	}
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		before, err := readLevels(tx, tenant)
		if err != nil {
			return err
		}
		changed := false
		for _, d := range Comparable() { // in an order of its own, so that two changes at once do not wait for one another
			level, named := wanted[d.Code]
			if !named || level == before[d.Code] || level == Private && before[d.Code] == "" {
				continue
			}
			changed = true
			if err := putLevel(tx, tenant, d.Code, level, by.Name, s.clock()); err != nil {
				return err
			}
			if level == Private {
				if err := withdraw(tx, tenant, d.Code); err != nil {
					return err
				}
			}
			was := before[d.Code]
			if was == "" {
				was = Private
			}
			err := audit.Record(ctx, tx, tenant, audit.Entry{At: s.clock(), Actor: by.Name, Capacity: by.Capacity, Origin: by.Origin, Action: "comparison.disclose",
				Object: "indicator/" + d.Code, Before: recordedLevel{was}, After: recordedLevel{level}})
			if err != nil {
				return err
			}
		}
		if !changed {
			return nil
		}
		return s.enqueue(ctx, tx, tenant)
	})
	if err != nil {
		return fmt.Errorf("disclose: %w", err)
	}
	return nil
}

func check(wanted map[string]Level) error {
	var wrong []domain.FieldError
	for code, level := range wanted {
		d, err := indicator.Find(code)
		switch {
		case err != nil || Incomparable(d) != "":
			wrong = append(wrong, domain.FieldError{Field: code, Message: "cannot be compared among administrations"})
		case level != Private && level != Partners && level != Public:
			wrong = append(wrong, domain.FieldError{Field: code, Message: "must be private, partners or public"})
		}
	}
	return domain.Invalid("this cannot be disclosed like this", wrong...)
}

// Schedule asks for what is disclosed to be published again, after figures have changed. Where nothing
// ever was, there is nothing to do.
func (s *Service) Schedule(ctx context.Context, tenant domain.TenantID) error {
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		levels, err := readLevels(tx, tenant)
		if err != nil || len(levels) == 0 {
			return err
		}
		return s.enqueue(ctx, tx, tenant)
	})
	if err != nil {
		return fmt.Errorf("ask for publishing: %w", err)
	}
	return nil
}

func (s *Service) enqueue(ctx context.Context, tx *store.Tx, tenant domain.TenantID) error {
	return store.Enqueue(ctx, tx, tenant, s.clock(), store.Job{Kind: Job, Period: Job, Class: store.Batch})
}

// Publish is the job: it computes what the administration discloses and publishes it in place of what was
// there, then makes the anonymous distributions that can be made. Running it twice changes nothing.
func (s *Service) Publish(ctx context.Context, tenant *administration.Tenant) error {
	levels, err := s.Levels(ctx, tenant.ID)
	if err != nil {
		return err
	}
	var codes []string
	for _, d := range Comparable() {
		if level := levels[d.Code]; level == Partners || level == Public {
			codes = append(codes, d.Code)
		}
	}
	if len(codes) == 0 {
		return nil
	}
	snapshot, err := s.indicators.Snapshot(ctx, tenant)
	if domain.Is(err, domain.KindNotReady) {
		return nil // published when there are figures
	}
	if err != nil {
		return err
	}
	quarters := Latest(cube.DateIn(snapshot.Watermark(), tenant.Location()))
	var rows []published
	for _, quarter := range quarters {
		from, to := quarter.Days()
		results, err := s.indicators.Compute(ctx, tenant, indicator.Request{Codes: codes, From: from, To: to})
		if err != nil {
			return fmt.Errorf("compute what %s discloses: %w", tenant.Code, err)
		}
		for _, r := range results {
			if r.Total.Value == nil || r.Maturity.State == indicator.Immature {
				continue // nothing to tell, or too few cases for a rate
			}
			rows = append(rows, published{Indicator: r.Code, Quarter: quarter, Version: r.Version, Value: *r.Total.Value, N: r.Total.N, State: string(r.Maturity.State)})
		}
	}
	err = s.db.InTenant(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return s.publish(tx, tenant.ID, rows)
	})
	if err != nil {
		return fmt.Errorf("publish what %s discloses: %w", tenant.Code, err)
	}
	return nil
}

func (s *Service) publish(tx *store.Tx, tenant domain.TenantID, rows []published) error {
	// Under a lock: a level that becomes private meanwhile must not be published after it.
	if err := lockLevels(tx, tenant); err != nil {
		return err
	}
	if err := dropFigures(tx, tenant); err != nil {
		return err
	}
	now := s.clock().UTC()
	for _, row := range rows {
		if err := insertFigure(tx, tenant, row, now); err != nil {
			return err
		}
		_, ended := row.Quarter.Days()
		if settled := ended + SettleDays; cube.DateIn(now, time.UTC) < settled {
			continue
		}
		if err := makeEdition(tx, row, now); err != nil {
			return err
		}
	}
	return nil
}

// Compare puts administrations side by side as the reader's administration may see them; the zero
// tenant stands for anybody who is signed in, and sees what is public. Below five there are no figures.
func (s *Service) Compare(ctx context.Context, reader domain.TenantID, code string, quarter Quarter) (*Comparison, error) {
	d, err := indicator.Find(code)
	if err != nil {
		return nil, err
	}
	if Incomparable(d) != "" {
		return nil, domain.Errorf(domain.KindInvalid, "%s cannot be compared among administrations", code)
	}
	c := &Comparison{Indicator: d, Quarter: quarter, Own: Private}
	read := func(_ context.Context, tx *store.Tx) error { return readComparison(tx, reader, c) }
	if reader.IsZero() {
		err = s.db.Shared(ctx, read)
	} else {
		err = s.db.Read(ctx, reader, read)
	}
	if err != nil {
		return nil, fmt.Errorf("compare %s: %w", code, err)
	}
	return c, nil
}

// TakingPart says by indicator how many administrations disclose it, to partners or everybody and to everybody.
func (s *Service) TakingPart(ctx context.Context) (partners, everybody map[string]int64, err error) {
	partners, everybody = map[string]int64{}, map[string]int64{}
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error { return readTakingPart(tx, partners, everybody) })
	if err != nil {
		return nil, nil, fmt.Errorf("count who takes part: %w", err)
	}
	return partners, everybody, nil
}
