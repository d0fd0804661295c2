package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	"assay/domain"
)

// statuses is the one table from kinds of failure to HTTP.
var statuses = map[domain.Kind]int{
	domain.KindInvalid:         http.StatusBadRequest,
	domain.KindUnauthenticated: http.StatusUnauthorized,
	domain.KindForbidden:       http.StatusForbidden,
	domain.KindNotFound:        http.StatusNotFound,
	domain.KindConflict:        http.StatusConflict,
	domain.KindNotReady:        http.StatusServiceUnavailable,
	domain.KindTooMany:         http.StatusTooManyRequests,
	domain.KindInternal:        http.StatusInternalServerError,
}

// internalSentence is all that a user learns of a failure of ours.
const internalSentence = "something went wrong on our side; it is in the server's log under the number of this request"

// failureOf is what the caller is told of an error and under which status. The
// text of an error that is not a domain.Error never leaves the server.
func failureOf(err error) (int, Failure) {
	var failure *domain.Error
	var fromEcho *echo.HTTPError
	switch {
	case errors.As(err, &failure) && failure.Kind != domain.KindInternal:
		out := Failure{Kind: FailureKind(failure.Kind), Message: failure.Message}
		if len(failure.Fields) > 0 {
			fields := make([]struct {
				Field   string `json:"field"`
				Message string `json:"message"`
			}, len(failure.Fields))
			for i, f := range failure.Fields {
				fields[i].Field, fields[i].Message = f.Field, f.Message
			}
			out.Fields = &fields
		}
		return statuses[failure.Kind], out
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable, Failure{Kind: FailureKind(domain.KindNotReady), Message: "the answer took too long; ask for a shorter period or fewer dimensions"}
	case errors.As(err, &fromEcho):
		return fromEcho.Code, Failure{Kind: FailureKind(kindOfStatus(fromEcho.Code)), Message: http.StatusText(fromEcho.Code)}
	}
	return http.StatusInternalServerError, Failure{Kind: FailureKind(domain.KindInternal), Message: internalSentence}
}

func kindOfStatus(status int) domain.Kind {
	for kind, s := range statuses {
		if s == status {
			return kind
		}
	}
	if status >= 500 {
		return domain.KindInternal
	}
	return domain.KindInvalid
}

// answerFailures turns every error of the handlers behind it into the document's
// Failure, and logs the ones that are ours with the number of the request.
func answerFailures(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			err := next(c)
			if err == nil || c.Response().Committed {
				return err
			}
			status, failure := failureOf(err)
			if id := c.Response().Header().Get(echo.HeaderXRequestID); id != "" {
				failure.Request = &id
			}
			if status == http.StatusInternalServerError || errors.Is(err, context.DeadlineExceeded) {
				log.Error("request failed", "request", c.Response().Header().Get(echo.HeaderXRequestID), "path", c.Path(), "error", err)
			}
			if status == http.StatusUnauthorized {
				c.Response().Header().Set(echo.HeaderWWWAuthenticate, "Bearer")
			}
			return c.JSON(status, failure)
		}
	}
}
