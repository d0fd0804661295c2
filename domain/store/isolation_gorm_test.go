package store_test

import (
	"context"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"assay/deploy/local/dbtest/everytable"
	"assay/domain"
	"assay/domain/store"
)

// These models are wrong on purpose: their associations forget the tenant, as a
// hurried programmer would write them. Row-level security alone must hold.
type officeModel struct {
	TenantID string         `gorm:"primaryKey"`
	Code     string         `gorm:"primaryKey"`
	Name     string         `gorm:"column:name"`
	Sections []sectionModel `gorm:"foreignKey:Office;references:Code"`
}

type sectionModel struct {
	TenantID string       `gorm:"primaryKey"`
	Office   string       `gorm:"primaryKey"`
	Code     string       `gorm:"primaryKey"`
	Name     string       `gorm:"column:name"`
	Home     *officeModel `gorm:"foreignKey:Office;references:Code"`
}

func (officeModel) TableName() string  { return "office" }
func (sectionModel) TableName() string { return "section" }

func openWorld(t *testing.T) (*world, *store.DB) {
	t.Helper()
	w := newWorld(t)
	db, err := store.Open(t.Context(), w.database.AppURL, store.Options{Connections: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return w, db
}

func TestNoPathOfGormReachesAnother(t *testing.T) {
	t.Parallel()
	w, db := openWorld(t)
	before := w.state(t, w.b)
	key := everytable.List[string](t, w.super, `SELECT code FROM section WHERE tenant_id = $1`, w.b.String())[0]
	foreign := func() *officeModel { return &officeModel{TenantID: w.b.String(), Code: key} }
	foreignSection := func() *sectionModel { return &sectionModel{TenantID: w.b.String(), Office: key, Code: key} }
	mine := func(found ...sectionModel) error {
		for _, s := range found {
			if s.TenantID != w.a.String() {
				t.Errorf("reached %+v", s)
			}
		}
		return nil
	}
	paths := map[string]struct {
		refused bool // an error is wanted; else nothing of B may come and nothing change
		run     func(tx *gorm.DB) error
	}{
		"preload": {false, func(tx *gorm.DB) error {
			var offices []officeModel
			err := tx.Preload("Sections").Find(&offices).Error
			if len(offices) != 1 || len(offices[0].Sections) != 1 {
				t.Errorf("preload gave %+v", offices)
			}
			for _, o := range offices {
				_ = mine(o.Sections...)
			}
			return err
		}},
		"preload of a foreign parent": {false, func(tx *gorm.DB) error {
			var offices []officeModel
			err := tx.Where("tenant_id = ?", w.b.String()).Preload(clause.Associations).Find(&offices).Error
			if len(offices) != 0 {
				t.Errorf("found %+v", offices)
			}
			return err
		}},
		"joins": {false, func(tx *gorm.DB) error {
			var sections []sectionModel
			err := tx.Joins("Home").Find(&sections).Error
			for _, s := range sections {
				if s.Home != nil && s.Home.TenantID != w.a.String() {
					t.Errorf("joined %+v", s.Home)
				}
			}
			return errorsOr(err, mine(sections...))
		}},
		"find by association": {false, func(tx *gorm.DB) error {
			var sections []sectionModel
			return errorsOr(tx.Model(foreign()).Association("Sections").Find(&sections), mine(sections...))
		}},
		"count by association": {false, func(tx *gorm.DB) error {
			if n := tx.Model(foreign()).Association("Sections").Count(); n > 1 { // A's section has the same key
				t.Errorf("counted %d", n)
			}
			return nil
		}},
		"append to an association": {true, func(tx *gorm.DB) error { return tx.Model(foreign()).Association("Sections").Append(foreignSection()) }},
		"replace an association":   {true, func(tx *gorm.DB) error { return tx.Model(foreign()).Association("Sections").Replace(foreignSection()) }},
		"create with associations": {true, func(tx *gorm.DB) error {
			o := foreign()
			o.Sections = []sectionModel{*foreignSection()}
			return tx.Create(o).Error
		}},
		"create a foreign row": {true, func(tx *gorm.DB) error { return tx.Create(foreign()).Error }},
		"create unless there":  {true, func(tx *gorm.DB) error { return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(foreign()).Error }},
		"create or update":     {true, func(tx *gorm.DB) error { return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(foreign()).Error }},
		"save":                 {true, func(tx *gorm.DB) error { o := foreign(); o.Name = "stolen"; return tx.Save(o).Error }},
		"first or create":      {true, func(tx *gorm.DB) error { return tx.FirstOrCreate(foreign(), foreign()).Error }},
		"update":               {false, func(tx *gorm.DB) error { return tx.Model(foreign()).Update("name", "stolen").Error }},
		"update everything": {false, func(tx *gorm.DB) error {
			return tx.Session(&gorm.Session{AllowGlobalUpdate: true}).Model(&officeModel{}).Update("name", "mine").Error
		}},
		"give away": {true, func(tx *gorm.DB) error {
			return tx.Session(&gorm.Session{AllowGlobalUpdate: true}).Model(&sectionModel{}).Update("tenant_id", w.b.String()).Error
		}},
		"delete":                   {false, func(tx *gorm.DB) error { return tx.Delete(foreignSection()).Error }},
		"delete with associations": {false, func(tx *gorm.DB) error { return tx.Select(clause.Associations).Delete(foreign()).Error }},
		"delete everything": {false, func(tx *gorm.DB) error {
			return tx.Session(&gorm.Session{AllowGlobalUpdate: true}).Unscoped().Delete(&sectionModel{}).Error
		}},
		"raw": {false, func(tx *gorm.DB) error {
			var all []sectionModel
			return errorsOr(tx.Raw(`SELECT * FROM section`).Scan(&all).Error, mine(all...))
		}},
		"a condition that means to lie": {false, func(tx *gorm.DB) error {
			var all []sectionModel
			return errorsOr(tx.Where("1 = 1 OR tenant_id = ?", w.b.String()).Find(&all).Error, mine(all...))
		}},
	}
	undo := "undo"
	for name, path := range paths {
		var outcome error
		err := db.InTenant(t.Context(), w.a, func(_ context.Context, tx *gorm.DB) error {
			outcome = path.run(tx)
			return domain.Errorf(domain.KindConflict, "%s", undo)
		})
		if err == nil || !strings.Contains(err.Error(), undo) {
			t.Fatalf("%s: %v", name, err)
		}
		if path.refused && everytable.SQLState(outcome) != notAllowed {
			t.Errorf("%s: want a refusal, got %v", name, outcome)
		}
		if !path.refused && outcome != nil {
			t.Errorf("%s: %v", name, outcome)
		}
		// Without a tenant not even that.
		err = db.Shared(t.Context(), func(_ context.Context, tx *gorm.DB) error {
			var sections []sectionModel
			if err := tx.Preload("Home").Find(&sections).Error; err != nil || len(sections) != 0 {
				t.Errorf("without a tenant: %+v, %v", sections, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	w.unchanged(t, w.b, before)
}

func errorsOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// One connection serves one tenant after another: nothing of the tenant stays on it,
// whether the transaction ended well, in an error or in a panic.
func TestAConnectionForgetsItsTenant(t *testing.T) {
	t.Parallel()
	w, db := openWorld(t)
	ends := map[string]func(){
		"commit": func() { _ = db.InTenant(t.Context(), w.b, func(context.Context, *gorm.DB) error { return nil }) },
		"rollback": func() {
			_ = db.InTenant(t.Context(), w.b, func(context.Context, *gorm.DB) error { return store.ErrNoTransaction })
		},
		"failed statement": func() {
			_ = db.InTenant(t.Context(), w.b, func(_ context.Context, tx *gorm.DB) error { return tx.Exec(`SELECT 1/0`).Error })
		},
		"panic": func() {
			defer func() { _ = recover() }()
			_ = db.InTenant(t.Context(), w.b, func(context.Context, *gorm.DB) error { panic("x") })
		},
	}
	for name, end := range ends {
		end()
		err := db.Shared(t.Context(), func(_ context.Context, tx *gorm.DB) error {
			var setting string
			var rows int
			if err := tx.Raw(`SELECT coalesce(current_setting('assay.tenant_id', true), '')`).Scan(&setting).Error; err != nil {
				return err
			}
			if err := tx.Raw(`SELECT count(*) FROM section`).Scan(&rows).Error; err != nil {
				return err
			}
			if setting != "" || rows != 0 {
				t.Errorf("after %s: tenant %q, %d rows", name, setting, rows)
			}
			return nil
		})
		if err != nil {
			t.Fatalf("after %s: %v", name, err)
		}
	}
}
