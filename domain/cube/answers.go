package cube

import (
	"container/list"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"sync"

	"assay/domain"
)

// answers remembers the last pages that were asked for. A page is named by its
// whole question and by the segments that it is answered from, which never
// change: it never has to be thrown away because it is out of date.
type answers struct {
	mutex sync.Mutex
	known map[answerName]*list.Element
	used  list.List // of *pageKept, the one asked last in front
	cells int       // values of all pages
}

type answerName [sha256.Size]byte

type pageKept struct {
	name   answerName
	result *Result
}

const (
	maxAnswerCells  = 20_000    // of one page
	maxAnswersCells = 1_000_000 // of all: some 64 MB
)

// name gives the name of a question; the zero name is never remembered.
func (a *answers) name(tenant domain.TenantID, q *Query, segments []string) (name answerName) {
	if a == nil {
		return name
	}
	text, err := json.Marshal(struct {
		Tenant   domain.TenantID
		Query    *Query
		Segments []string
	}{tenant, q, segments})
	if err != nil { // an infinite bound of Having
		return name
	}
	return sha256.Sum256(text)
}

// recall gives a page that is remembered, nil if it is not. Keys and values are
// shared with others who asked.
func (a *answers) recall(name answerName) *Result {
	if a == nil || name == (answerName{}) {
		return nil
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	at := a.known[name]
	if at == nil {
		return nil
	}
	a.used.MoveToFront(at)
	return at.Value.(*pageKept).result.copied()
}

func (a *answers) remember(name answerName, result *Result) {
	cells := result.cells()
	if a == nil || name == (answerName{}) || cells > maxAnswerCells {
		return
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.known == nil {
		a.known = map[answerName]*list.Element{}
	}
	if a.known[name] != nil {
		return
	}
	a.known[name] = a.used.PushFront(&pageKept{name, result.copied()})
	for a.cells += cells; a.cells > maxAnswersCells; {
		oldest := a.used.Back()
		gone := a.used.Remove(oldest).(*pageKept)
		delete(a.known, gone.name)
		a.cells -= gone.result.cells()
	}
}

// cells counts the values of a page.
func (r *Result) cells() int { return 1 + len(r.Rows)*(len(r.By)+len(r.Aggregates)) }

// copied gives a result whose rows may be sorted and cut without harm to this one.
func (r *Result) copied() *Result {
	c := *r
	c.By, c.Aggregates, c.Rows, c.Segments = slices.Clone(r.By), slices.Clone(r.Aggregates), slices.Clone(r.Rows), slices.Clone(r.Segments)
	return &c
}
