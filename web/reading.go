package web

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"assay/domain/access"
	"assay/domain/audit"
	"assay/domain/engagement"
)

// circumstances puts who acts, as what and from where into the context, from which every
// record of this request takes it.
func (v *visit) circumstances(grant access.Grant) {
	c := audit.Circumstances{Actor: v.person.SignInName, Capacity: grant.Membership.Role, Origin: v.RealIP(), Request: v.requestNumber()}
	if grant.Engagement != uuid.Nil {
		c.Engagement = grant.Engagement.String()
	}
	if cookie, err := v.Cookie(v.server.sessionCookie()); err == nil {
		c.Session = audit.Fingerprint(cookie.Value)
	}
	v.SetRequest(v.Request().WithContext(audit.In(v.Request().Context(), c)))
}

// recordReading writes what is about to be opened into the administration's record: everything
// that an expert opens, and what is sensitive whoever reads. What cannot be recorded is not shown. Writing is
// recorded where it is done.
func (v *visit) recordReading() error {
	ctx, action := v.Request().Context(), v.route.action
	if v.grant.Engagement != uuid.Nil {
		return v.server.Engagements.Open(ctx, v.tenant.ID, engagement.Opening{Account: v.person.Account, Engagement: v.grant.Engagement,
			SignInName: v.person.SignInName, Action: action, Object: v.object(), Method: v.Request().Method, Address: v.Request().URL.RequestURI()})
	}
	if v.Request().Method != http.MethodGet || !action.Sensitive() {
		return nil
	}
	return v.server.Audit.Deed(ctx, v.tenant.ID, audit.Entry{At: v.server.Clock(), Action: string(action), Object: v.object(),
		After: map[string]string{"address": v.Request().URL.RequestURI()}})
}

// object names what a page is about in the form in which rooms name it when they write.
func (v *visit) object() string {
	switch {
	case v.Param("number") != "":
		return "declaration/" + v.Param("office") + "/" + v.Param("year") + "/" + v.Param("number")
	case v.Param("code") != "":
		return "indicator/" + v.Param("code")
	case v.Param("batch") != "":
		return "batch/" + v.Param("batch")
	}
	if v.route.path == in {
		return "page/home"
	}
	return "page/" + strings.TrimPrefix(v.Request().URL.Path, "/in/"+v.Param("administration")+"/")
}
