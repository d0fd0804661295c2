package contract

import (
	"time"

	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/cube"
)

// findFeed gives when the last load that succeeded ended, and the day of the last declaration since a day, of an office where one is named.
func findFeed(tx *gorm.DB, tenant domain.TenantID, office string, since time.Time) (load time.Time, last cube.Date, err error) {
	var loads []time.Time
	if err := tx.Raw(`SELECT ended_at FROM batch WHERE tenant_id = ? AND state = 'loaded' AND ended_at IS NOT NULL ORDER BY started_at DESC LIMIT 1`, tenant.String()).Scan(&loads).Error; err != nil {
		return load, 0, err
	}
	if len(loads) == 1 {
		load = loads[0].UTC()
	}
	var days []cube.Date
	err = tx.Raw(`SELECT registered_on - date '1970-01-01' FROM declaration WHERE tenant_id = ? AND registered_on > ? AND (? = '' OR office = ?) ORDER BY registered_on DESC LIMIT 1`,
		tenant.String(), since, office, office).Scan(&days).Error
	if len(days) == 1 {
		last = days[0]
	}
	return load, last, err
}

// findDaysWithData gives the days from a first to a last one on which something was registered.
func findDaysWithData(tx *gorm.DB, tenant domain.TenantID, office string, from, to cube.Date) (map[cube.Date]bool, error) {
	var days []cube.Date
	err := tx.Raw(`SELECT DISTINCT registered_on - date '1970-01-01' FROM declaration WHERE tenant_id = ? AND registered_on BETWEEN CAST(? AS date) AND CAST(? AS date) AND (? = '' OR office = ?)`,
		tenant.String(), from.String(), to.String(), office, office).Scan(&days).Error
	with := make(map[cube.Date]bool, len(days))
	for _, day := range days {
		with[day] = true
	}
	return with, err
}
