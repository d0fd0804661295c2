package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"assay/domain"
)

// TestClientAddress: a header says who asks only where a named proxy has written it.
func TestClientAddress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		proxies, peer string
		forwarded     []string
		want          string
	}{
		"nobody in between":                       {"", "198.51.100.7:1000", nil, "198.51.100.7"},
		"a header where no proxy is named":        {"", "198.51.100.7:1000", []string{"203.0.113.9"}, "198.51.100.7"},
		"a header of a neighbour of this machine": {"", "127.0.0.1:1000", []string{"203.0.113.9"}, "127.0.0.1"},
		"a header of who is not the proxy":        {"10.0.0.5", "10.0.0.6:1000", []string{"203.0.113.9"}, "10.0.0.6"},
		"the proxy":                               {"10.0.0.5", "10.0.0.5:1000", []string{"203.0.113.9"}, "203.0.113.9"},
		"the proxy, without a header":             {"10.0.0.5", "10.0.0.5:1000", nil, "10.0.0.5"},
		"the client wrote a header before":        {"10.0.0.5", "10.0.0.5:1000", []string{"192.0.2.1, 203.0.113.9"}, "203.0.113.9"},
		"the client pretends to be the proxy":     {"10.0.0.5", "10.0.0.5:1000", []string{"10.0.0.5, 203.0.113.9"}, "203.0.113.9"},
		"two headers":                             {"10.0.0.5", "10.0.0.5:1000", []string{"192.0.2.1", "203.0.113.9"}, "203.0.113.9"},
		"two proxies":                             {"10.0.0.0/24, 172.16.0.1", "172.16.0.1:1000", []string{"192.0.2.1, 203.0.113.9, 10.0.0.5"}, "203.0.113.9"},
		"what is no address":                      {"10.0.0.5", "10.0.0.5:1000", []string{"admin\x00, <script>"}, "10.0.0.5"},
		"a private network is not trusted itself": {"10.0.0.5", "10.0.0.5:1000", []string{"192.0.2.1, 10.9.9.9"}, "10.9.9.9"},
		"IPv6": {"fd00::/64", "[fd00::1]:1000", []string{"2001:db8::7"}, "2001:db8::7"},
	} {
		proxies, err := ParseProxies(c.proxies)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		handler, err := NewHandler(slog.New(slog.NewTextHandler(io.Discard, nil)), func(context.Context) error { return nil }, proxies, func(e *echo.Echo) error {
			e.GET("/", func(c echo.Context) error { got = c.RealIP(); return nil })
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		request.RemoteAddr = c.peer
		request.Header["X-Forwarded-For"] = c.forwarded
		request.Header.Set("X-Real-Ip", "203.0.113.66")
		request.Header.Set("Forwarded", "for=203.0.113.67")
		handler.ServeHTTP(httptest.NewRecorder(), request)
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for _, wrong := range []string{"proxy.example", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.5 10.0.0.6", "fe80::1%eth0"} {
		if _, err := ParseProxies(wrong); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}
