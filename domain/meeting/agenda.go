package meeting

import (
	"slices"
	"strings"

	"assay/domain/contract"
)

// Agenda is made from the figures, in the order of the meeting.
type Agenda struct {
	FollowUp   []FollowUp        `json:"follow_up"` // recommendations of former meetings
	Active     int               `json:"active"`    // contracts in force in the month
	Scored     int               `json:"scored"`    // of these, with a composite
	Achieved   int               `json:"achieved"`
	Success    *float64          `json:"success"` // per cent of the active contracts; null without any
	Indicators []IndicatorCount  `json:"indicators"`
	Cards      []AgendaCard      `json:"cards"`
	Lost       []Lost            `json:"lost"` // working days that did not count, by ground: obligations are looked for here
	Objections []AgendaObjection `json:"objections"`
}

// FollowUp is a recommendation of a former meeting.
type FollowUp struct {
	ID      string `json:"id"`
	Month   string `json:"month"`
	Words   string `json:"words"`
	Owner   string `json:"owner"`
	DueOn   string `json:"due_on"`
	State   string `json:"state"`
	Outcome string `json:"outcome,omitempty"`
}

// IndicatorCount says how an indicator stands on the cards of the month.
type IndicatorCount struct {
	Code    string `json:"code"`
	Green   int    `json:"green"`
	Amber   int    `json:"amber"`
	Red     int    `json:"red"`
	LeftOut int    `json:"left_out"`
}

// AgendaCard is one card that is talked about.
type AgendaCard struct {
	ID        string   `json:"id"` // of the contract
	Contract  string   `json:"contract"`
	Holder    string   `json:"holder"`
	Version   int      `json:"version"` // of the card; 0 where there is none yet
	Composite *float64 `json:"composite"`
	Achieved  bool     `json:"achieved"`
	Red       []string `json:"red"` // indicators below their threshold or beyond a red line
}

// Lost are working days that did not count.
type Lost struct {
	Ground string `json:"ground"`
	Days   int    `json:"days"`
}

// AgendaObjection is an objection to a card of the month.
type AgendaObjection struct {
	ID        string `json:"id"`
	Contract  string `json:"contract"`
	Holder    string `json:"holder"`
	Indicator string `json:"indicator"`
	Ground    string `json:"ground"`
	State     string `json:"state"`
}

// makeAgenda puts the figures of a month in the order of the meeting. Cards that did worst are
// not put first: the order is that of the contracts.
func makeAgenda(former []*Recommendation, cards []contract.Carded, objections []contract.Listed) Agenda {
	a := Agenda{FollowUp: []FollowUp{}, Indicators: []IndicatorCount{}, Cards: []AgendaCard{}, Lost: []Lost{}, Objections: []AgendaObjection{}, Active: len(cards)}
	for _, r := range former {
		a.FollowUp = append(a.FollowUp, FollowUp{r.ID.String(), r.Month.String(), r.Words, r.OwnerName, r.DueOn.String(), string(r.State), r.Outcome})
	}
	counts, lost := map[string]*IndicatorCount{}, map[string]int{}
	for _, each := range cards {
		line := AgendaCard{ID: each.Contract.ID.String(), Contract: each.Contract.Number, Holder: each.Contract.SubjectName, Red: []string{}}
		if each.Card != nil {
			a.count(each.Card.Card, &line, counts, lost)
		}
		a.Cards = append(a.Cards, line)
	}
	if a.Active > 0 {
		success := 100 * float64(a.Achieved) / float64(a.Active)
		a.Success = &success
	}
	for _, c := range counts {
		a.Indicators = append(a.Indicators, *c)
	}
	slices.SortFunc(a.Indicators, func(x, y IndicatorCount) int { return strings.Compare(x.Code, y.Code) })
	for ground, days := range lost {
		a.Lost = append(a.Lost, Lost{ground, days})
	}
	slices.SortFunc(a.Lost, func(x, y Lost) int { return strings.Compare(x.Ground, y.Ground) })
	for _, o := range objections {
		a.Objections = append(a.Objections, AgendaObjection{o.ID.String(), o.Contract.Number, o.Contract.SubjectName, o.Indicator, string(o.Ground), string(o.State)})
	}
	return a
}

func (a *Agenda) count(card *contract.Card, line *AgendaCard, counts map[string]*IndicatorCount, lost map[string]int) {
	line.Version, line.Composite, line.Achieved = card.Version, card.Composite, card.Achieved
	if card.Composite != nil {
		a.Scored++
	}
	if card.Achieved {
		a.Achieved++
	}
	for i := range card.Lines {
		l := &card.Lines[i]
		c := counts[l.Code]
		if c == nil {
			c = &IndicatorCount{Code: l.Code}
			counts[l.Code] = c
		}
		switch {
		case l.LeftOut != contract.Counted:
			c.LeftOut++
			continue
		case l.Standing == contract.Green:
			c.Green++
		case l.Standing == contract.Amber:
			c.Amber++
		case l.Standing == contract.Red:
			c.Red++
		}
		if l.Standing == contract.Red || l.BeyondRed {
			line.Red = append(line.Red, l.Code)
		}
	}
	for _, taken := range card.Days.Taken {
		lost[taken.Ground] += taken.Days
	}
}
