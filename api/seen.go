package api

import (
	"context"
	"fmt"

	"assay/domain/access"
	"assay/domain/confidentiality"
	"assay/domain/crosscheck"
	"assay/domain/declaration"
	"assay/domain/indicator"
)

// viewer is the caller as the room confidentiality knows people.
func viewer(caller Caller) confidentiality.Viewer {
	return confidentiality.Viewer{Person: caller.Person, Permissions: caller.Permissions, Scope: caller.Scope, Capacity: caller.Grant.Capacity(), Origin: caller.Origin}
}

// veil is how the caller sees officers in this answer.
func (s *server) veil(ctx context.Context) (*confidentiality.Veil, error) {
	return s.Confidentiality.Veil(ctx, viewer(callerOf(ctx)))
}

// figures are the figures as the caller sees them.
func (s *server) figures(ctx context.Context) (*indicator.Seen, error) {
	veil, err := s.veil(ctx)
	if err != nil {
		return nil, err
	}
	return s.Indicators.Under(veil), nil
}

// cover shows the officers on a declaration as the caller sees them.
func (s *server) cover(ctx context.Context, d *declaration.Declaration) error {
	veil, err := s.veil(ctx)
	if err != nil {
		return err
	}
	d.MapOfficers(veil.Officer)
	return veil.Seen(ctx, "declaration/"+d.Reference.String())
}

// coverFindings does the same with what was found.
func (s *server) coverFindings(ctx context.Context, found []crosscheck.Finding) error {
	veil, err := s.veil(ctx)
	if err != nil {
		return err
	}
	for i := range found {
		if err := found[i].MapOfficers(veil.Officer); err != nil {
			return err
		}
	}
	if len(found) == 0 {
		return nil
	}
	return veil.Seen(ctx, fmt.Sprintf("%d findings", len(found)))
}

// mayReadRows reports whether the caller may see rows of extracts as they were delivered: they name
// officers, so who sees pseudonyms does not see them.
func mayReadRows(caller Caller) bool {
	return caller.Permissions.Scope(access.OfficerPseudonym) == access.ScopeNone ||
		caller.Permissions.Scope(access.OfficerRead) == access.ScopeAdministration || caller.Permissions.Scope(access.ImportWrite) != access.ScopeNone
}
