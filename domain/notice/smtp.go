package notice

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"

	"assay/domain"
)

// smtpLimit bounds one conversation with a mail server.
const smtpLimit = 30 * time.Second

// SMTP sends through a mail server.
type SMTP struct {
	host    string
	from    string
	options []mail.Option
}

// NewSMTP reads the address of a mail server: smtp://user:password@host:587?from=assay@customs.example
// (with STARTTLS, except to this machine or with &tls=off) or smtps:// (TLS from the first byte). The
// error never repeats the address, which may hold a password.
func NewSMTP(address string) (*SMTP, error) {
	wrong := domain.Errorf(domain.KindInvalid, "the mail server's address cannot be read; it looks like smtp://user:password@host:587?from=assay@customs.example")
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, wrong
	}
	s := &SMTP{host: u.Hostname(), from: u.Query().Get("from"), options: []mail.Option{mail.WithTimeout(smtpLimit)}}
	if !ValidAddress(s.from) {
		return nil, domain.Errorf(domain.KindInvalid, "the mail server's address does not say from whom letters come: add ?from=assay@customs.example")
	}
	port := 587
	if u.Scheme == "smtps" {
		port = 465
	}
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, wrong
		}
	}
	login := mail.SMTPAuthAutoDiscover
	switch {
	case u.Scheme == "smtps":
		s.options = append(s.options, mail.WithSSL())
	case plainAllowed(u):
		// The library hands a password to a server without TLS only when told so.
		s.options, login = append(s.options, mail.WithTLSPolicy(mail.TLSOpportunistic)), mail.SMTPAuthPlainNoEnc
	default:
		s.options = append(s.options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	s.options = append(s.options, mail.WithPort(port))
	if user := u.User.Username(); user != "" {
		password, _ := u.User.Password()
		s.options = append(s.options, mail.WithSMTPAuth(login), mail.WithUsername(user), mail.WithPassword(password))
	}
	return s, nil
}

// plainAllowed reports whether letters may go without TLS: to this machine, and where the operator says so.
func plainAllowed(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Query().Get("tls") == "off" || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Send hands one letter to the server.
func (s *SMTP) Send(ctx context.Context, e Envelope) error {
	m := mail.NewMsg(mail.WithCharset(mail.CharsetUTF8))
	if err := errors.Join(m.From(s.from), m.To(e.To)); err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the address of a letter cannot be used")
	}
	_, host := split(s.from)
	m.SetMessageIDWithValue(e.ID + "@" + host)
	m.SetDateWithValue(e.At)
	m.Subject(e.Subject)
	// An answer by a machine would go to a machine.
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(mail.TypeTextPlain, e.Body)
	client, err := mail.NewClient(s.host, s.options...)
	if err != nil {
		return domain.Wrap(domain.KindNotReady, err, "the mail server cannot be used")
	}
	ctx, cancel := context.WithTimeout(ctx, smtpLimit)
	defer cancel()
	if err := client.DialAndSendWithContext(ctx, m); err != nil {
		if refused(err) {
			return domain.Wrap(domain.KindInvalid, err, "the mail server refuses the letter")
		}
		return fmt.Errorf("send letter: %w", err)
	}
	return nil
}

// refused reports a permanent answer about this letter, which trying again cannot mend.
func refused(err error) bool {
	var failure *mail.SendError
	return errors.As(err, &failure) && !failure.IsTemp() &&
		(failure.Reason == mail.ErrSMTPRcptTo || failure.Reason == mail.ErrSMTPDataClose)
}

func split(address string) (local, host string) {
	for i := len(address) - 1; i >= 0; i-- {
		if address[i] == '@' {
			return address[:i], address[i+1:]
		}
	}
	return address, ""
}
