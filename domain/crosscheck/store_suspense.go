package crosscheck

import (
	"context"
	"time"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/declaration"
)

// dischargeRow is a discharge with its account.
type dischargeRow struct {
	account, office, regime, holder, hs string
	in, guarantee, quantity             int64
	due                                 time.Time
	closed                              *time.Time
	declaration                         string
	moment                              declaration.Moment
}

// discharges loads the discharges by declaration (or by holder and goods where they name none), and finds
// accounts from which more went out than came in.
func (l *loader) discharges(ctx context.Context) (err error) {
	if l.c.suspense, err = l.exists(ctx, `SELECT FROM suspense_account WHERE tenant_id = $1`); err != nil || !l.c.suspense {
		return err
	}
	var d dischargeRow
	var precision string
	var account string
	var out int64
	var over []OverdrawnFacts
	err = l.each(ctx, `SELECT a.account, a.office, a.regime, a.holder, a.hs, a.quantity, a.guarantee, a.due_on, a.closed_on, x.declaration, x.at, x.precision, x.quantity
		FROM discharge x JOIN suspense_account a ON a.tenant_id = $1 AND a.account = x.account WHERE x.tenant_id = $1 ORDER BY x.account, x.at, x.sequence`, []any{l.tenant},
		[]any{&d.account, &d.office, &d.regime, &d.holder, &d.hs, &d.in, &d.guarantee, &d.due, &d.closed, &d.declaration, &d.moment.At, &precision, &d.quantity},
		func() error {
			d.moment.Precision = declaration.Precision(precision)
			l.date(&d)
			if d.account != account {
				account, out = d.account, 0
			}
			if out += d.quantity; out > d.in {
				over = append(over, d.overdrawn(out))
			}
			return nil
		})
	if err != nil {
		return err
	}
	l.c.discharges.sort()
	l.c.unnamed.sort()
	return l.overdrawn(ctx, over)
}

// date keeps the day of a discharge, in its office's zone.
func (l *loader) date(d *dischargeRow) {
	calendar := l.c.Calendars.Of(d.office)
	day := stampOf(d.moment, calendar).localDay(calendar)
	switch {
	case d.declaration != "":
		l.c.discharges = append(l.c.discharges, datedKey{l.c.keyOf(d.declaration), day})
	case d.hs == "" || d.closed != nil && administration.DayNumber(d.closed.UTC()) < day: // not an open account
	default:
		l.c.unnamed = append(l.c.unnamed, datedKey{l.c.keyOfPair(d.holder, heading(d.hs)), day})
	}
}

func (d *dischargeRow) overdrawn(out int64) OverdrawnFacts {
	return OverdrawnFacts{Account: d.account, Office: d.office, Regime: d.regime, Holder: d.holder, HS: d.hs, In: d.in, Out: out, Quantity: d.quantity,
		DueOn: d.due.Format(time.DateOnly), Guarantee: d.guarantee, Discharge: Row{Source: "discharge", Declaration: d.declaration, Office: d.office}.at(d.moment)}
}

// overdrawn keeps variant c by declaration, and raises it on the account where no declaration is known.
func (l *loader) overdrawn(ctx context.Context, over []OverdrawnFacts) error {
	if len(over) == 0 {
		return nil
	}
	references := make([]string, 0, len(over))
	for i := range over {
		references = append(references, over[i].Discharge.Declaration)
	}
	known := map[string]bool{}
	var reference string
	err := l.each(ctx, `SELECT reference FROM declaration WHERE tenant_id = $1 AND reference = ANY ($2)`, []any{l.tenant, references}, []any{&reference}, func() error {
		known[reference] = true
		return nil
	})
	if err != nil {
		return err
	}
	for i := range over {
		f := over[i]
		if name := f.Discharge.Declaration; known[name] {
			l.c.overdrawn[name] = append(l.c.overdrawn[name], f)
			continue
		}
		at := f.Discharge.At
		if err := l.raise(ExportUndischarged, "c", High, OnAccount, f.Account, f.Office, cube.MonthOf(at.Year(), at.Month()), f); err != nil {
			return err
		}
	}
	return nil
}
