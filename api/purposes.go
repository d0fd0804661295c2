package api

import (
	"context"

	"assay/domain/confidentiality"
)

// ListPurposes lists the caller's own purposes.
func (s *server) ListPurposes(ctx context.Context, _ ListPurposesRequestObject) (ListPurposesResponseObject, error) {
	caller := callerOf(ctx)
	found, err := s.Confidentiality.Purposes(ctx, caller.Tenant, caller.Account)
	if err != nil {
		return nil, err
	}
	shown := make(ListPurposes200JSONResponse, len(found))
	for i, p := range found {
		shown[i] = s.purposeOf(p)
	}
	return shown, nil
}

func (s *server) purposeOf(p *confidentiality.Purpose) Purpose {
	return Purpose{Id: p.ID, Reason: p.Reason, RecordedAt: p.RecordedAt, EndsAt: p.EndsAt, WithdrawnAt: p.WithdrawnAt, Holds: p.Holds(s.Clock())}
}

// RecordPurpose writes down why the caller needs names.
func (s *server) RecordPurpose(ctx context.Context, request RecordPurposeRequestObject) (RecordPurposeResponseObject, error) {
	p, err := s.Confidentiality.Record(ctx, viewer(callerOf(ctx)), confidentiality.NewPurpose{Reason: request.Body.Reason, Ends: request.Body.Ends})
	if err != nil {
		return nil, err
	}
	return RecordPurpose201JSONResponse(s.purposeOf(p)), nil
}

// WithdrawPurpose ends one of the caller's own purposes.
func (s *server) WithdrawPurpose(ctx context.Context, request WithdrawPurposeRequestObject) (WithdrawPurposeResponseObject, error) {
	if err := s.Confidentiality.Withdraw(ctx, viewer(callerOf(ctx)), request.Id); err != nil {
		return nil, err
	}
	return WithdrawPurpose204Response{}, nil
}
