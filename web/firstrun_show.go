package web

import (
	"net/http"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/cube"
	"assay/domain/firstrun"
	"assay/web/view"
)

var firstRunRoutes = []route{
	{http.MethodGet, in + "/first-run", signedIn, access.TenantRead, false, (*visit).showFirstRun},
}

// firstRunPlaces are where each step is done, and what that asks for.
var firstRunPlaces = map[string]struct {
	path   string
	action access.Action
}{
	"offices":  {"settings/calendar", access.TenantWrite},
	"calendar": {"settings/calendar#holidays", access.TenantWrite},
	"people":   {"people", access.PersonWrite},
	"extract":  {"imports", access.ImportWrite},
	"coverage": {"imports", access.ImportRead},
	"board":    {"board", access.FigureRead},
}

// showFirstRun shows a new administration's way to its first board.
func (v *visit) showFirstRun() error {
	steps, err := v.server.FirstRun.Steps(v.Request().Context(), v.tenant)
	if err != nil {
		return err
	}
	page := view.FirstRun{Layout: v.layout(v.T("firstrun.title")), Of: len(steps)}
	for i, step := range steps {
		if step.State == firstrun.Done {
			page.Done++
		}
		page.Steps = append(page.Steps, v.firstRunStep(i+1, step))
	}
	page.Progress = v.T("firstrun.progress", "Done", v.Plain(page.Done), "Of", v.Plain(page.Of))
	if firstrun.Complete(steps) {
		page.Complete = &view.Notice{Kind: "good", Text: v.T("firstrun.complete")}
	}
	return v.show(http.StatusOK, "firstrun", page)
}

func (v *visit) firstRunStep(number int, step firstrun.Step) view.FirstRunStep {
	kinds := map[firstrun.State]string{firstrun.Done: "good", firstrun.Working: "running", firstrun.Open: "warning"}
	row := view.FirstRunStep{Number: v.Plain(number), Key: step.Key, Title: v.T("firstrun." + step.Key), Text: v.T("firstrun." + step.Key + ".text"),
		State: view.Notice{Kind: kinds[step.State], Text: v.T("firstrun.state." + string(step.State))}}
	if step.State == firstrun.Done {
		row.Known = v.firstRunSentence(step.Known)
	}
	for _, s := range step.Missing {
		row.Missing = append(row.Missing, v.firstRunSentence(s))
	}
	for _, s := range step.Advice {
		row.Advice = append(row.Advice, v.firstRunSentence(s))
	}
	place := firstRunPlaces[step.Key]
	switch {
	case v.may(place.action):
		row.Link = &view.Link{Text: v.T("firstrun." + step.Key + ".go"), Address: v.at(place.path)}
	case step.State == firstrun.Open:
		row.Who = v.T("firstrun." + step.Key + ".who")
	}
	return row
}

// firstRunSentence writes numbers and months as the reader does.
func (v *visit) firstRunSentence(s firstrun.Sentence) string {
	var blanks []any
	for i, blank := range s.Blanks {
		switch value := blank.(type) {
		case cube.Month:
			blank = v.Month(value.First().Time())
		case int:
			blank = v.Plain(value)
			if s.Blanks[i-1] == "Count" {
				blank = v.Count(int64(value))
			}
		}
		blanks = append(blanks, blank)
	}
	return v.T("firstrun."+s.Key, blanks...)
}

// firstRun tells the administrator and who feeds data, on the page where the day begins, how far a new
// administration is, until it is done; whoever else may read its settings, until there are figures.
func (h *homePage) firstRun() error {
	if !h.may(access.TenantRead) {
		return nil
	}
	if !h.may(access.TenantWrite) && !h.may(access.ImportWrite) {
		_, err := h.server.Indicators.Snapshot(h.Request().Context(), h.tenant)
		if !domain.Is(err, domain.KindNotReady) {
			return err
		}
	}
	steps, err := h.server.FirstRun.Steps(h.Request().Context(), h.tenant)
	if err != nil || firstrun.Complete(steps) {
		return err
	}
	done, next := 0, ""
	for _, step := range steps {
		if step.State == firstrun.Done {
			done++
		} else if next == "" {
			next = h.T("firstrun.next", "Step", h.T("firstrun."+step.Key))
		}
	}
	h.wait("info", h.T("firstrun.task", "Done", h.Plain(done), "Of", h.Plain(len(steps))), next, h.at("first-run"))
	return nil
}
