package api

import (
	"context"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/crosscheck"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// GetDeclaration gives one declaration, or an earlier version of it.
func (s *server) GetDeclaration(ctx context.Context, request GetDeclarationRequestObject) (GetDeclarationResponseObject, error) {
	caller := callerOf(ctx)
	record, err := s.visibleDeclaration(ctx, caller, request.Office, request.Year, request.Number)
	if err != nil {
		return nil, err
	}
	if wanted := whole(request.Params.Version); wanted != 0 && wanted != record.Version {
		return s.earlierVersion(ctx, caller, record, wanted)
	}
	if err := s.cover(ctx, &record.Declaration); err != nil {
		return nil, err
	}
	shown := GetDeclaration200JSONResponse{Id: record.ID, Version: record.Version, Batch: record.Batch, Current: true, Declaration: record.Declaration}
	if crosscheck.MayRead(caller.Permissions, record.Reference.Office) {
		findings, err := s.Crosschecks.ByDeclaration(ctx, caller.Tenant, record.ID)
		if err != nil {
			return nil, err
		}
		if err := s.coverFindings(ctx, findings); err != nil {
			return nil, err
		}
		shown.Findings = findingsOf(findings)
	}
	return shown, nil
}

func findingsOf(found []crosscheck.Finding) *[]Finding {
	shown := make([]Finding, len(found))
	for i := range found {
		shown[i] = findingOf(&found[i])
	}
	return &shown
}

func (s *server) earlierVersion(ctx context.Context, caller Caller, record *warehouse.Record, wanted int) (GetDeclarationResponseObject, error) {
	versions, err := s.Warehouse.VisibleVersions(ctx, caller.Tenant, caller.Membership, record)
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		if v.Version == wanted {
			if err := s.cover(ctx, v.Document); err != nil {
				return nil, err
			}
			return GetDeclaration200JSONResponse{Id: record.ID, Version: v.Version, Batch: v.Batch, Declaration: *v.Document}, nil
		}
	}
	return nil, domain.Errorf(domain.KindNotFound, "the declaration %s has no version %d", record.Reference, wanted)
}

// visibleDeclaration finds a declaration within the caller's scope. What an officer may not
// see is not found, so that nobody learns which declarations there are.
func (s *server) visibleDeclaration(ctx context.Context, caller Caller, office string, year int, number string) (*warehouse.Record, error) {
	reference := declaration.Reference{Office: office, Year: year}
	reference.Serial, reference.Number = declaration.SplitNumber(number)
	return s.Warehouse.Visible(ctx, caller.Tenant, caller.Scope, caller.Membership, reference)
}

// ListDeclarationVersions gives the versions of one declaration.
func (s *server) ListDeclarationVersions(ctx context.Context, request ListDeclarationVersionsRequestObject) (ListDeclarationVersionsResponseObject, error) {
	caller := callerOf(ctx)
	record, err := s.visibleDeclaration(ctx, caller, request.Office, request.Year, request.Number)
	if err != nil {
		return nil, err
	}
	versions, err := s.Warehouse.VisibleVersions(ctx, caller.Tenant, caller.Membership, record)
	if err != nil {
		return nil, err
	}
	shown := make(ListDeclarationVersions200JSONResponse, len(versions))
	for i, v := range versions {
		shown[i] = DeclarationVersion{Version: v.Version, Batch: v.Batch, Source: v.Source, Current: v.SupersededAt == nil,
			LoadedAt: instant(v.LoadedAt), SupersededBy: identifier(v.SupersededBy), SupersededAt: v.SupersededAt}
	}
	return shown, nil
}

// identifier leaves a missing identifier out of an answer.
func identifier(id *uuid.UUID) *uuid.UUID {
	if id == nil || *id == uuid.Nil {
		return nil
	}
	return id
}
