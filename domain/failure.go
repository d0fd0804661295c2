// Package domain holds only what every room of Assay needs: the kinds of
// failure and the identifiers. It knows no database, no HTTP and no queue.
package domain

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of failure an Error is. There are few on purpose: each
// has one HTTP status and one way of telling the user what to do.
type Kind string

// The kinds of failure.
const (
	KindInvalid         Kind = "invalid"         // the input is wrong; Fields says where
	KindUnauthenticated Kind = "unauthenticated" // nobody is signed in, or no longer
	KindForbidden       Kind = "forbidden"       // signed in, but not allowed
	KindNotFound        Kind = "not_found"       // no such thing, or not visible to this reader
	KindConflict        Kind = "conflict"        // the thing changed meanwhile, or exists already
	KindNotReady        Kind = "not_ready"       // the data or service is not there yet; trying later helps
	KindTooMany         Kind = "too_many"        // a limit on number or rate is reached
	KindInternal        Kind = "internal"        // our fault; the message stays in the log
)

// Error is a failure with a kind and a sentence that may be shown to a user.
// The wrapped cause may not be shown: it goes to the log.
type Error struct {
	Kind    Kind
	Message string       // one sentence in English, safe to show; its text finds its translations
	Key     string       // a message of the pages that says the same; empty means that of Message
	Fields  []FieldError // for KindInvalid: every field that is wrong
	Cause   error        // never shown to users
}

// FieldError names one wrong input field and what is wrong with it.
type FieldError struct {
	Field   string
	Message string
	// Key and Blanks say the same by a message of the pages: "fault.KEY" with pairs of a blank's
	// name and its value. An empty Key means that of Message, whose text finds its translations.
	Key    string
	Blanks []any
}

// Error gives kind, sentence, fields and cause, for the log.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Field, f.Message)
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an Error of a kind from a sentence that may be shown to users.
// Keep a cause with Wrap, never with %w in the sentence: causes are not shown.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error of a kind from a sentence that may be shown to users and
// a cause that only the log sees.
func Wrap(kind Kind, cause error, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// Sentence writes a sentence that users may read without being an Error: the reason that a table keeps of a
// failure, or a part of another sentence. It is fmt.Sprintf; by its name the tests find what must be told in
// every language.
func Sentence(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// Invalid makes a KindInvalid error from field errors; it is nil when there is none,
// so a Validate method can end with it.
func Invalid(message string, fields ...FieldError) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: KindInvalid, Message: message, Fields: fields}
}

// KindOf gives the kind of the first Error in err's chain, KindInternal for any
// other error, and the empty Kind for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}

// Is reports whether err is of the given kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
