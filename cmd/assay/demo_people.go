package main

import (
	"context"
	"fmt"
	"time"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/engagement"
	"assay/web"
)

// demoOperator runs the installation, demoExpert has an engagement in all three administrations.
const (
	demoOperator     = "operator"
	demoOperatorName = "Robin Hale"
	demoExpert       = "expert"
	demoExpertName   = "Dr. Ines Carvalho"
)

// people makes sure that there is somebody to sign in as for every role of an administration.
func (d *demonstration) people(ctx context.Context, tenant *administration.Tenant) ([]web.DemoPerson, error) {
	offices, err := d.administrations.Offices(ctx, tenant.ID)
	if err != nil || len(offices) == 0 {
		return nil, err
	}
	office := offices[0].Code
	officers, err := d.administrations.Officers(ctx, tenant.ID, office, "examiner")
	if err != nil || len(officers) == 0 {
		return nil, err
	}
	sections, err := d.administrations.Sections(ctx, tenant.ID, office)
	if err != nil {
		return nil, err
	}
	names, err := d.administrations.Names(ctx, tenant.ID, "officer", officers[:1])
	if err != nil {
		return nil, err
	}
	var people []web.DemoPerson
	for at, p := range demoPeople {
		person := web.DemoPerson{SignInName: p.name + "@" + tenant.Code, Password: demoPassword, Name: demoNames[tenant.Code][at], Role: p.role}
		membership := account.Membership{Tenant: tenant.ID, Role: string(p.role)}
		switch p.role {
		case access.HeadOfOffice:
			membership.Office = office
		case access.TeamHead:
			if membership.Office = office; len(sections) > 0 {
				membership.Section = sections[0]
			}
		case access.Officer:
			membership.Office, membership.Officer = office, officers[0]
			if names[officers[0]] != "" {
				person.Name = names[officers[0]]
			}
		}
		if err := d.join(ctx, person, tenant.Languages[0], membership); err != nil {
			return nil, err
		}
		people = append(people, person)
	}
	trader, err := d.trader(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("add an economic operator: %w", err)
	}
	if trader != nil {
		people = append(people, *trader)
	}
	return people, d.engage(ctx, tenant)
}

// demoAccount finds an account or adds it.
func (d *demonstration) demoAccount(ctx context.Context, name, title, language string) (*account.Account, error) {
	found, err := d.accounts.ByName(ctx, name)
	if domain.Is(err, domain.KindNotFound) {
		return d.accounts.Create(ctx, account.NewAccount{SignInName: name, Name: title, Language: language, Password: demoPassword})
	}
	return found, err
}

// join adds an account where there is none of that name, and the membership.
func (d *demonstration) join(ctx context.Context, p web.DemoPerson, language string, m account.Membership) error {
	found, err := d.demoAccount(ctx, p.SignInName, p.Name, language)
	if err != nil {
		return err
	}
	return d.accounts.Join(ctx, found.ID, m)
}

// engage grants the expert an engagement for half a year, where none holds.
func (d *demonstration) engage(ctx context.Context, tenant *administration.Tenant) error {
	expert, err := d.demoAccount(ctx, demoExpert, demoExpertName, "en")
	if err != nil {
		return err
	}
	held, err := d.engagements.Held(ctx, expert.ID, tenant.ID)
	if err != nil || len(held) > 0 {
		return err
	}
	administrator := access.Author{Name: "admin@" + tenant.Code, Capacity: string(access.Administrator), Origin: "assay demo"}
	granted, err := d.engagements.Grant(ctx, tenant.ID, administrator, engagement.Grant{SignInName: demoExpert, Purpose: "Support the reform of clearance and of controls",
		Permissions: []access.Action{access.FigureRead, access.FigureExport, access.ComparisonRead}, EndsAt: time.Now().AddDate(0, 6, 0)})
	if err != nil {
		return err
	}
	return d.engagements.Accept(ctx, expert.ID, access.Author{Name: demoExpert, Capacity: string(access.Expert), Origin: "assay demo"}, granted.ID, granted.Terms)
}

// beside are the people of no single administration: who runs the installation, and the expert.
func (d *demonstration) beside(ctx context.Context) (web.DemoAdministration, error) {
	operator, err := d.demoAccount(ctx, demoOperator, demoOperatorName, "en")
	if err == nil {
		err = d.accounts.Appoint(ctx, operator.ID, string(access.InstallationOperator))
	}
	return web.DemoAdministration{People: []web.DemoPerson{
		{SignInName: demoOperator, Password: demoPassword, Name: demoOperatorName, Role: access.InstallationOperator},
		{SignInName: demoExpert, Password: demoPassword, Name: demoExpertName, Role: access.Expert},
	}}, err
}

func (d *demonstration) announce(address string, people []web.DemoAdministration) {
	d.say("ready")
	fmt.Fprintf(d.out, "\n  Open http://%s/ and sign in with the password %s as\n\n", address, demoPassword)
	for _, a := range people {
		for _, p := range a.People {
			fmt.Fprintf(d.out, "    %-20s %-24s %s\n", p.SignInName, p.Name, p.Role)
		}
		fmt.Fprintln(d.out)
	}
	fmt.Fprint(d.out, "  Ctrl-C stops everything.\n")
}
