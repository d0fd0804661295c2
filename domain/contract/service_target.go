package contract

import (
	"context"
	"fmt"
	"slices"
	"time"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/domain/store"
)

// handledCode is the indicator whose cases are the declarations that somebody handled.
const handledCode = "CLR01"

// Work asks for the months of work behind targets.
type Work struct {
	Level    Level
	Function string
	Office   string    // empty means every office
	Subject  string    // one officer, office or operator; empty means all
	Before   cube.Date // the window ends with the last whole month before this day
	Lines    []Line
	Rule     Rule
}

// Proposals gives what the rule proposes for each line, with the months of work that it came
// from: officer-months of the office, months of the office, or operator-months.
func (s *Service) Proposals(ctx context.Context, tenant *administration.Tenant, w Work) ([]*Proposal, error) {
	dimension := dimensionOf(w.Level, w.Function)
	if dimension == "" {
		dimension = "office"
	}
	to := w.Before.Month().First()
	from := (w.Before.Month() - cube.Month(w.Rule.WindowMonths)).First()
	by := []string{dimension, cube.DimensionMonth}
	if dimension == "officer" && w.Office == "" {
		by = append(by, "office")
	}
	var where []indicator.Filter
	if w.Office != "" {
		where = append(where, indicator.Filter{Dimension: "office", Values: []string{w.Office}})
	}
	if w.Subject != "" {
		where = append(where, indicator.Filter{Dimension: dimension, Values: []string{w.Subject}})
	}
	codes := []string{handledCode}
	for _, line := range w.Lines {
		if line.Code != handledCode {
			codes = append(codes, line.Code)
		}
	}
	results, err := s.figures.Compute(ctx, tenant, indicator.Request{Codes: codes, From: from, To: to, By: by, Where: where, Least: floorsOf(w.Lines)})
	if err != nil {
		return nil, fmt.Errorf("read the months of work: %w", err)
	}
	return propose(w, results)
}

// floorsOf are the least amounts of a template's lines, by indicator: what is proposed counts what will be scored.
func floorsOf(lines []Line) map[string]int64 {
	floors := map[string]int64{}
	for _, line := range lines {
		if line.Floor != nil && *line.Floor > 0 && indicator.HasLeast(line.Code) {
			floors[line.Code] = *line.Floor
		}
	}
	return floors
}

// propose sorts figures into months of work and applies the rule.
func propose(w Work, results []*indicator.Result) ([]*Proposal, error) {
	byCode := map[string]*indicator.Result{}
	for _, r := range results {
		byCode[r.Code] = r
	}
	handled := map[string]int64{}
	for _, row := range byCode[handledCode].Rows {
		handled[joinKeys(row.Keys)] = row.N
	}
	proposals := make([]*Proposal, len(w.Lines))
	for i, line := range w.Lines {
		d, err := indicator.Find(line.Code)
		if err != nil {
			return nil, err
		}
		var months []Observation
		noValue := 0
		for _, row := range byCode[line.Code].Rows {
			if row.Keys[0] == "" {
				continue // nobody's
			}
			if row.Value == nil {
				noValue++
				continue
			}
			month, err := cube.ParseMonth(row.Keys[1])
			if err != nil {
				return nil, fmt.Errorf("read the month of a figure: %w", err)
			}
			o := Observation{Subject: row.Keys[0], Office: w.Office, Month: month, Cases: handled[joinKeys(row.Keys)], Value: *row.Value, N: row.N}
			if len(row.Keys) > 2 {
				o.Office = row.Keys[2]
			} else if w.Level == LevelOffice || w.Level == LevelAdministration {
				o.Office = row.Keys[0]
			}
			months = append(months, o)
		}
		slices.SortFunc(months, func(a, b Observation) int {
			if a.Month != b.Month {
				return int(a.Month - b.Month)
			}
			return compareText(a.Subject+"/"+a.Office, b.Subject+"/"+b.Office)
		})
		proposals[i] = w.Rule.Propose(line, d.Unit, months, noValue)
	}
	return proposals, nil
}

