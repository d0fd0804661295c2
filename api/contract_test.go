package api_test

import (
	"testing"
	"time"

	"assay/domain/indicator"
)

// The life of cards, objections and meetings is tried in the rooms; here it is that they are nobody's who may not, and that
// what is not there is not found, whoever asks.

func conversationOperations() []operation {
	const month = "/scorecards/2025-10"
	readers, reviewers := []string{"analyst", "data_officer", "human_resources", "administrator"}, []string{"officer", "analyst", "auditor", "human_resources", "administrator"}
	return []operation{
		{id: "listScorecards", method: "GET", path: "/scorecards?month=2025-10", as: "director_general", status: 200, refused: readers, attempts: []attempt{
			{name: "no month", as: "director_general", path: "/scorecards?month=october", status: 400}}},
		{id: "getScorecard", method: "GET", path: "/contracts" + nothing + month, as: "director_general", status: 404, refused: readers},
		{id: "commentScorecard", method: "POST", path: "/contracts" + nothing + month + "/comments", contentType: jsonBody, body: `{"words":"A word on the figure"}`, as: "director_general", status: 404, refused: readers},
		{id: "fileObjection", method: "POST", path: "/contracts" + nothing + month + "/objections", contentType: jsonBody,
			body: `{"version":1,"indicator":"CLR04","ground":"outage","words":"The scanner was out"}`, as: "officer", status: 404, refused: []string{"director_general", "analyst", "administrator", "auditor"},
			attempts: []attempt{{name: "no ground that there is", as: "officer", body: `{"version":1,"indicator":"CLR04","ground":"weather","words":"It rained"}`, status: 400}}},
		{id: "listObjections", method: "GET", path: "/objections?open=true&month=2025-10", as: "director_general", status: 200, refused: readers},
		{id: "getObjection", method: "GET", path: "/objections" + nothing, as: "auditor", status: 404, refused: readers},
		{id: "stepObjection", method: "POST", path: "/objections" + nothing + "/steps", contentType: jsonBody, body: `{"revision":1,"action":"take"}`, as: "director_general", status: 404, refused: readers,
			attempts: []attempt{{name: "no step that there is", as: "director_general", body: `{"revision":1,"action":"forget"}`, status: 400}}},
		{id: "listMeetings", method: "GET", path: "/meetings", as: "director_general", status: 200, refused: readers},
		{id: "planMeeting", method: "POST", path: "/meetings", contentType: jsonBody, body: `{"office":"NOWHERE","month":"2025-10","held_on":"2025-11-20","other":"00000000-0000-7000-8000-000000000000"}`, as: "director_general", status: 400, refused: reviewers},
		{id: "getMeeting", method: "GET", path: "/meetings" + nothing, as: "auditor", status: 404, refused: readers},
		{id: "writeMinutes", method: "PUT", path: "/meetings" + nothing + "/minutes", contentType: jsonBody, body: `{"revision":1,"causes":"One of two scanners was out"}`, as: "director_general", status: 404, refused: reviewers},
		{id: "endRecommendation", method: "PATCH", path: "/recommendations" + nothing, contentType: jsonBody, body: `{"state":"done","outcome":"It was done"}`, as: "director_general", status: 404, refused: readers},
	}
}

func (k *kit) ownIndicatorOperations(t *testing.T) []operation {
	t.Helper()
	for range 2 { // OWN01 is read, OWN02 is changed
		if _, err := k.services.Indicators.SaveOwn(t.Context(), k.first, indicator.Author{SignInName: "test", At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, indicator.Own{Names: map[string]string{"en": "Tried", "fr": "Essai"},
			Formula: indicator.Formula{Rows: "declaration", Text: "count()"}, Unit: indicator.Count, Direction: indicator.Context}); err != nil {
			t.Fatal(err)
		}
	}
	others := []string{"officer", "auditor", "administrator", "data_officer", "human_resources"}
	own := func(more, formula string) string {
		return `{` + more + `"names":{"en":"Red","fr":"Rouge"},"rows":"declaration","formula":"` + formula + `","unit":"percent","direction":"lower"}`
	}
	const red = `share(lane == \"red\")`
	return []operation{
		{id: "addOwnIndicator", method: "POST", path: "/own-indicators", contentType: jsonBody, body: own("", red), as: "analyst", status: 201, refused: others, check: contains(`"OWN03"`, `"version":1`), attempts: []attempt{
			{name: "a wrong formula", as: "analyst", body: own("", `share(lan == \"red\")`), status: 400, contains: "letter 7"},
			{name: "a version of a new one", as: "analyst", body: own(`"version":1,`, red), status: 400},
			{name: "no unit that there is", as: "analyst", body: `{"names":{"en":"Red"},"rows":"declaration","formula":"count()","unit":"furlongs","direction":"lower"}`, status: 400}}},
		{id: "listOwnIndicators", method: "GET", path: "/own-indicators", as: "analyst", status: 200, refused: others, check: contains(`"OWN01"`)},
		{id: "listOwnIndicatorVersions", method: "GET", path: "/own-indicators/OWN01", as: "analyst", status: 200, refused: others, check: contains(`"version":1`), attempts: []attempt{
			{name: "none", as: "analyst", path: "/own-indicators/OWN99", status: 404}}},
		{id: "tryOwnIndicator", method: "POST", path: "/own-indicators/try", contentType: jsonBody, body: own("", red), as: "analyst", status: 200, refused: others, check: contains(`"figure"`)},
		{id: "changeOwnIndicator", method: "PUT", path: "/own-indicators/OWN02", contentType: jsonBody, body: own(`"version":1,`, "share(state.offence)"), as: "analyst", status: 200, refused: others, check: contains(`"version":2`), attempts: []attempt{
			{name: "without its version", as: "analyst", body: own("", red), status: 400}, {name: "an old version", as: "analyst", body: own(`"version":7,`, red), status: 409}}},
	}
}
