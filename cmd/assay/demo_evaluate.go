package main

import (
	"context"
	"slices"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/seal"
)

// panel are those who evaluate contracts in the demo; whoever is missing keeps the quarters from being evaluated.
type panel struct{ director, deputy, auditor *account.Person }

func panelOf(people []account.Person) panel {
	return panel{holding(people, access.DirectorGeneral), holding(people, access.Deputy), holding(people, access.Auditor)}
}

// quarter is how many months an evaluation of the demo looks at.
const quarter = 3

// panelWords are the reasons of the panel, by why the program proposed what it did.
var panelWords = map[string]string{
	contract.WhyImmature:  "Too little was scored in this quarter to say anything about it.",
	contract.WhyAchieved:  "Targets were reached over the quarter, and nothing went beyond a red line.",
	contract.WhyAmber:     "Above the thresholds and below the targets: nothing to add to the monthly talks.",
	contract.WhyRed:       "Half of the weight stayed below its thresholds. Talk about the causes before the next quarter.",
	contract.WhyDiverging: "Clearance became faster while controls found less. Talk about how files are chosen.",
	contract.WhyRedAgain:  "Below the thresholds again, after the talk of the last quarter.",
	contract.WhyRepeated:  "Below the thresholds for the third quarter, after a talk and a warning.",
	contract.WhyFindings:  "The targets were reached; critical findings on these files wait for an answer first.",
}

// evaluateQuarter compares the contracts over the quarter that ends with a month: the deputy answers for the panel and locks, people
// decide, and in the first quarter one holder appeals.
func (h *history) evaluateQuarter(ctx context.Context, last cube.Month, appealed bool) error {
	p := h.panel
	if p.director == nil || p.deputy == nil || p.auditor == nil {
		return nil
	}
	evaluations, deputy := contract.NewEvaluations(h.contracts), contract.ActorOf(*p.deputy, "assay demo")
	h.at = h.at.AddDate(0, 0, 1)
	session, err := evaluations.OpenSession(ctx, h.tenant, deputy, contract.SessionInput{Kind: contract.Quarterly, Function: h.signed[0].Function, From: last - quarter + 1, To: last})
	if err != nil {
		return err
	}
	compared, err := evaluations.Session(ctx, h.tenant, contract.Reader{Actor: deputy, Scope: access.ScopeAdministration}, session.ID)
	if err != nil {
		return err
	}
	for _, e := range compared.Evaluations {
		if _, err := evaluations.Answer(ctx, h.tenant, deputy, e.ID, e.Revision, e.Facts.Proposal, panelWords[e.Facts.Why]); err != nil {
			return err
		}
	}
	if _, err := evaluations.Lock(ctx, h.tenant, deputy, session.ID); err != nil {
		return err
	}
	h.at = h.at.AddDate(0, 0, 1)
	for _, e := range compared.Evaluations {
		if err := h.decide(ctx, evaluations, e, compared.Outcomes); err != nil {
			return err
		}
	}
	if appealed {
		return h.appeal(ctx, evaluations, compared)
	}
	return nil
}

// decide follows the panel; what the list leaves to supervisors the head of the office decides.
func (h *history) decide(ctx context.Context, evaluations *contract.Evaluations, e *contract.Evaluation, kinds []*contract.OutcomeKind) error {
	by := *h.panel.director
	in := contract.DecisionInput{Outcome: e.Facts.Proposal, Reasons: panelWords[e.Facts.Why]}
	for _, kind := range kinds {
		if kind.Code != in.Outcome {
			continue
		}
		if kind.Decider == contract.Supervisor {
			by = h.head
		}
		if kind.Hearing {
			in.Hearing = "Heard by the head of office on " + cube.DateIn(h.at.AddDate(0, 0, -1), h.tenant.Location()).String()
		}
	}
	_, err := evaluations.Decide(ctx, h.tenant, contract.ActorOf(by, "assay demo"), e.ID, in)
	return err
}

// appeal lets one holder appeal who has no objection in the demo, best one whose decision was unfavourable; the internal auditor
// hears it and grants it.
func (h *history) appeal(ctx context.Context, evaluations *contract.Evaluations, compared *contract.Calibration) error {
	var chosen *contract.Evaluation
	var by account.Person
	for i := withObjections; i < len(h.signed); i++ {
		for _, e := range compared.Evaluations {
			if e.Contract.ID == h.signed[i].ID && (chosen == nil || e.Facts.Proposal == contract.OutcomeInterview) {
				chosen, by = e, h.holders[i]
			}
		}
	}
	if chosen == nil {
		return nil
	}
	grounds, instead, reasons := "Two of the three months I trained new examiners at the counter; their files stand under my name.", contract.OutcomeTraining, "The duty list shows it. The trainers' course of this year is open to those who train."
	if chosen.Facts.Proposal == contract.OutcomeInterview {
		instead, reasons = contract.OutcomeNothing, "The duty list shows it: the files of these months are not of one hand, and say little about the holder."
	}
	h.at = h.at.AddDate(0, 0, 2)
	if _, err := evaluations.Appeal(ctx, h.tenant, contract.ActorOf(by, "assay demo"), chosen.ID, grounds); err != nil {
		return err
	}
	h.at = h.at.AddDate(0, 0, 1)
	auditor := contract.ActorOf(*h.panel.auditor, "assay demo")
	if _, err := evaluations.TakeAppeal(ctx, h.tenant, auditor, chosen.ID); err != nil {
		return err
	}
	h.at = h.at.AddDate(0, 0, 3)
	_, err := evaluations.DecideAppeal(ctx, h.tenant, auditor, chosen.ID, true, contract.DecisionInput{Outcome: instead, Reasons: reasons})
	return err
}

// sealKey gives an administration a key to seal its documents with, where it has none and the installation can keep one.
func (d *demonstration) sealKey(ctx context.Context, tenant *administration.Tenant, people []account.Person) error {
	administrator := holding(people, access.Administrator)
	if d.keys == nil || administrator == nil {
		return nil
	}
	keys, err := d.seals.Keys(ctx, tenant.ID)
	if err != nil || slices.ContainsFunc(keys, (*seal.Key).InUse) {
		return err
	}
	_, err = d.seals.Create(ctx, tenant, seal.Author{SignInName: administrator.SignInName, Capacity: administrator.Role, Origin: "assay demo"})
	if domain.Is(err, domain.KindNotReady) {
		return nil // the installation keeps no private keys
	}
	return err
}
