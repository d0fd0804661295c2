package contract

import (
	"context"
	"slices"
	"time"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/notice"
	"assay/domain/store"
)

// Notices tells people by the room notice.
type Notices struct {
	Administrations *administration.Service
	Clock           func() time.Time
}

// noticeKinds are the actions that people are told of; the others happen silently.
var noticeKinds = map[Action]notice.Kind{
	Propose: notice.ContractProposed, Counter: notice.ContractCountered, Comment: notice.ContractCommented, Withdraw: notice.ContractWithdrawn, Decline: notice.ContractDeclined,
	Extend: notice.ContractExtended, Sign: notice.ContractSigned, Activate: notice.ContractActive, Begin: notice.ContractActive, FeedHeld: notice.ContractWaits, Suspend: notice.ContractSuspended, Resume: notice.ContractResumed,
	Supersede: notice.ContractAmended, Terminate: notice.ContractTerminated, Remind: notice.ContractReminder, CardPublished: notice.ContractScorecard,
	Evaluate: notice.ContractEvaluated, Close: notice.ContractClosed, OutcomeDecided: notice.ContractOutcome, AppealMade: notice.ContractAppeal, AppealAnswered: notice.ContractAppealAnswer,
	NoticeObjectionFiled: notice.ObjectionFiled, NoticeObjectionDecided: notice.ObjectionDecided, NoticeObjectionAppealed: notice.ObjectionAppealed,
}

// Contract tells the receivers of a notice, on their page of notices and by letter.
func (n Notices) Contract(ctx context.Context, tx *store.Tx, tenant domain.TenantID, told Notice) error {
	kind, known := noticeKinds[told.Action]
	if !known {
		return nil
	}
	owner, err := n.Administrations.ByID(ctx, tenant)
	if err != nil {
		return err
	}
	path := told.Path
	if path == "" {
		path = "contracts/" + told.Contract.String()
	}
	for _, to := range told.To {
		by := told.By
		if slices.Contains(told.Outside, to) {
			by = owner.Name(owner.Languages[0])
		}
		err := notice.Send(ctx, tx, tenant, n.Clock().UTC(), to, notice.Message{Kind: kind, Link: "/in/" + owner.Code + "/" + path,
			Arguments: notice.Arguments{Texts: map[string]string{"Number": told.Number, "Subject": told.Subject, "By": by, "Reason": clip(told.Reason)}}})
		if err != nil {
			return err
		}
	}
	return nil
}

// clip keeps what a notice can carry.
func clip(text string) string {
	const most = 400
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return text
}
