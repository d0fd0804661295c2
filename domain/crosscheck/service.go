package crosscheck

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/store"
)

// Service is what may be done with crosschecks and their findings.
type Service struct {
	db              *store.DB
	administrations *administration.Service
	clock           func() time.Time
}

// New makes the service.
func New(db *store.DB, administrations *administration.Service, clock func() time.Time) *Service {
	return &Service{db: db, administrations: administrations, clock: clock}
}

// Rules lists the rules with their statements and severities.
func (s *Service) Rules() []Definition { return Definitions() }

// Prepare begins a session over all declarations registered in the months, or over all there are
// when months is nil. It loads the facts of other documents that the rules need,
// in memory that grows with those facts (cancelled declarations, bills that
// several documents touch, transits, discharges), not with the declarations.
//
// Inside a transaction of the same tenant it reads what that transaction sees.
func (s *Service) Prepare(ctx context.Context, tenant domain.TenantID, months []cube.Month) (*Session, error) {
	if months != nil && len(months) == 0 {
		return nil, domain.Errorf(domain.KindInvalid, "there is no month to examine")
	}
	owner, err := s.administrations.ByID(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("prepare crosschecks: %w", err)
	}
	session := &Session{service: s, tenant: tenant, months: months}
	if err := session.prepare(ctx, owner); err != nil {
		return nil, fmt.Errorf("prepare crosschecks: %w", err)
	}
	return session, nil
}

// Saved says what Save did.
type Saved struct {
	New        int64 // raised for the first time
	Again      int64 // known already, superseded ones that came back included
	Superseded int64 // open ones whose evidence is gone
}

// Save writes what the session found, in one transaction (or in the one around it). The same
// rule, subject and evidence is never there twice; open findings of the session's
// months that were not found again become superseded, and superseded ones that were come
// back as open. What people decided about a finding stays. Call it only after every
// declaration of the months has been examined.
func (s *Session) Save(ctx context.Context) (saved Saved, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.fault != nil {
		return saved, fmt.Errorf("save findings: %w", s.fault)
	}
	if saved, err = s.write(ctx); err != nil {
		return saved, fmt.Errorf("save findings: %w", err)
	}
	return saved, s.found.close()
}

// Filter narrows Findings and Counts. Empty fields do not narrow.
type Filter struct {
	Rules      []Rule
	Severities []Severity
	States     []State
	Offices    []string
	Subjects   []SubjectKind
	Subject    string     // exactly this subject
	From, To   cube.Month // From <= month < To
}

// Page asks for one page of Findings.
type Page struct {
	After string // Cursor of the page before; empty begins
	Limit int    // 0 means 50, never more than 1000
}

// Listing is one page of findings, the newest month first.
type Listing struct {
	Findings []Finding
	Cursor   string // of the next page, empty when this is the last
}

// Findings lists an administration's findings.
func (s *Service) Findings(ctx context.Context, tenant domain.TenantID, f Filter, p Page) (listing Listing, err error) {
	if listing, err = s.listFindings(ctx, tenant, f, p); err != nil {
		return listing, fmt.Errorf("list findings: %w", err)
	}
	return listing, nil
}

// Tally is the number of findings of one rule, severity and state.
type Tally struct {
	Rule     Rule
	Severity Severity
	State    State
	Findings int64
}

// Counts counts an administration's findings by rule, severity and state.
func (s *Service) Counts(ctx context.Context, tenant domain.TenantID, f Filter) (counts []Tally, err error) {
	if counts, err = s.countFindings(ctx, tenant, f); err != nil {
		return nil, fmt.Errorf("count findings: %w", err)
	}
	return counts, nil
}

// Finding gives one finding, KindNotFound when there is none.
func (s *Service) Finding(ctx context.Context, tenant domain.TenantID, id uuid.UUID) (finding Finding, err error) {
	found, err := s.readFindings(ctx, tenant, `tenant_id = ? AND finding_id = ?`, tenant.String(), id)
	if err != nil {
		return finding, fmt.Errorf("find a finding: %w", err)
	}
	if len(found) == 0 {
		return finding, domain.Errorf(domain.KindNotFound, "there is no such finding")
	}
	return found[0], nil
}

// MayRead reports whether permissions show the findings on what belongs to an office. Who reads findings of the own office only is not told of
// another's, on a declaration that may be read either.
func MayRead(p *access.Permissions, office string) bool {
	for _, g := range p.Grants(access.FindingRead) {
		if g.Scope == access.ScopeAdministration || g.Scope == access.ScopeOffice && office != "" && g.Membership.Office == office {
			return true
		}
	}
	return false
}

// ByDeclaration gives all findings on a declaration by rule, superseded ones too.
func (s *Service) ByDeclaration(ctx context.Context, tenant domain.TenantID, declarationID int64) (findings []Finding, err error) {
	findings, err = s.readFindings(ctx, tenant, `tenant_id = ? AND declaration_id = ?`, tenant.String(), declarationID)
	if err != nil {
		return nil, fmt.Errorf("findings of a declaration: %w", err)
	}
	return findings, nil
}
