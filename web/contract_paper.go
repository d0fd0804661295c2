package web

import (
	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/contract"
	"assay/web/locales"
	"assay/web/view"
)

// paperLinks lead to the signed contract as sealed PDF, one a language.
func (v *visit) paperLinks(d *contract.Dossier) (links []view.Link) {
	if d.SignedAt.IsZero() {
		return nil
	}
	for _, language := range contract.PaperLanguages(d.Text.Document, v.tenant.Languages) {
		links = append(links, view.Link{Text: "PDF · " + locales.Native[language], Address: v.at("contracts/" + d.ID.String() + "/paper?language=" + language), Icon: "download"})
	}
	return links
}

// downloadContractPaper gives the sealed PDF of a signed contract.
func (v *visit) downloadContractPaper() error {
	id, err := uuid.Parse(v.Param("contract"))
	if err != nil {
		return domain.Errorf(domain.KindNotFound, "there is no such contract")
	}
	language := v.QueryParam("language")
	if language == "" {
		language = v.Language
	}
	made, err := v.server.Papers.Contract(v.Request().Context(), v.tenant, v.contractReader(), id, language)
	if err != nil {
		return err
	}
	v.attach(made.Name, "application/pdf")
	_, err = v.Response().Write(made.PDF)
	return err
}
