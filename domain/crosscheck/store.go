package crosscheck

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/cube"
)

const (
	usualPage   = 50
	longestPage = 1000
)

// where gives the conditions of a filter.
func (f *Filter) where(tenant domain.TenantID) (conditions string, arguments []any) {
	conditions, arguments = "tenant_id = ?", []any{tenant.String()}
	narrow := func(condition string, argument any) {
		conditions += " AND " + condition
		arguments = append(arguments, argument)
	}
	if len(f.Rules) > 0 {
		codes := make([]string, len(f.Rules))
		for i, r := range f.Rules {
			codes[i] = r.String()
		}
		narrow("rule IN (?)", codes)
	}
	if len(f.Severities) > 0 {
		narrow("severity IN (?)", f.Severities)
	}
	if len(f.States) > 0 {
		narrow("state IN (?)", f.States)
	}
	if len(f.Offices) > 0 {
		narrow("office IN (?)", f.Offices)
	}
	if len(f.Subjects) > 0 {
		narrow("subject_kind IN (?)", f.Subjects)
	}
	if f.Subject != "" {
		narrow("subject = ?", f.Subject)
	}
	if f.From != 0 {
		narrow("month >= ?", int32(f.From))
	}
	if f.To != 0 {
		narrow("month < ?", int32(f.To))
	}
	return conditions, arguments
}

func (s *Service) listFindings(ctx context.Context, tenant domain.TenantID, f Filter, p Page) (listing Listing, err error) {
	conditions, arguments := f.where(tenant)
	if p.After != "" {
		month, id, err := parseCursor(p.After)
		if err != nil {
			return listing, err
		}
		conditions += " AND (month, finding_id) < (?, ?)"
		arguments = append(arguments, month, id)
	}
	limit := p.Limit
	if limit <= 0 {
		limit = usualPage
	}
	limit = min(limit, longestPage)
	found, err := s.inOrder(ctx, tenant, conditions, "month DESC, finding_id DESC LIMIT "+strconv.Itoa(limit+1), arguments...)
	if err != nil {
		return listing, err
	}
	if len(found) > limit {
		found = found[:limit]
		last := &found[limit-1]
		listing.Cursor = strconv.Itoa(int(last.Month)) + "_" + last.ID.String()
	}
	listing.Findings = found
	return listing, nil
}

func parseCursor(text string) (month int, id uuid.UUID, err error) {
	number, name, cut := strings.Cut(text, "_")
	month, monthErr := strconv.Atoi(number)
	id, idErr := uuid.Parse(name)
	if !cut || monthErr != nil || idErr != nil {
		return 0, id, domain.Errorf(domain.KindInvalid, "%q is not the place of a page", text)
	}
	return month, id, nil
}

// byRule sorts findings of one subject: P2 before P10, then as they were detected.
const byRule = "length(rule), rule, detected_at, finding_id"

// readFindings reads findings of one subject.
func (s *Service) readFindings(ctx context.Context, tenant domain.TenantID, conditions string, arguments ...any) ([]Finding, error) {
	return s.inOrder(ctx, tenant, conditions, byRule, arguments...)
}

func (s *Service) inOrder(ctx context.Context, tenant domain.TenantID, conditions, order string, arguments ...any) (found []Finding, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		found, err = findFindings(tx, conditions, order, arguments...)
		return err
	})
	return found, err
}

// findFindings reads the findings that satisfy the conditions in an order.
func findFindings(tx *gorm.DB, conditions, order string, arguments ...any) ([]Finding, error) {
	var rows []struct {
		FindingID     uuid.UUID
		Rule          string
		RuleVersion   int
		Variant       string
		Severity      Severity
		SubjectKind   SubjectKind
		Subject       string
		DeclarationID *int64
		Office        string
		Month         int32
		Evidence      []byte
		DetectedAt    time.Time
		State         State
		Explanation   string
		Reviewer      string
	}
	err := tx.Raw(`SELECT finding_id, rule, rule_version, variant, severity, subject_kind, subject, declaration_id, office, month, evidence, detected_at, state, explanation, reviewer
		FROM finding WHERE `+conditions+` ORDER BY `+order, arguments...).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	findings := make([]Finding, len(rows))
	for i := range rows {
		r := &rows[i]
		rule, known := ParseRule(r.Rule)
		if !known {
			return nil, fmt.Errorf("finding %s is of the unknown rule %s", r.FindingID, r.Rule)
		}
		f := &findings[i]
		*f = Finding{ID: r.FindingID, Rule: rule, Version: r.RuleVersion, Variant: r.Variant, Severity: r.Severity, SubjectKind: r.SubjectKind, Subject: r.Subject,
			Office: r.Office, Month: cube.Month(r.Month), DetectedAt: r.DetectedAt.UTC(), State: r.State, Explanation: r.Explanation, Reviewer: r.Reviewer}
		if r.DeclarationID != nil {
			f.DeclarationID = *r.DeclarationID
		}
		if err := json.Unmarshal(r.Evidence, &f.Evidence); err != nil {
			return nil, fmt.Errorf("read the evidence of finding %s: %w", r.FindingID, err)
		}
	}
	return findings, nil
}

func (s *Service) countFindings(ctx context.Context, tenant domain.TenantID, f Filter) ([]Tally, error) {
	conditions, arguments := f.where(tenant)
	var rows []struct {
		Rule     string
		Severity Severity
		State    State
		Findings int64
	}
	err := s.db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT rule, severity, state, count(*) AS findings FROM finding WHERE `+conditions+` GROUP BY rule, severity, state`, arguments...).Scan(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	tallies := make([]Tally, 0, len(rows))
	for _, r := range rows {
		rule, known := ParseRule(r.Rule)
		if !known {
			return nil, fmt.Errorf("there are findings of the unknown rule %s", r.Rule)
		}
		tallies = append(tallies, Tally{rule, r.Severity, r.State, r.Findings})
	}
	sort.Slice(tallies, func(i, j int) bool {
		a, b := &tallies[i], &tallies[j]
		if a.Rule != b.Rule {
			return a.Rule < b.Rule
		}
		if a.Severity != b.Severity {
			return a.Severity < b.Severity
		}
		return a.State < b.State
	})
	return tallies, nil
}
