package account

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"assay/domain/audit"
	"assay/domain/secret"
	"assay/domain/store"
)

// TestCleanupRemovesWhatHasEndedAndNothingElse: of everything one piece has ended and one goes on, here and in
// another administration.
func TestCleanupRemovesWhatHasEndedAndNothingElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts.keys = secret.New()
	ctx := t.Context()
	first, second := b.tenants[0].ID, b.tenants[1].ID
	anna, bilal := b.person(t, "anna@customs.example", b.tenants[0]), b.person(t, "bilal@customs.example", b.tenants[1])
	nobody := b.person(t, "nobody@customs.example")
	everything := func(forgetful string) {
		t.Helper()
		for _, name := range []string{"anna@customs.example", "bilal@customs.example"} {
			if _, err := b.signIn(t, name, right, ""); err != nil {
				t.Fatal(err)
			}
		}
		if ctx := b.load(t, ""); true { // a guest's session, which belongs to no administration
			b.sessions.ForgeryToken(ctx)
			if _, _, _, err := b.sessions.Save(ctx, "192.0.2.1", "test"); err != nil {
				t.Fatal(err)
			}
		}
		for tenant, person := range map[int]*Account{0: anna, 1: bilal} {
			if _, _, err := b.accounts.IssueToken(ctx, by(person, b.tenants[tenant].ID), NewToken{Name: "t", Lifetime: time.Hour}); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.accounts.Forgotten(ctx, forgetful, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	present := *b.now
	*b.now = b.now.Add(-InvitationLasts - invitationKept)
	everything("anna@customs.example")
	// The end of a session is counted from the time of day, not from the test's clock.
	err := b.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`UPDATE sign_in_session SET expires_at = ?`, b.now.Add(sessionIdle).UTC()).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	b.invite(t, "old@customs.example", 0)
	b.invite(t, "old@customs.example", 1)
	failed := func(id uuid.UUID) {
		t.Helper()
		err := b.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
			if _, err := lockFactorFailures(tx, id, b.now.UTC()); err != nil {
				return err
			}
			_, err := factorFailed(tx, id, b.now.UTC())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	failed(anna.ID)
	if removed, err := b.accounts.Cleanup(ctx, first); err != nil || removed != (Removed{}) {
		t.Fatalf("before anything has ended: %+v, %v", removed, err)
	}
	*b.now = present
	everything("bilal@customs.example")
	b.invite(t, "new@customs.example", 0)
	failed(nobody.ID)
	removed, err := b.accounts.Cleanup(ctx, first)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Removed{Sessions: 2, Tokens: 1, Invitations: 1, Resets: 1, Failures: 1}, removed); diff != "" {
		t.Fatal(diff)
	}
	if removed, err := b.accounts.Cleanup(ctx, first); err != nil || removed != (Removed{}) {
		t.Fatalf("twice: %+v, %v", removed, err)
	}
	if removed, err := b.accounts.Cleanup(ctx, second); err != nil || removed != (Removed{Sessions: 1, Tokens: 1, Invitations: 1}) {
		t.Fatalf("the other administration: %+v, %v", removed, err)
	}
	var left struct{ Sessions, Tokens, Invitations, Resets, Failures int }
	err = b.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT (SELECT count(*) FROM sign_in_session) AS sessions, (SELECT count(*) FROM api_token) AS tokens, (SELECT count(*) FROM invitation) AS invitations,
			(SELECT count(*) FROM password_reset) AS resets, (SELECT count(*) FROM account_factor_failure) AS failures`).Scan(&left).Error
	})
	if err != nil || left.Sessions != 3 || left.Tokens != 2 || left.Invitations != 1 || left.Resets != 1 || left.Failures != 1 {
		t.Fatalf("left: %+v, %v", left, err)
	}
	if rows, _, err := audit.List(ctx, b.db, first, audit.Filter{Action: "account.cleanup"}, audit.Page{}); err != nil || len(rows) != 1 {
		t.Fatalf("audit: %d, %v", len(rows), err)
	}
}

// TestCleanupComesBackEveryDay: the job asks for the next one, and for each day once.
func TestCleanupComesBackEveryDay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, tenant := t.Context(), b.tenants[0].ID
	*b.now = time.Date(2026, 3, 4, 15, 0, 0, 0, time.UTC)
	for range 2 {
		if err := b.accounts.ScheduleCleanup(ctx, tenant); err != nil {
			t.Fatal(err)
		}
	}
	claim := func() []store.Claimed {
		t.Helper()
		claimed, err := b.db.Claim(ctx, tenant, 10, *b.now)
		if err != nil {
			t.Fatal(err)
		}
		return claimed
	}
	jobs := claim()
	if len(jobs) != 1 || jobs[0].Kind != CleanupJob {
		t.Fatalf("%+v", jobs)
	}
	if started, err := b.db.Start(ctx, jobs[0], *b.now); err != nil || !started {
		t.Fatalf("%v, %v", started, err)
	}
	for range 2 {
		if err := b.accounts.RunCleanup(ctx, tenant); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.db.Finish(ctx, jobs[0], *b.now); err != nil {
		t.Fatal(err)
	}
	*b.now = time.Date(2026, 3, 5, 1, 59, 0, 0, time.UTC)
	if jobs := claim(); len(jobs) != 0 {
		t.Fatalf("too early: %+v", jobs)
	}
	*b.now = b.now.Add(time.Minute)
	if jobs := claim(); len(jobs) != 1 {
		t.Fatalf("the next day: %+v", jobs)
	}
}
