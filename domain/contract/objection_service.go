package contract

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/domain/store"
)

// Bounds of an objection.
const (
	MostDisputed  = 20      // declarations
	MostEvidence  = 5       // files
	LargestFile   = 2 << 20 // bytes
	longestNaming = 200     // letters of a file's name
)

// evidenceTypes are what a file may be, as its bytes say.
var evidenceTypes = []string{"application/pdf", "image/png", "image/jpeg", "text/plain; charset=utf-8"}

// ObjectionInput is what a holder objects to.
type ObjectionInput struct {
	Contract     uuid.UUID
	Month        cube.Month
	Version      int // of the card that the holder has before the eyes
	Indicator    string
	Ground       ObjectionGround
	Words        string
	Declarations []int64 // numbers in the warehouse; none disputes the figure as a whole
	File         *EvidenceFile
}

// EvidenceFile is a file as it came.
type EvidenceFile struct {
	Name    string
	Content []byte
}

func (in *ObjectionInput) check() error {
	in.Words = strings.TrimSpace(in.Words)
	slices.Sort(in.Declarations)
	in.Declarations = slices.Compact(in.Declarations)
	var wrong []domain.FieldError
	add := func(field, message string) { wrong = append(wrong, domain.FieldError{Field: field, Message: message}) }
	if !slices.Contains(ObjectionGrounds, in.Ground) {
		add("ground", "say what is wrong: attribution, data, absence, outage, definition or other")
	}
	if letters := len([]rune(in.Words)); letters < shortestReason || letters > longestWords {
		add("words", fmt.Sprintf("say why, in 3 to %d letters", longestWords))
	}
	if len(in.Declarations) > MostDisputed {
		add("declarations", fmt.Sprintf("at most %d declarations in one objection", MostDisputed))
	}
	return domain.Invalid("the objection cannot be filed", wrong...)
}

// check looks at the bytes, not at what the sender says they are.
func (f *EvidenceFile) check() (mediaType string, err error) {
	f.Name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == '/' || r == '\\' || r == '"' {
			return -1
		}
		return r
	}, f.Name))
	if f.Name == "" || len([]rune(f.Name)) > longestNaming {
		return "", domain.Errorf(domain.KindInvalid, "the file needs a name of at most %d letters", longestNaming)
	}
	if len(f.Content) == 0 || len(f.Content) > LargestFile {
		return "", domain.Errorf(domain.KindInvalid, "a file must hold something and at most 2 MB")
	}
	mediaType = evidenceType(f.Content)
	if !slices.Contains(evidenceTypes, mediaType) {
		return "", domain.Errorf(domain.KindInvalid, "a file must be a PDF, a PNG or JPEG picture, or plain text")
	}
	return mediaType, nil
}

