package contract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/cube"
	"assay/domain/store"
)

// Snapshots gives the current state of an administration's figures: the room indicator.
type Snapshots interface {
	Snapshot(ctx context.Context, tenant *administration.Tenant) (*cube.Snapshot, error)
}

// Cards computes, publishes, corrects and reads scorecards.
type Cards struct {
	*Service
	snapshots Snapshots
	segments  *cube.Store
}

// NewCards makes the service of scorecards beside that of contracts.
func NewCards(contracts *Service, snapshots Snapshots, segments *cube.Store) *Cards {
	return &Cards{contracts, snapshots, segments}
}

// CardPublished is the action of a notice that a scorecard, or a correction of one, is published.
const CardPublished Action = "scorecard"

// Reasons of a new version that the program gives itself.
const (
	DataCorrected     = "data_corrected"     // the data of the month changed after publication
	DaysCorrected     = "days_corrected"     // suspensions, exemptions or postings changed
	SettingsCorrected = "settings_corrected" // a setting that figures depend on changed
	ObjectionGranted  = "objection_granted"  // people decided on an objection, or nobody did in time
)

// Swept is what a pass over the matured months published.
type Swept struct {
	Published int // first versions
	Corrected int // later ones
}

// Sweep publishes the scorecards of all months that are mature and have none, and beside those
// that have one a new version where what is scored has changed. A month is mature when its waiting
// time has passed and the data reach beyond it. It may be run at any time, any number of times.
func (s *Cards) Sweep(ctx context.Context, tenant *administration.Tenant) (Swept, error) {
	var swept Swept
	contracts, err := s.scorable(ctx, tenant)
	if err != nil || len(contracts) == 0 {
		return swept, err
	}
	if err := s.lapse(ctx, tenant); err != nil {
		return swept, err
	}
	run, err := s.begin(ctx, tenant)
	if domain.Is(err, domain.KindNotReady) {
		return swept, nil // no figures yet: nothing is mature
	}
	if err != nil {
		return swept, err
	}
	reach := run.reach()
	first := contracts[0].StartsOn.Month()
	for _, c := range contracts {
		first = min(first, c.StartsOn.Month())
	}
	for month := first; (month + 1).First() <= reach; month++ {
		due := dueOf(contracts, month, reach)
		if len(due) == 0 {
			continue
		}
		done, err := run.pass(ctx, month, due)
		if err != nil {
			return swept, fmt.Errorf("publish the scorecards of %s: %w", month, err)
		}
		swept.Published += done.Published
		swept.Corrected += done.Corrected
	}
	return swept, nil
}

// begin takes the state of the data that a pass computes from.
func (s *Cards) begin(ctx context.Context, tenant *administration.Tenant) (*publication, error) {
	snapshot, err := s.snapshots.Snapshot(ctx, tenant)
	if err != nil {
		return nil, err
	}
	calendars, err := s.administrations.Calendars(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("read calendars: %w", err)
	}
	return &publication{Cards: s, tenant: tenant, calendars: calendars, figures: figuresFrom{snapshot, snapshot.Watermark(), tenant}}, nil
}

// reach is the day up to which months can be mature: today, or the last day of the data.
func (p *publication) reach() cube.Date {
	reach := p.Today(p.tenant)
	if watermark := p.figures.snapshot.Watermark(); !watermark.IsZero() {
		reach = min(reach, cube.DateIn(watermark, p.tenant.Location()))
	}
	return reach
}

// rescore computes the card of one contract and month again at once, after people have decided about it.
func (s *Cards) rescore(ctx context.Context, tenant *administration.Tenant, c *Contract, month cube.Month) error {
	run, err := s.begin(ctx, tenant)
	if err != nil {
		return err
	}
	basis, err := run.basisOf(ctx, month)
	if err != nil {
		return err
	}
	_, err = run.month(ctx, month, []*Contract{c}, basis)
	return err
}

// scorable reads the contracts that have months to score, with their signed texts.
func (s *Cards) scorable(ctx context.Context, tenant *administration.Tenant) (contracts []*Contract, err error) {
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		contracts, err = findContracts(tx, tenant.ID, true, `AND activated_at IS NOT NULL AND state IN ('active','suspended','amended') ORDER BY number, edition`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read contracts to score: %w", err)
	}
	return contracts, nil
}

// dueOf picks the editions that were in force on the first day of a month and whose waiting time is over.
func dueOf(contracts []*Contract, month cube.Month, reach cube.Date) []*Contract {
	first := month.First()
	latest := map[uuid.UUID]*Contract{}
	for _, c := range contracts {
		if c.StartsOn <= first && first < c.EndsOn && (latest[c.Lineage] == nil || latest[c.Lineage].Edition < c.Edition) {
			latest[c.Lineage] = c
		}
	}
	var due []*Contract
	for _, c := range contracts {
		if latest[c.Lineage] == c && (month+1).First()+cube.Date(c.Text.Document.Terms.MaturityDays) <= reach {
			due = append(due, c)
		}
	}
	return due
}