func joinKeys(keys []string) string { return fmt.Sprint(keys) }

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// proposeTargets makes the targets of a draft.
func (s *Service) proposeTargets(ctx context.Context, tenant *administration.Tenant, template *Template, in DraftInput) ([]Target, error) {
	lines := template.Content.Lines
	proposals := make([]*Proposal, len(lines))
	if !in.WithoutHistory {
		var err error
		work := Work{Level: template.Content.Level, Function: template.Content.Function, Office: in.Office, Before: min(in.StartsOn, s.Today(tenant)), Lines: lines, Rule: template.Content.Rule}
		if proposals, err = s.Proposals(ctx, tenant, work); err != nil {
			return nil, err
		}
	}
	targets := make([]Target, len(lines))
	for i, line := range lines {
		t, err := newTarget(line)
		if err != nil {
			return nil, err
		}
		if p := proposals[i]; p != nil {
			t.Baseline, t.Threshold, t.Target, t.RedLow, t.RedHigh, t.Months = p.Baseline, p.Threshold, p.Target, p.RedLow, p.RedHigh, len(p.Observations)
		}
		if figure, given := in.Targets[line.Code]; given {
			if err := t.set(figure); err != nil {
				return nil, err
			}
		}
		targets[i] = *t
	}
	return targets, nil
}

// newTarget makes the target of a template's line without its values.
func newTarget(line Line) (*Target, error) {
	d, err := indicator.Find(line.Code)
	if err != nil {
		return nil, err
	}
	hash, err := DefinitionHash(d)
	if err != nil {
		return nil, err
	}
	return &Target{Code: d.Code, Definition: d.Version, DefinitionHash: hash, Name: d.Names(), Meaning: d.Meanings(), Formula: d.Text, Unit: d.Unit,
		Direction: line.Direction, Aim: line.Aim, Weight: line.Weight, RedLow: line.RedLow, RedHigh: line.RedHigh, Floor: line.Floor, Paired: d.Beside}, nil
}

// Backtest holds targets against the months of work of all offices (of one where the work says so) in the rule's window.
func (s *Service) Backtest(ctx context.Context, tenant *administration.Tenant, w Work, targets []Target, capPercent int) (*Backtest, error) {
	w.Subject = ""
	proposals, err := s.Proposals(ctx, tenant, w)
	if err != nil {
		return nil, err
	}
	observations := map[string][]Observation{}
	for _, p := range proposals {
		observations[p.Code] = p.Observations
	}
	return BacktestTargets(targets, observations, capPercent), nil
}

// SetUpperTarget sets the target of the administration (office empty) or of an office in a year; nil takes it away.
func (s *Service) SetUpperTarget(ctx context.Context, tenant domain.TenantID, actor Actor, year int, code, office string, target *float64) error {
	d, err := indicator.Find(code)
	if err != nil {
		return err
	}
	if year < 2000 || year > 2200 {
		return domain.Errorf(domain.KindInvalid, "%d is no year", year)
	}
	if target != nil && (*target < 0 || *target > 1e15 || *target != *target) {
		return domain.Errorf(domain.KindInvalid, "a target is a number of 0 or more")
	}
	err = s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		now := s.clock().UTC()
		var err error
		if target == nil {
			err = tx.Exec(`DELETE FROM upper_target WHERE tenant_id = ? AND year = ? AND indicator = ? AND office = ?`, tenant.String(), year, code, office).Error
		} else {
			err = tx.Exec(`INSERT INTO upper_target (tenant_id, year, indicator, office, target, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (tenant_id, year, indicator, office) DO UPDATE SET target = excluded.target, set_by = excluded.set_by, set_at = excluded.set_at`,
				tenant.String(), year, code, office, roundFigure(d.Unit, *target), actor.SignInName, now).Error
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant, audit.Entry{At: now, Actor: actor.SignInName, Capacity: string(actor.Role), Action: "target.set", Object: fmt.Sprintf("target/%d/%s/%s", year, code, office),
			After: map[string]any{"target": target}, Origin: actor.Origin})
	})
	if err != nil {
		return fmt.Errorf("set target: %w", err)
	}
	return nil
}

