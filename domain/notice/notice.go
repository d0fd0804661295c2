// Package notice tells people what concerns them: on a page of the program, and by
// e-mail. Both are written in the transaction of the deed that they tell of; letters are
// sent by a job, so that a deed never waits for a mail server and none is lost with one.
package notice

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"assay/domain"
)

// Kind names the texts of a notice: the messages KIND.title and KIND.text in the files of
// every language.
type Kind string

// Message is what is to be told.
type Message struct {
	Kind      Kind
	Arguments Arguments
	// Link is the path of the page where the person sees or does more ("/in/douala/contracts/1"),
	// empty for none.
	Link string
	// Silent leaves the letter out: the person reads it on the page only.
	Silent bool
}

// Arguments fill the blanks of the texts.
type Arguments struct {
	Texts map[string]string `json:"texts,omitempty"`
	// Moments are written in the reader's language and the administration's time zone.
	Moments map[string]time.Time `json:"moments,omitempty"`
}

// Letter is an e-mail to somebody who may have no account yet.
type Letter struct {
	Address   string // of the receiver
	Language  string // of the receiver
	Kind      Kind
	Arguments Arguments
	Link      string // path
	// Secret is put behind Link when the letter is sent, and is kept sealed until then.
	Secret string
}

// Notice is a message as a person sees it.
type Notice struct {
	ID        uuid.UUID
	Kind      Kind
	Arguments Arguments
	Link      string
	CreatedAt time.Time
	ReadAt    *time.Time // nil while unread
}

// Bounds of what may be told.
const (
	maximalArgument = 1000
	maximalLink     = 1000
	maximalAddress  = 254 // RFC 5321
)

// Job is the kind of the outbox's job that sends one letter.
const Job = "mail"

// JobArguments name the letter.
type JobArguments struct {
	Mail uuid.UUID `json:"mail"`
}

// ValidAddress reports whether a text can be an e-mail address: one word with one @
// and something on both sides, without what could begin another line of a letter's head.
func ValidAddress(address string) bool {
	local, host, found := strings.Cut(address, "@")
	if !found || local == "" || host == "" || len(address) > maximalAddress || strings.Contains(host, "@") || !utf8.ValidString(address) {
		return false
	}
	return !strings.ContainsFunc(address, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`<>()[]\,;:"`, r)
	})
}

func (m *Message) validate() error {
	return validate(m.Kind, m.Link)
}

func (l *Letter) validate() error {
	if !ValidAddress(l.Address) {
		return domain.Invalid("the letter cannot be sent", domain.FieldError{Field: "address", Message: "is not an e-mail address"})
	}
	return validate(l.Kind, l.Link)
}

// validate refuses what only a mistake of ours could bring.
func validate(kind Kind, link string) error {
	var wrong []domain.FieldError
	if kind == "" {
		wrong = append(wrong, domain.FieldError{Field: "kind", Message: "a notice says what it is about"})
	}
	if link != "" && (!strings.HasPrefix(link, "/") || strings.HasPrefix(link, "//") || len(link) > maximalLink) {
		wrong = append(wrong, domain.FieldError{Field: "link", Message: "is not a path of this installation"})
	}
	return domain.Invalid("this cannot be told", wrong...)
}

// tidy bounds the arguments and takes control characters out of them: what a person typed
// must not begin a new line in a letter's head, or a letter's text of its own.
func (a Arguments) tidy() Arguments {
	texts := make(map[string]string, len(a.Texts))
	for name, text := range a.Texts {
		text = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
				return ' '
			}
			return r
		}, strings.ToValidUTF8(text, "�"))
		if utf8.RuneCountInString(text) > maximalArgument {
			text = string([]rune(text)[:maximalArgument]) + "…"
		}
		texts[name] = text
	}
	return Arguments{Texts: texts, Moments: a.Moments}
}
