package main

import (
	"database/sql"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/account"
	"assay/web"
)

// BenchmarkAccess measures what it costs that somebody asks: finding the account of a token,
// deciding by its roles, and opening the administration's transaction, in an installation of
// 200 administrations, 10,000 people and 1,000 lines of policies that administrations have put
// together themselves. It prints the median of a request through the whole program that reads an
// empty list, of the same answer without any of that, and the difference, which may be 1 ms.
//
// The difference is more than the issue means: it has the reading of the list in it too.
func BenchmarkAccess(b *testing.B) {
	database := dbtest.New(b)
	s, closeServices, err := buildServices(b.Context(), database.AppURL, nil, usualCubeMemory)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(closeServices)
	super, err := sql.Open("pgx", database.SuperURL)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = super.Close() })
	populate(b, super)
	handler, err := newHandler(s, slog.New(slog.NewTextHandler(io.Discard, nil)), web.Options{})
	if err != nil {
		b.Fatal(err)
	}
	requests := requestsOf(b, s, super)
	var body []byte
	ask := func(handler http.Handler, request *http.Request) time.Duration {
		answer := httptest.NewRecorder()
		begin := time.Now()
		handler.ServeHTTP(answer, request.Clone(b.Context()))
		took := time.Since(begin)
		if answer.Code != http.StatusOK {
			b.Fatalf("%s: %d %s", request.URL, answer.Code, answer.Body)
		}
		body = answer.Body.Bytes()
		return took
	}
	for _, request := range requests { // plans are made and connections opened once
		ask(handler, request)
	}
	answer := slices.Clone(body)
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	})
	var whole, alone []time.Duration
	for i := range 4_000 {
		request := requests[i%len(requests)]
		whole = append(whole, ask(handler, request))
		alone = append(alone, ask(bare, request))
	}
	slices.Sort(whole)
	slices.Sort(alone)
	milliseconds := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	median, p95 := len(whole)/2, len(whole)*95/100
	b.ReportMetric(milliseconds(whole[median]), "whole-median-ms")
	b.ReportMetric(milliseconds(whole[p95]), "whole-p95-ms")
	b.ReportMetric(milliseconds(alone[median]), "bare-median-ms")
	b.ReportMetric(milliseconds(whole[median]-alone[median]), "difference-median-ms")
	b.ReportMetric(0, "ns/op")
	if difference := whole[median] - alone[median]; difference > time.Millisecond {
		b.Errorf("asking costs %v at the median, more than a millisecond (on a machine that does nothing else?)", difference)
	}
}

// Sizes of the installation.
const (
	benchTenants = 200
	benchPeople  = 10_000
	benchLines   = 1_000 // of own roles, besides the program's
)

// populate fills the installation round the program, which would take minutes for the passwords alone.
func populate(b *testing.B, super *sql.DB) {
	b.Helper()
	for _, step := range []struct {
		statement string
		count     int
	}{
		{`INSERT INTO tenant (tenant_id, code, names, currency, zone, languages, created_at)
			SELECT md5('tenant' || i)::uuid, 't' || i, '{"en":"T"}', 'XAF', 'Africa/Douala', ARRAY['en'], now() FROM generate_series(1, $1) i`, benchTenants},
		{`INSERT INTO account (account_id, sign_in_name, name, password_hash, created_at)
			SELECT md5('account' || i)::uuid, 'p' || i, 'P', 'none', now() FROM generate_series(1, $1) i`, benchPeople},
		{`INSERT INTO own_role (tenant_id, code, names, permissions, created_at, changed_at)
			SELECT tenant_id, 'own-bench', '{"en":"B"}', '{"import.read":"administration","figure.read":"office","finding.read":"office",
				"declaration.read":"office","dictionary.read":"administration"}', now(), now()
			FROM tenant LIMIT $1`, benchTenants},
		{`INSERT INTO membership (account_id, tenant_id, role)
			SELECT md5('account' || i)::uuid, md5('tenant' || 1 + i % 200)::uuid, (ARRAY['own-bench','analyst','auditor','data_officer'])[1 + i / 200 % 4]
			FROM generate_series(1, $1) i`, benchPeople},
	} {
		if _, err := super.ExecContext(b.Context(), step.statement, step.count); err != nil {
			b.Fatal(err)
		}
	}
	var tenants, people, lines int
	if err := super.QueryRowContext(b.Context(), `SELECT (SELECT count(*) FROM tenant), (SELECT count(*) FROM membership),
		(SELECT count(*) FROM own_role CROSS JOIN LATERAL jsonb_object_keys(permissions))`).Scan(&tenants, &people, &lines); err != nil {
		b.Fatal(err)
	}
	if tenants != benchTenants || people != benchPeople || lines != benchLines {
		b.Fatalf("%d administrations, %d people, %d lines", tenants, people, lines)
	}
	if _, err := super.ExecContext(b.Context(), "ANALYZE"); err != nil {
		b.Fatal(err)
	}
}

// requestsOf are the same question of 400 people of all administrations and four roles.
func requestsOf(b *testing.B, s *services, super *sql.DB) []*http.Request {
	b.Helper()
	rows, err := super.QueryContext(b.Context(), `SELECT account_id::text, tenant_id::text FROM membership ORDER BY md5(account_id::text) LIMIT 400`)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var requests []*http.Request
	for rows.Next() {
		var person uuid.UUID
		var tenantText string
		if err := rows.Scan(&person, &tenantText); err != nil {
			b.Fatal(err)
		}
		tenant, err := domain.ParseTenantID(tenantText)
		if err != nil {
			b.Fatal(err)
		}
		token, _, err := s.accounts.IssueToken(b.Context(), account.By{Account: person, SignInName: "bench", Tenant: tenant}, account.NewToken{Name: "bench"})
		if err != nil {
			b.Fatal(err)
		}
		request := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/api/v1/imports", nil)
		request.Header.Set("Authorization", "Bearer "+token)
		requests = append(requests, request)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return requests
}
