package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// Analyse lets the planner know what the tables hold now, where they were never
// analysed or have changed much since. It costs milliseconds when there is
// nothing to do, and about a second after a first large load.
func (db *DB) Analyse(ctx context.Context) error {
	err := db.Shared(ctx, func(_ context.Context, tx *gorm.DB) error {
		var analysed int
		return tx.Raw(`SELECT assay_analyse()`).Scan(&analysed).Error
	})
	if err != nil {
		return fmt.Errorf("analyse the tables: %w", err)
	}
	return nil
}
