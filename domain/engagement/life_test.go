package engagement_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/engagement"
	"assay/domain/store"
)

// modelled is an engagement as the test believes it to be: the stretch of time in which it holds.
type modelled struct {
	tenant, expert  int
	real            *engagement.Engagement
	from, to        time.Time // to is the end, or the withdrawal when that came first
	accepted, ended bool
	extension       *modelled
}

func (m *modelled) holds(now time.Time) bool {
	return m.accepted && !m.ended && !now.Before(m.from) && now.Before(m.to)
}

func (m *modelled) open(now time.Time) bool { return !m.ended && now.Before(m.to) }

// TestAccessIsThereExactlyWhileAnEngagementHolds grants, accepts, declines, extends and withdraws at random times and lets time pass,
// also to the very instant of an end, and asks after every step in every way in which an expert may come: the
// permissions of a session's next request, the opening itself, an API token, the list of administrations.
func TestAccessIsThereExactlyWhileAnEngagementHolds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++ // experts of its own: the database keeps the rounds before
		tokens := map[[2]int]string{}
		var people []uuid.UUID
		var experts []string
		for i := range 2 {
			experts = append(experts, fmt.Sprintf("expert-%d-%d@example.org", round, i))
			people = append(people, b.unsigned(t, experts[i]))
		}
		var all []*modelled
		pick := func(name string, fits func(*modelled) bool) *modelled {
			var some []*modelled
			for _, m := range all {
				if fits(m) {
					some = append(some, m)
				}
			}
			if len(some) == 0 {
				r.Skip("none")
			}
			return rapid.SampledFrom(some).Draw(r, name)
		}
		r.Repeat(map[string]func(*rapid.T){
			"grant": func(r *rapid.T) {
				now := b.clock.now()
				m := &modelled{tenant: rapid.IntRange(0, 1).Draw(r, "tenant"), expert: rapid.IntRange(0, 1).Draw(r, "expert"), from: now,
					to: now.Add(time.Duration(rapid.IntRange(1, 300).Draw(r, "days")) * 24 * time.Hour)}
				m.real = b.grant(t, m.tenant, engagement.Grant{SignInName: experts[m.expert], EndsAt: m.to})
				all = append(all, m)
			},
			"accept": func(r *rapid.T) {
				m := pick("offer", func(m *modelled) bool { return !m.accepted && m.open(b.clock.now()) })
				b.accept(t, people[m.expert], m.real)
				m.accepted = true
			},
			"accept too late": func(r *rapid.T) {
				m := pick("over", func(m *modelled) bool { return !m.open(b.clock.now()) })
				err := b.service.Accept(t.Context(), people[m.expert], access.Author{Name: experts[m.expert]}, m.real.ID, engagement.Terms)
				if !domain.Is(err, domain.KindConflict) {
					r.Fatalf("accepted what is over: %v", err)
				}
			},
			"decline": func(r *rapid.T) {
				m := pick("offer", func(m *modelled) bool { return !m.accepted && m.open(b.clock.now()) })
				if err := b.service.Decline(t.Context(), people[m.expert], access.Author{Name: experts[m.expert]}, m.real.ID); err != nil {
					r.Fatal(err)
				}
				m.ended = true
			},
			"extend": func(r *rapid.T) {
				now := b.clock.now()
				m := pick("one that holds", func(m *modelled) bool { return m.accepted && m.open(now) })
				end := now.Add(time.Duration(rapid.IntRange(1, 364).Draw(r, "days")) * 24 * time.Hour)
				extended, err := b.service.Extend(t.Context(), b.tenants[m.tenant].ID, admin, m.real.ID, end)
				twice := m.extension != nil && !m.extension.ended
				if wanted := end.After(m.to) && !twice; (err == nil) != wanted {
					r.Fatalf("extend from %s to %s, extended before: %t: %v", m.to, end, twice, err)
				}
				if err == nil {
					m.extension = &modelled{tenant: m.tenant, expert: m.expert, real: extended, from: m.to, to: end, accepted: true}
					all = append(all, m.extension)
				}
			},
			"withdraw": func(r *rapid.T) {
				m := pick("open", func(m *modelled) bool { return m.open(b.clock.now()) })
				if err := b.service.Withdraw(t.Context(), b.tenants[m.tenant].ID, admin, m.real.ID, "the support is over now"); err != nil {
					r.Fatal(err)
				}
				for ; m != nil; m = m.extension {
					m.ended = true
				}
			},
			"wait": func(r *rapid.T) {
				b.clock.set(b.clock.now().Add(time.Duration(rapid.IntRange(1, 2000).Draw(r, "hours")) * time.Hour))
			},
			"until an end": func(r *rapid.T) {
				now := b.clock.now()
				m := pick("with an end", func(m *modelled) bool { return m.to.After(now.Add(time.Second)) })
				b.clock.set(m.to.Add(time.Duration(rapid.IntRange(-1, 1).Draw(r, "around")) * time.Microsecond))
			},
			"": func(r *rapid.T) { b.check(t, r, all, people, tokens) },
		})
	})
}

