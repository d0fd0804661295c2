package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/secret"
	"assay/domain/store"
)

// How long a letter is tried: after one minute, then ever later, at most every six hours,
// for three days.
const (
	firstPause   = time.Minute
	longestPause = 6 * time.Hour
	triedFor     = 72 * time.Hour
)

// Recipient is to whom a letter goes.
type Recipient struct {
	Name     string
	Address  string // empty: the person has none, and reads it on the page only
	Language string
}

// PostOptions say how letters are sent. The functions come from rooms above this one.
type PostOptions struct {
	// Recipient looks an account up when its letter is sent.
	Recipient func(ctx context.Context, account uuid.UUID) (Recipient, error)
	// Text gives a letter's subject and body, without greeting and link, in a language.
	Text func(ctx context.Context, tenant domain.TenantID, language string, kind Kind, arguments Arguments) (Text, error)
	// Transport sends; nil where the installation has no mail server.
	Transport Transport
	// Public is the address of the installation, without a slash at its end.
	Public string
	Keys   *secret.Keys
	Log    *slog.Logger
	Clock  func() time.Time
}

// Text is a letter in words.
type Text struct {
	Subject string
	Body    string
	Footer  string // what the letter is and who sent it
}

// Envelope is a letter ready to be sent. ID is the same in every attempt.
type Envelope struct {
	ID      string
	At      time.Time
	To      string // address
	Name    string
	Subject string
	Body    string
}

// Transport hands an envelope to a mail server. An error of kind invalid means that the
// server will never take it.
type Transport interface {
	Send(ctx context.Context, e Envelope) error
}

// Post sends letters.
type Post struct {
	db *store.DB
	PostOptions
}

// NewPost makes the sender of letters.
func NewPost(db *store.DB, o PostOptions) *Post {
	o.Public = strings.TrimRight(o.Public, "/")
	return &Post{db: db, PostOptions: o}
}

// Deliver makes one attempt at sending a letter. It may be called any number of times: a letter
// that was sent is left alone. When the server is away, the next attempt is written as a job and
// the error is only logged. Should the program die between the server's answer and the record of it,
// the letter is sent again under the same Message-ID, by which mail servers know it.
func (p *Post) Deliver(ctx context.Context, tenant domain.TenantID, id uuid.UUID) error {
	var row *mailRow
	err := p.db.InTenant(ctx, tenant, func(_ context.Context, tx *store.Tx) (err error) {
		row, err = takeMail(tx, tenant, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("take letter: %w", err)
	}
	if row == nil {
		return nil
	}
	envelope, err := p.envelope(ctx, tenant, row)
	switch {
	case err != nil:
		return p.end(ctx, tenant, row, fmt.Errorf("write letter: %w", err))
	case envelope.To == "":
		return p.mark(ctx, tenant, row, failed, "the person has no e-mail address")
	case p.Transport == nil:
		p.Log.Warn("a letter is kept: no mail server is set (ASSAY_SMTP_URL)", "tenant", tenant.String(), "letter", row.MailID.String(), "kind", row.Kind)
		return p.mark(ctx, tenant, row, kept, "no mail server is set")
	}
	return p.end(ctx, tenant, row, p.Transport.Send(ctx, envelope))
}

// envelope puts the letter together.
func (p *Post) envelope(ctx context.Context, tenant domain.TenantID, row *mailRow) (Envelope, error) {
	to := Recipient{Address: row.Address, Language: row.Language}
	if row.AccountID != nil {
		var err error
		if to, err = p.Recipient(ctx, *row.AccountID); err != nil {
			return Envelope{}, err
		}
	}
	var arguments Arguments
	if err := json.Unmarshal([]byte(row.Arguments), &arguments); err != nil {
		return Envelope{}, fmt.Errorf("read arguments: %w", err)
	}
	text, err := p.Text(ctx, tenant, to.Language, Kind(row.Kind), arguments)
	if err != nil {
		return Envelope{}, err
	}
	body := text.Body
	if row.Link != "" && p.Public != "" {
		link := p.Public + row.Link
		if row.Sealed != nil {
			end, err := p.Keys.Open(row.purpose(), row.Sealed)
			if err != nil {
				return Envelope{}, err
			}
			link += string(end)
		}
		body += "\n\n" + link
	}
	return Envelope{ID: row.MailID.String(), At: row.CreatedAt.UTC(), To: to.Address, Name: to.Name, Subject: text.Subject, Body: body + "\n\n-- \n" + text.Footer + "\n"}, nil
}

// end records how an attempt ended.
func (p *Post) end(ctx context.Context, tenant domain.TenantID, row *mailRow, failure error) error {
	// The record must be written although the job is being stopped: the letter may be out.
	ctx = context.WithoutCancel(ctx)
	if failure == nil {
		return p.mark(ctx, tenant, row, sent, "")
	}
	p.Log.Error("a letter was not sent", "tenant", tenant.String(), "letter", row.MailID.String(), "kind", row.Kind, "attempt", row.Attempts, "error", failure)
	now := p.Clock().UTC()
	if domain.Is(failure, domain.KindInvalid) || now.Sub(row.CreatedAt) > triedFor {
		return p.mark(ctx, tenant, row, failed, reason(failure))
	}
	err := p.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		if err := markMail(tx, tenant, row.MailID, waiting, reason(failure), now); err != nil {
			return err
		}
		return queue(ctx, tx, tenant, row.MailID, row.Attempts, now, now.Add(pause(row.Attempts)))
	})
	if err != nil {
		return fmt.Errorf("put letter back: %w", err)
	}
	return nil
}

func (p *Post) mark(ctx context.Context, tenant domain.TenantID, row *mailRow, state, failure string) error {
	err := p.db.InTenant(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		return markMail(tx, tenant, row.MailID, state, failure, p.Clock().UTC())
	})
	if err != nil {
		return fmt.Errorf("record letter: %w", err)
	}
	return nil
}

// Resume writes jobs for letters of an administration that were kept while there was no mail
// server. Letters older than three days are not sent any more: their links have mostly ended.
func (p *Post) Resume(ctx context.Context, tenant domain.TenantID) error {
	if p.Transport == nil {
		return nil
	}
	now := p.Clock().UTC()
	err := p.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		rows, err := keptMail(tx, tenant)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if now.Sub(row.CreatedAt) > triedFor {
				if err := markMail(tx, tenant, row.MailID, failed, "too old when a mail server was set", now); err != nil {
					return err
				}
				continue
			}
			if err := markMail(tx, tenant, row.MailID, waiting, "", now); err != nil {
				return err
			}
			if err := queue(ctx, tx, tenant, row.MailID, row.Attempts, now, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("resume letters: %w", err)
	}
	return nil
}

// pause is how long to wait after an attempt, the first being 1.
func pause(attempt int) time.Duration {
	wait := firstPause
	for range min(attempt-1, 10) {
		wait *= 2
	}
	return min(wait, longestPause)
}

// reason is what the table keeps of a failure: enough for an operator, bounded.
func reason(err error) string {
	text := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", ""), "?")
	if runes := []rune(text); len(runes) > 500 {
		return string(runes[:500])
	}
	return text
}
