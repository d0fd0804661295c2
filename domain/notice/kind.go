package notice

// Kinds lists every kind of notice and letter there is; a test holds that each has its texts in
// every language. A room that tells people something adds its kinds here.
var Kinds = []Kind{
	LetterInvitation, LetterReset,
	AccountPasswordChanged, AccountFactorReset, AccountFactorChanged, AccountCodesGuessed, AccountRolesChanged,
	ContractProposed, ContractCountered, ContractCommented, ContractWithdrawn, ContractDeclined, ContractExtended, ContractSigned, ContractActive, ContractWaits,
	ContractSuspended, ContractResumed, ContractAmended, ContractTerminated, ContractReminder, ContractScorecard,
	ContractEvaluated, ContractClosed, ContractOutcome, ContractAppeal, ContractAppealAnswer,
	ObjectionFiled, ObjectionDecided, ObjectionAppealed, MeetingCalled, MeetingMinutes, MeetingAssigned,
}

// The kinds of the room contract.
const (
	ContractProposed     Kind = "notice.contract.proposed"
	ContractCountered    Kind = "notice.contract.countered"
	ContractCommented    Kind = "notice.contract.commented"
	ContractWithdrawn    Kind = "notice.contract.withdrawn"
	ContractDeclined     Kind = "notice.contract.declined"
	ContractExtended     Kind = "notice.contract.extended"
	ContractSigned       Kind = "notice.contract.signed"
	ContractActive       Kind = "notice.contract.active"
	ContractWaits        Kind = "notice.contract.waits"
	ContractSuspended    Kind = "notice.contract.suspended"
	ContractResumed      Kind = "notice.contract.resumed"
	ContractAmended      Kind = "notice.contract.amended"
	ContractTerminated   Kind = "notice.contract.terminated"
	ContractReminder     Kind = "notice.contract.reminder"
	ContractScorecard    Kind = "notice.contract.scorecard"
	ContractEvaluated    Kind = "notice.contract.evaluated"
	ContractClosed       Kind = "notice.contract.closed"
	ContractOutcome      Kind = "notice.contract.outcome"
	ContractAppeal       Kind = "notice.contract.appeal"
	ContractAppealAnswer Kind = "notice.contract.appeal_answer"
	ObjectionFiled       Kind = "notice.objection.filed"
	ObjectionDecided     Kind = "notice.objection.decided"
	ObjectionAppealed    Kind = "notice.objection.appealed"
)

// The kinds of the room meeting.
const (
	MeetingCalled   Kind = "notice.meeting.called"   // somebody is invited
	MeetingMinutes  Kind = "notice.meeting.minutes"  // minutes wait for a signature
	MeetingAssigned Kind = "notice.meeting.assigned" // a recommendation has a new owner
)

// The kinds of the room account.
const (
	LetterInvitation       Kind = "letter.invitation"
	LetterReset            Kind = "letter.reset"
	AccountPasswordChanged Kind = "notice.account.password_changed"
	AccountFactorReset     Kind = "notice.account.factor_reset"
	AccountFactorChanged   Kind = "notice.account.factor_changed"
	AccountCodesGuessed    Kind = "notice.account.codes_guessed"
	AccountRolesChanged    Kind = "notice.account.roles_changed"
)
