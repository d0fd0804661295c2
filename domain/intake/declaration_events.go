package intake

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"assay/domain/declaration"
)

// merge lets rows of lanes and examiners say more about the operation of the same kind and
// minute; where there is none they are events of their own.
func (b *declarationBuilder) merge(d *draft, h *gathered) {
	if !b.given[rankOperations] && !b.given[rankLanes] && !b.given[rankExaminers] {
		return
	}
	logged := len(d.events)
	for i := range d.lanes {
		lane := &d.lanes[i]
		if into := matchLane(d.events[:logged], &lane.Event); into != nil {
			into.merged = true
			into.From, into.To, into.Cause, into.Criterion, into.Reason = lane.From, lane.To, lane.Cause, lane.Criterion, lane.Reason
			if into.User == "" {
				into.User, into.Machine = lane.User, into.Machine || lane.Machine
			}
			continue
		}
		d.events = append(d.events, draftEvent{Event: lane.Event, row: lane.row})
	}
	for i := range d.Assignments {
		a := &d.Assignments[i]
		event := declaration.Event{Kind: declaration.ExaminerAssigned, Moment: a.Moment, User: a.AssignedBy}
		if into := matchEvent(d.events[:logged], &event); into != nil {
			into.merged = true
			setIfEmpty(&into.User, a.AssignedBy)
			continue
		}
		event.Machine = !a.Manual || b.machine(a.AssignedBy)
		d.events = append(d.events, draftEvent{Event: event, row: -1})
	}
	slices.SortStableFunc(d.events, func(x, y draftEvent) int { return x.At.Compare(y.At) })
	b.dropRepeated(d, h)
}

// matchLane finds the operation that a row of lanes is about: best one that names the same lane,
// else one that names none.
func matchLane(events []draftEvent, lane *declaration.Event) *draftEvent {
	var unnamed *draftEvent
	for i := range events {
		e := &events[i]
		if e.merged || e.Kind != lane.Kind || !sameMinute(e.Moment, lane.Moment) {
			continue
		}
		if e.To == lane.To {
			return e
		}
		if e.To == "" && unnamed == nil {
			unnamed = e
		}
	}
	return unnamed
}

func matchEvent(events []draftEvent, event *declaration.Event) *draftEvent {
	for i := range events {
		e := &events[i]
		if !e.merged && e.Kind == event.Kind && sameMinute(e.Moment, event.Moment) {
			return e
		}
	}
	return nil
}

// sameMinute compares times that may be given to the minute in one file and to the second
// in the other.
func sameMinute(a, b declaration.Moment) bool {
	if a.HasTime() != b.HasTime() {
		return false
	}
	const minute = int64(time.Minute / time.Second)
	return a.At.Unix()/minute == b.At.Unix()/minute
}

var errSameOperation = errors.New("repeats version, operation and time of another row under another user")

// dropRepeated applies the key of an operation: document version, name and time. A row with the
// key of another one is the same row; if it names another user it is rejected, not lost.
func (b *declarationBuilder) dropRepeated(d *draft, h *gathered) {
	kept := d.events[:0]
	for i := range d.events {
		e := d.events[i]
		first := sameOperation(kept, &e)
		if first == nil {
			kept = append(kept, e)
			continue
		}
		if first.User == e.User || e.row < 0 {
			b.duplicates++
			continue
		}
		source := &h.rows[e.row]
		file := b.files[source.file]
		if b.begin(file, source.raw, source.line) {
			b.field, b.err = b.userField(file), errSameOperation
			if first.row >= 0 {
				b.err = fmt.Errorf("%w (line %d)", errSameOperation, h.rows[first.row].line)
			}
		}
		b.rejects = append(b.rejects, b.reject())
		d.taken--
	}
	d.events = kept
}

func (b *declarationBuilder) userField(file *survey) int {
	if file.kind.rank == rankLanes {
		return laneUser
	}
	return opUser
}

// sameOperation looks back over the events of the same time.
func sameOperation(kept []draftEvent, e *draftEvent) *draftEvent {
	for i := len(kept) - 1; i >= 0 && kept[i].At.Equal(e.At); i-- {
		k := &kept[i]
		if k.Operation == e.Operation && k.Version == e.Version && k.logged == e.logged && (e.logged || k.Kind == e.Kind && k.To == e.To) {
			return k
		}
	}
	return nil
}

// finishEvents numbers the events and gives them to the declaration.
func (b *declarationBuilder) finishEvents(d *draft) {
	b.events, b.lanes = d.events, d.lanes // their room serves the next declaration
	if !b.given[rankOperations] && !b.given[rankLanes] && !b.given[rankExaminers] {
		return
	}
	d.Events = make([]declaration.Event, len(d.events))
	for i := range d.events {
		e := &d.Events[i]
		*e = d.events[i].Event
		e.Sequence = i + 1
		if e.Kind == declaration.Cancelled {
			d.Header.Cancelled = true
		}
	}
	if n := len(d.Events); n > 0 && d.Events[n-1].At.After(b.watermark) {
		b.watermark = d.Events[n-1].At
	}
}
