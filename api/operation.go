package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/labstack/echo/v4"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/audit"
	"assay/domain/engagement"
)

// Actions of operations that no role decides on.
const (
	actionPublic = "public" // without a token
	actionOwn    = "own"    // anybody with a token, on the token itself
	// actionAccount is for everybody's own account, as its pages are: with a token that is not narrowed to actions, of which none is this.
	actionAccount = "account"
)

// gate decides on every request before its handler, from the document alone:
// which operation it is, who asks, whether the role may, whether the input is as
// described. What the document does not name is refused.
type gate struct {
	router   routers.Router
	actions  map[string]string // operation id -> x-action
	accounts *account.Service
	access   *access.Service

	engagements *engagement.Service
	audit       *audit.Service
	clock       func() time.Time
}

func newGate(document *openapi3.T, services *Services) (*gate, error) {
	router, err := gorillamux.NewRouter(document)
	if err != nil {
		return nil, fmt.Errorf("read API document: %w", err)
	}
	g := &gate{router: router, actions: map[string]string{}, accounts: services.Accounts, access: services.Access,
		engagements: services.Engagements, audit: services.Audit, clock: services.Clock}
	known := map[string]bool{actionPublic: true, actionOwn: true, actionAccount: true}
	for _, action := range access.Actions {
		known[string(action)] = true
	}
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			action, _ := operation.Extensions["x-action"].(string)
			if !known[action] {
				return nil, fmt.Errorf("%s %s of the API document names no known x-action", method, path)
			}
			g.actions[operation.OperationID] = action
		}
	}
	return g, nil
}

// Caller is who asks and within which scope of the operation's action. The membership is the one
// that gives the action: of several roles the one whose scope is widest.
type Caller struct {
	account.Person
	Scope       access.Scope
	Grant       access.Grant
	Permissions *access.Permissions // everything that the caller may do
	Origin      string              // address of the request
}

type callerKey struct{}

// tokenKey is where the gate puts the token itself, which withdrawing needs.
type tokenKey struct{}

// callerOf gives the caller of a request that passed the gate.
func callerOf(ctx context.Context) Caller {
	caller, _ := ctx.Value(callerKey{}).(Caller)
	return caller
}

func (g *gate) middleware(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		request := c.Request()
		route, parameters, err := g.router.FindRoute(request)
		if err != nil {
			if errors.Is(err, routers.ErrMethodNotAllowed) {
				return echo.NewHTTPError(http.StatusMethodNotAllowed)
			}
			return domain.Errorf(domain.KindNotFound, "there is nothing at this address; see /api/v1/openapi.json")
		}
		id := route.Operation.OperationID
		ctx, err := g.admit(c, g.actions[id], objectOf(id, parameters))
		if err != nil {
			return err
		}
		c.SetRequest(request.WithContext(ctx))
		input := &openapi3filter.RequestValidationInput{Request: c.Request(), PathParams: parameters, Route: route,
			Options: &openapi3filter.Options{
				MultiError:                 true,
				AuthenticationFunc:         openapi3filter.NoopAuthenticationFunc, // admit has done it
				ExcludeRequestBody:         isMultipart(request),                  // files are streamed, and checked by the handler
				SkipSettingDefaults:        false,
				ExcludeReadOnlyValidations: true,
			}}
		if err := openapi3filter.ValidateRequest(ctx, input); err != nil {
			return invalid(err)
		}
		return next(c)
	}
}

// admit authenticates, asks the policies and records what must be.
func (g *gate) admit(c echo.Context, action, object string) (context.Context, error) {
	request := c.Request()
	ctx := request.Context()
	ctx = context.WithValue(ctx, originKey{}, c.RealIP())
	if action == actionPublic {
		return ctx, nil
	}
	token, ok := strings.CutPrefix(request.Header.Get(echo.HeaderAuthorization), "Bearer ")
	if !ok {
		return nil, domain.Errorf(domain.KindUnauthenticated, "send a token as \"Authorization: Bearer …\"; POST /api/v1/tokens gives one")
	}
	bearer, err := g.accounts.ByToken(ctx, token)
	if err != nil {
		return nil, err
	}
	person := bearer.Person
	permissions, err := g.access.OfBearer(ctx, bearer)
	if err != nil {
		return nil, err
	}
	if len(person.Scopes) > 0 {
		permissions = permissions.Only(actionsOf(person.Scopes))
	}
	caller := Caller{Person: person, Permissions: permissions, Origin: c.RealIP()}
	if action == actionAccount && len(person.Scopes) > 0 {
		return nil, domain.Errorf(domain.KindForbidden, "this token is narrowed to other things than your account")
	}
	decided := action != actionOwn && action != actionAccount
	if decided {
		if caller.Grant, err = permissions.Require(access.Action(action)); err != nil {
			return nil, err
		}
		caller.Scope, caller.Membership = caller.Grant.Scope, caller.Grant.Membership
	}
	ctx = circumstances(c, caller, token)
	if decided {
		if err := g.recordReading(ctx, caller, request, access.Action(action), object); err != nil {
			return nil, err
		}
	}
	ctx = context.WithValue(ctx, tokenKey{}, token)
	return context.WithValue(ctx, callerKey{}, caller), nil
}

func actionsOf(scopes []string) []access.Action {
	actions := make([]access.Action, len(scopes))
	for i, scope := range scopes {
		actions[i] = access.Action(scope)
	}
	return actions
}

type originKey struct{}

// originOf is the address of a request that passed the gate.
func originOf(ctx context.Context) string {
	origin, _ := ctx.Value(originKey{}).(string)
	return origin
}

func isMultipart(request *http.Request) bool {
	return strings.HasPrefix(request.Header.Get(echo.HeaderContentType), echo.MIMEMultipartForm)
}

// invalid tells where a request differs from the document.
func invalid(err error) error {
	var fields []domain.FieldError
	var each openapi3.MultiError
	if !errors.As(err, &each) {
		each = openapi3.MultiError{err}
	}
	for _, one := range each {
		var request *openapi3filter.RequestError
		field, message := "request", "is not as the document describes"
		if errors.As(one, &request) {
			if request.Parameter != nil {
				field = request.Parameter.Name
			} else if request.RequestBody != nil {
				field = "body"
			}
			if request.Reason != "" {
				message = request.Reason
			}
			var schema *openapi3.SchemaError
			if errors.As(one, &schema) {
				message = schema.Reason
				if pointer := schema.JSONPointer(); len(pointer) > 0 {
					field = strings.Join(pointer, ".")
				}
			}
		}
		fields = append(fields, domain.FieldError{Field: field, Message: message})
	}
	return domain.Invalid("the request is not as the API document describes", fields...)
}
