package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"assay/api"
	"assay/web/locales"
)

// speakers tells refusals as the program does.
func speakers(t *testing.T) api.Speak {
	t.Helper()
	bundle, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return func(accept string) (api.Speaker, string) {
		locale := bundle.Locale(bundle.Match(accept), "", nil)
		if locale.Language == "en" {
			return nil, ""
		}
		return locale, locale.Language
	}
}

// checkLanguages wants refusals in the language that a request asks for, and in English where it asks for none or for
// one that nobody speaks.
func (k *kit) checkLanguages(t *testing.T) {
	const nowhere = "/contracts/00000000-0000-4000-8000-000000000000"
	for _, c := range []struct {
		accept, as, path string
		status           int
		language, want   string
		field            string // what is said of the first field
	}{
		{"", "director_general", nowhere, 404, "en", "there is no such contract", ""},
		{"de", "director_general", nowhere, 404, "en", "there is no such contract", ""},
		{"fr-CM,fr;q=0.9,en;q=0.5", "director_general", nowhere, 404, "fr", "ce contrat n’existe pas", ""},
		{"ar", "director_general", nowhere, 404, "ar", "لا يوجد هذا العقد", ""},
		{"es", "analyst", "/figures/CLR99/breakdown", 404, "es", "no hay indicador «CLR99» en el catálogo", ""},
		{"pt-AO", "analyst", "/figures/CLR01/breakdown?by=colour", 400, "pt", "esta pergunta não pode ser respondida", "CLR01 não tem a dimensão «colour»; tem "},
		{"ar", "", "/figures/CLR01/series", 401, "ar", "أرسل رمزًا بالصيغة «Authorization: Bearer …»؛ ويعطيه POST /api/v1/tokens", ""},
		{"fr", "analyst", "/figures/CLR01/breakdown?by=office&from=nonsense", 400, "fr", "la requête n’est pas conforme au document de l’API", ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, api.BasePath+c.path, nil)
		r.Header.Set("Accept-Language", c.accept)
		if c.as != "" {
			r.Header.Set(echo.HeaderAuthorization, "Bearer "+k.tokens[c.as])
		}
		recorder := httptest.NewRecorder()
		k.handler.ServeHTTP(recorder, r)
		var got api.Failure
		if err := json.Unmarshal(recorder.Body.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v: %s", c.path, err, recorder.Body)
		}
		if recorder.Code != c.status || got.Message != c.want || recorder.Header().Get("Content-Language") != c.language {
			t.Errorf("%s in %q: %d %q in %q, want %d %q", c.path, c.accept, recorder.Code, got.Message, recorder.Header().Get("Content-Language"), c.status, c.want)
		}
		if c.field != "" && (got.Fields == nil || len((*got.Fields)[0].Message) < len(c.field) || (*got.Fields)[0].Message[:len(c.field)] != c.field) {
			t.Errorf("%s in %q: the fields %+v, want %q", c.path, c.accept, got.Fields, c.field)
		}
	}
}
