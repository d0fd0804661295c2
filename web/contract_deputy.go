package web

import (
	"strings"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/web/view"
)

// deputyForm asks who signs in the reader's place, and when. It reports false for who is no signatory of the contract, and after the own
// signature.
func (v *visit) deputyForm(form *view.ActionForm, d *contract.Dossier) bool {
	today := v.server.Contracts.Today(v.tenant)
	slot := d.SlotOf(v.person.Account, today)
	if !v.may(access.ContractSign) || slot == nil || slot.Account != v.person.Account || slot.Side != contract.SideAdministration {
		return false
	}
	for _, s := range d.SignaturesOf(d.Text.Number) {
		if s.Slot == slot.Slot {
			return false
		}
	}
	people, err := v.server.Contracts.Deputies(v.Request().Context(), v.tenant, d.Contract)
	if err != nil || len(people) == 0 {
		return false
	}
	form.Kind, form.Reason = "deputy", false
	form.First, form.Last = dayInput(max(today, slot.DeputyFrom)), dayInput(max(today+14, slot.DeputyTo))
	if slot.Deputy != uuid.Nil {
		form.People = append(form.People, view.Choice{Value: "nobody", Text: v.T("contract.deputy.nobody")})
	}
	for _, p := range people {
		form.People = append(form.People, view.Choice{Value: p.Account.String(), Text: v.Isolate(p.Name) + " · " + v.roleName(v.tenant.ID, p.Role), Selected: p.Account == slot.Deputy})
	}
	return true
}

// nameDeputy names the deputy in this contract, or in all that wait for the reader's signature.
func (v *visit) nameDeputy(d *contract.Dossier, ask contract.Ask) (*contract.Contract, error) {
	if !v.may(access.ContractSign) {
		return nil, domain.Errorf(domain.KindForbidden, "only a signatory names a deputy")
	}
	ctx, s := v.Request().Context(), v.server.Contracts
	var in contract.DeputyInput
	if chosen := v.FormValue("deputy"); chosen != "nobody" {
		var err error
		if in.Account, err = uuid.Parse(chosen); err != nil {
			return nil, domain.Invalid(v.T("contract.fault.deputy"), domain.FieldError{Field: "deputy", Message: "is not chosen"})
		}
		if in.From, err = cube.ParseDate(v.FormValue("first")); err != nil {
			return nil, err
		}
		if in.To, err = cube.ParseDate(v.FormValue("last")); err != nil {
			return nil, err
		}
	}
	if v.FormValue("all") != "yes" {
		return s.NameDeputy(ctx, v.tenant, ask, in)
	}
	outcomes, err := s.NameDeputyForAll(ctx, v.tenant, ask.Actor, in)
	if err != nil {
		return nil, err
	}
	var refused []string
	for _, o := range outcomes {
		if o.Refused != "" {
			refused = append(refused, o.Contract.Number+": "+v.Sentence(o.Refused))
		}
	}
	if len(refused) > 0 {
		return nil, domain.Errorf(domain.KindConflict, "%s", v.T("contract.fault.deputies", "Refused", strings.Join(refused, "; ")))
	}
	return d.Contract, nil
}

// deputyText says who may sign in somebody's place, empty for nobody.
func (v *visit) deputyText(s contract.Signatory) string {
	if s.Deputy == uuid.Nil {
		return ""
	}
	return v.T("contract.deputy.of", "Name", s.DeputyName, "Days", v.days(s.DeputyFrom, s.DeputyTo))
}
