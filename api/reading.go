package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"assay/domain/access"
	"assay/domain/audit"
	"assay/domain/engagement"
)

// circumstances puts who acts, as what and from where into the context, from which every
// record of this request takes it.
func circumstances(c echo.Context, caller Caller, token string) context.Context {
	request := c.Request()
	of := audit.Circumstances{Actor: caller.SignInName, Capacity: caller.Role, Origin: caller.Origin, Session: audit.Fingerprint(token),
		Request: c.Response().Header().Get(echo.HeaderXRequestID)}
	if caller.Grant.Engagement != uuid.Nil {
		of.Engagement = caller.Grant.Engagement.String()
	}
	return audit.In(request.Context(), of)
}

// recordReading writes what is about to be answered into the administration's record: everything that an
// expert asks for, and what is sensitive whoever reads. What cannot be recorded is not answered. Writing is recorded where
// it is done.
func (g *gate) recordReading(ctx context.Context, caller Caller, request *http.Request, action access.Action, object string) error {
	if caller.Grant.Engagement != uuid.Nil {
		return g.engagements.Open(ctx, caller.Tenant, engagement.Opening{Account: caller.Account, Engagement: caller.Grant.Engagement,
			SignInName: caller.SignInName, Action: action, Object: object, Method: request.Method, Address: request.URL.RequestURI()})
	}
	if request.Method != http.MethodGet || !action.Sensitive() {
		return nil
	}
	return g.audit.Deed(ctx, caller.Tenant, audit.Entry{At: g.clock(), Action: string(action), Object: object,
		After: map[string]string{"address": request.URL.RequestURI()}})
}

// objectOf names what an operation is about in the form in which rooms name it when they write.
func objectOf(operation string, parameters map[string]string) string {
	switch {
	case parameters["number"] != "":
		return "declaration/" + parameters["office"] + "/" + parameters["year"] + "/" + parameters["number"]
	case parameters["code"] != "":
		return "indicator/" + parameters["code"]
	case parameters["id"] != "":
		return "api/" + operation + "/" + parameters["id"]
	}
	return "api/" + operation
}
