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
var internalSentence = domain.Sentence("something went wrong on our side; it is in the server's log under the number of this request")

// tooSlow is said of an answer that was given up.
var tooSlow = domain.Sentence("the answer took too long; ask for a shorter period or fewer dimensions")

// failureOf is what the caller is told of an error and under which status. The
// text of an error that is not a domain.Error never leaves the server.
func failureOf(err error, say Speaker) (int, Failure) {
	var failure *domain.Error
	var fromEcho *echo.HTTPError
	switch {
	case errors.As(err, &failure) && failure.Kind != domain.KindInternal:
		out := Failure{Kind: FailureKind(failure.Kind), Message: say.Refusal(failure)}
		if len(failure.Fields) > 0 {
			fields := make([]struct {
				Field   string `json:"field"`
				Message string `json:"message"`
			}, len(failure.Fields))
			for i, f := range failure.Fields {
				fields[i].Field, fields[i].Message = f.Field, say.Wrong(f)
			}
			out.Fields = &fields
		}
		return statuses[failure.Kind], out
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable, Failure{Kind: FailureKind(domain.KindNotReady), Message: say.Sentence(tooSlow)}
	case errors.As(err, &fromEcho):
		return fromEcho.Code, Failure{Kind: FailureKind(kindOfStatus(fromEcho.Code)), Message: say.Sentence(http.StatusText(fromEcho.Code))}
	}
	return http.StatusInternalServerError, Failure{Kind: FailureKind(domain.KindInternal), Message: say.Sentence(internalSentence)}
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
func answerFailures(log *slog.Logger, speak Speak) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			err := next(c)
			if err == nil || c.Response().Committed {
				return err
			}
			say, language := speak.to(c.Request().Header.Get("Accept-Language"))
			c.Response().Header().Set("Content-Language", language)
			c.Response().Header().Add(echo.HeaderVary, "Accept-Language")
			status, failure := failureOf(err, say)
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