// evidenceType tells a file by its first bytes, text by all of them; "" for anything else.
func evidenceType(content []byte) string {
	switch {
	case bytes.HasPrefix(content, []byte("%PDF-")):
		return "application/pdf"
	case bytes.HasPrefix(content, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(content, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case utf8.Valid(content) && !bytes.ContainsFunc(content, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t\f", r) }):
		return "text/plain; charset=utf-8"
	}
	return ""
}

// FileObjection files an objection of a holder to a figure of the latest card of a month. It is refused after the
// window (KindConflict), and for declarations that are not behind the figure (KindInvalid).
func (s *Cards) FileObjection(ctx context.Context, tenant *administration.Tenant, actor Actor, in ObjectionInput) (*Objection, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	mediaType := ""
	if in.File != nil {
		var err error
		if mediaType, err = in.File.check(); err != nil {
			return nil, err
		}
	}
	calendars, err := s.administrations.Calendars(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("read calendars: %w", err)
	}
	var c *Contract
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		c, err = contractForObjection(tx, tenant.ID, in.Contract, actor, s.Today(tenant), Objector)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("file an objection: %w", err)
	}
	if err := s.checkDisputed(ctx, tenant, c, &in); err != nil {
		return nil, err
	}
	var o *Objection
	err = s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		// Whoever ends the term holds the contract too: it never ends over an objection that was just filed.
		if c, err = lockContract(tx, tenant.ID, in.Contract); err != nil {
			return err
		}
		now, today := s.clock().UTC(), s.Today(tenant)
		o = &Objection{ID: domain.NewID(), Contract: in.Contract, Month: in.Month, CardVersion: in.Version, Indicator: in.Indicator, Ground: in.Ground, Words: in.Words, State: ObjectionFiled,
			Revision: 1, FiledAt: now, FiledBy: actor.Account, FiledName: actor.Name, AnswerOn: workingDayAfter(calendars.Of(c.officeOfWork()), today, c.Text.Document.Terms.AnswerDays)}
		cards, err := findCards(tx, tenant.ID, true, `AND contract_id = ? AND month = ?`, in.Contract, int(in.Month))
		if err != nil {
			return err
		}
		if len(cards) == 0 {
			return domain.Errorf(domain.KindNotFound, "there is no such scorecard")
		}
		if cards[0].Version != in.Version {
			return domain.Errorf(domain.KindConflict, "the scorecard was corrected meanwhile; look at its version %d", cards[0].Version)
		}
		if cards[0].Card.Find(in.Indicator) == nil {
			return domain.Errorf(domain.KindInvalid, "the scorecard has no indicator %q", in.Indicator)
		}
		if last := s.windowOf(tenant, calendars, c, cards[0]); today > last {
			return domain.Errorf(domain.KindConflict, "the time to object ended on %s", last)
		}
		if o.Declarations, err = findDisputed(tx, tenant.ID, in.Declarations); err != nil {
			return err
		}
		if err := insertObjection(tx, tenant.ID, o); err != nil {
			return err
		}
		if in.File != nil {
			sum := sha256.Sum256(in.File.Content)
			if err := insertEvidence(tx, tenant.ID, o.ID, &Evidence{Name: in.File.Name, MediaType: mediaType, Content: in.File.Content, Hash: sum[:], AddedBy: actor.SignInName, AddedAt: now}); err != nil {
				return err
			}
		}
		return s.noteObjection(ctx, tx, tenant, c, o, &ObjectionEvent{Action: ObjectionFile, To: ObjectionFiled, Capacity: Objector, Actor: actor.SignInName, ActorName: actor.Name, Reason: in.Words, HappenedAt: now}, actor)
	})
	if err != nil {
		return nil, fmt.Errorf("file an objection: %w", err)
	}
	return o, nil
}

// officeOfWork is the office whose calendar counts for the contract.
func (c *Contract) officeOfWork() string {
	if c.Level == LevelOffice {
		return c.Subject
	}
	return c.Office
}

// windowOf is the last day to object to a version of a card.
func (s *Cards) windowOf(tenant *administration.Tenant, calendars *administration.Calendars, c *Contract, v *CardVersion) cube.Date {
	return workingDayAfter(calendars.Of(c.officeOfWork()), cube.DateIn(v.PublishedAt, tenant.Location()), c.Text.Document.Terms.ObjectionDays)
}

// contractForObjection finds the contract, and refuses who is not what the step needs; strangers learn nothing of it.
func contractForObjection(tx *store.Tx, tenant domain.TenantID, id uuid.UUID, actor Actor, today cube.Date, needs ObjectionCapacity) (*Contract, error) {
	found, err := findContracts(tx, tenant, true, `AND contract_id = ?`, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errNoContract()
	}
	capacities := found[0].objectionCapacities(actor, today)
	if len(capacities) == 0 {
		return nil, errNoContract()
	}
	if !slices.Contains(capacities, needs) {
		return nil, domain.Errorf(domain.KindForbidden, "only who is measured by the contract objects to its scorecards")
	}
	return found[0], nil
}

// checkDisputed refuses declarations that the figure does not count.
func (s *Cards) checkDisputed(ctx context.Context, tenant *administration.Tenant, c *Contract, in *ObjectionInput) error {
	if len(in.Declarations) == 0 {
		return nil
	}
	snapshot, err := s.snapshots.Snapshot(ctx, tenant)
	if err != nil {
		return err
	}
	for _, id := range in.Declarations {
		lines, err := indicator.Behind(ctx, snapshot, snapshot.Watermark(), tenant, indicator.LinesRequest{Code: in.Indicator, From: in.Month.First(), To: (in.Month + 1).First(), Where: filtersOf(c), Declaration: id, Limit: 1})
		if err != nil {
			return fmt.Errorf("look behind %s: %w", in.Indicator, err)
		}
		if lines.Total == 0 {
			return domain.Errorf(domain.KindInvalid, "one of the declarations is not behind this figure")
		}
	}
	return nil
}

// Behind are the filters of the rows that the contract's figures are made of.
func (c *Contract) Behind() []indicator.Filter { return filtersOf(c) }

