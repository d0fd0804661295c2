package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Circumstances are who acts in a request, as what and from where. Pages and API put
// them into the context once, so that no room can forget one of them in a record.
type Circumstances struct {
	Actor      string
	Capacity   string
	Engagement string
	Origin     string
	Session    string
	Request    string
}

type circumstancesKey struct{}

// In puts the circumstances of a request into its context.
func In(ctx context.Context, c Circumstances) context.Context {
	return context.WithValue(ctx, circumstancesKey{}, c)
}

// Of gives the circumstances of a context, empty where there are none: a command or a job.
func Of(ctx context.Context) Circumstances {
	c, _ := ctx.Value(circumstancesKey{}).(Circumstances)
	return c
}

// complete fills what the entry leaves empty, and makes texts such that PostgreSQL keeps them.
// Circumstances are those of one person: an entry that names another actor (a job done on
// behalf of somebody) takes only the request and the address from them.
func (e *Entry) complete(c Circumstances) {
	same := e.Actor == "" || e.Actor == c.Actor
	fill := func(field *string, value string, allowed bool) {
		if *field == "" && allowed {
			*field = value
		}
		*field = keepable(*field)
	}
	fill(&e.Actor, c.Actor, true)
	fill(&e.Capacity, c.Capacity, same)
	fill(&e.Engagement, c.Engagement, same)
	fill(&e.Session, c.Session, same)
	fill(&e.Origin, c.Origin, true)
	fill(&e.Request, c.Request, true)
	e.Action, e.Object = keepable(e.Action), keepable(e.Object)
}

// keepable cuts a text at its bound and replaces what PostgreSQL or a file of lines would not keep as
// it is: control characters, and bytes that are no UTF-8. An address typed by a stranger must
// neither keep a deed from being recorded nor break a line of an export.
func keepable(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, text)
	if len(text) <= longestText {
		return text
	}
	cut := longestText
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut]
}

// Fingerprint names a session or token in the record without giving it away: from the
// fingerprint nobody can sign in, and the same token has the same one.
func Fingerprint(token string) string {
	if token == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("assay audit fingerprint\x00" + token))
	return hex.EncodeToString(sum[:8])
}
