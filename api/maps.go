package api

import (
	"context"

	"assay/domain/warehouse"
)

// ListMaps gives the administration's own maps.
func (s *server) ListMaps(ctx context.Context, _ ListMapsRequestObject) (ListMapsResponseObject, error) {
	maps, err := s.Warehouse.Maps(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	shown := make(ListMaps200JSONResponse, len(maps))
	for i, m := range maps {
		shown[i] = Map{Kind: MapKind(m.Kind), Name: m.Name, Content: m.Content, ChangedAt: m.ChangedAt, ChangedBy: m.ChangedBy}
	}
	return shown, nil
}

// PutMap adds or replaces a map.
func (s *server) PutMap(ctx context.Context, request PutMapRequestObject) (PutMapResponseObject, error) {
	caller := callerOf(ctx)
	err := s.Warehouse.SetMap(ctx, caller.Tenant, warehouse.MapKind(request.Kind), request.Name, *request.Body,
		warehouse.Change{By: caller.SignInName, Capacity: caller.Role, Origin: caller.Origin})
	if err != nil {
		return nil, err
	}
	return PutMap204Response{}, nil
}
