package web

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/web/present"
	"assay/web/view"
)

// operatorsPlace stands in the form's choice of an office for contracts with importers and brokers, which are of no office.
const operatorsPlace = "-operators"

// drafts refuses who may take part in negotiations but drafts no contract: the form lists people.
func (v *visit) drafts() error {
	if v.scope != access.ScopeAdministration && v.scope != access.ScopeOffice {
		return domain.Errorf(domain.KindForbidden, "you cannot draft contracts")
	}
	return nil
}

// newContract shows the form of a new contract: first the office, then who.
func (v *visit) newContract() error { return v.newContractWith(http.StatusOK, nil) }

func (v *visit) newContractWith(status int, fault *view.FormFault) error {
	if err := v.drafts(); err != nil {
		return err
	}
	ctx := v.Request().Context()
	page := view.ContractDraft{Layout: v.layout(v.T("contracts.new")), Back: v.at("contracts"), Action: v.at("contracts"), Fault: fault}
	today := v.server.Contracts.Today(v.tenant)
	page.StartsOn = dayInput((today.Month() + 1).First())
	programme, err := v.server.Contracts.Programme(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	if !programme.ContractsOpen() {
		page.Closed = &view.Notice{Kind: "info", Text: v.T("contracts.closed")}
	}
	templates, err := v.server.Contracts.Templates(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	operators := v.scope == access.ScopeAdministration && v.FormValue("office") == operatorsPlace
	for _, t := range templates {
		if t.State == contract.TemplateInUse && (t.Content.Level == contract.LevelOperator) == operators {
			page.Templates = append(page.Templates, view.Choice{Value: t.ID.String(), Text: t.Name(v.Language) + " · " + v.T("contract.version", "Version", v.Plain(t.Version)), Selected: t.ID.String() == v.FormValue("template")})
		}
	}
	page.Office = v.FormValue("office")
	if v.scope == access.ScopeOffice {
		page.Office = v.person.Office
	}
	if page.Offices, err = v.officeChoices(page.Office, v.scope == access.ScopeOffice); err != nil {
		return err
	}
	if v.scope == access.ScopeAdministration {
		page.Offices = append(page.Offices, view.Choice{Value: operatorsPlace, Text: v.T("contracts.new.operators"), Selected: operators})
	}
	people, err := v.server.Accounts.Roster(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	page.Chosen = page.Office != ""
	for _, p := range people {
		text := v.Isolate(p.Name) + " · " + v.roleName(v.tenant.ID, p.Role)
		switch access.Role(p.Role) {
		case access.DirectorGeneral, access.HeadOfOffice:
			page.People = append(page.People, view.Choice{Value: p.Account.String(), Text: text, Selected: p.Role == string(access.DirectorGeneral)})
		case access.Trader:
			if operators {
				firm, err := v.firmOf(p.Membership)
				if err != nil {
					return err
				}
				page.Officers = append(page.Officers, view.Choice{Value: p.Account.String(), Text: firm + " · " + p.Trader + " · " + p.Name})
			}
		case access.Officer:
			if page.Chosen && p.Office == page.Office {
				page.Officers = append(page.Officers, view.Choice{Value: p.Account.String(), Text: text + " · " + p.Officer})
			}
		}
		if access.Role(p.Role) == access.HeadOfOffice && page.Chosen && p.Office == page.Office {
			page.Officers = append(page.Officers, view.Choice{Value: p.Account.String(), Text: text})
		}
	}
	return v.show(status, "contract-new", page)
}

// officeChoices lists the offices; only the chosen one when it is fixed.
func (v *visit) officeChoices(chosen string, fixed bool) ([]view.Choice, error) {
	offices, err := v.server.Administrations.Offices(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return nil, err
	}
	var choices []view.Choice
	for _, office := range offices {
		if !fixed || office.Code == chosen {
			text := office.Code
			if office.Name != "" {
				text += " · " + office.Name
			}
			choices = append(choices, view.Choice{Value: office.Code, Text: text, Selected: office.Code == chosen})
		}
	}
	return choices, nil
}

// firmOf is the name of the importer or broker for whom somebody signs in, the code where it has none.
func (v *visit) firmOf(m account.Membership) (string, error) {
	names, err := v.server.Administrations.Names(v.Request().Context(), v.tenant.ID, present.NameKind(string(m.TraderKind)), []string{m.Trader})
	if err != nil {
		return "", err
	}
	if name := names[m.Trader]; name != "" {
		return name, nil
	}
	return m.Trader, nil
}

// draftContract makes the draft.
func (v *visit) draftContract() error {
	if err := v.drafts(); err != nil {
		return err
	}
	in, err := v.readDraft()
	if err == nil {
		var c *contract.Contract
		if c, err = v.server.Contracts.Draft(v.Request().Context(), v.tenant, in); err == nil {
			return v.goTo(v.at("contracts/" + c.ID.String()))
		}
	}
	if fault, status, mendable := v.faultOfContract(err); mendable {
		return v.newContractWith(status, fault)
	}
	return err
}

func (v *visit) readDraft() (in contract.DraftInput, err error) {
	in.Actor = v.contractReader().Actor
	in.Office = strings.TrimSpace(v.FormValue("office"))
	operators := v.scope == access.ScopeAdministration && in.Office == operatorsPlace
	if operators {
		in.Office = ""
	}
	if v.scope == access.ScopeOffice {
		in.Office = v.person.Office
	}
	if in.Template, err = uuid.Parse(v.FormValue("template")); err != nil {
		return in, domain.Errorf(domain.KindInvalid, "%s", v.T("contracts.fault.template"))
	}
	if in.StartsOn, err = cube.ParseDate(v.FormValue("starts_on")); err != nil {
		return in, err
	}
	people, err := v.server.Accounts.Roster(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return in, err
	}
	holds := []access.Role{access.Officer, access.HeadOfOffice}
	if operators {
		holds = []access.Role{access.Trader}
	}
	holder, authority := find(people, v.FormValue("holder"), holds...), find(people, v.FormValue("authority"), access.DirectorGeneral, access.HeadOfOffice)
	if holder == nil || authority == nil {
		return in, domain.Errorf(domain.KindInvalid, "%s", v.T("contracts.fault.parties"))
	}
	in.Subject, in.SubjectName = holder.Officer, holder.Name
	if access.Role(holder.Role) == access.HeadOfOffice {
		in.Subject = holder.Office
	}
	if operators {
		in.Subject = holder.Trader
		if in.SubjectName, err = v.firmOf(holder.Membership); err != nil {
			return in, err
		}
	}
	in.Signatories = []contract.Signatory{
		{Side: contract.SideHolder, Account: holder.Account, Name: holder.Name, Post: v.roleName(v.tenant.ID, holder.Role)},
		{Side: contract.SideAdministration, Account: authority.Account, Name: authority.Name, Post: v.roleName(v.tenant.ID, authority.Role)},
	}
	return in, nil
}

func find(people []account.Person, id string, roles ...access.Role) *account.Person {
	for _, role := range roles {
		for i := range people {
			if people[i].Account.String() == id && access.Role(people[i].Role) == role {
				return &people[i]
			}
		}
	}
	return nil
}