// publication is one pass under way.
type publication struct {
	*Cards
	tenant    *administration.Tenant
	calendars *administration.Calendars
	figures   figuresFrom
}

// month computes the cards of a month and publishes those that are new or changed.
func (p *publication) month(ctx context.Context, month cube.Month, due []*Contract, basis *monthBasis) (Swept, error) {
	var swept Swept
	figures, err := p.figures.all(ctx, due, month, basis.without)
	if err != nil {
		return swept, err
	}
	before := map[uuid.UUID]*CardVersion{}
	err = p.db.Read(ctx, p.tenant.ID, func(_ context.Context, tx *store.Tx) error {
		where, arguments := `AND month = ?`, []any{int(month)}
		if len(due) == 1 {
			where, arguments = where+` AND contract_id = ?`, append(arguments, due[0].ID)
		}
		published, err := findCards(tx, p.tenant.ID, true, where, arguments...)
		for _, v := range published {
			before[v.Contract] = v
		}
		return err
	})
	if err != nil {
		return swept, err
	}
	var fresh []*CardVersion
	told := map[uuid.UUID]*Contract{}
	for i, c := range due {
		v, err := p.version(c, month, figures[i], basis, before[c.ID])
		if err != nil {
			return swept, err
		}
		if v == nil {
			continue
		}
		if v.Version == 1 {
			swept.Published++
		} else {
			swept.Corrected++
		}
		fresh, told[c.ID] = append(fresh, v), c
	}
	if len(fresh) == 0 {
		return swept, nil
	}
	return swept, p.publish(ctx, p.tenant, month, fresh, told)
}

// version makes the next version of a contract's card; nil when nothing that is scored has changed.
func (p *publication) version(c *Contract, month cube.Month, figures *monthFiguresOf, basis *monthBasis, before *CardVersion) (*CardVersion, error) {
	card := newCard(p.tenant, c, month, p.clock().UTC())
	card.Basis = newBasis(p.tenant, p.figures.watermark)
	card.Days = p.days(c, month, basis.days)
	left, err := leftOutOf(c.Text.Document, card.Days, basis.left[c.ID])
	if err != nil {
		return nil, err
	}
	if err := scoredCard(card, c.Text, figures, left); err != nil {
		return nil, err
	}
	if before != nil {
		changed := differences(before.Card, card)
		if len(changed) == 0 {
			return nil, nil
		}
		card.Version, card.Previous, card.Differences = before.Version+1, hex.EncodeToString(before.Hash), changed
		card.Reason = reasonOf(before.Card, card)
	}
	return cardVersion(c, month, card, Program.SignInName, p.clock().UTC()), nil
}

func cardVersion(c *Contract, month cube.Month, card *Card, by string, at time.Time) *CardVersion {
	content := card.Canonical()
	sum := sha256.Sum256(content)
	return &CardVersion{Contract: c.ID, Month: month, Version: card.Version, Card: card, Content: content, Hash: sum[:], Reason: card.Reason, PublishedAt: at, PublishedBy: by}
}

// newCard is a card without figures.
func newCard(tenant *administration.Tenant, c *Contract, month cube.Month, at time.Time) *Card {
	d := c.Text.Document
	return &Card{Form: cardForm, Administration: tenant.Code, Currency: d.Currency, Minor: d.Minor, Contract: c.ID.String(), Number: c.Number, Edition: c.Edition,
		TextHash: hex.EncodeToString(c.Text.Hash), Level: c.Level, Function: c.Function, Holder: d.Holder, Month: month.String(), Version: 1, PublishedAt: at.Format(time.RFC3339Nano)}
}

// leftOutOf gives what is left out whatever the figures say: everything in a month without a working day, what an
// objection took out, and indicators that are no longer computed as it was signed.
func leftOutOf(d *Document, days WorkedDays, granted map[string]bool) (map[string]LeftOut, error) {
	left := map[string]LeftOut{}
	for i := range d.Targets {
		t := &d.Targets[i]
		same, err := signedDefinition(t)
		switch {
		case err != nil:
			return nil, err
		case days.Counted == 0:
			left[t.Code] = NoWorkDays
		case !same:
			left[t.Code] = OtherDefinition
		case granted[t.Code]:
			left[t.Code] = LeftGranted
		}
	}
	return left, nil
}

func reasonOf(before, after *Card) string {
	a, b := before.Basis, after.Basis
	switch {
	case objectedIn(before, after):
		return ObjectionGranted
	case !slices.Equal(before.Days.Taken, after.Days.Taken) || before.Days.Counted != after.Days.Counted:
		return DaysCorrected
	case a.Zone != b.Zone || a.FiscalYearStart != b.FiscalYearStart || a.SmallDenominator != b.SmallDenominator || a.WriteOffDays != b.WriteOffDays || a.LateManifestDays != b.LateManifestDays:
		return SettingsCorrected
	}
	return DataCorrected
}

// objectedIn reports whether what people decided about a figure differs between two versions.
func objectedIn(before, after *Card) bool {
	for i := range after.Lines {
		a := &after.Lines[i]
		if b := before.Find(a.Code); b != nil && ((a.LeftOut == LeftGranted) != (b.LeftOut == LeftGranted) || !slices.Equal(a.Excluded, b.Excluded)) {
			return true
		}
	}
	return false
}

