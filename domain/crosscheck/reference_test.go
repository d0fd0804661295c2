package crosscheck_test

import (
	"context"
	"slices"
	"testing"

	"gorm.io/gorm"

	"assay/domain/crosscheck"
)

// The reference queries must run as other rooms run them: through gorm, with a map
// of named arguments, as the program's role.
func TestTheReferenceQueriesRunThroughGormUnderIsolation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := newWorld()
	spoilt(w)
	b.fill(t, w)
	session, got := b.examine(t, w)
	arguments := crosscheck.Arguments(b.tenant, b.owner.Zone, session.Context.Watermark, &session.Context.Settings)
	err := b.db.Read(t.Context(), b.tenant, func(_ context.Context, tx *gorm.DB) error {
		var rows []struct {
			DeclarationID     int64
			Evaluated, Broken uint16
		}
		if err := tx.Raw(crosscheck.BreachSQL(), arguments).Scan(&rows).Error; err != nil {
			return err
		}
		if len(rows) != len(got) {
			t.Errorf("%d declarations of %d", len(rows), len(got))
		}
		for _, r := range rows {
			if is := (bits{r.Evaluated, r.Broken}); is != got[r.DeclarationID] {
				t.Errorf("declaration %d: %s; want %s", r.DeclarationID, is, got[r.DeclarationID])
			}
		}
		for rule := crosscheck.Order; rule <= crosscheck.LateManifest; rule++ {
			for _, s := range []struct {
				query string
				holds func(bits) bool
			}{
				{crosscheck.Reference(rule), func(is bits) bool { return is.broken&rule.Bit() != 0 }},
				{crosscheck.ReferenceNotEvaluated(rule), func(is bits) bool { return is.evaluated&rule.Bit() == 0 }},
			} {
				var ids, want []int64
				if err := tx.Raw(s.query, arguments).Scan(&ids).Error; err != nil {
					return err
				}
				for id, is := range got {
					if s.holds(is) {
						want = append(want, id)
					}
				}
				slices.Sort(ids)
				slices.Sort(want)
				if !slices.Equal(ids, want) {
					t.Errorf("%s: declarations %v, want %v", rule, ids, want)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
