package identity

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// TestNoWayIntoTheNetworksOfTheInstallation: only public addresses are connected to, unless the operator named the network.
func TestNoWayIntoTheNetworksOfTheInstallation(t *testing.T) {
	t.Parallel()
	networks, err := ParseNetworks("10.20.0.0/16, fd12::/16")
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true, "10.20.3.4": true, "fd12::1": true,
		"10.21.0.1": false, "127.0.0.1": false, "::1": false, "169.254.169.254": false, "192.168.1.1": false, "172.16.0.1": false, "100.64.0.1": false,
		"0.0.0.0": false, "::": false, "224.0.0.1": false, "255.255.255.255": false, "fe80::1": false, "fc00::1": false, "::ffff:169.254.169.254": false,
		"::ffff:127.0.0.1": false, "64:ff9b::a9fe:a9fe": false, "2002:7f00:1::": false, "192.0.2.1": false, "198.18.0.1": false, "fec0::1": false,
	} {
		if got := mayConnect(netip.MustParseAddr(address).Unmap(), networks, false); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	for _, wrong := range []string{"10.0.0.1", "internal.example", "10.0.0.0/40"} {
		if _, err := ParseNetworks(wrong); err == nil {
			t.Errorf("%q is a network", wrong)
		}
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }))
	t.Cleanup(server.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	client := newClient(networks, false)
	for _, address := range []string{server.URL, "https://localhost:" + port, "https://[::ffff:127.0.0.1]:" + port, "http://93.184.216.34/"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(request)
		if err == nil {
			_ = answer.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), errRefusedAddress.Error()) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAddressesOfProviders(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://id.customs.example": true, "https://id.customs.example/realms/one": true, "http://127.0.0.1:5556": true, "http://localhost:5556/dex": true,
		"http://id.customs.example": false, "https://user:pass@id.customs.example": false, "https://id.customs.example/?a=b": false, "https://id.customs.example/#a": false,
		"javascript:alert(1)": false, "//id.customs.example": false, "https:///path": false, "https://id customs.example": false, "https://id.customs.example/\r\nX: y": false, "": false,
		"file:///etc/passwd": false, "https://" + strings.Repeat("a", 500): false,
	} {
		if got := safeAddress(address, true); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
	if safeAddress("http://127.0.0.1:5556", false) || safeAddress("http://localhost", false) {
		t.Error("http to this machine where it is not allowed")
	}
}