// filtersOf are the rows that a contract's figures are made of.
func filtersOf(c *Contract) []indicator.Filter {
	q := questionOf(c)
	where := slices.Clone(q.where)
	for i, dimension := range q.by {
		value := c.Subject
		if i > 0 {
			value = c.Office
		}
		where = append(where, indicator.Filter{Dimension: dimension, Values: []string{value}})
	}
	return where
}

// ObjectionAsk is a step that somebody wants to do.
type ObjectionAsk struct {
	Objection uuid.UUID
	Revision  int64
	Actor     Actor
	Action    ObjectionAction
	Reason    string
	Effect    ObjectionEffect
	Excluded  []int64
}

// ActOnObjection does one step of the table. A decision that changes a figure publishes the corrected card
// with it; where the figures are just being made again, the next pass does.
func (s *Cards) ActOnObjection(ctx context.Context, tenant *administration.Tenant, ask ObjectionAsk) (*Objection, error) {
	calendars, err := s.administrations.Calendars(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("read calendars: %w", err)
	}
	var o *Objection
	var c *Contract
	before := NoEffect
	err = s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		if o, err = lockObjection(tx, tenant.ID, ask.Objection); err != nil {
			return err
		}
		before = o.Effect
		c, err = s.stepOn(ctx, tx, tenant, calendars, o, ask)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s an objection: %w", strings.ReplaceAll(string(ask.Action), "_", " "), err)
	}
	if o.Effect != before || o.Effect == ExcludesCases {
		if err := s.rescore(ctx, tenant, c, o.Month); err != nil && !domain.Is(err, domain.KindNotReady) && !domain.Is(err, domain.KindConflict) {
			return o, fmt.Errorf("score again after objection %s: %w", o.ID, err)
		}
	}
	return o, nil
}

// stepOn decides and writes one step on an objection under lock.
func (s *Cards) stepOn(ctx context.Context, tx *store.Tx, tenant *administration.Tenant, calendars *administration.Calendars, o *Objection, ask ObjectionAsk) (*Contract, error) {
	found, err := findContracts(tx, tenant.ID, true, `AND contract_id = ?`, o.Contract)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errNoObjection()
	}
	c, today, now := found[0], s.Today(tenant), s.clock().UTC()
	st := &objectionStep{Objection: o, contract: c, actor: ask.Actor, capacities: c.objectionCapacities(ask.Actor, today), today: today, now: now,
		reason: strings.TrimSpace(ask.Reason), effect: ask.Effect, excluded: ask.Excluded}
	if len(st.capacities) == 0 {
		return nil, errNoObjection()
	}
	if ask.Revision != o.Revision {
		return nil, errObjectionChanged()
	}
	if len([]rune(st.reason)) > longestWords {
		return nil, domain.Errorf(domain.KindInvalid, "a reason has at most %d letters", longestWords)
	}
	capacity, to, err := decideObjection(ask.Action, st)
	if err != nil {
		return nil, err
	}
	event := &ObjectionEvent{Action: ask.Action, From: o.State, To: to, Capacity: capacity, Actor: ask.Actor.SignInName, ActorName: ask.Actor.Name, Reason: st.reason, HappenedAt: now}
	o.State = to
	appeal := workingDayAfter(calendars.Of(c.officeOfWork()), today, c.Text.Document.Terms.AppealDays)
	switch ask.Action {
	case ObjectionTake:
		o.Reviewer, o.ReviewerName = ask.Actor.Account, ask.Actor.Name
	case ObjectionAccept, ObjectionAcceptPartly, ObjectionReject:
		o.Effect, o.Excluded, o.Decision, o.DecidedAt, o.AppealOn = st.effect, slices.Clone(st.excluded), st.reason, now, appeal
	case ObjectionSettle:
		o.Effect, o.Excluded, o.Decision, o.DecidedAt, o.Settler = st.effect, slices.Clone(st.excluded), st.reason, now, ask.Actor.Account
	case ObjectionLapse:
		o.Effect, o.DecidedAt = LeavesOut, now
	}
	if err := saveObjection(tx, tenant.ID, o); err != nil {
		return nil, err
	}
	if o.Effect != NoEffect {
		if err := enqueueCards(tx, tenant.ID, now, today.String(), now); err != nil {
			return nil, err
		}
	}
	return c, s.noteObjection(ctx, tx, tenant, c, o, event, ask.Actor)
}

