package notice

// Kinds lists every kind of notice and letter there is; a test holds that each has its texts in
// every language. A room that tells people something adds its kinds here.
var Kinds = []Kind{
	LetterInvitation, LetterReset,
	AccountPasswordChanged, AccountFactorReset, AccountFactorChanged, AccountCodesGuessed, AccountRolesChanged,
}

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
