package web

import (
	"encoding/hex"
	"slices"
	"strconv"

	"assay/domain"
	"assay/domain/contract"
	"assay/web/view"
)

// fillSign offers the signature where the reader may sign and has not.
func (v *visit) fillSign(page *view.ContractPage, d *contract.Dossier) error {
	if !slices.Contains(d.Possible, contract.Sign) {
		return nil
	}
	slot := d.SlotOf(v.person.Account, v.server.Contracts.Today(v.tenant))
	if slot == nil {
		return nil
	}
	for _, s := range d.SignaturesOf(d.Text.Number) {
		if s.Slot == slot.Slot {
			return nil
		}
	}
	stepUp, err := v.stepUp()
	if err != nil {
		return err
	}
	page.Sign = &view.SignForm{Action: page.Action + "/sign", Seen: hex.EncodeToString(d.Text.Hash), StepUp: stepUp, Text: v.T("contract.sign.text", "Number", v.Plain(d.Text.Number))}
	return nil
}

// signContract signs the text that the signer has read, after a fresh second factor.
func (v *visit) signContract() error {
	d, err := v.contractOfPath()
	if err != nil {
		return err
	}
	err = v.signSeen(d)
	if err == nil {
		return v.goTo(v.at("contracts/" + d.ID.String()))
	}
	if fault, status, mendable := v.faultOfContract(err); mendable {
		return v.showContractWith(status, fault)
	}
	return err
}

func (v *visit) signSeen(d *contract.Dossier) error {
	revision, err := strconv.ParseInt(v.FormValue("revision"), 10, 64)
	if err != nil {
		return domain.Errorf(domain.KindInvalid, "the form does not say what it was made from; open the page again")
	}
	if v.FormValue("read") != "yes" {
		return domain.Errorf(domain.KindInvalid, "%s", v.T("contract.fault.read"))
	}
	proof, err := v.confirmStepUp()
	if err != nil {
		return err
	}
	_, err = v.server.Contracts.Sign(v.Request().Context(), v.tenant, contract.Ask{Contract: d.ID, Revision: revision, Actor: v.contractReader().Actor},
		contract.SignInput{Seen: v.seenHash(), Confirmation: contract.Confirmation{Account: proof.Account, Method: string(proof.Method), At: proof.At}})
	return err
}
