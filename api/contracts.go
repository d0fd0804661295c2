package api

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"assay/domain/contract"
	"assay/domain/cube"
)

// contractReader is who reads or changes contracts in this request, and how far the operation's action reaches.
func contractReader(ctx context.Context) contract.Reader {
	caller := callerOf(ctx)
	return contract.Reader{Actor: contract.ActorOf(caller.Person, caller.Origin), Scope: caller.Scope}
}

func contractLine(c *contract.Contract) ContractLine {
	return ContractLine{Id: c.ID, Number: c.Number, Edition: c.Edition, Kind: ContractLineKind(c.Kind), State: ContractLineState(c.State), Revision: c.Revision, Level: ContractLineLevel(c.Level),
		Subject: c.Subject, SubjectName: c.SubjectName, Function: c.Function, Office: c.Office, Template: c.Template, StartsOn: dayOf(c.StartsOn), EndsOn: dayOf(c.EndsOn - 1),
		DeadlineOn: optionalDay(c.DeadlineOn), SignedAt: optionalTime(c.SignedAt), ActivatedAt: optionalTime(c.ActivatedAt), EndedAt: optionalTime(c.EndedAt)}
}

// optionalDay is nil for no day.
func optionalDay(day cube.Date) *openapi_types.Date {
	if day == 0 {
		return nil
	}
	shown := dayOf(day)
	return &shown
}

// optionalTime is nil for no instant.
func optionalTime(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC()
	return &at
}

// ListContracts lists the contracts that the caller may see.
func (s *server) ListContracts(ctx context.Context, request ListContractsRequestObject) (ListContractsResponseObject, error) {
	var f contract.Filter
	if request.Params.State != nil {
		f.States = []contract.State{contract.State(*request.Params.State)}
	}
	if request.Params.Office != nil {
		f.Office = *request.Params.Office
	}
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.Contracts.List(ctx, tenant, contractReader(ctx), f)
	if err != nil {
		return nil, err
	}
	shown := make(ListContracts200JSONResponse, len(found))
	for i, c := range found {
		shown[i] = contractLine(c)
	}
	return shown, nil
}

// GetContract gives one contract with all that belongs to it.
func (s *server) GetContract(ctx context.Context, request GetContractRequestObject) (GetContractResponseObject, error) {
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	reader := contractReader(ctx)
	d, err := s.Contracts.Get(ctx, tenant, reader, request.Id)
	if err != nil {
		return nil, err
	}
	return GetContract200JSONResponse(contractWhole(d, reader, s.Contracts.Today(tenant))), nil
}

// contractWhole leaves out editions that the reader may not see: the holder learns of an amendment when it is proposed.
func contractWhole(d *contract.Dossier, reader contract.Reader, today cube.Date) Contract {
	shown := Contract{Contract: contractLine(d.Contract), SigningOrder: ContractSigningOrder(d.SigningOrder), Vetting: d.Vetting, Text: d.Text.Number,
		Signatories: []ContractSignatory{}, Members: []ContractMember{}, Texts: []ContractText{}, Signatures: []ContractSignature{}, Remarks: []ContractRemark{}, Events: []ContractEvent{},
		Suspensions: []ContractSuspension{}, Editions: []ContractLine{}, Capacities: []string{}, Possible: []string{}}
	if d.Kind != contract.Original {
		shown.Previous = &d.Previous
	}
	if d.VettedText != 0 {
		shown.VettedText = &d.VettedText
	}
	for _, party := range d.Signatories {
		shown.Signatories = append(shown.Signatories, ContractSignatory{Slot: party.Slot, Side: ContractSignatorySide(party.Side), Name: party.Name, Post: party.Post,
			Deputy: optional(party.DeputyName), DeputyFrom: optionalDay(party.DeputyFrom), DeputyTo: optionalDay(party.DeputyTo)})
	}
	for _, m := range d.Members {
		shown.Members = append(shown.Members, ContractMember{Officer: m.Officer, Name: m.Name})
	}
	for _, t := range d.Texts {
		shown.Texts = append(shown.Texts, ContractText{Number: t.Number, Hash: hex.EncodeToString(t.Hash), Action: t.Action, Reason: optional(t.Reason), By: t.AuthorName, Capacity: string(t.Capacity),
			WrittenAt: t.WrittenAt.UTC(), Document: *t.Document})
	}
	for _, edition := range d.Editions {
		if edition.VisibleTo(reader.Actor, reader.Scope, today) {
			shown.Editions = append(shown.Editions, contractLine(edition))
		}
	}
	for _, capacity := range d.Capacities {
		shown.Capacities = append(shown.Capacities, string(capacity))
	}
	for _, action := range d.Possible {
		shown.Possible = append(shown.Possible, string(action))
	}
	shown.addLife(d)
	return shown
}

// addLife adds what happened: signatures, remarks, events and suspensions.
func (shown *Contract) addLife(d *contract.Dossier) {
	for _, g := range d.Signatures {
		shown.Signatures = append(shown.Signatures, ContractSignature{Text: g.Text, Side: ContractSignatureSide(g.Side), Name: g.Name, Post: g.Post, InPlaceOf: optional(g.InPlaceOf), Method: g.Method,
			SignedAt: g.SignedAt.UTC(), Hash: hex.EncodeToString(g.Hash)})
	}
	for _, r := range d.Remarks {
		shown.Remarks = append(shown.Remarks, ContractRemark{Text: r.Text, About: r.About, Words: r.Words, By: r.AuthorName, Capacity: string(r.Capacity), At: r.WrittenAt.UTC()})
	}
	for _, e := range d.Events {
		shown.Events = append(shown.Events, ContractEvent{Action: string(e.Action), From: optional(string(e.From)), To: string(e.To), Text: e.Text, By: e.ActorName, Capacity: string(e.Capacity),
			Reason: optional(e.Reason), At: e.HappenedAt.UTC()})
	}
	for _, each := range d.Suspensions {
		shown.Suspensions = append(shown.Suspensions, ContractSuspension{Ground: each.Ground, Reason: each.Reason, StartsOn: dayOf(each.StartsOn), EndsOn: optionalDay(each.EndsOn)})
	}
}

// DownloadContract gives the sealed PDF of a signed contract.
func (s *server) DownloadContract(ctx context.Context, request DownloadContractRequestObject) (DownloadContractResponseObject, error) {
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	language := ""
	if request.Params.Language != nil {
		language = *request.Params.Language
	}
	made, err := s.Papers.Contract(ctx, tenant, contractReader(ctx), request.Id, language)
	if err != nil {
		return nil, err
	}
	disposition := fmt.Sprintf("attachment; filename=%q", made.Name)
	return DownloadContract200ApplicationpdfResponse{Body: bytes.NewReader(made.PDF), ContentLength: int64(len(made.PDF)),
		Headers: DownloadContract200ResponseHeaders{ContentDisposition: &disposition}}, nil
}
