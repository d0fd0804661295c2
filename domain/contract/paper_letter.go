package contract

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/paper"
)

// Letter gives the letter about the decision of an evaluation as sealed PDF: to the holder, with the reasons, who decided, and
// how to appeal. It is made anew each time; what it says is in the record.
func (s *Papers) Letter(ctx context.Context, tenant *administration.Tenant, r Reader, id, evaluation uuid.UUID, code string) (*Paper, error) {
	c, found, kinds, err := NewEvaluations(s.Service).OfContract(ctx, tenant, r, id)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(found, func(e *Evaluation) bool { return e.ID == evaluation && e.Decision() != nil })
	if at < 0 {
		return nil, domain.Errorf(domain.KindNotFound, "there is no such decision")
	}
	e, d := found[at], found[at].Decision()
	w := wordsOf(code)
	kind := findOutcome(kinds, d.Outcome)
	if kind == nil {
		kind = &OutcomeKind{Code: d.Outcome, Bearing: Neutral}
	}
	decided := c.decidedBy(tenant, d, w.language) + ", " + dayIn(w.language, d.At.In(tenant.Location()).Format(time.DateOnly))
	if d.Sequence > 1 {
		decided += " (" + w.t("letter.on_appeal") + ")"
	}
	facts := paper.Facts{{Name: w.t("letter.to"), Value: c.SubjectName}, {Name: w.t("letter.period"), Value: w.t("paper.days", "from", dayIn(w.language, e.Session.From.String()), "to", dayIn(w.language, e.Session.To.String()))},
		{Name: w.t("letter.outcome"), Value: kind.Name(w.language)}, {Name: w.t("letter.decided"), Value: decided}}
	if d.Hearing != "" {
		facts = append(facts, paper.Fact{Name: w.t("letter.hearing"), Value: d.Hearing})
	}
	title := w.t("letter.title", "number", c.Number)
	blocks := []paper.Block{paper.Heading{Level: 1, Text: title}, facts, paper.Heading{Level: 3, Text: w.t("letter.reasons")}, paper.Paragraph{Text: d.Reasons}}
	if kind.Bearing == Favourable {
		blocks = append(blocks, paper.Paragraph{Text: w.t("letter.thanks")})
	}
	if d.AppealUntil != 0 {
		blocks = append(blocks, paper.Paragraph{Text: w.t("letter.appeal", "day", dayIn(w.language, d.AppealUntil.String()))})
	}
	blocks = append(blocks, paper.Paragraph{Text: w.t("letter.people"), Mute: true})
	if s.public != "" {
		page := s.public + "/in/" + tenant.Code + "/contracts/" + c.ID.String()
		blocks = append(blocks, paper.Code{Content: page, Text: w.t("letter.page") + "\n" + page})
	}
	return s.sealBlocks(ctx, tenant, w, title, fmt.Sprintf("decision-%s-%s-%s.pdf", c.Number, e.Session.To, w.language), blocks)
}

// decidedBy is who a letter says has decided: a person, but to an operator the function, or the administration, since it
// deals with an administration and not with its people.
func (c *Contract) decidedBy(tenant *administration.Tenant, d *Decision, language string) string {
	if c.Level != LevelOperator {
		return d.ByName
	}
	if d.Capacity == DirectorGeneral {
		return PostIn(language, builtInTexts["en"]["post.director_general"])
	}
	return tenant.Name(language)
}

// Ceremony gives the list of the recognised results of a session as sealed PDF, for a ceremony: names, offices and what was
// decided, no figures.
func (s *Papers) Ceremony(ctx context.Context, tenant *administration.Tenant, r Reader, session uuid.UUID, code string) (*Paper, error) {
	c, err := NewEvaluations(s.Service).Session(ctx, tenant, r, session)
	if err != nil {
		return nil, err
	}
	if !c.Locked() {
		return nil, domain.Errorf(domain.KindNotReady, "the session is still open: the list is made after it is locked")
	}
	w := wordsOf(code)
	table := paper.Table{Columns: []paper.Column{{Title: w.t("ceremony.holder"), Share: 4}, {Title: w.t("ceremony.office"), Share: 2}, {Title: w.t("ceremony.contract"), Share: 2}, {Title: w.t("ceremony.outcome"), Share: 4}}}
	for _, e := range c.Evaluations {
		d := e.Decision()
		if d == nil {
			continue
		}
		if kind := findOutcome(c.Outcomes, d.Outcome); kind != nil && kind.Bearing == Favourable {
			table.Rows = append(table.Rows, []string{e.Contract.SubjectName, e.Contract.Office, e.Contract.Number, kind.Name(w.language)})
		}
	}
	title := w.t("ceremony.title", "from", dayIn(w.language, c.From.String()), "to", dayIn(w.language, c.To.String()))
	blocks := []paper.Block{paper.Heading{Level: 1, Text: title}}
	if len(table.Rows) == 0 {
		blocks = append(blocks, paper.Paragraph{Text: w.t("ceremony.none")})
	} else {
		blocks = append(blocks, paper.Paragraph{Text: w.t("ceremony.text", "count", strconv.Itoa(len(table.Rows)), "all", strconv.Itoa(len(c.Evaluations)))}, table)
	}
	return s.sealBlocks(ctx, tenant, w, title, fmt.Sprintf("ceremony-%s-%s-%s.pdf", c.Function, c.To, w.language), blocks)
}

// sealBlocks draws and seals what is not kept.
func (s *Papers) sealBlocks(ctx context.Context, tenant *administration.Tenant, w words, title, name string, blocks []paper.Block) (*Paper, error) {
	p, _, err := s.seal(ctx, tenant, &paper.Document{Title: title, Author: tenant.Name(w.language), Language: w.language, Made: s.clock().UTC(), Header: tenant.Name(w.language), Footer: title, Blocks: blocks}, name, title)
	return p, err
}
