package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/cube"
)

// contractDemo is how far an administration of the demo is on its way to contracts.
var contractDemo = map[string]contract.Phase{"sahelia": contract.Prescriptive, "wadi": contract.Prescriptive, "coral": contract.Descriptive}

// monthsRunning is how long the contracts of sahelia have been running.
const monthsRunning = 9

// contracts shows one administration in the descriptive phase, one with contracts that have been
// running for nine months, and one that negotiates. What is there already is left alone.
func (d *demonstration) contracts(ctx context.Context, tenant *administration.Tenant) error {
	phase, shown := contractDemo[tenant.Code]
	programme, err := d.services.contracts.Programme(ctx, tenant.ID)
	if err != nil || !shown || programme.Phase != contract.Preparing {
		return err
	}
	people, err := d.accounts.Roster(ctx, tenant.ID)
	if err != nil {
		return err
	}
	director := holding(people, access.DirectorGeneral)
	officer := holding(people, access.Officer)
	if director == nil || officer == nil {
		return nil
	}
	running := tenant.Code == "sahelia"
	now := time.Now()
	if running {
		now = now.AddDate(0, -monthsRunning-1, 0)
	}
	clock := func() time.Time { return now }
	s := contract.New(d.db, d.administrations, d.accounts, d.indicators, contract.Notices{Administrations: d.administrations, Clock: clock}, clock)
	dg := contract.ActorOf(*director, "assay demo")
	if err := d.describeFirst(ctx, s, tenant, dg); err != nil || phase == contract.Descriptive {
		return err
	}
	if err := s.OpenContracts(ctx, tenant.ID, dg, ""); err != nil {
		return err
	}
	c, err := d.demoContract(ctx, s, tenant, dg, *director, *officer)
	if err != nil {
		return err
	}
	if !running {
		return d.negotiate(ctx, s, tenant, c, *officer)
	}
	head := holding(people, access.HeadOfOffice)
	if head == nil {
		return nil
	}
	if err := d.sealKey(ctx, tenant, people); err != nil {
		return fmt.Errorf("make a key for seals: %w", err)
	}
	h := d.history(tenant, *head)
	h.panel = panelOf(people)
	return h.since(ctx, s, c, dg, *officer, now)
}

// since signs the contract and those of some colleagues, and plays the months since they began.
func (h *history) since(ctx context.Context, s *contract.Service, c *contract.Contract, dg contract.Actor, officer account.Person, now time.Time) error {
	tenant, director := h.tenant, *h.panel.director
	h.holders, h.signed = []account.Person{officer}, []*contract.Contract{c}
	others, err := h.others(ctx, officer.Office, officer.Officer)
	if err != nil {
		return err
	}
	for number, code := range others {
		p, err := h.colleague(ctx, officer.Office, code, number)
		if err != nil {
			return err
		}
		other, err := s.Draft(ctx, tenant, contract.DraftInput{Template: c.Template, Subject: p.Officer, SubjectName: p.Name, Office: p.Office, StartsOn: c.StartsOn, Actor: dg, Targets: figuresOf(c.Text.Document), WithoutHistory: true,
			Signatories: []contract.Signatory{{Side: contract.SideHolder, Account: p.Account, Name: p.Name, Post: "Examiner"}, {Side: contract.SideAdministration, Account: director.Account, Name: director.Name, Post: "Director General"}}})
		if err != nil {
			return err
		}
		if other, err = s.Propose(ctx, tenant, contract.Ask{Contract: other.ID, Revision: other.Revision, Actor: dg}); err != nil {
			return err
		}
		h.holders, h.signed = append(h.holders, *p), append(h.signed, other)
	}
	for i, each := range h.signed {
		for _, who := range []account.Person{h.holders[i], director} {
			var err error
			each, err = s.Sign(ctx, tenant, contract.Ask{Contract: each.ID, Revision: each.Revision, Actor: contract.ActorOf(who, "assay demo")}, contract.SignInput{Seen: each.Text.Hash, Confirmation: proofOf(who, now)})
			if err != nil {
				return err
			}
		}
		h.signed[i] = each
	}
	operator, err := h.signOperator(ctx, s, dg, c.StartsOn, now)
	if err != nil {
		return err
	}
	if err := h.play(ctx); err != nil {
		return err
	}
	return h.operatorSpeaks(ctx, operator)
}

// figuresOf are the figures that a text agrees on.
func figuresOf(d *contract.Document) map[string]contract.Figure {
	figures := map[string]contract.Figure{}
	for i := range d.Targets {
		t := &d.Targets[i]
		figures[t.Code] = contract.Figure{Baseline: t.Baseline, Threshold: t.Threshold, Target: t.Target, RedLow: t.RedLow, RedHigh: t.RedHigh}
	}
	return figures
}

