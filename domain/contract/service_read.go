package contract

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/store"
)

// Reader is who reads contracts, and how far.
type Reader struct {
	Actor
	Scope access.Scope // of contract.read
}

// List gives the contracts that a reader may see, the newest first, without their texts.
func (s *Service) List(ctx context.Context, tenant *administration.Tenant, r Reader, f Filter) ([]*Contract, error) {
	where, arguments := f.where()
	var found []*Contract
	err := s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) (err error) {
		found, err = findContracts(tx, tenant.ID, false, where+` ORDER BY created_at DESC, contract_id`, arguments...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list contracts: %w", err)
	}
	today := s.Today(tenant)
	visible := found[:0]
	for _, c := range found {
		if c.VisibleTo(r.Actor, r.Scope, today) {
			visible = append(visible, c)
		}
	}
	return visible, nil
}

// Dossier is a contract with all that belongs to it.
type Dossier struct {
	*Contract
	Template    *Template
	Texts       []*Text     // all, in their order
	Signatures  []Signature // of all texts
	Remarks     []Remark
	Events      []Event
	Suspensions []Suspension
	Editions    []*Contract // of the lineage, with this one, without texts
	Capacities  []Capacity  // of the reader
	Possible    []Action    // that state and capacities allow
}

// Get gives one contract with all that belongs to it. What the reader may not see is KindNotFound.
// A holder sees no text from before the first proposal.
func (s *Service) Get(ctx context.Context, tenant *administration.Tenant, r Reader, id uuid.UUID) (*Dossier, error) {
	d := &Dossier{}
	today := s.Today(tenant)
	err := s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		found, err := findContracts(tx, tenant.ID, true, `AND contract_id = ?`, id)
		if err != nil {
			return err
		}
		if len(found) == 0 || !found[0].VisibleTo(r.Actor, r.Scope, today) {
			return errNoContract()
		}
		d.Contract = found[0]
		return s.fillDossier(tx, tenant.ID, d)
	})
	if err != nil {
		return nil, fmt.Errorf("read contract: %w", err)
	}
	d.Capacities = d.Contract.Capacities(r.Actor, today)
	d.Possible = Possible(d.State, d.Capacities)
	d.hideDrafts(r.Actor)
	d.hidePeople(r.Actor)
	return d, nil
}

func (s *Service) fillDossier(tx *store.Tx, tenant domain.TenantID, d *Dossier) error {
	id := d.Contract.ID
	templates, err := findTemplates(tx, tenant, `AND template_id = ?`, d.Contract.Template)
	if err != nil {
		return err
	}
	if len(templates) == 1 {
		d.Template = templates[0]
	}
	if d.Texts, err = findTexts(tx, tenant, id, ""); err != nil {
		return err
	}
	if d.Signatures, err = findSignatures(tx, tenant, id, 0); err != nil {
		return err
	}
	if d.Remarks, err = findRemarks(tx, tenant, id); err != nil {
		return err
	}
	if d.Events, err = findEvents(tx, tenant, id); err != nil {
		return err
	}
	if d.Suspensions, err = findSuspensions(tx, tenant, id); err != nil {
		return err
	}
	d.Editions, err = findContracts(tx, tenant, false, `AND lineage_id = ? ORDER BY edition`, d.Lineage)
	return err
}

// hideDrafts takes out what only the drafting unit may see: texts and remarks from before the
// first proposal, when the reader is the holder.
func (d *Dossier) hideDrafts(a Actor) {
	if !d.heldBy(a) {
		held := false
		for _, signatory := range d.Signatories {
			held = held || signatory.Account == a.Account && signatory.Side == SideHolder
		}
		if !held {
			return
		}
	}
	first := 0
	for _, e := range d.Events {
		if e.Action == Propose {
			first = e.Text
			break
		}
	}
	texts := d.Texts[:0]
	for _, t := range d.Texts {
		if t.Number >= first {
			texts = append(texts, t)
		}
	}
	d.Texts = texts
	remarks := d.Remarks[:0]
	for _, each := range d.Remarks {
		if each.Text >= first {
			remarks = append(remarks, each)
		}
	}
	d.Remarks = remarks
}

// SignaturesOf gives the signatures under one text.
func (d *Dossier) SignaturesOf(text int) []Signature {
	var under []Signature
	for _, s := range d.Signatures {
		if s.Text == text {
			under = append(under, s)
		}
	}
	return under
}