// Cascade gives an indicator's targets of a year from the administration down to the contracts that are
// in force or in the making, each with what its parts sum to.
func (s *Service) Cascade(ctx context.Context, tenant *administration.Tenant, year int, code string) (*Cascade, error) {
	d, err := indicator.Find(code)
	if err != nil {
		return nil, err
	}
	upper := map[string]float64{}
	var contracts []*Contract
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		var rows []struct {
			Office string
			Target float64
		}
		if err := tx.Raw(`SELECT office, target FROM upper_target WHERE tenant_id = ? AND year = ? AND indicator = ?`, tenant.ID.String(), year, code).Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			upper[r.Office] = r.Target
		}
		first, last := cube.DateOf(year, time.January, 1), cube.DateOf(year+1, time.January, 1)
		contracts, err = findContracts(tx, tenant.ID, true, `AND state IN ('proposed','negotiating','signed','active','suspended') AND level IN ('officer','team','office') AND starts_on < CAST(? AS date) AND ends_on > CAST(? AS date) ORDER BY number, edition`, last.String(), first.String())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the targets of %d: %w", year, err)
	}
	c := &Cascade{Code: code, Unit: d.Unit, Direction: d.Direction, Top: CascadeNode{Level: LevelAdministration}}
	if target, set := upper[""]; set {
		c.Top.Target = &target
	}
	if err := s.cascadeNow(ctx, tenant, c, upper, contracts); err != nil {
		return nil, err
	}
	c.Top.sumUp(c.Unit, c.Direction)
	return c, nil
}

// cascadeNow builds offices and contracts with what they do now and how much they weigh.
func (s *Service) cascadeNow(ctx context.Context, tenant *administration.Tenant, c *Cascade, upper map[string]float64, contracts []*Contract) error {
	d, err := indicator.Find(c.Code)
	if err != nil {
		return err
	}
	end := s.Today(tenant).Month()
	request := indicator.Request{Codes: []string{c.Code}, From: (end - 12).First(), To: end.First(), By: []string{"office"}}
	byOfficer := d.Has("officer")
	if byOfficer {
		request.By = append(request.By, "officer")
	}
	offices, err := s.figures.Compute(ctx, tenant, indicator.Request{Codes: []string{c.Code}, From: request.From, To: request.To, By: []string{"office"}})
	if err != nil {
		return fmt.Errorf("read the figures of %s: %w", c.Code, err)
	}
	officers := map[string]indicator.Row{}
	if byOfficer {
		results, err := s.figures.Compute(ctx, tenant, request)
		if err != nil {
			return fmt.Errorf("read the figures of %s: %w", c.Code, err)
		}
		for _, row := range results[0].Rows {
			officers[row.Keys[0]+"\x00"+row.Keys[1]] = row
		}
	}
	c.Top.Now, c.Top.Volume = offices[0].Total.Value, offices[0].Total.N
	for _, row := range offices[0].Rows {
		if row.Keys[0] == "" {
			continue
		}
		node := CascadeNode{Level: LevelOffice, Subject: row.Keys[0], Name: row.Keys[0], Volume: row.N, Now: row.Value}
		if target, set := upper[row.Keys[0]]; set {
			node.Target = &target
		}
		for _, contract := range contracts {
			target := contract.Text.Document.Find(c.Code)
			if contract.Office != row.Keys[0] || target == nil || target.Target == nil {
				continue
			}
			if contract.Level == LevelOffice {
				if node.Target == nil {
					node.Target, node.Contract = target.Target, contract.Number
				}
				continue
			}
			part := CascadeNode{Level: contract.Level, Subject: contract.Subject, Name: contract.SubjectName, Contract: contract.Number, Target: target.Target}
			if now, known := officers[contract.Office+"\x00"+contract.Subject]; known {
				part.Now, part.Volume = now.Value, now.N
			}
			node.Parts = append(node.Parts, part)
		}
		c.Top.Parts = append(c.Top.Parts, node)
	}
	slices.SortFunc(c.Top.Parts, func(a, b CascadeNode) int { return compareText(a.Subject, b.Subject) })
	return nil
}
