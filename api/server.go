package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/comparison"
	"assay/domain/confidentiality"
	"assay/domain/contract"
	"assay/domain/crosscheck"
	"assay/domain/engagement"
	"assay/domain/firstrun"
	"assay/domain/indicator"
	"assay/domain/installation"
	"assay/domain/meeting"
	"assay/domain/notice"
	"assay/domain/warehouse"
)

// BasePath is where the API stands.
const BasePath = "/api/v1"

// Bounds of a request's body and of its time.
const (
	bodyLimit = "1M"
	// uploadLimit bounds one delivery; larger extracts are imported from the command line.
	uploadLimit = "2G"
	// answerLimit bounds the time of an answer, deliveryLimit that of a delivery of files, one way or the other.
	answerLimit   = 30 * time.Second
	deliveryLimit = 30 * time.Minute
)

// Services are the rooms that the API translates for.
type Services struct {
	Accounts        *account.Service
	Administrations *administration.Service
	Access          *access.Service
	Confidentiality *confidentiality.Service
	Indicators      *indicator.Service
	Warehouse       *warehouse.Service
	Crosschecks     *crosscheck.Service
	Contracts       *contract.Service
	Papers          *contract.Papers
	Scorecards      *contract.Cards
	Meetings        *meeting.Service
	Engagements     *engagement.Service
	Audit           *audit.Service
	Notices         *notice.Service
	Installation    *installation.Service
	Comparisons     *comparison.Service
	FirstRun        *firstrun.Service
	Languages       []string // in which things may have names
	Speak           Speak    // tells refusals in the languages of readers; nil: in English only
	Log             *slog.Logger
	Clock           func() time.Time
}

// server implements the generated interface; its methods stand in files by tag.
type server struct{ Services }

// Part is Mount for the services, for who puts the parts of the program together.
func Part(services Services) func(*echo.Echo) error {
	return func(e *echo.Echo) error { return Mount(e, services) }
}

// Mount puts the API under BasePath. It fails when the document, its actions and
// the policies do not fit together, so that a wrong program does not start.
func Mount(e *echo.Echo, services Services) error {
	document, err := GetSpec()
	if err != nil {
		return fmt.Errorf("read API document: %w", err)
	}
	content, err := GetSpecJSON()
	if err != nil {
		return fmt.Errorf("read API document: %w", err)
	}
	gate, err := newGate(document, &services)
	if err != nil {
		return err
	}
	failures := answerFailures(services.Log, services.Speak)
	e.GET(BasePath+"/openapi.json", func(c echo.Context) error {
		return c.JSONBlob(http.StatusOK, content)
	}, noStore)
	group := e.Group(BasePath, failures, noStore, limitBody(), limitTime, gate.middleware)
	// Every path below the base is refused by the gate, also one that no operation has.
	group.Any("/*", func(echo.Context) error { return echo.ErrNotFound })
	RegisterHandlers(group, NewStrictHandler(&server{services}, nil))
	return nil
}

// limitBody allows large bodies only where files are delivered.
func limitBody() echo.MiddlewareFunc {
	small, large := middleware.BodyLimit(bodyLimit), middleware.BodyLimit(uploadLimit)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		limitedSmall, limitedLarge := small(next), large(next)
		return func(c echo.Context) error {
			if isDelivery(c) {
				return limitedLarge(c)
			}
			return limitedSmall(c)
		}
	}
}

// limitTime ends the work of a request that takes too long.
func limitTime(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		limit := answerLimit
		if isDelivery(c) || isDownload(c) {
			limit = deliveryLimit
		}
		ctx, cancel := context.WithTimeout(c.Request().Context(), limit)
		defer cancel()
		c.SetRequest(c.Request().WithContext(ctx))
		return next(c)
	}
}

func isDelivery(c echo.Context) bool {
	return c.Request().Method == http.MethodPost && c.Path() == BasePath+"/imports"
}

// isDownload reports whether a whole export is sent, which takes as long as the line of its reader needs.
func isDownload(c echo.Context) bool {
	return c.Request().Method == http.MethodGet && c.Path() == BasePath+"/exports/:id/file"
}

// noStore keeps answers out of caches: they are one person's view of one tenant.
func noStore(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		c.Response().Header().Set("X-Content-Type-Options", "nosniff")
		return next(c)
	}
}
