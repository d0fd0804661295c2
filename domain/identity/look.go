package identity

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"

	"assay/domain"
)

// Finding is one thing that a look at a provider has shown.
type Finding struct {
	Key  string // of the message: what was looked at, or what is wrong
	Text string // as the provider says it; empty for a fault
	Good bool
}

// Look asks an administration's provider what it says of itself, and for its keys, anew. A fault is a finding too. It tells
// why and never what was answered: an address may be one at which something else stands.
func (s *Service) Look(ctx context.Context, tenant domain.TenantID) ([]Finding, error) {
	p, err := s.Of(ctx, tenant)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, errNone
	}
	s.forget(p.Issuer)
	found, err := s.discover(ctx, p.Issuer)
	var failure *domain.Error
	if errors.As(err, &failure) && failure.Cause != nil {
		return []Finding{reason(failure.Cause)}, nil
	}
	if err != nil {
		return nil, err
	}
	m := found.metadata
	return []Finding{{Key: "issuer", Text: p.Issuer, Good: true}, {Key: "authorization", Text: m.Authorization, Good: true}, {Key: "token", Text: m.Token, Good: true}, s.lookAtKeys(ctx, m),
		{Key: "pkce", Text: strings.Join(m.Challenges, ", "), Good: slices.Contains(m.Challenges, "S256")}, {Key: "end", Text: m.End, Good: m.End != ""}}, nil
}

// lookAtKeys asks for the keys with which the provider signs.
func (s *Service) lookAtKeys(ctx context.Context, m metadata) Finding {
	asked, cancel := bound(ctx)
	defer cancel()
	request, err := http.NewRequestWithContext(asked, http.MethodGet, m.Keys, nil)
	if err != nil {
		return Finding{Key: "fault.keys"}
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return reason(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if answer.StatusCode != http.StatusOK || json.NewDecoder(answer.Body).Decode(&set) != nil || len(set.Keys) == 0 {
		return Finding{Key: "fault.keys"}
	}
	return Finding{Key: "keys", Text: fmt.Sprintf("%s (%d)", m.Keys, len(set.Keys)), Good: true}
}

var statusFirst = regexp.MustCompile(`^[1-5][0-9]{2}\b`)

// reason tells an administrator why a provider cannot be used.
func reason(err error) Finding {
	var slow net.Error
	var certificate *x509.UnknownAuthorityError
	var named x509.HostnameError
	var mismatch *oidc.IssuerMismatchError
	var nowhere *net.DNSError
	switch {
	case errors.Is(err, errRefusedAddress):
		return Finding{Key: "fault.address"}
	case errors.As(err, &mismatch):
		return Finding{Key: "fault.issuer"}
	case errors.As(err, &nowhere):
		return Finding{Key: "fault.name"}
	case errors.As(err, &certificate), errors.As(err, &named), strings.Contains(err.Error(), "tls: "), strings.Contains(err.Error(), "x509: "):
		return Finding{Key: "fault.certificate"}
	case errors.As(err, &slow) && slow.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return Finding{Key: "fault.time"}
	}
	if status := statusFirst.FindString(err.Error()); status != "" {
		if number, _ := strconv.Atoi(status); number != http.StatusOK {
			return Finding{Key: "fault.status"}
		}
	}
	return Finding{Key: "fault.other"}
}