// describeFirst writes the descriptive phase: checklist, team, missions and two reports.
func (d *demonstration) describeFirst(ctx context.Context, s *contract.Service, tenant *administration.Tenant, dg contract.Actor) error {
	today := s.Today(tenant)
	if err := s.BeginDescription(ctx, tenant.ID, dg, today-75); err != nil {
		return err
	}
	evidence := map[string]string{"mandate": "Decision 12 of the Director General", "team_leader": "Named by decision 12", "team_members": "List of 14 members, three units", "system_version": "Clearance system 4.3.2",
		"hardware": "Server in the computer room, screens in all offices", "extract": "Every night, checked by the quality rules"}
	for _, key := range contract.PrerequisiteKeys() {
		if tenant.Code == "coral" && key == "hardware" {
			continue
		}
		if err := s.NotePrerequisite(ctx, tenant.ID, dg, key, true, evidence[key]); err != nil {
			return err
		}
	}
	for _, m := range []contract.TeamMember{{Name: "Nadia Belkacem", Unit: "direction", Leader: true}, {Name: "Paul Essomba", Unit: "informatics"}, {Name: "Rana Haddad", Unit: "statistics"}, {Name: "Tomasi Vaka", Unit: "frontline"}} {
		if err := s.AddMember(ctx, tenant.ID, dg, m); err != nil {
			return err
		}
	}
	for _, m := range []contract.Mission{{Kind: "awareness", Title: "Meeting with all offices", StartsOn: today - 70, EndsOn: today - 66, Outcome: "All heads of office took part; questions on weights were noted."},
		{Kind: "installation", Title: "Installation and first look at the data", StartsOn: today - 50, EndsOn: today - 40, Outcome: "Extract runs every night."}, {Kind: "assessment", Title: "Assessment after the first months", StartsOn: today + 30, EndsOn: today + 34, Outcome: map[string]string{"sahelia": "Definitions hold; two thresholds were found too easy."}[tenant.Code]}} {
		if err := s.SaveMission(ctx, tenant.ID, dg, m); err != nil {
			return err
		}
	}
	months := []cube.Month{today.Month() - 2, today.Month() - 1}
	if tenant.Code == "coral" {
		months = months[1:]
	}
	for _, month := range months {
		if err := s.PublishReport(ctx, tenant, dg, month); err != nil {
			return err
		}
	}
	return nil
}

// demoContract drafts and proposes a contract between the two.
func (d *demonstration) demoContract(ctx context.Context, s *contract.Service, tenant *administration.Tenant, dg contract.Actor, director, officer account.Person) (*contract.Contract, error) {
	template, err := s.CopyBuiltIn(ctx, tenant.ID, dg, contract.FunctionOfficer, "", "")
	if err != nil {
		return nil, err
	}
	content := template.Content
	if tenant.Code == "sahelia" {
		content.Terms.Months = 12
	}
	if template, err = s.SaveTemplate(ctx, tenant.ID, dg, template.ID, template.Revision, content, ""); err != nil {
		return nil, err
	}
	if template, err = s.PutInUse(ctx, tenant.ID, dg, template.ID, template.Revision); err != nil {
		return nil, err
	}
	work := contract.Work{Level: content.Level, Function: content.Function, Office: officer.Office, Before: s.Today(tenant), Lines: content.Lines, Rule: content.Rule}
	targets, err := demoTargets(ctx, s, tenant, work)
	if err != nil {
		return nil, err
	}
	c, err := s.Draft(ctx, tenant, contract.DraftInput{Template: template.ID, Subject: officer.Officer, SubjectName: officer.Name, Office: officer.Office, StartsOn: (s.Today(tenant).Month() + 1).First(), Actor: dg, Targets: targets,
		Signatories: []contract.Signatory{{Side: contract.SideHolder, Account: officer.Account, Name: officer.Name, Post: "Examiner"}, {Side: contract.SideAdministration, Account: director.Account, Name: director.Name, Post: "Director General"}}})
	if err != nil {
		return nil, err
	}
	return s.Propose(ctx, tenant, contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: dg})
}

// demoTargets sets by hand what too short a history cannot propose, so that the demo is whole at every size.
func demoTargets(ctx context.Context, s *contract.Service, tenant *administration.Tenant, work contract.Work) (map[string]contract.Figure, error) {
	proposals, err := s.Proposals(ctx, tenant, work)
	if err != nil {
		return nil, err
	}
	by := map[string][4]float64{"CLR01": {55, 55, 65}, "CLR02": {15, 15, 10}, "CLR03": {4, 4, 2}, "CLR04": {30, 30, 22}, "CTL01": {20, 5, 60}, "CTL02": {10, 10, 14}, "DQ01": {8, 8, 5}, "DQ02": {8, 8, 5}}
	figures := map[string]contract.Figure{}
	for _, p := range proposals {
		v, known := by[p.Code]
		if p.Baseline != nil && p.RedLow != nil && p.RedHigh != nil { // one odd month among few shall not cost the result of a quarter
			low, high := *p.RedLow/2, min(2**p.RedHigh, 95)
			figures[p.Code] = contract.Figure{RedLow: &low, RedHigh: &high}
			continue
		}
		if p.Baseline != nil || !known {
			continue
		}
		f := contract.Figure{Baseline: &v[0], Threshold: &v[1], Target: &v[2]}
		if p.Code == "CTL01" {
			f = contract.Figure{Baseline: &v[0], RedLow: &v[1], RedHigh: &v[2]}
		}
		figures[p.Code] = f
	}
	return figures, nil
}

// negotiate lets the officer comment and propose another target.
func (d *demonstration) negotiate(ctx context.Context, s *contract.Service, tenant *administration.Tenant, c *contract.Contract, officer account.Person) error {
	actor := contract.ActorOf(officer, "assay demo")
	c, err := s.Comment(ctx, tenant, contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: actor}, "indicator:CLR04", "Half of my files arrive after noon, when the scanner is busy.")
	if err != nil {
		return err
	}
	target := c.Text.Document.Find("CLR04")
	if target == nil || target.Target == nil || target.Threshold == nil {
		return nil
	}
	easier := (*target.Target + *target.Threshold) / 2
	_, err = s.Counter(ctx, tenant, contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: actor, Reason: "Two examiners of my section are away until the end of the quarter."}, map[string]contract.Figure{"CLR04": {Target: &easier}})
	if err != nil {
		return fmt.Errorf("propose another target: %w", err)
	}
	return nil
}

// holding is the first person with a role.
func holding(people []account.Person, role access.Role) *account.Person {
	i := slices.IndexFunc(people, func(p account.Person) bool { return p.Role == string(role) })
	if i < 0 {
		return nil
	}
	return &people[i]
}