// noteObjection writes the life, tells those concerned and writes the record.
func (s *Cards) noteObjection(ctx context.Context, tx *store.Tx, tenant *administration.Tenant, c *Contract, o *Objection, e *ObjectionEvent, actor Actor) error {
	if err := insertObjectionEvent(tx, tenant.ID, o.ID, e); err != nil {
		return err
	}
	if err := s.tellOfObjection(ctx, tx, tenant.ID, c, o, e, actor); err != nil {
		return fmt.Errorf("tell of an objection: %w", err)
	}
	return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: e.HappenedAt, Actor: actor.SignInName, Capacity: string(e.Capacity), Action: "objection." + string(e.Action), Object: "objection/" + o.ID.String(),
		Before: map[string]any{"state": e.From}, After: map[string]any{"state": o.State, "contract": c.Number, "month": o.Month.String(), "indicator": o.Indicator, "effect": o.Effect, "excluded": o.Excluded}, Origin: actor.Origin})
}

// Actions of notices about objections.
const (
	NoticeObjectionFiled    Action = "objection_filed"
	NoticeObjectionDecided  Action = "objection_decided"
	NoticeObjectionAppealed Action = "objection_appealed"
)

// tellOfObjection tells the administration's side what was filed, and the holder what was decided.
func (s *Cards) tellOfObjection(ctx context.Context, tx *store.Tx, tenant domain.TenantID, c *Contract, o *Objection, e *ObjectionEvent, actor Actor) error {
	if s.notifier == nil {
		return nil
	}
	n := c.saidBy(Notice{Contract: c.ID, Number: c.Number, Subject: c.SubjectName, Reason: e.Reason, Path: "objections/" + o.ID.String()}, actor)
	switch e.Action {
	case ObjectionFile:
		n.Action = NoticeObjectionFiled
	case ObjectionAppeal:
		n.Action = NoticeObjectionAppealed
		if o.Reviewer != uuid.Nil {
			n.To = append(n.To, o.Reviewer)
		}
	case ObjectionAccept, ObjectionAcceptPartly, ObjectionReject, ObjectionSettle, ObjectionLapse:
		n.Action, n.To = NoticeObjectionDecided, []uuid.UUID{o.FiledBy}
	default:
		return nil
	}
	if n.Action != NoticeObjectionDecided {
		judges, err := findJudges(tx, tenant, c)
		if err != nil {
			return err
		}
		n.To = append(n.To, judges...)
	}
	slices.SortFunc(n.To, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	n.To = slices.DeleteFunc(slices.Compact(n.To), func(id uuid.UUID) bool { return id == actor.Account })
	if len(n.To) == 0 {
		return nil
	}
	return s.notifier.Contract(ctx, tx, tenant, n)
}

// ObjectionDossier is an objection with all that belongs to it.
type ObjectionDossier struct {
	*Objection
	Contract *Contract
	Events   []ObjectionEvent
	Evidence []Evidence
	Possible []ObjectionAction // for the reader
	Version  int               // of the latest card of the month
}

// Objection gives one objection. What the reader may not see is KindNotFound.
func (s *Cards) Objection(ctx context.Context, tenant *administration.Tenant, r Reader, id uuid.UUID) (*ObjectionDossier, error) {
	d := &ObjectionDossier{}
	today := s.Today(tenant)
	err := s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		found, err := findObjections(tx, tenant.ID, `AND objection_id = ?`, id)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return errNoObjection()
		}
		d.Objection = found[0]
		contracts, err := findContracts(tx, tenant.ID, true, `AND contract_id = ?`, found[0].Contract)
		if err != nil {
			return err
		}
		if len(contracts) == 0 || !contracts[0].VisibleTo(r.Actor, r.Scope, today) {
			return errNoObjection()
		}
		d.Contract = contracts[0]
		if d.Events, err = findObjectionEvents(tx, tenant.ID, id); err != nil {
			return err
		}
		if d.Evidence, err = findEvidence(tx, tenant.ID, id, 0); err != nil {
			return err
		}
		versions, err := lastVersions(tx, tenant.ID, d.Month)
		d.Version = versions[d.Objection.Contract]
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read an objection: %w", err)
	}
	d.Possible = PossibleObjection(d.Objection, d.Contract, r.Actor, today)
	if r.outside() {
		hide, nobody := d.Contract.mask(r.Actor), ""
		for i := range d.Events {
			hide(&d.Events[i].Actor, &d.Events[i].ActorName)
		}
		for i := range d.Evidence {
			hide(&d.Evidence[i].AddedBy, &nobody)
		}
		d.hidePeople(r.Actor)
	}
	return d, nil
}