// publish freezes segments and cards, tells the holders and writes the record, all or nothing.
func (s *Cards) publish(ctx context.Context, tenant *administration.Tenant, month cube.Month, cards []*CardVersion, contracts map[uuid.UUID]*Contract) error {
	return s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		if err := lockCards(tx, tenant.ID); err != nil {
			return err
		}
		versions, err := lastVersions(tx, tenant.ID, month)
		if err != nil {
			return err
		}
		hashes := map[string]bool{}
		digest := sha256.New()
		for _, v := range cards {
			if versions[v.Contract] != v.Version-1 {
				return domain.Errorf(domain.KindConflict, "scorecards of %s were published meanwhile", month)
			}
			for _, hash := range v.Card.Basis.Segments {
				hashes[hash] = true
			}
			digest.Write(v.Hash)
		}
		kept := make([]string, 0, len(hashes))
		for hash := range hashes {
			kept = append(kept, hash)
		}
		slices.Sort(kept)
		if err := s.segments.Freeze(ctx, tenant.ID, kept); err != nil {
			return err
		}
		now := s.clock().UTC()
		if err := keepSegments(tx, tenant.ID, kept, now); err != nil {
			return err
		}
		if err := insertCards(tx, tenant.ID, cards); err != nil {
			return err
		}
		for _, v := range cards {
			if err := s.tellHolder(ctx, tx, tenant.ID, contracts[v.Contract], v); err != nil {
				return fmt.Errorf("tell of a scorecard: %w", err)
			}
		}
		return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: now, Actor: cards[0].PublishedBy, Action: "scorecard.publish", Object: "scorecard/" + month.String(), Origin: Program.Origin,
			After: map[string]any{"cards": len(cards), "first": cards[0].Card.Number, "reason": cards[0].Reason, "hashes_sha256": hex.EncodeToString(digest.Sum(nil))}})
	})
}

// tellHolder tells those who sign for the holder.
func (s *Cards) tellHolder(ctx context.Context, tx *store.Tx, tenant domain.TenantID, c *Contract, v *CardVersion) error {
	if s.notifier == nil {
		return nil
	}
	n := Notice{Action: CardPublished, Contract: c.ID, Number: c.Number, Subject: c.SubjectName, By: v.Month.String(), Reason: v.Reason}
	for _, party := range c.Signatories {
		if party.Side == SideHolder && party.Account != uuid.Nil {
			n.To = append(n.To, party.Account)
		}
	}
	if len(n.To) == 0 {
		return nil
	}
	return s.notifier.Contract(ctx, tx, tenant, n)
}

// CardDossier is one month: the version asked for, with all versions there are.
type CardDossier struct {
	Contract *Contract
	*CardVersion
	Versions []*CardVersion // the latest first
}

// Card gives a month's card; version 0 is the latest. What the reader may not see is KindNotFound.
func (s *Cards) Card(ctx context.Context, tenant *administration.Tenant, r Reader, id uuid.UUID, month cube.Month, version int) (*CardDossier, error) {
	d := &CardDossier{}
	var err error
	if d.Contract, d.Versions, err = s.read(ctx, tenant, r, id, false, `AND contract_id = ? AND month = ?`, id, int(month)); err != nil {
		return nil, err
	}
	at := slices.IndexFunc(d.Versions, func(v *CardVersion) bool { return version == 0 || v.Version == version })
	if at < 0 {
		return nil, domain.Errorf(domain.KindNotFound, "there is no such scorecard")
	}
	d.CardVersion = d.Versions[at]
	return d, nil
}

// Months gives the latest card of each month of a contract, the latest month first.
func (s *Cards) Months(ctx context.Context, tenant *administration.Tenant, r Reader, id uuid.UUID) (*Contract, []*CardVersion, error) {
	c, cards, err := s.read(ctx, tenant, r, id, true, `AND contract_id = ?`, id)
	slices.Reverse(cards)
	return c, cards, err
}

func (s *Cards) read(ctx context.Context, tenant *administration.Tenant, r Reader, id uuid.UUID, newest bool, where string, arguments ...any) (c *Contract, cards []*CardVersion, err error) {
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		found, err := findContracts(tx, tenant.ID, true, `AND contract_id = ?`, id)
		if err != nil {
			return err
		}
		if len(found) == 0 || !found[0].VisibleTo(r.Actor, r.Scope, s.Today(tenant)) {
			return errNoContract()
		}
		c = found[0]
		cards, err = findCards(tx, tenant.ID, newest, where, arguments...)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read scorecards: %w", err)
	}
	return c, cards, nil
}

// signedDefinition reports whether an indicator is computed today as it was signed.
func signedDefinition(t *Target) (bool, error) {
	d, err := findDefinition(t.Code)
	if err != nil || d == nil {
		return false, err
	}
	hash, err := definitionHashes.of(d)
	return hash == t.DefinitionHash, err
}
