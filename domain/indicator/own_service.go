package indicator

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/cube"
	"assay/domain/store"
)

// Author is who changes an administration's own indicators, when and from where.
type Author struct {
	SignInName string
	Capacity   string // role
	Origin     string // address of the request, or the command
	At         time.Time
}

// Catalogue gives every definition that an administration sees: the catalogue, then its own
// ones that are not retired, in order of their codes.
func (s *Service) Catalogue(ctx context.Context, tenant *administration.Tenant) ([]*Definition, error) {
	own, err := s.own(ctx, tenant, "")
	if err != nil {
		return nil, err
	}
	return append(All(), own...), nil
}

// Find gives the definition of a code, of the catalogue or the administration's own. The error is KindNotFound.
func (s *Service) Find(ctx context.Context, tenant *administration.Tenant, code string) (*Definition, error) {
	if !IsOwn(code) {
		return Find(code)
	}
	found, err := s.own(ctx, tenant, strings.ToUpper(strings.TrimSpace(code)))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, domain.Errorf(domain.KindNotFound, "there is no indicator %q", code)
	}
	return found[0], nil
}

// find gives the definitions of codes, all available ones when there is none.
func (s *Service) find(ctx context.Context, tenant *administration.Tenant, codes []string) ([]*Definition, error) {
	if len(codes) > 0 && !slices.ContainsFunc(codes, IsOwn) {
		return findAll(codes)
	}
	if len(codes) == 0 {
		all, err := s.Catalogue(ctx, tenant)
		return slices.DeleteFunc(all, func(d *Definition) bool { return !d.Available() }), err
	}
	var found []*Definition
	for _, code := range codes {
		d, err := s.Find(ctx, tenant, code)
		if err != nil {
			return nil, err
		}
		if !d.Available() {
			return nil, domain.Errorf(domain.KindNotReady, "%s is not available: %s", d.Code, d.Missing)
		}
		if !slices.ContainsFunc(found, func(other *Definition) bool { return other.Code == d.Code }) {
			found = append(found, d)
		}
	}
	return found, nil
}

// own gives the definitions of own indicators that are not retired. One whose formula no longer fits, because the program's rows have
// changed, is there without figures and says so.
func (s *Service) own(ctx context.Context, tenant *administration.Tenant, code string) (definitions []*Definition, err error) {
	var found []*Own
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		found, err = findOwn(tx, tenant.ID, code)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find own indicators of %s: %w", tenant.Code, err)
	}
	for _, o := range found {
		if o.Retired {
			continue
		}
		d, err := o.definition(minorUnits(tenant))
		if err != nil {
			d = &Definition{Number: ownNumber + o.number(), Code: o.Code, Version: o.Version, Family: OwnFamily, Name: o.Name("en"), Text: o.Meaning("en"),
				Unit: o.Unit, Direction: o.Direction, Missing: err.Error(), Own: o}
		}
		definitions = append(definitions, d)
	}
	return definitions, nil
}

func minorUnits(tenant *administration.Tenant) int64 {
	return int64(math.Round(math.Pow10(tenant.MinorDigits())))
}

// Owns gives the latest version of every own indicator, retired ones too.
func (s *Service) Owns(ctx context.Context, tenant domain.TenantID) (found []*Own, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		found, err = findOwn(tx, tenant, "")
		return err
	})
	return found, err
}

// OwnVersions gives every version of an own indicator, the latest first. The error is KindNotFound.
func (s *Service) OwnVersions(ctx context.Context, tenant domain.TenantID, code string) (found []*Own, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		found, err = findOwnVersions(tx, tenant, code)
		return err
	})
	if err == nil && len(found) == 0 {
		return nil, domain.Errorf(domain.KindNotFound, "there is no indicator %q", code)
	}
	return found, err
}