// Exhibit gives one file of an objection that the reader may see.
func (s *Cards) Exhibit(ctx context.Context, tenant *administration.Tenant, r Reader, id uuid.UUID, number int) (*Evidence, error) {
	if _, err := s.Objection(ctx, tenant, r, id); err != nil {
		return nil, err
	}
	var found []Evidence
	err := s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) (err error) {
		found, err = findEvidence(tx, tenant.ID, id, number)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	if number < 1 || len(found) == 0 {
		return nil, domain.Errorf(domain.KindNotFound, "there is no such file")
	}
	return &found[0], nil
}

// AddEvidence puts a file before who reviews an objection that is still open.
func (s *Cards) AddEvidence(ctx context.Context, tenant *administration.Tenant, actor Actor, id uuid.UUID, file EvidenceFile) error {
	mediaType, err := file.check()
	if err != nil {
		return err
	}
	err = s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		o, err := lockObjection(tx, tenant.ID, id)
		if err != nil {
			return err
		}
		found, err := findContracts(tx, tenant.ID, false, `AND contract_id = ?`, o.Contract)
		if err != nil {
			return err
		}
		capacities := []ObjectionCapacity(nil)
		if len(found) > 0 {
			capacities = found[0].objectionCapacities(actor, s.Today(tenant))
		}
		switch {
		case len(capacities) == 0:
			return errNoObjection()
		case !o.State.Open():
			return domain.Errorf(domain.KindConflict, "the objection is decided")
		}
		there, err := findEvidence(tx, tenant.ID, id, 0)
		if err != nil {
			return err
		}
		if len(there) >= MostEvidence {
			return domain.Errorf(domain.KindInvalid, "an objection has at most %d files", MostEvidence)
		}
		sum, now := sha256.Sum256(file.Content), s.clock().UTC()
		if err := insertEvidence(tx, tenant.ID, id, &Evidence{Name: file.Name, MediaType: mediaType, Content: file.Content, Hash: sum[:], AddedBy: actor.SignInName, AddedAt: now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: now, Actor: actor.SignInName, Capacity: string(capacities[0]), Action: "objection.evidence", Object: "objection/" + id.String(),
			After: map[string]any{"name": file.Name, "bytes": len(file.Content), "sha256": fmt.Sprintf("%x", sum)}, Origin: actor.Origin})
	})
	if err != nil {
		return fmt.Errorf("add evidence: %w", err)
	}
	return nil
}

// ObjectionFilter narrows Objections. Zero fields do not.
type ObjectionFilter struct {
	Contract uuid.UUID
	Month    cube.Month
	Open     bool
}

// Listed is an objection in a list.
type Listed struct {
	*Objection
	Contract *Contract
}

// ToReview lists the objections that the reader may take up or has taken up, the one that must be answered first first.
func (s *Cards) ToReview(ctx context.Context, tenant *administration.Tenant, r Reader) ([]Listed, error) {
	listed, err := s.Objections(ctx, tenant, r, ObjectionFilter{Open: true})
	today := s.Today(tenant)
	listed = slices.DeleteFunc(listed, func(o Listed) bool {
		mine := o.State == ObjectionFiled || o.State == ObjectionInReview && o.Reviewer == r.Account
		return !mine || !slices.Contains(o.Contract.objectionCapacities(r.Actor, today), Judge)
	})
	slices.SortStableFunc(listed, func(a, b Listed) int { return int(a.AnswerOn - b.AnswerOn) })
	return listed, err
}