// check compares what experts can do with what the model says.
func (b *bundle) check(t *testing.T, r *rapid.T, all []*modelled, people []uuid.UUID, tokens map[[2]int]string) {
	t.Helper()
	now := b.clock.now()
	want := map[[2]int]bool{}
	for _, m := range all {
		holds := m.holds(now)
		want[[2]int{m.expert, m.tenant}] = want[[2]int{m.expert, m.tenant}] || holds
		if err := b.open(m.tenant, people[m.expert], m.real, access.FigureRead); (err == nil) != holds {
			r.Fatalf("at %s opening under the engagement of %s to %s (accepted %t, ended %t): %v", now, m.from, m.to, m.accepted, m.ended, err)
		}
		if err := b.open(1-m.tenant, people[m.expert], m.real, access.FigureRead); err == nil {
			r.Fatal("an engagement opens another administration")
		}
		if err := b.open(m.tenant, people[1-m.expert], m.real, access.FigureRead); err == nil {
			r.Fatal("an engagement opens for somebody else")
		}
	}
	for expert, person := range people {
		memberships, err := b.accounts.Memberships(t.Context(), person)
		if err != nil {
			r.Fatal(err)
		}
		listed := map[int]bool{}
		for _, m := range memberships {
			for i, tenant := range b.tenants {
				listed[i] = listed[i] || tenant.ID == m.Tenant
			}
		}
		for tenant := range b.tenants {
			at := [2]int{expert, tenant}
			permissions, err := b.access.Of(t.Context(), person, b.tenants[tenant].ID)
			if err != nil {
				r.Fatal(err)
			}
			if listed[tenant] != want[at] || permissions.None() == want[at] || permissions.Scope(access.FigureRead) == "" == want[at] {
				r.Fatalf("at %s expert %d in administration %d: listed %t, permissions %v; want %t", now, expert, tenant, listed[tenant], permissions.Scopes(), want[at])
			}
			if want[at] && tokens[at] == "" {
				if tokens[at], _, err = b.accounts.IssueToken(t.Context(), account.By{Account: person, SignInName: "expert", Capacity: "expert", Tenant: b.tenants[tenant].ID}, account.NewToken{Lifetime: 366 * 24 * time.Hour}); err != nil {
					r.Fatal(err)
				}
			}
			if _, err := b.accounts.ByToken(t.Context(), tokens[at]); tokens[at] != "" && err == nil != want[at] && !(want[at] && domain.Is(err, domain.KindUnauthenticated)) {
				r.Fatalf("at %s the token of expert %d in administration %d: %v; want %t", now, expert, tenant, err, want[at])
			} else if want[at] && err != nil {
				tokens[at] = "" // the token's own life was over: a new one next time
			}
		}
	}
}

// unsigned adds an account without the cost of a password.
func (b *bundle) unsigned(t *testing.T, name string) uuid.UUID {
	t.Helper()
	id := domain.NewID()
	err := b.db.Shared(t.Context(), func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`INSERT INTO account (account_id, sign_in_name, name, password_hash, created_at) VALUES (?, ?, ?, '', now())`, id, name, name).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}
