package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// NewHandler puts the parts (pages, API) on one HTTP handler with what they
// share: the number of a request, recovery from panics, and the addresses /health
// (the process lives) and /ready (it can answer, as ready says). Of the proxies named the header is
// believed that says who asks; see clientAddress.
func NewHandler(log *slog.Logger, ready func(context.Context) error, proxies []netip.Prefix, parts ...func(*echo.Echo) error) (http.Handler, error) {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = clientAddress(proxies)
	e.Use(middleware.RequestID(), middleware.Recover())
	e.GET("/health", func(c echo.Context) error { return c.String(http.StatusOK, "alive\n") })
	e.GET("/ready", func(c echo.Context) error {
		if err := ready(c.Request().Context()); err != nil {
			log.Error("not ready", "error", err)
			return c.String(http.StatusServiceUnavailable, "the database does not answer\n")
		}
		return c.String(http.StatusOK, "ready\n")
	})
	for _, mount := range parts {
		if err := mount(e); err != nil {
			return nil, err
		}
	}
	return e, nil
}
