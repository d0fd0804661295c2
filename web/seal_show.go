package web

import (
	"net/http"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/seal"
	"assay/web/view"
)

var sealRoutes = []route{
	{http.MethodGet, in + "/seal", signedIn, access.SealRead, false, (*visit).showSeal},
	{http.MethodPost, in + "/seal", signedIn, access.SealWrite, false, (*visit).createSealKey},
	{http.MethodGet, in + "/seal/:key", signedIn, access.SealRead, false, (*visit).downloadCertificate},
	{http.MethodGet, in + "/contracts/:contract/paper", signedIn, access.ContractRead, false, (*visit).downloadContractPaper},
}

// showSeal shows with which certificates the administration's documents are sealed.
func (v *visit) showSeal() error { return v.showSealWith(http.StatusOK, nil) }

func (v *visit) showSealWith(status int, fault *view.FormFault) error {
	keys, err := v.server.Seals.Keys(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return err
	}
	page := view.SealPage{Layout: v.layout(v.T("seal.title")), Address: v.at("seal"), Fault: fault, Writes: v.may(access.SealWrite), Command: "assay verify contract FILE.pdf"}
	for _, k := range keys {
		page.Keys = append(page.Keys, v.sealKey(k))
	}
	if len(keys) == 0 {
		page.Empty = &view.Empty{Icon: "warning", Title: v.T("seal.none"), Text: v.T("seal.none.text")}
	}
	if page.Writes {
		if page.StepUp, err = v.stepUp(); err != nil {
			return err
		}
	}
	return v.show(status, "seal", page)
}

func (v *visit) sealKey(k *seal.Key) view.SealKey {
	row := view.SealKey{Certificate: v.at("seal/" + k.ID.String()), Fingerprint: k.Fingerprint, InUse: k.InUse(), State: v.T("seal.in_use"), Facts: []view.Fact{
		{Name: v.T("seal.subject"), Text: k.Subject}, {Name: v.T("seal.issuer"), Text: k.Issuer}, {Name: v.T("seal.place"), Text: v.T("seal.place." + string(k.Place))},
		{Name: v.T("seal.valid"), Text: v.T("contracts.days", "From", v.ShortDate(k.ValidFrom), "To", v.ShortDate(k.ValidTo))},
		{Name: v.T("seal.added"), Text: v.Instant(k.AddedAt), Muted: k.AddedBy}}}
	if k.Own {
		row.Facts[1].Text = v.T("seal.issuer.own")
	}
	if !k.InUse() {
		row.State = v.T("seal.retired", "Instant", v.Instant(k.RetiredAt))
	}
	return row
}

// createSealKey makes a new key after a fresh second factor. Files and tokens are named on the command line only.
func (v *visit) createSealKey() error {
	_, err := v.confirmStepUp()
	if err == nil {
		_, err = v.server.Seals.Create(v.Request().Context(), v.tenant, seal.Author{SignInName: v.person.SignInName, Capacity: v.person.Role, Origin: v.RealIP()})
	}
	if err == nil {
		return v.goTo(v.at("seal"))
	}
	if fault, status, mendable := v.faultOfContract(err); mendable {
		return v.showSealWith(status, fault)
	}
	return err
}

// downloadCertificate gives a certificate to those whose PDF reader must be told whom to trust.
func (v *visit) downloadCertificate() error {
	keys, err := v.server.Seals.Keys(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(v.Param("key"))
	for _, k := range keys {
		if err == nil && k.ID == id {
			v.attach(v.tenant.Code+"-"+k.Fingerprint[:16]+".pem", "application/x-pem-file")
			_, err := v.Response().Write(k.Certificates)
			return err
		}
	}
	return domain.Errorf(domain.KindNotFound, "there is no such certificate")
}
