package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"assay/domain"
	"assay/domain/notice"
	"assay/domain/secret"
	"assay/domain/store"
	"assay/web"
	"assay/web/locales"
	"assay/web/present"
)

// The settings of letters and secrets.
const (
	smtpURLVariable   = "ASSAY_SMTP_URL"
	publicURLVariable = "ASSAY_PUBLIC_URL"
	secretKeyVariable = "ASSAY_SECRET_KEY"
	secretKeyFile     = "secret.key"
)

// letters are how letters leave the installation.
type letters struct {
	transport notice.Transport // nil without a mail server
	public    string           // address of the installation, empty when not set
}

func lettersFromEnvironment() (l letters, err error) {
	l.public = strings.TrimRight(os.Getenv(publicURLVariable), "/")
	if l.public != "" {
		u, err := url.Parse(l.public)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return l, domain.Errorf(domain.KindInvalid, "%s is not an address like https://assay.customs.example", publicURLVariable)
		}
	}
	address := os.Getenv(smtpURLVariable)
	if address == "" {
		return l, nil
	}
	if l.public == "" {
		return l, domain.Errorf(domain.KindInvalid, "%s is set but %s is not: letters must say where the installation is", smtpURLVariable, publicURLVariable)
	}
	smtp, err := notice.NewSMTP(address)
	if err != nil {
		return l, err
	}
	l.transport = smtp
	return l, nil
}

// openKeys gives the installation's keys: those of the environment, else, for a private cluster,
// the file beside its data. A database that somebody else runs is shared by processes on several
// machines, so no key is made up for it.
func openKeys(cmd *cobra.Command) (*secret.Keys, error) {
	if text := os.Getenv(secretKeyVariable); text != "" {
		return secret.Parse(text)
	}
	if os.Getenv(databaseURLVariable) != "" {
		return nil, nil
	}
	dir, err := dataDirectory(cmd)
	if err != nil {
		return nil, err
	}
	return secret.LoadOrCreate(filepath.Join(dir, secretKeyFile))
}

// newPost is the sender of letters, with people from the accounts and words from the pages' messages.
func (s *services) newPost(log *slog.Logger) (*notice.Post, error) {
	bundle, err := locales.Load()
	if err != nil {
		return nil, err
	}
	text := func(ctx context.Context, tenant domain.TenantID, language string, kind notice.Kind, a notice.Arguments) (notice.Text, error) {
		t, err := s.administrations.ByID(ctx, tenant)
		if err != nil {
			return notice.Text{}, err
		}
		p := present.New(bundle.Locale(language, "", t.Location()))
		subject, body := web.NoticeTexts(p, kind, a)
		return notice.Text{Subject: subject, Body: body, Footer: p.T("letter.footer")}, nil
	}
	return notice.NewPost(s.db, notice.PostOptions{Recipient: s.recipient, Text: text, Transport: s.letters.transport, Public: s.letters.public,
		Keys: s.keys, Log: log, Clock: time.Now}), nil
}

func (s *services) recipient(ctx context.Context, id uuid.UUID) (notice.Recipient, error) {
	person, err := s.accounts.ByID(ctx, id)
	if err != nil {
		return notice.Recipient{}, err
	}
	return notice.Recipient{Name: person.Name, Address: person.Email, Language: person.Language}, nil
}

// sendLetter is the job that sends one letter.
func sendLetter(post *notice.Post) func(ctx context.Context, job store.Claimed, progress func(any)) error {
	return func(ctx context.Context, job store.Claimed, _ func(any)) error {
		var arguments notice.JobArguments
		if err := json.Unmarshal(job.Arguments, &arguments); err != nil {
			return domain.Wrap(domain.KindInvalid, err, "the job does not say which letter to send")
		}
		return post.Deliver(ctx, job.Tenant, arguments.Mail)
	}
}

// resumeLetters sends on what was kept while there was no mail server.
func (s *services) resumeLetters(ctx context.Context, post *notice.Post) error {
	tenants, err := s.administrations.List(ctx)
	if err != nil {
		return err
	}
	for _, tenant := range tenants {
		if err := post.Resume(ctx, tenant.ID); err != nil {
			return err
		}
	}
	return nil
}
