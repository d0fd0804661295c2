package indicator

import (
	"context"
	"time"

	"assay/domain/administration"
	"assay/domain/cube"
)

// SQLOverTables is SQL over tables named like the views, which StandingViews
// makes: the views are long and the same for all questions.
func (s *Service) SQLOverTables(ctx context.Context, tenant *administration.Tenant, code string, in Request) (*Statement, error) {
	w, err := s.writer(ctx, tenant, code, in)
	if err != nil {
		return nil, err
	}
	w.standing = true
	return w.write()
}

// StandingView gives the statement that makes the table of a grain's view.
func (s *Service) StandingView(tenant *administration.Tenant, grain string, watermark time.Time) (*Statement, error) {
	day := cube.DateIn(watermark, tenant.Location())
	rules, more := s.breaches(tenant, watermark)
	values := arguments(tenant, day, day+1, day)
	for name, value := range more {
		if _, known := values[name]; !known {
			values[name] = value
		}
	}
	with, err := views(rules, grain)
	if err != nil {
		return nil, err
	}
	return &Statement{Text: "CREATE TEMPORARY TABLE " + grain + "_row ON COMMIT DROP AS WITH " + with + " SELECT * FROM " + grain + "_row", Arguments: values}, nil
}