// Objections lists what a reader may see, the latest first.
func (s *Cards) Objections(ctx context.Context, tenant *administration.Tenant, r Reader, f ObjectionFilter) ([]Listed, error) {
	where, arguments := "", []any(nil)
	if f.Contract != uuid.Nil {
		where, arguments = where+`AND contract_id = ? `, append(arguments, f.Contract)
	}
	if f.Month != 0 {
		where, arguments = where+`AND month = ? `, append(arguments, int(f.Month))
	}
	if f.Open {
		where += `AND state IN ('filed','in_review','appealed') `
	}
	var listed []Listed
	today := s.Today(tenant)
	err := s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		found, err := findObjections(tx, tenant.ID, where+`ORDER BY filed_at DESC, objection_id LIMIT 1000`, arguments...)
		if err != nil || len(found) == 0 {
			return err
		}
		ids := make([]uuid.UUID, len(found))
		for i, o := range found {
			ids[i] = o.Contract
		}
		contracts, err := findContracts(tx, tenant.ID, false, `AND contract_id IN (?)`, ids)
		if err != nil {
			return err
		}
		byID := map[uuid.UUID]*Contract{}
		for _, c := range contracts {
			byID[c.ID] = c
		}
		for _, o := range found {
			if c := byID[o.Contract]; c != nil && c.VisibleTo(r.Actor, r.Scope, today) {
				o.hidePeople(r.Actor)
				listed = append(listed, Listed{o, c})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list objections: %w", err)
	}
	return listed, nil
}

// CommentCard adds words on a card that the reader may see, or on one figure of it. It changes no figure.
func (s *Cards) CommentCard(ctx context.Context, tenant *administration.Tenant, r Reader, id uuid.UUID, month cube.Month, about, words string) error {
	words = strings.TrimSpace(words)
	if letters := len([]rune(words)); letters < 1 || letters > longestWords {
		return domain.Errorf(domain.KindInvalid, "a comment has 1 to %d letters", longestWords)
	}
	d, err := s.Card(ctx, tenant, r, id, month, 0)
	if err != nil {
		return err
	}
	if about != "" && d.CardVersion.Card.Find(about) == nil {
		return domain.Errorf(domain.KindInvalid, "the scorecard has no indicator %q", about)
	}
	capacities := d.Contract.Capacities(r.Actor, s.Today(tenant))
	capacities = slices.DeleteFunc(capacities, func(c Capacity) bool { return c == HumanResources || c == Administrator })
	if len(capacities) == 0 {
		return domain.Errorf(domain.KindForbidden, "only who has a part in the contract comments on its scorecards")
	}
	remark := &CardRemark{ID: domain.NewID(), Contract: id, Month: month, About: about, Words: words, Capacity: capacities[0], Author: r.SignInName, AuthorName: r.Name, WrittenAt: s.clock().UTC()}
	err = s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		if err := insertCardRemark(tx, tenant.ID, remark); err != nil {
			return err
		}
		n := d.Contract.saidBy(Notice{Action: Comment, Reason: words, Path: "contracts/" + id.String() + "/scorecards/" + month.String()}, r.Actor)
		if err := s.tell(ctx, tx, tenant.ID, d.Contract, n, r.Account); err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: remark.WrittenAt, Actor: r.SignInName, Capacity: string(remark.Capacity), Action: "scorecard.comment", Object: "contract/" + id.String() + "/scorecard/" + month.String(),
			After: map[string]any{"about": about, "letters": len([]rune(words))}, Origin: r.Origin})
	})
	if err != nil {
		return fmt.Errorf("comment on a scorecard: %w", err)
	}
	return nil
}

// Conversation is what was said about one card.
type Conversation struct {
	Remarks    []CardRemark
	Objections []*Objection
	ObjectUpTo cube.Date // last day to object to the latest version
	MayObject  bool      // the reader, today
}

// Conversation gives what was said about a card that the reader has.
func (s *Cards) Conversation(ctx context.Context, tenant *administration.Tenant, r Reader, d *CardDossier) (*Conversation, error) {
	calendars, err := s.administrations.Calendars(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("read calendars: %w", err)
	}
	talk := &Conversation{ObjectUpTo: s.windowOf(tenant, calendars, d.Contract, d.Versions[0])}
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		if talk.Remarks, err = findCardRemarks(tx, tenant.ID, d.Contract.ID, d.Month); err != nil {
			return err
		}
		talk.Objections, err = findObjections(tx, tenant.ID, `AND contract_id = ? AND month = ? ORDER BY filed_at, objection_id`, d.Contract.ID, int(d.Month))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what was said of a scorecard: %w", err)
	}
	today := s.Today(tenant)
	hide := d.Contract.mask(r.Actor)
	for i := range talk.Remarks {
		hide(&talk.Remarks[i].Author, &talk.Remarks[i].AuthorName)
	}
	for _, o := range talk.Objections {
		o.hidePeople(r.Actor)
	}
	talk.MayObject = today <= talk.ObjectUpTo && slices.Contains(d.Contract.objectionCapacities(r.Actor, today), Objector)
	return talk, nil
}