// SaveOwn saves a new own indicator, which is given a code, or the next version of the one whose Code and Version are
// given. Versions are kept for good: a figure names the one that it was computed by. Errors are KindInvalid with
// field and place, KindConflict when somebody else saved a version meanwhile.
func (s *Service) SaveOwn(ctx context.Context, tenant *administration.Tenant, by Author, in Own) (saved *Own, err error) {
	if err := in.check(tenant.Languages[0]); err != nil {
		return nil, err
	}
	if _, err := in.definition(minorUnits(tenant)); err != nil {
		return nil, err
	}
	return s.changeOwn(ctx, tenant, by, "save", in.Code, in.Version, func(*Own) *Own { next := in; return &next })
}

// RetireOwn takes an own indicator from the board, or brings it back. What was computed by it stays as it is.
func (s *Service) RetireOwn(ctx context.Context, tenant *administration.Tenant, by Author, code string, version int, retired bool) (*Own, error) {
	return s.changeOwn(ctx, tenant, by, "retire", code, version, func(last *Own) *Own {
		next := *last
		next.Retired = retired
		return &next
	})
}

// changeOwn saves the next version under a lock of the administration's own indicators.
func (s *Service) changeOwn(ctx context.Context, tenant *administration.Tenant, by Author, verb, code string, version int, change func(last *Own) *Own) (saved *Own, err error) {
	err = s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('own indicators of ' || ?, 0))`, tenant.ID.String()).Error; err != nil {
			return err
		}
		all, err := findOwn(tx, tenant.ID, "")
		if err != nil {
			return err
		}
		last := &Own{}
		if code != "" {
			at := slices.IndexFunc(all, func(o *Own) bool { return o.Code == code })
			if at < 0 {
				return domain.Errorf(domain.KindNotFound, "there is no indicator %q", code)
			}
			if last = all[at]; last.Version != version {
				return domain.Errorf(domain.KindConflict, "somebody has changed %s meanwhile; open it again and look at what they did", code)
			}
		} else if len(all) >= mostOwn {
			return domain.Errorf(domain.KindTooMany, "an administration has at most %d indicators of its own", mostOwn)
		}
		saved = change(last)
		saved.Code, saved.Version, saved.SavedBy, saved.SavedAt = last.Code, last.Version+1, by.SignInName, by.At.UTC()
		if saved.Code == "" {
			saved.Code = fmt.Sprintf("OWN%02d", nextOwn(all))
		}
		if err := insertOwn(tx, tenant.ID, saved); err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: by.At.UTC(), Actor: by.SignInName, Capacity: by.Capacity, Action: "indicator." + verb,
			Object: "indicator/" + saved.Code, Before: forRecord(last), After: forRecord(saved), Origin: by.Origin})
	})
	if err != nil {
		return nil, fmt.Errorf("change own indicator: %w", err)
	}
	return saved, nil
}

// forRecord is an indicator as the audit record keeps it, nothing for one that was not there.
func forRecord(o *Own) any {
	if o.Code == "" {
		return nil
	}
	return struct {
		*Own
		Retired bool `json:"retired"`
	}{o, o.Retired}
}

func nextOwn(all []*Own) int {
	highest := 0
	for _, o := range all {
		highest = max(highest, o.number())
	}
	return highest + 1
}

// TryOwn computes an own indicator that is not saved, over a period. Errors are those of SaveOwn and Compute.
func (s *Service) TryOwn(ctx context.Context, tenant *administration.Tenant, in Own, from, to cube.Date, by []string) (*Definition, *Result, error) {
	if in.Code == "" {
		in.Code = "OWN00"
	}
	d, err := in.definition(minorUnits(tenant))
	if err != nil {
		return nil, nil, err
	}
	request := Request{From: from, To: to, By: by, Limit: 20, Order: Order{By: OrderByN, Descending: true}}
	if err := request.check([]*Definition{d}); err != nil {
		return nil, nil, err
	}
	snapshot, err := s.Snapshot(ctx, tenant)
	if err != nil {
		return nil, nil, err
	}
	results, err := newEvaluation(snapshot, tenant).compute(ctx, tenant, []*Definition{d}, request)
	if err != nil {
		return nil, nil, err
	}
	return d, results[0], nil
}
