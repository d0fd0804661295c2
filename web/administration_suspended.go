package web

import (
	"errors"

	"assay/domain"
	"assay/domain/account"
	"assay/web/view"
)

// suspended tells of administrations that are suspended, each with the reason that was given.
func (v *visit) suspended(tenants []domain.TenantID) (notices []view.Notice, err error) {
	for _, id := range tenants {
		tenant, err := v.server.Administrations.ByID(v.Request().Context(), id)
		if err != nil {
			return nil, err
		}
		notice := view.Notice{Kind: "warning", Text: v.T("administration.suspended", "Name", tenant.Name(v.Language))}
		if tenant.StateReason != "" {
			notice.More = []string{v.T("administration.suspended.reason", "Reason", tenant.StateReason)}
		}
		notices = append(notices, notice)
	}
	return notices, nil
}

// refusedSignIn is what the sign-in page says to somebody with the right password who may come in nowhere.
func (v *visit) refusedSignIn(refusal error) (string, error) {
	var suspension *account.SuspendedError
	if !errors.As(refusal, &suspension) {
		return v.T("sign_in.no_administration"), nil
	}
	notices, err := v.suspended(suspension.Tenants)
	text := ""
	for _, notice := range notices {
		text += notice.Text + " "
		for _, more := range notice.More {
			text += more + " "
		}
	}
	return text, err
}
