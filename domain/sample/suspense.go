package sample

import "strconv"

// account is a suspense account: goods that came in without duty and have to go
// out again or be cleared.
type account struct {
	number      string
	office      *office
	regime      string
	importer    int
	broker      int
	heading     *heading
	code        string
	origin      int
	document    string // OFFICE,REGDATE,REGNO of the declaration that opened it
	key         string
	opened, due day
	quantity    int64
	left        int64
	value       int64 // invoice minor units a thousand units, to value what goes out
	money       int
	guarantee   int64
	last        day  // of the latest discharge
	stuck       bool // a discharge was planned that has not been carried out
}

// openAccount opens an account for an assessed declaration under a suspense regime.
func (l *life) openAccount(at moment) {
	g, o := l.g, l.office
	if at > g.world.watermark {
		return
	}
	it := &l.items[0]
	a := &account{number: o.code + "-W" + strconv.Itoa(g.accountsOpened+1), office: o, regime: l.procedure, importer: l.importer, broker: l.broker,
		heading: it.heading, code: it.code, origin: it.origin, document: string(l.prefix), key: l.key(),
		opened: at.day(), quantity: it.quantity, left: it.quantity, money: it.money, guarantee: l.guarantee}
	a.value = max(1, it.fob*1000/it.quantity)
	a.due = a.opened + day(l.r.between(90, 180))
	if l.procedure == "5100" {
		a.due += 185
	}
	g.accountsOpened++
	o.accounts = append(o.accounts, a)
}

// pickAccount draws an open account at the office, of four the one due first; nil
// when there is none.
func (o *office) pickAccount(d day, r *source) *account {
	var best *account
	for range min(4, len(o.accounts)) {
		a := o.accounts[r.below(len(o.accounts))]
		if a.left > 0 && !a.stuck && a.opened+4 < d && (best == nil || a.due < best.due) {
			best = a
		}
	}
	return best
}

// discharge takes the declaration's quantity off its account.
func (l *life) discharge(at moment) {
	g, a := l.g, l.account
	if l.tries("P11") {
		a.stuck = true
		l.plantDone("declaration", l.key(), a.number)
		return
	}
	if at > g.world.watermark {
		a.stuck = true
		return
	}
	f := g.files.discharges
	b := append(f.buffer, a.number...)
	b = g.world.span.appendMoment(append(b, ','), at)
	b = append(append(b, ','), l.prefix...)
	b = strconv.AppendInt(append(b, ','), l.items[0].quantity, 10)
	f.buffer = append(b, '\n')
	f.row()
	a.left -= l.items[0].quantity
	a.last = max(a.last, at.day())
}

// settleAccounts writes and drops the accounts of an office that are closed; at the
// end of the extract it writes the open ones too.
func (g *generator) settleAccounts(o *office, all bool) {
	kept := o.accounts[:0]
	for _, a := range o.accounts {
		if a.left > 0 && !all {
			kept = append(kept, a)
			continue
		}
		g.writeAccount(a)
	}
	clear(o.accounts[len(kept):])
	o.accounts = kept
}

func (g *generator) writeAccount(a *account) {
	w, f := g.world, g.files.suspense
	b := append(f.buffer, a.number+","+a.office.code+","+a.regime+","+w.importers[a.importer].code+","+a.code+","+a.document+","...)
	b = w.span.appendDate(b, a.opened)
	b = w.span.appendDate(append(b, ','), a.due)
	b = append(b, ',')
	if a.left == 0 {
		b = w.span.appendDate(b, a.last)
	}
	b = strconv.AppendInt(append(b, ','), a.quantity, 10)
	b = appendMoney(append(b, ','), a.guarantee, w.decimals)
	overdue := a.due < w.end && (a.left > 0 || a.last > a.due)
	if overdue && mixUnit(g.parameters.Seed, uint64(a.opened), uint64(a.quantity), 31) < 0.3 {
		b = append(b, ",1\n"...)
	} else {
		b = append(b, ",0\n"...)
	}
	f.buffer = b
	f.row()
}
