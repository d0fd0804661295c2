package administration_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/administration"
	"assay/domain/store"
)

func TestAdministrations(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), dbtest.New(t).AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	s := administration.New(db, func() time.Time { return now })
	in := administration.Tenant{Code: "bir", Names: map[string]string{"en": "Birwa Customs", "fr": "Douanes de Birwa"},
		Currency: "XAF", Zone: "Africa/Douala", Languages: []string{"fr", "en"}}
	if err := s.Create(t.Context(), &in); err != nil {
		t.Fatal(err)
	}
	got, err := s.ByCode(t.Context(), "bir")
	if err != nil {
		t.Fatal(err)
	}
	got.CreatedAt = got.CreatedAt.UTC()
	if diff := cmp.Diff(&in, got); diff != "" {
		t.Fatalf("-created +read:\n%s", diff)
	}
	if got.Name("en") != "Birwa Customs" || got.Name("ar") != "Douanes de Birwa" {
		t.Error("names by language")
	}
	again := in
	if err := s.Create(t.Context(), &again); !domain.Is(err, domain.KindConflict) {
		t.Errorf("the same code twice: %v", err)
	}
	if err := s.Create(t.Context(), &administration.Tenant{Code: "A B", Currency: "?", Zone: "Local"}); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("invalid: %v", err)
	}
	if _, err := s.ByCode(t.Context(), "none"); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("missing: %v", err)
	}
	err = s.ChangeSettings(t.Context(), in.ID, func(settings *administration.Settings) error {
		settings.WriteOffDays = 45
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err = s.ByID(t.Context(), in.ID); err != nil || got.Settings.WriteOffDays != 45 || got.Settings.TransitSpeed != 90 {
		t.Errorf("settings: %+v, %v", got, err)
	}
	calendars, err := s.Calendars(t.Context(), got)
	if err != nil || calendars.Of("unknown").Location().String() != "Africa/Douala" {
		t.Errorf("calendars: %v", err)
	}
	if _, err := s.Names(t.Context(), in.ID, "password", nil); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("names of an unknown kind: %v", err)
	}
}
