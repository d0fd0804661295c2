// Package account keeps the people who sign in: their passwords, in which
// administrations they work as what, and their sessions.
package account

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"assay/domain"
)

// Account is a person who signs in. One account may work in several administrations.
type Account struct {
	ID         uuid.UUID
	SignInName string // an e-mail address or a short name; compared in small letters
	Name       string
	Email      string // where letters go; empty for none
	Language   string
	State      string // active or disabled
	CreatedAt  time.Time
}

// Membership is what an account is in one administration.
type Membership struct {
	Tenant  domain.TenantID
	Role    string
	Office  string // the office of which the person is head
	Section string // the section of that office of which the person is head
	Officer string // the person's user name in the clearance system
	// Trader is the code of the one importer or broker for whom an economic operator signs in; empty for everybody else.
	Trader     string
	TraderKind TraderKind
}

// RoleTrader is the role whose memberships name a trader. What it may do is the room access's to say.
const RoleTrader = "trader"

// TraderKind says whether a code is one of an importer or of a broker: both may have the same.
type TraderKind string

// The kinds. Each is the dimension of figures by which its codes are told.
const (
	Importer TraderKind = "importer"
	Broker   TraderKind = "broker"
)

// Known reports whether there is such a kind.
func (k TraderKind) Known() bool { return k == Importer || k == Broker }

// Person is who acts in a request: an account in one administration.
type Person struct {
	Account    uuid.UUID
	SignInName string
	Name       string
	Language   string
	Membership
	// Scopes are the actions to which an API token is narrowed; none means all.
	Scopes []string
}

// Bounds of what may be typed.
const (
	maximalName     = 200
	minimalPassword = 10
	maximalPassword = 512 // argon2id's cost grows with it
)

// NewAccount is what is needed to add an account.
type NewAccount struct {
	SignInName string
	Name       string
	Language   string
	Password   string
}

// Validate checks the fields of a new account.
func (n NewAccount) Validate() error {
	var wrong []domain.FieldError
	add := func(field, message string) { wrong = append(wrong, domain.FieldError{Field: field, Message: message}) }
	if name := normalise(n.SignInName); name == "" || utf8.RuneCountInString(name) > maximalName || strings.ContainsAny(name, " \t\r\n\x00") {
		add("sign_in_name", "must be one word of at most 200 characters")
	}
	if strings.TrimSpace(n.Name) == "" || utf8.RuneCountInString(n.Name) > maximalName {
		add("name", "must not be empty or longer than 200 characters")
	}
	wrong = append(wrong, checkPassword(n.Password, n.Name, n.SignInName)...)
	return domain.Invalid("the account cannot be created like this", wrong...)
}

// normalise is the form in which sign-in names are kept and compared.
func normalise(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
