package notice_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/administration"
	"assay/domain/notice"
	"assay/domain/secret"
	"assay/domain/store"
)

// kit is two administrations, an account, and a post that sends to a mail server of the test.
type kit struct {
	db      *store.DB
	notices *notice.Service
	post    *notice.Post
	tenants []domain.TenantID
	account uuid.UUID
	keys    *secret.Keys
	now     time.Time
	log     bytes.Buffer
}

func newKit(t *testing.T, transport notice.Transport) *kit {
	t.Helper()
	db, err := store.Open(t.Context(), dbtest.New(t).AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	k := &kit{db: db, account: domain.NewID(), keys: secret.New(), now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return k.now }
	k.notices = notice.New(db, clock)
	administrations := administration.New(db, clock)
	for _, code := range []string{"aa", "bb"} {
		tenant := &administration.Tenant{Code: code, Names: map[string]string{"en": code}, Currency: "EUR", Zone: "UTC", Languages: []string{"en"}}
		if err := administrations.Create(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		k.tenants = append(k.tenants, tenant.ID)
	}
	err = db.Shared(t.Context(), func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`INSERT INTO account (account_id, sign_in_name, name, password_hash, created_at) VALUES (?, 'amina', 'Amina', '', ?)`, k.account, k.now).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	k.usePost(transport)
	return k
}

func (k *kit) usePost(transport notice.Transport) {
	k.post = notice.NewPost(k.db, notice.PostOptions{
		Recipient: func(_ context.Context, account uuid.UUID) (notice.Recipient, error) {
			if account != k.account {
				return notice.Recipient{}, domain.Errorf(domain.KindNotFound, "there is no such account")
			}
			return notice.Recipient{Name: "Amina", Address: "amina@customs.example", Language: "fr"}, nil
		},
		Text: func(_ context.Context, _ domain.TenantID, language string, kind notice.Kind, a notice.Arguments) (notice.Text, error) {
			return notice.Text{Subject: fmt.Sprintf("%s %s é", language, kind), Body: "Contract of " + a.Texts["Name"], Footer: "Assay"}, nil
		},
		Transport: transport, Public: "https://assay.example/", Keys: k.keys, Log: slog.New(slog.NewTextHandler(&k.log, nil)), Clock: func() time.Time { return k.now },
	})
}

func (k *kit) send(t *testing.T, tenant domain.TenantID, m notice.Message) {
	t.Helper()
	err := k.db.InTenant(t.Context(), tenant, func(ctx context.Context, tx *store.Tx) error {
		return notice.Send(ctx, tx, tenant, k.now, k.account, m)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// runJobs does what the worker does with jobs that are due, and says how many there were.
func (k *kit) runJobs(t *testing.T, tenant domain.TenantID) int {
	t.Helper()
	jobs, err := k.db.Claim(t.Context(), tenant, 100, k.now)
	if err != nil {
		t.Fatal(err)
	}
	for _, job := range jobs {
		if started, err := k.db.Start(t.Context(), job, k.now); err != nil || !started {
			t.Fatalf("start: %v, %v", started, err)
		}
		id := uuid.MustParse(strings.Split(job.Period, "/")[0])
		if err := k.post.Deliver(t.Context(), tenant, id); err != nil {
			t.Fatal(err)
		}
		if err := k.db.Finish(t.Context(), job, k.now); err != nil {
			t.Fatal(err)
		}
	}
	return len(jobs)
}

// states gives the letters' states in order of writing.
func (k *kit) states(t *testing.T, tenant domain.TenantID) string {
	t.Helper()
	var states []string
	err := k.db.Read(t.Context(), tenant, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT state || CASE WHEN sealed IS NULL THEN '' ELSE ' sealed' END FROM mail WHERE tenant_id = ? ORDER BY mail_id`, tenant.String()).Scan(&states).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(states, ", ")
}

func message(name string) notice.Message {
	return notice.Message{Kind: "notice.contract.signed", Arguments: notice.Arguments{Texts: map[string]string{"Name": name}}, Link: "/in/aa/contracts/1"}
}

func TestNoticesAreOnesOwn(t *testing.T) {
	t.Parallel()
	k := newKit(t, nil)
	first, second := k.tenants[0], k.tenants[1]
	k.send(t, first, message("one"))
	k.send(t, first, message("two"))
	k.send(t, second, message("elsewhere"))
	unread := func(tenant domain.TenantID, account uuid.UUID) int {
		t.Helper()
		n, err := k.notices.Unread(t.Context(), tenant, account)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if unread(first, k.account) != 2 || unread(second, k.account) != 1 || unread(first, domain.NewID()) != 0 {
		t.Fatal("counts are wrong")
	}
	list, err := k.notices.List(t.Context(), first, k.account, uuid.Nil, 10)
	if err != nil || len(list) != 2 || list[0].Arguments.Texts["Name"] != "two" {
		t.Fatalf("list: %+v, %v", list, err)
	}
	older, err := k.notices.List(t.Context(), first, k.account, list[0].ID, 10)
	if err != nil || len(older) != 1 || older[0].Arguments.Texts["Name"] != "one" {
		t.Fatalf("older: %+v, %v", older, err)
	}
	if _, err := k.notices.Open(t.Context(), first, domain.NewID(), list[0].ID); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("somebody else opened it: %v", err)
	}
	if _, err := k.notices.Open(t.Context(), second, k.account, list[0].ID); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("it was opened from another administration: %v", err)
	}
	opened, err := k.notices.Open(t.Context(), first, k.account, list[0].ID)
	if err != nil || opened.ReadAt == nil || opened.Link != "/in/aa/contracts/1" || unread(first, k.account) != 1 {
		t.Fatalf("open: %+v, %v", opened, err)
	}
	if err := k.notices.ReadAll(t.Context(), first, k.account); err != nil || unread(first, k.account) != 0 || unread(second, k.account) != 1 {
		t.Fatalf("read all: %v", err)
	}
}

func TestNothingIsToldOfADeedThatFailed(t *testing.T) {
	t.Parallel()
	k := newKit(t, nil)
	tenant := k.tenants[0]
	broken := errors.New("broken")
	err := k.db.InTenant(t.Context(), tenant, func(ctx context.Context, tx *store.Tx) error {
		if err := notice.Send(ctx, tx, tenant, k.now, k.account, message("x")); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) || k.states(t, tenant) != "" || k.runJobs(t, tenant) != 0 {
		t.Fatalf("%v; %s", err, k.states(t, tenant))
	}
	for _, m := range []notice.Message{{}, {Kind: "x", Link: "https://elsewhere.example/"}, {Kind: "x", Link: "//elsewhere.example"}} {
		err := k.db.InTenant(t.Context(), tenant, func(ctx context.Context, tx *store.Tx) error {
			return notice.Send(ctx, tx, tenant, k.now, k.account, m)
		})
		if !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%+v: %v", m, err)
		}
	}
}

func TestLettersByARealConversation(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	transport, err := notice.NewSMTP("smtp://assay:secret@" + server.address + "?from=assay@assay.example")
	if err != nil {
		t.Fatal(err)
	}
	k := newKit(t, transport)
	tenant := k.tenants[0]
	k.send(t, tenant, message("Bilal\r\nBcc: thief@elsewhere.example\r\n\r\nanother text"))
	if n := k.runJobs(t, tenant); n != 1 {
		t.Fatalf("%d jobs", n)
	}
	letters := server.taken()
	if len(letters) != 1 || k.states(t, tenant) != "sent" {
		t.Fatalf("%d letters, %s: %s", len(letters), k.states(t, tenant), k.log.String())
	}
	letter := letters[0]
	if letter.from != "<assay@assay.example>" || len(letter.to) != 1 || letter.to[0] != "<amina@customs.example>" || letter.user != "assay" {
		t.Fatalf("envelope: %+v", letter)
	}
	parsed, err := mail.ReadMessage(strings.NewReader(letter.content))
	if err != nil {
		t.Fatal(err)
	}
	head, body := parsed.Header, letter.body(t)
	if head.Get("Bcc") != "" || !strings.HasSuffix(head.Get("Message-Id"), "@assay.example>") || head.Get("Auto-Submitted") != "auto-generated" {
		t.Fatalf("head: %v", head)
	}
	if subject := letter.subject(t); subject != "fr notice.contract.signed é" {
		t.Fatalf("subject %q", subject)
	}
	if !strings.Contains(body, "Contract of Bilal  Bcc: thief@elsewhere.example") || !strings.Contains(body, "https://assay.example/in/aa/contracts/1") {
		t.Fatalf("body: %q", body)
	}
	// The same job twice, as after a lost queue: the letter is not sent again.
	var id string
	err = k.db.Read(t.Context(), tenant, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT mail_id FROM mail WHERE tenant_id = ?`, tenant.String()).Scan(&id).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := k.post.Deliver(t.Context(), tenant, uuid.MustParse(id)); err != nil || len(server.taken()) != 1 {
		t.Fatalf("sent again: %v", err)
	}
}

func TestServerThatIsAway(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	transport, err := notice.NewSMTP("smtp://" + server.address + "?from=assay@assay.example")
	if err != nil {
		t.Fatal(err)
	}
	k := newKit(t, transport)
	tenant := k.tenants[0]
	server.answer("451 come back later")
	k.send(t, tenant, message("x"))
	k.runJobs(t, tenant)
	if k.states(t, tenant) != "waiting" || k.runJobs(t, tenant) != 0 {
		t.Fatalf("after a refusal for now: %s", k.states(t, tenant))
	}
	k.now = k.now.Add(2 * time.Minute)
	server.answer("")
	if n := k.runJobs(t, tenant); n != 1 || k.states(t, tenant) != "sent" || len(server.taken()) != 1 {
		t.Fatalf("%d jobs, then %s: %s", n, k.states(t, tenant), k.log.String())
	}
	first := server.taken()[0].content
	if !strings.Contains(first, "Message-ID: ") {
		t.Fatal("no Message-ID")
	}
	server.answer("550 no such person")
	k.send(t, tenant, message("y"))
	k.runJobs(t, tenant)
	if k.states(t, tenant) != "sent, failed" {
		t.Fatalf("after a refusal for good: %s", k.states(t, tenant))
	}
	if strings.Contains(k.log.String(), "secret") {
		t.Fatalf("the log tells a secret: %s", k.log.String())
	}
}

func TestWithoutAServerLettersAreKept(t *testing.T) {
	t.Parallel()
	k := newKit(t, nil)
	tenant := k.tenants[0]
	err := k.db.InTenant(t.Context(), tenant, func(ctx context.Context, tx *store.Tx) error {
		return notice.Mail(ctx, tx, k.keys, tenant, k.now, notice.Letter{Address: "new@customs.example", Language: "en", Kind: "letter.invitation",
			Arguments: notice.Arguments{Texts: map[string]string{"Name": "New"}}, Link: "/invitations/", Secret: "the-secret-end"})
	})
	if err != nil {
		t.Fatal(err)
	}
	k.runJobs(t, tenant)
	if k.states(t, tenant) != "kept sealed" || !strings.Contains(k.log.String(), "no mail server is set") {
		t.Fatalf("%s: %s", k.states(t, tenant), k.log.String())
	}
	server := startServer(t)
	transport, err := notice.NewSMTP("smtp://" + server.address + "?from=assay@assay.example")
	if err != nil {
		t.Fatal(err)
	}
	k.usePost(transport)
	if err := k.post.Resume(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	if k.runJobs(t, tenant) != 1 || k.states(t, tenant) != "sent" {
		t.Fatalf("%s: %s", k.states(t, tenant), k.log.String())
	}
	if body := server.taken()[0].body(t); !strings.Contains(body, "https://assay.example/invitations/the-secret-end") {
		t.Fatalf("body: %q", body)
	}
	if strings.Contains(k.log.String(), "the-secret-end") {
		t.Fatal("the secret is in the log")
	}
}

func TestWithdrawnLettersDoNotArrive(t *testing.T) {
	t.Parallel()
	k := newKit(t, nil)
	tenant := k.tenants[0]
	err := k.db.InTenant(t.Context(), tenant, func(ctx context.Context, tx *store.Tx) error {
		letter := notice.Letter{Address: "new@customs.example", Language: "en", Kind: "letter.invitation", Secret: "s"}
		if err := notice.Mail(ctx, tx, k.keys, tenant, k.now, letter); err != nil {
			return err
		}
		return notice.Withdraw(tx, tenant, letter.Kind, letter.Address)
	})
	if err != nil {
		t.Fatal(err)
	}
	k.runJobs(t, tenant)
	if k.states(t, tenant) != "failed" {
		t.Fatal(k.states(t, tenant))
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for address, valid := range map[string]bool{
		"amina@customs.example": true, "a.b+c@x.y": true, "jumārk@الواحة.example": true,
		"": false, "amina": false, "@x": false, "a@": false, "a@b@c": false, "a b@c": false, "a@b\r\nBcc: x@y": false, "<a@b>": false, "a@b,c@d": false,
	} {
		if notice.ValidAddress(address) != valid {
			t.Errorf("%q: %v", address, !valid)
		}
	}
	for _, address := range []string{"", "http://x?from=a@b", "smtp://host", "smtp://:secret@?from=a@b", "smtp://u:very-secret@host:port?from=a@b"} {
		if _, err := notice.NewSMTP(address); !domain.Is(err, domain.KindInvalid) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", address, err)
		}
	}
}
