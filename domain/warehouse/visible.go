package warehouse

import (
	"context"
	"slices"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/declaration"
)

// Visible finds a declaration within the scope in which a person may read declarations. Beyond
// the own office all declarations are refused alike, whether they exist or not; within it, one
// that is not the person's own or of the own team is not found, so that nobody learns which there are.
// An economic operator finds the own declarations, in all offices, without what is the administration's alone.
func (s *Service) Visible(ctx context.Context, tenant domain.TenantID, scope access.Scope, member account.Membership, reference declaration.Reference) (*Record, error) {
	bound := scope == access.ScopeOffice || scope == access.ScopeTeam
	switch {
	case bound && (member.Office == "" || member.Office != reference.Office):
		return nil, domain.Errorf(domain.KindForbidden, "your role shows the declarations of your own office only")
	case scope == access.ScopeTeam && member.Section == "":
		return nil, domain.Errorf(domain.KindForbidden, "your account names no section whose declarations you may see; ask your administration's administrator")
	case scope == access.ScopeOwn && access.Role(member.Role) == access.Trader:
		return s.visibleOutside(ctx, tenant, member, reference)
	case scope == access.ScopeOwn && member.Officer == "":
		return nil, domain.Errorf(domain.KindForbidden, "your account names no user of the clearance system; ask your administration's administrator")
	}
	record, err := s.Get(ctx, tenant, reference.String())
	if err != nil {
		return nil, err
	}
	if scope == access.ScopeOwn && !record.ActedOn(member.Officer) || scope == access.ScopeTeam && !record.AssignedTo(member.Section) {
		return nil, domain.Errorf(domain.KindNotFound, "there is no declaration %q", reference)
	}
	return record, nil
}

func (s *Service) visibleOutside(ctx context.Context, tenant domain.TenantID, member account.Membership, reference declaration.Reference) (*Record, error) {
	if member.Trader == "" || !member.TraderKind.Known() {
		return nil, domain.Errorf(domain.KindForbidden, "your account names no importer or broker whose declarations you may see; ask the administration")
	}
	record, err := s.Get(ctx, tenant, reference.String())
	if err != nil {
		return nil, err
	}
	if !tradedBy(&record.Declaration, member) {
		return nil, domain.Errorf(domain.KindNotFound, "there is no declaration %q", reference)
	}
	record.forOutside()
	return record, nil
}

// tradedBy reports whether a declaration is of the importer or broker for whom a person signs in.
func tradedBy(d *declaration.Declaration, member account.Membership) bool {
	switch member.TraderKind {
	case account.Importer:
		return member.Trader != "" && d.Header.Importer == member.Trader
	case account.Broker:
		return member.Trader != "" && d.Header.Broker == member.Trader
	}
	return false
}

// forOutside is ForOutside with the manifest: of a bill that several declarations write off, only what this one did is told.
func (r *Record) forOutside() {
	r.ForOutside()
	if r.Cargo == nil {
		return
	}
	cargo := *r.Cargo
	cargo.Bills = slices.Clone(cargo.Bills)
	for i := range cargo.Bills {
		b := &cargo.Bills[i]
		b.RemainingPackages = nil
		b.WriteOffs = slices.DeleteFunc(slices.Clone(b.WriteOffs), func(w declaration.WriteOff) bool { return w.Declaration != r.Reference.String() })
	}
	r.Cargo = &cargo
}

// VisibleVersions is Versions of a declaration that Visible has found. To an economic operator it gives only those that were the own
// already: a declaration may have changed hands.
func (s *Service) VisibleVersions(ctx context.Context, tenant domain.TenantID, member account.Membership, record *Record) ([]VersionEntry, error) {
	entries, err := s.Versions(ctx, tenant, record.Reference.String())
	if err != nil || access.Role(member.Role) != access.Trader {
		return entries, err
	}
	entries = slices.DeleteFunc(entries, func(e VersionEntry) bool { return !tradedBy(e.Document, member) })
	for i := range entries {
		entries[i].Document.ForOutside()
		entries[i].Source = ""
	}
	return entries, nil
}
