package identity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"assay/domain"
)

// Bounds of what a provider may cost.
const (
	askLimit    = 10 * time.Second // one question, with its connection
	answerLimit = 1 << 20          // bytes of one answer
)

// errRefusedAddress is the error of an address that may not be asked.
var errRefusedAddress = errors.New("the address is not one that may be asked")

// ParseNetworks reads the internal networks, parted by commas, in which identity providers may stand: 10.20.0.0/16.
func ParseNetworks(text string) (networks []netip.Prefix, err error) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		network, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, domain.Errorf(domain.KindInvalid, "%q is not a network like 10.20.0.0/16", part)
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}

// newClient asks providers and nobody else. An administrator of one administration names the address, so the
// request must not become a way into the networks of the installation: only https, no redirect, and no connection to an
// address that is not public unless the operator has named its network. The address is looked at when the
// connection is made, after the name was resolved, so that a name cannot change its mind in between.
func newClient(networks []netip.Prefix, loopback bool) *http.Client {
	dialer := &net.Dialer{Timeout: askLimit / 2, Control: func(_, address string, _ syscall.RawConn) error {
		host, err := netip.ParseAddrPort(address)
		if err != nil || !mayConnect(host.Addr().Unmap(), networks, loopback) {
			return fmt.Errorf("%w: %s", errRefusedAddress, address)
		}
		return nil
	}}
	transport := &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: askLimit / 2, ResponseHeaderTimeout: askLimit,
		MaxResponseHeaderBytes: 64 << 10, MaxIdleConns: 20, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true}
	return &http.Client{Transport: guard{next: transport, loopback: loopback}, Timeout: askLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("a provider may not send us elsewhere") }}
}

// mayConnect decides on an address that a name has led to.
func mayConnect(address netip.Addr, networks []netip.Prefix, loopback bool) bool {
	for _, network := range networks {
		if network.Contains(address) {
			return true
		}
	}
	if address.IsLoopback() {
		return loopback
	}
	for _, network := range notPublic {
		if network.Contains(address) {
			return false
		}
	}
	return address.IsGlobalUnicast() && !address.IsPrivate()
}

// notPublic are networks that are neither private nor anybody's on the internet: of carriers, of this machine, for tests and
// documentation, and those that carry an IPv4 address inside.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

// guard refuses what is not https and cuts answers off.
type guard struct {
	next     http.RoundTripper
	loopback bool
}

func (g guard) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != "https" && !(g.loopback && request.URL.Scheme == "http" && isLoopback(request.URL.Hostname())) {
		return nil, fmt.Errorf("%w: %s is not https", errRefusedAddress, request.URL.Redacted())
	}
	answer, err := g.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	answer.Body = &bounded{ReadCloser: answer.Body, left: answerLimit}
	return answer, nil
}

// bounded fails when an answer is longer than may be, instead of filling the memory.
type bounded struct {
	io.ReadCloser
	left int
}

func (b *bounded) Read(into []byte) (int, error) {
	if b.left <= 0 {
		return 0, errors.New("the answer is too long")
	}
	if len(into) > b.left {
		into = into[:b.left]
	}
	n, err := b.ReadCloser.Read(into)
	b.left -= n
	return n, err
}

// bound gives a question its end in time.
func bound(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 2*askLimit)
}
