package web

import (
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/web/view"
)

// disputable is how many declarations the form lists.
const disputable = 100

// showObjectionForm shows the form to object to a figure, with the declarations behind it.
func (v *visit) showObjectionForm() error { return v.showObjectionFormWith(http.StatusOK, nil, nil) }

func (v *visit) showObjectionFormWith(status int, form *multipart.Form, fault *view.FormFault) error {
	d, err := v.scorecardOfPath()
	if err != nil {
		return err
	}
	at := v.at("contracts/" + d.Contract.ID.String() + "/scorecards/" + d.Month.String())
	chosen := v.QueryParam("indicator")
	if form != nil {
		chosen = value(form, "indicator")
	}
	if d.Card.Find(chosen) == nil && len(d.Card.Lines) > 0 {
		chosen = d.Card.Lines[0].Code
	}
	said, err := v.server.Scorecards.Conversation(v.Request().Context(), v.tenant, v.scorecardReader(), d)
	if err != nil {
		return err
	}
	page := view.ObjectionForm{Layout: v.layout(v.T("objection.new")), Back: at, Over: d.Contract.Number + " · " + v.Month(d.Month.First().Time()), Action: at + "/object", Version: strconv.Itoa(d.Versions[0].Version),
		Chosen: chosen, UpTo: v.InZone(cubeZone).Date(said.ObjectUpTo.Time()), Fault: fault}
	var disputed []string
	ground := ""
	if form != nil {
		page.Words, disputed, ground = value(form, "words"), form.Value["declaration"], value(form, "ground")
	}
	for i := range d.Card.Lines {
		code := d.Card.Lines[i].Code
		page.Indicators = append(page.Indicators, view.Choice{Value: code, Text: v.nameOfIndicator(code), Selected: code == chosen})
	}
	for _, each := range contract.ObjectionGrounds {
		page.Grounds = append(page.Grounds, view.Choice{Value: string(each), Text: v.T("objection.ground." + string(each)), Selected: string(each) == ground})
	}
	if err := v.fillDisputable(&page, d, chosen, disputed); err != nil {
		return err
	}
	return v.show(status, "objection-new", page)
}

// fillDisputable lists the declarations behind a figure.
func (v *visit) fillDisputable(page *view.ObjectionForm, d *contract.CardDossier, code string, chosen []string) error {
	found, err := indicator.Find(code)
	if err != nil || !v.may(access.DeclarationRead) {
		return nil // figures that are no longer known have no declarations to choose from
	}
	seen, err := v.figuresSeen()
	if err != nil {
		return err
	}
	lines, err := seen.Lines(v.Request().Context(), v.tenant, indicator.LinesRequest{Code: found.Code, From: d.Month.First(), To: (d.Month + 1).First(), Where: d.Contract.Behind(), Limit: disputable})
	if domain.Is(err, domain.KindNotReady) || domain.Is(err, domain.KindInvalid) {
		return nil
	}
	if err != nil {
		return err
	}
	listed := map[int64]bool{}
	for _, line := range lines.Lines {
		if line.DeclarationID == 0 || listed[line.DeclarationID] {
			continue
		}
		listed[line.DeclarationID] = true
		row := view.DisputedRow{Value: strconv.FormatInt(line.DeclarationID, 10), Reference: line.Reference, Day: v.InZone(cubeZone).ShortDate(cube.Date(line.On).Time()), Address: v.at("declarations/" + line.Reference)}
		if line.Counted {
			row.Counted = v.T("objection.counted")
		}
		row.Selected = slices.Contains(chosen, row.Value)
		page.Declarations = append(page.Declarations, row)
	}
	if lines.Total > int64(len(lines.Lines)) {
		page.More = v.T("objection.more", "Shown", v.Plain(len(lines.Lines)), "All", v.Plain(int(lines.Total)))
	}
	return nil
}

// fileObjection files the objection of the form.
func (v *visit) fileObjection() error {
	form, err := v.readUpload()
	if err != nil {
		return err
	}
	d, err := v.scorecardOfPath()
	if err != nil {
		return err
	}
	in := contract.ObjectionInput{Contract: d.Contract.ID, Month: d.Month, Indicator: value(form, "indicator"), Ground: contract.ObjectionGround(value(form, "ground")), Words: value(form, "words")}
	if in.Version, err = strconv.Atoi(value(form, "version")); err != nil {
		return domain.Errorf(domain.KindInvalid, "the form does not say what it was made from; open the page again")
	}
	if in.Declarations, err = numbers(form.Value["declaration"]); err != nil {
		return err
	}
	if in.File, err = evidenceOf(form); err == nil {
		var o *contract.Objection
		if o, err = v.server.Scorecards.FileObjection(v.Request().Context(), v.tenant, v.contractReader().Actor, in); err == nil {
			return v.goTo(v.at("objections/" + o.ID.String()))
		}
	}
	if fault, status, mendable := v.faultOfContract(err); mendable {
		return v.showObjectionFormWith(status, form, fault)
	}
	return err
}

// evidenceOf reads the one file of a form; nil when none was chosen.
func evidenceOf(form *multipart.Form) (*contract.EvidenceFile, error) {
	files := slices.DeleteFunc(form.File["file"], func(f *multipart.FileHeader) bool { return f.Filename == "" })
	if len(files) == 0 {
		return nil, nil
	}
	if files[0].Size > contract.LargestFile {
		return nil, domain.Errorf(domain.KindInvalid, "a file must hold something and at most 2 MB")
	}
	opened, err := files[0].Open()
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the file cannot be read")
	}
	defer func() { _ = opened.Close() }()
	content, err := io.ReadAll(io.LimitReader(opened, contract.LargestFile+1))
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the file cannot be read")
	}
	return &contract.EvidenceFile{Name: files[0].Filename, Content: content}, nil
}
