package web

import (
	"net/http"

	"assay/domain/contract"
	"assay/web/view"
)

// showSitting shows the contracts that wait for the reader's signature, one after the other.
func (v *visit) showSitting() error { return v.showSittingWith(http.StatusOK, nil, nil) }

func (v *visit) showSittingWith(status int, fault *view.FormFault, done []contract.Outcome) error {
	ctx, actor := v.Request().Context(), v.contractReader().Actor
	sitting, err := v.server.Contracts.OpenSitting(ctx, v.tenant, actor)
	if err != nil {
		return err
	}
	page := view.Sitting{Layout: v.layout(v.T("sitting.title")), Back: v.at("contracts"), Action: v.at("contracts/sitting"), Fault: fault}
	for _, outcome := range done {
		row := view.SittingRow{Address: v.at("contracts/" + outcome.Contract.ID.String()), Number: outcome.Contract.Number, Holder: outcome.Contract.SubjectName, Mark: view.Mark{Kind: "good", Text: v.T("sitting.signed")}}
		if outcome.Refused != "" {
			row.Mark = view.Mark{Kind: "bad", Text: v.T("sitting.refused"), More: v.told(outcome.Refused)}
		}
		page.Done = append(page.Done, row)
	}
	here := sitting.Next()
	for i, c := range sitting.Waiting {
		if c.ID.String() == v.QueryParam("contract") {
			here = sitting.Waiting[i]
		}
	}
	for i, c := range sitting.Waiting {
		row := view.SittingRow{Address: v.at("contracts/sitting") + "?contract=" + c.ID.String(), Number: c.Number, Holder: c.SubjectName, Office: c.Office, Here: here != nil && c.ID == here.ID}
		switch look := sitting.Seen[c.ID]; {
		case !sitting.Current(c):
			row.Mark = view.Mark{Kind: "info", Text: v.T("sitting.unseen")}
		case look.Sign:
			row.Mark = view.Mark{Kind: "good", Text: v.T("sitting.chosen")}
		default:
			row.Mark = view.Mark{Kind: "warning", Text: v.T("sitting.held")}
		}
		page.Rows = append(page.Rows, row)
		if row.Here {
			page.Place = v.T("sitting.place", "Number", v.Plain(i+1), "Total", v.Plain(len(sitting.Waiting)))
		}
	}
	if err := v.fillSitting(&page, sitting, here); err != nil {
		return err
	}
	if len(page.Rows) == 0 {
		page.Empty = &view.Empty{Icon: "good", Title: v.T("sitting.empty.title"), Text: v.T("sitting.empty.text"), Action: &view.Link{Text: v.T("contracts.title"), Address: page.Back}}
	}
	return v.show(status, "sitting", page)
}

func (v *visit) fillSitting(page *view.Sitting, sitting *contract.Sitting, here *contract.Contract) error {
	reader := v.contractReader()
	if here != nil {
		d, err := v.server.Contracts.Get(v.Request().Context(), v.tenant, reader, here.ID)
		if err != nil {
			return err
		}
		shown := v.contractPage(d)
		page.Current = &shown
	}
	if chosen := sitting.Chosen(); chosen > 0 {
		page.Chosen = v.TN("sitting.count", int64(chosen))
		var err error
		if page.StepUp, err = v.stepUp(); err != nil {
			return err
		}
	}
	return nil
}

// decideInSitting notes that a contract was read, and whether it shall be signed.
func (v *visit) decideInSitting() error {
	d, err := v.sittingContract()
	if err != nil {
		return err
	}
	err = v.server.Contracts.DecideInSitting(v.Request().Context(), v.tenant, v.contractReader().Actor, d.ID, v.seenHash(), v.FormValue("decision") == "sign")
	if err == nil {
		return v.goTo(v.at("contracts/sitting"))
	}
	if fault, status, mendable := v.faultOfContract(err); mendable {
		return v.showSittingWith(status, fault, nil)
	}
	return err
}

func (v *visit) sittingContract() (*contract.Dossier, error) {
	v.SetParamNames("administration", "contract")
	v.SetParamValues(v.Param("administration"), v.FormValue("contract"))
	return v.contractOfPath()
}

// signSitting signs all that were chosen, under one confirmation.
func (v *visit) signSitting() error {
	proof, err := v.confirmStepUp()
	var outcomes []contract.Outcome
	if err == nil {
		outcomes, err = v.server.Contracts.SignSitting(v.Request().Context(), v.tenant, v.contractReader().Actor,
			contract.Confirmation{Account: proof.Account, Method: string(proof.Method), At: proof.At})
	}
	if err != nil {
		if fault, status, mendable := v.faultOfContract(err); mendable {
			return v.showSittingWith(status, fault, nil)
		}
		return err
	}
	return v.showSittingWith(http.StatusOK, nil, outcomes)
}
