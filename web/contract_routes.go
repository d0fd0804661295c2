package web

import (
	"net/http"

	"assay/domain/access"
)

var contractRoutes = []route{
	{http.MethodGet, in + "/contracts", signedIn, access.ContractRead, false, (*visit).listContracts},
	{http.MethodGet, in + "/contracts/new", signedIn, access.ContractPropose, false, (*visit).newContract},
	{http.MethodPost, in + "/contracts", signedIn, access.ContractPropose, false, (*visit).draftContract},
	{http.MethodGet, in + "/contracts/sitting", signedIn, access.ContractSign, false, (*visit).showSitting},
	{http.MethodPost, in + "/contracts/sitting", signedIn, access.ContractSign, false, (*visit).decideInSitting},
	{http.MethodPost, in + "/contracts/sitting/sign", signedIn, access.ContractSign, false, (*visit).signSitting},
	{http.MethodGet, in + "/contracts/:contract", signedIn, access.ContractRead, false, (*visit).showContract},
	{http.MethodPost, in + "/contracts/:contract", signedIn, access.ContractRead, false, (*visit).actOnContract},
	{http.MethodPost, in + "/contracts/:contract/sign", signedIn, access.ContractSign, false, (*visit).signContract},
	{http.MethodGet, in + "/contracts/:contract/scorecards/:month", signedIn, access.ScorecardRead, false, (*visit).showScorecard},
	{http.MethodGet, in + "/contracts/:contract/scorecards/:month/card.json", signedIn, access.ScorecardRead, false, (*visit).downloadScorecard},
	{http.MethodPost, in + "/contracts/:contract/scorecards/:month/comments", signedIn, access.ScorecardRead, false, (*visit).commentScorecard},
	{http.MethodGet, in + "/contracts/:contract/scorecards/:month/object", signedIn, access.ObjectionFile, false, (*visit).showObjectionForm},
	{http.MethodPost, in + "/contracts/:contract/scorecards/:month/object", signedIn, access.ObjectionFile, true, (*visit).fileObjection},
	{http.MethodGet, in + "/scorecards", signedIn, access.ScorecardRead, false, (*visit).listScorecards},
	{http.MethodGet, in + "/objections", signedIn, access.ScorecardRead, false, (*visit).listObjections},
	{http.MethodGet, in + "/objections/:objection", signedIn, access.ScorecardRead, false, (*visit).showObjection},
	{http.MethodPost, in + "/objections/:objection", signedIn, access.ScorecardRead, false, (*visit).actOnObjection},
	{http.MethodPost, in + "/objections/:objection/evidence", signedIn, access.ScorecardRead, true, (*visit).addEvidence},
	{http.MethodGet, in + "/objections/:objection/evidence/:exhibit", signedIn, access.ScorecardRead, false, (*visit).downloadEvidence},
	{http.MethodGet, in + "/meetings", signedIn, access.MeetingRead, false, (*visit).listMeetings},
	{http.MethodPost, in + "/meetings", signedIn, access.ContractReview, false, (*visit).planMeeting},
	{http.MethodGet, in + "/meetings/new", signedIn, access.ContractReview, false, (*visit).newMeeting},
	{http.MethodGet, in + "/meetings/:meeting", signedIn, access.MeetingRead, false, (*visit).showMeeting},
	{http.MethodPost, in + "/meetings/:meeting/minutes", signedIn, access.ContractReview, false, (*visit).writeMinutes},
	{http.MethodGet, in + "/meetings/:meeting/minutes.pdf", signedIn, access.MeetingRead, false, (*visit).downloadMinutes},
	{http.MethodPost, in + "/meetings/:meeting/sign", signedIn, access.ContractSign, false, (*visit).signMinutes},
	{http.MethodPost, in + "/meetings/:meeting/cancel", signedIn, access.ContractReview, false, (*visit).cancelMeeting},
	{http.MethodPost, in + "/recommendations/:recommendation", signedIn, access.MeetingRead, false, (*visit).endRecommendation},
	{http.MethodGet, in + "/templates", signedIn, access.ContractTemplate, false, (*visit).listTemplates},
	{http.MethodPost, in + "/templates", signedIn, access.ContractTemplate, false, (*visit).copyTemplate},
	{http.MethodGet, in + "/templates/:template", signedIn, access.ContractTemplate, false, (*visit).showTemplate},
	{http.MethodPost, in + "/templates/:template", signedIn, access.ContractTemplate, false, (*visit).changeTemplate},
	{http.MethodGet, in + "/targets", signedIn, access.ContractTemplate, false, (*visit).showTargets},
	{http.MethodPost, in + "/targets", signedIn, access.ContractTemplate, false, (*visit).setUpperTarget},
	{http.MethodGet, in + "/programme", signedIn, access.ProgrammeRead, false, (*visit).showProgramme},
	{http.MethodPost, in + "/programme", signedIn, access.ContractTemplate, false, (*visit).changeProgramme},
	{http.MethodGet, in + "/programme/reports/:month", signedIn, access.ProgrammeRead, false, (*visit).showProgrammeReport},
}
