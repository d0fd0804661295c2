package web

import (
	"net/http"
	"slices"

	"assay/domain"
	"assay/web/fixture"
	"assay/web/present"
)

// showDesign shows every component in its states, for developers.
func (v *visit) showDesign() error { return v.showFixture("design", "full") }

// showDesignPage shows one whole page with made-up content.
func (v *visit) showDesignPage() error {
	state := v.QueryParam("state")
	if state == "" {
		state = "full"
	}
	return v.showFixture(v.Param("page"), state)
}

func (v *visit) showFixture(name, state string) error {
	v.Presenter = present.New(v.WithMoney("XAF", 0))
	for _, page := range slices.Concat(fixture.Pages(), fixture.States()) {
		if page.Name == name && page.State == state {
			return v.show(http.StatusOK, page.Template, page.Make(v.Presenter, v.layout("")))
		}
	}
	return domain.Errorf(domain.KindNotFound, "there is no such page")
}
