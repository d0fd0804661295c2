package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"assay/domain"
)

// What a provider says of itself is asked again after a while; its keys are asked for when one is not known.
const (
	knownFor  = 10 * time.Minute
	mostKnown = 1000
)

// discovered is what a provider says of itself.
type discovered struct {
	provider *oidc.Provider
	at       time.Time
	metadata metadata
}

// metadata is the part of the discovery document that we look at ourselves.
type metadata struct {
	Authorization string   `json:"authorization_endpoint"`
	Token         string   `json:"token_endpoint"`
	Keys          string   `json:"jwks_uri"`
	End           string   `json:"end_session_endpoint"`
	Challenges    []string `json:"code_challenge_methods_supported"`
	Answers       []string `json:"response_types_supported"`
	NamesIssuer   bool     `json:"authorization_response_iss_parameter_supported"`
	Algorithms    []string `json:"id_token_signing_alg_values_supported"`
}

// errDown is one clear sentence for whoever wants to sign in; the cause is for the log.
func errDown(cause error) error {
	return &domain.Error{Kind: domain.KindNotReady, Key: "provider.fault.down", Cause: cause,
		Message: "your administration's identity provider does not answer as it should; sign in with your password, or try again later"}
}

// discover asks a provider who it is, or remembers. What cannot be asked or trusted is KindNotReady.
func (s *Service) discover(ctx context.Context, issuer string) (*discovered, error) {
	s.mutex.Lock()
	found := s.known[issuer]
	s.mutex.Unlock()
	if found != nil && s.clock().Sub(found.at) < knownFor {
		return found, nil
	}
	asked, cancel := bound(ctx)
	defer cancel()
	provider, err := oidc.NewProvider(oidc.ClientContext(asked, s.client), issuer)
	if err != nil {
		return nil, errDown(err)
	}
	found = &discovered{provider: provider, at: s.clock()}
	if err := provider.Claims(&found.metadata); err != nil {
		return nil, errDown(err)
	}
	if err := found.metadata.check(s.options.Loopback); err != nil {
		return nil, errDown(err)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.known) >= mostKnown {
		clear(s.known)
	}
	s.known[issuer] = found
	return found, nil
}

func (s *Service) forget(issuer string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.known, issuer)
}

// check refuses a provider that sends people or secrets to places that are not safe.
func (m *metadata) check(loopback bool) error {
	for name, address := range map[string]string{"authorization_endpoint": m.Authorization, "token_endpoint": m.Token, "jwks_uri": m.Keys} {
		if !safeEndpoint(address, loopback) {
			return fmt.Errorf("%s is not an https address: %q", name, address)
		}
	}
	if m.End != "" && !safeEndpoint(m.End, loopback) {
		return fmt.Errorf("end_session_endpoint is not an https address: %q", m.End)
	}
	if len(m.Challenges) > 0 && !slices.Contains(m.Challenges, "S256") {
		return errors.New("the provider does not know PKCE with S256")
	}
	if len(m.Answers) > 0 && !slices.Contains(m.Answers, "code") {
		return errors.New("the provider does not give authorisation codes")
	}
	return nil
}
