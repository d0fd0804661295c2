package web

import (
	"testing"

	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/warehouse"
)

// busiestTrader is a membership for the importer, or the broker, of the first administration with most declarations.
func (k *kit) busiestTrader(t *testing.T, kind account.TraderKind) account.Membership {
	t.Helper()
	count := map[string]int{}
	best := ""
	err := k.warehouse.Records(t.Context(), k.first.ID, warehouse.Range{}, func(r *warehouse.Record) error {
		code := r.Header.Importer
		if kind == account.Broker {
			code = r.Header.Broker
		}
		if count[code]++; code != "" && (best == "" || count[code] > count[best] || count[code] == count[best] && code < best) {
			best = code
		}
		return nil
	})
	if err != nil || best == "" {
		t.Fatalf("no declaration names a trader: %v", err)
	}
	return account.Membership{Tenant: k.first.ID, Role: string(access.Trader), Trader: best, TraderKind: kind}
}