// lapse ends what nobody answered in time, and concludes what nobody appealed against in time.
func (s *Cards) lapse(ctx context.Context, tenant *administration.Tenant) error {
	calendars, err := s.administrations.Calendars(ctx, tenant)
	if err != nil {
		return fmt.Errorf("read calendars: %w", err)
	}
	today := s.Today(tenant)
	var due []*Objection
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) (err error) {
		due, err = findObjections(tx, tenant.ID, `AND (state IN ('filed','in_review') AND answer_on < CAST(? AS date) OR state IN ('accepted','partly_accepted','rejected') AND appeal_on < CAST(? AS date)) ORDER BY objection_id`, today.String(), today.String())
		return err
	})
	for _, each := range due {
		if err != nil {
			break
		}
		err = s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
			o, err := lockObjection(tx, tenant.ID, each.ID)
			if err != nil {
				return err
			}
			action := ObjectionConclude
			if o.State == ObjectionFiled || o.State == ObjectionInReview {
				action = ObjectionLapse
			}
			_, err = s.stepOn(ctx, tx, tenant, calendars, o, ObjectionAsk{Objection: o.ID, Revision: o.Revision, Actor: Program, Action: action})
			if domain.Is(err, domain.KindConflict) {
				return nil // somebody has moved it meanwhile
			}
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("end objections that wait too long: %w", err)
	}
	return nil
}

// granted reads what people have decided about the figures of a month: indicators left out, and declarations.
func granted(tx *store.Tx, tenant domain.TenantID, month cube.Month) (left map[uuid.UUID]map[string]bool, without exclusions, err error) {
	left, without = map[uuid.UUID]map[string]bool{}, exclusions{}
	found, err := findObjections(tx, tenant, `AND month = ? AND effect <> '' ORDER BY objection_id`, int(month))
	for _, o := range found {
		switch {
		case !o.Grants():
		case o.Effect == LeavesOut:
			if left[o.Contract] == nil {
				left[o.Contract] = map[string]bool{}
			}
			left[o.Contract][o.Indicator] = true
		case o.Effect == ExcludesCases:
			if without[o.Contract] == nil {
				without[o.Contract] = map[string][]int64{}
			}
			all := append(without[o.Contract][o.Indicator], o.Excluded...)
			slices.Sort(all)
			without[o.Contract][o.Indicator] = slices.Compact(all)
		}
	}
	return left, without, err
}

// objectionCircumstances fills what the guards of an evaluation ask of the months: each month of the edition has its card,
// no objection waits, and the time to object to the last cards is over.
func (s *Service) objectionCircumstances(ctx context.Context, tx *store.Tx, tenant *administration.Tenant, at *Circumstances) error {
	c := at.Contract
	var cards []struct {
		Month       cube.Month
		PublishedAt time.Time
	}
	err := tx.Raw(`SELECT month, max(published_at) AS published_at FROM scorecard WHERE tenant_id = ? AND contract_id = ? GROUP BY month`, tenant.ID.String(), c.ID).Scan(&cards).Error
	if err != nil {
		return fmt.Errorf("read the months of a contract: %w", err)
	}
	published := map[cube.Month]time.Time{}
	for _, card := range cards {
		published[card.Month] = card.PublishedAt
	}
	at.MonthsFrozen = len(published) > 0
	for month := c.StartsOn.Month(); month.First() < c.EndsOn; month++ {
		if _, frozen := published[month]; !frozen && month.First() >= c.StartsOn {
			at.MonthsFrozen = false
		}
	}
	objections, err := findObjections(tx, tenant.ID, `AND contract_id = ?`, c.ID)
	if err != nil {
		return err
	}
	at.ObjectionsDecided = true
	for _, o := range objections {
		at.ObjectionsDecided = at.ObjectionsDecided && o.Decided(at.Today)
	}
	if len(published) == 0 || !at.ObjectionsDecided || c.Text.Document == nil {
		return nil
	}
	calendars, err := s.administrations.Calendars(ctx, tenant)
	if err != nil {
		return fmt.Errorf("read calendars: %w", err)
	}
	for _, last := range published {
		day := workingDayAfter(calendars.Of(c.officeOfWork()), cube.DateIn(last, tenant.Location()), c.Text.Document.Terms.ObjectionDays)
		at.ObjectionsDecided = at.ObjectionsDecided && at.Today > day
	}
	return nil
}
