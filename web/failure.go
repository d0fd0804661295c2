package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"assay/domain"
	"assay/web/locales"
	"assay/web/present"
	"assay/web/view"
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

var failureIcons = map[domain.Kind]string{
	domain.KindForbidden: "lock", domain.KindUnauthenticated: "lock", domain.KindNotFound: "search", domain.KindNotReady: "hourglass",
}

// kindOf is domain.KindOf that knows echo's errors as well.
func kindOf(err error) domain.Kind {
	var fromEcho *echo.HTTPError
	var failure *domain.Error
	switch {
	case errors.As(err, &failure):
		return failure.Kind
	case errors.Is(err, context.DeadlineExceeded):
		return domain.KindNotReady
	case errors.As(err, &fromEcho):
		switch {
		case fromEcho.Code == http.StatusNotFound, fromEcho.Code == http.StatusMethodNotAllowed:
			return domain.KindNotFound
		case fromEcho.Code == http.StatusRequestEntityTooLarge, fromEcho.Code == http.StatusTooManyRequests:
			return domain.KindTooMany
		case fromEcho.Code < http.StatusInternalServerError:
			return domain.KindInvalid
		}
	}
	return domain.KindInternal
}

// fail answers an error: guests go to the sign-in page, people without an
// administration to the choice, everybody else sees a page that says what happened.
func (v *visit) fail(err error) error {
	if v.Response().Committed {
		v.server.Log.Error("answer broke off", "request", v.requestNumber(), "path", v.Path(), "error", err)
		return nil
	}
	if errors.Is(err, context.Canceled) && v.Request().Context().Err() != nil {
		return nil // the reader has gone
	}
	kind := kindOf(err)
	if kind == domain.KindInternal {
		v.server.Log.Error("request failed", "request", v.requestNumber(), "path", v.Path(), "error", err)
	}
	browsing := v.Request().Method == http.MethodGet && v.Request().Header.Get("HX-Request") == ""
	switch {
	case kind == domain.KindUnauthenticated && browsing:
		return v.goTo(signInAddress(v.Request().URL.RequestURI()))
	case errors.Is(err, errNoAdministration) && browsing:
		return v.goTo(chooseAddress(v.Request().URL.RequestURI()))
	}
	return v.show(statuses[kind], "failure", v.failurePage(err, kind))
}

// fieldsOf are the wrong fields of an error.
func fieldsOf(err error) []domain.FieldError {
	var failure *domain.Error
	if errors.As(err, &failure) {
		return failure.Fields
	}
	return nil
}

// refusal says in the reader's language why something was refused.
func (v *visit) refusal(failure *domain.Error) string { return locales.Whole(v.Refusal(failure)) }

// told gives what a room has said in English, in the reader's language.
func (v *visit) told(english string) string { return locales.Whole(v.Sentence(english)) }

// wrongFields are the fields of a form that are wrong, each with its name and what is wrong with it.
func (v *visit) wrongFields(fields []domain.FieldError) []view.Fact {
	facts := make([]view.Fact, len(fields))
	for i, field := range fields {
		facts[i] = view.Fact{Name: v.FieldName(field.Field), Text: locales.Whole(v.Wrong(field))}
	}
	return facts
}

func (v *visit) failurePage(err error, kind domain.Kind) view.Failure {
	key := "failure." + string(kind)
	page := view.Failure{Layout: v.layout(v.T(key + ".heading")), Status: v.T(key + ".status"),
		Heading: v.T(key + ".heading"), Text: v.T(key + ".text"), Icon: failureIcons[kind]}
	if page.Icon == "" {
		page.Icon = "warning"
	}
	var failure *domain.Error
	if errors.As(err, &failure) && kind != domain.KindInternal {
		switch {
		case failure.Key != "":
			page.Text = v.T(failure.Key)
		case kind != domain.KindNotFound && kind != domain.KindUnauthenticated:
			page.Fields = append(page.Fields, view.Fact{Name: page.Status, Text: v.refusal(failure)})
		}
		page.Fields = append(page.Fields, v.wrongFields(failure.Fields)...)
	}
	if kind == domain.KindInternal {
		page.Request = v.requestNumber()
	}
	if kind == domain.KindNotReady && v.Request().Method == http.MethodGet {
		page.Actions = append(page.Actions, view.Link{Text: v.T("failure.again"), Address: v.Request().URL.RequestURI()})
	}
	if kind == domain.KindUnauthenticated {
		page.Actions = append(page.Actions, view.Link{Text: v.T("failure.sign_in"), Address: "/sign-in"})
	} else {
		page.Actions = append(page.Actions, view.Link{Text: v.T("failure.home"), Address: "/"})
	}
	return page
}

// chooseGuestLocale serves the page of a failure that happened before the session was known.
func (v *visit) chooseGuestLocale() {
	v.Presenter = present.New(v.server.bundle.Locale(v.server.bundle.Match(v.Request().Header.Get("Accept-Language")), "", nil))
}

// noSuchPage answers every address that no route has.
func noSuchPage(*visit) error {
	return domain.Errorf(domain.KindNotFound, "there is no such page")
}
