package web

import (
	"net"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"

	"assay/domain"
)

// ParseProxies reads the addresses and networks of reverse proxies, parted by commas: 10.0.0.5 or
// 10.0.0.0/24 or fd00::/8. What is not an address, or would trust everybody, is KindInvalid.
func ParseProxies(text string) ([]netip.Prefix, error) {
	var proxies []netip.Prefix
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			address, failed := netip.ParseAddr(part)
			if failed != nil || address.Zone() != "" {
				return nil, domain.Errorf(domain.KindInvalid, "%q is not the address or network of a proxy, like 10.0.0.5 or 10.0.0.0/24", part)
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		if prefix.Bits() == 0 {
			return nil, domain.Errorf(domain.KindInvalid, "the network %s is the whole internet: name the proxies alone", part)
		}
		proxies = append(proxies, prefix.Masked())
	}
	return proxies, nil
}

// clientAddress tells who asks: the peer, or, where the peer is one of the proxies, the last address of
// X-Forwarded-For that is none of them. What stands before that could be anybody's words. It decides on the limits of
// failed sign-ins and stands in the audit record.
func clientAddress(proxies []netip.Prefix) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, proxy := range proxies {
		options = append(options, echo.TrustIPRange(&net.IPNet{IP: proxy.Addr().AsSlice(), Mask: net.CIDRMask(proxy.Bits(), proxy.Addr().BitLen())}))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}
