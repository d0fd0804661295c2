package api_test

import (
	"testing"

	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/warehouse"
)

// busiestTrader is a membership for the importer of the first administration with most declarations.
func (k *kit) busiestTrader(t *testing.T) account.Membership {
	t.Helper()
	count := map[string]int{}
	best := ""
	k.each(t, k.first, func(r *warehouse.Record) {
		code := r.Header.Importer
		if count[code]++; code != "" && (best == "" || count[code] > count[best] || count[code] == count[best] && code < best) {
			best = code
		}
	})
	if best == "" {
		t.Fatal("no declaration names an importer")
	}
	return account.Membership{Tenant: k.first.ID, Role: string(access.Trader), Trader: best, TraderKind: account.Importer}
}
