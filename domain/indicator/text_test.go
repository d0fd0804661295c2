package indicator_test

import (
	"testing"

	"assay/domain/indicator"
)

// TestTheCatalogueIsWrittenInEveryLanguage: what a contract or a page calls an indicator is there in each language.
func TestTheCatalogueIsWrittenInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, d := range indicator.All() {
		for what, texts := range map[string]map[string]string{"name": d.Names(), "meaning": d.Meanings()} {
			if len(texts) != len(indicator.TextLanguages) {
				t.Errorf("%s has a %s in %d of %d languages", d.Code, what, len(texts), len(indicator.TextLanguages))
			}
		}
	}
	own := &indicator.Definition{Code: "OWN01", Own: &indicator.Own{Names: map[string]string{"fr": "Les miennes", "xx": "?"}}}
	if names := own.Names(); len(names) != 1 || names["fr"] != "Les miennes" {
		t.Errorf("an own indicator is called %v", names)
	}
}
