package contract

import (
	"bytes"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/cube"
)

// Guard names a condition of a transition.
type Guard string

// The guards.
const (
	ContractsOpen     Guard = "contracts are open in the administration"
	TextComplete      Guard = "the text is complete"
	TextDiffers       Guard = "the text differs from the current one"
	TermAhead         Guard = "the term has not ended"
	BeforeDeadline    Guard = "the deadline has not passed"
	DeadlineAhead     Guard = "the new deadline is ahead"
	ReasonGiven       Guard = "a reason is given"
	GroundGiven       Guard = "a ground is given"
	NotSignedByActor  Guard = "the actor has not signed this text"
	SharedWithHolder  Guard = "the actor may see the text"
	VettingWanted     Guard = "the template wants vetting"
	VettedText        Guard = "the verifier has passed this text, where wanted"
	SameText          Guard = "the text that was seen is the current one"
	SignatoryOpen     Guard = "the actor's place is not signed yet"
	InOrder           Guard = "it is the side's turn"
	FreshlyConfirmed  Guard = "a fresh second factor confirms the signer"
	FirstDayReached   Guard = "the first day of the term has come"
	FeedHealthy       Guard = "the data come in"
	PreviousGivesWay  Guard = "no other contract of the subject is in force, or this amends it; what an amendment amends is in force"
	AmendmentSigned   Guard = "the amendment is signed and begins"
	TermEnded         Guard = "the term has ended"
	MonthsFrozen      Guard = "all months are frozen"
	ObjectionsDecided Guard = "all objections are decided"
	Calibrated        Guard = "the final evaluation is locked"
	DecisionRecorded  Guard = "the decision is recorded"
	AppealOver        Guard = "the appeal window is over"
	FraudEstablished  Guard = "the finding that established fraud is named"
)

// Circumstances are what an action is decided on: the contract as it is under lock,
// who acts, and what is asked.
type Circumstances struct {
	Now        time.Time
	Today      cube.Date // local day of the administration
	Contract   *Contract
	Signatures []Signature // of the current text
	Capacities []Capacity
	Actor      Actor
	Slot       *Signatory // the actor's place, own or as deputy; nil when there is none

	Reason       string
	Ground       string        // of a suspension
	Basis        string        // of a termination: the case that established fraud
	Seen         []byte        // hash of the text that the actor had before the eyes
	Proposed     *Document     // of an edit or a counter-proposal
	Deadline     cube.Date     // of a proposal or an extension
	Confirmation *Confirmation // of a signature

	ProgrammeOpen     bool         // contracts are open
	PreviousInForce   bool         // another edition or contract of the subject is in force ..
	Feed              *FeedProblem // why data do not come in
	AmendsPrevious    bool         // this one amends an edition in force, which gives way
	AmendmentBegins   bool
	MonthsFrozen      bool
	ObjectionsDecided bool
	Calibrated        bool
	DecisionRecorded  bool
	AppealOver        bool
}

// Confirmation is proof that the signer confirmed with the second factor.
type Confirmation struct {
	Account uuid.UUID
	Method  string // totp, security_key, recovery_code
	At      time.Time
}

// ConfirmationLife is how long a confirmation holds; a sitting of many signatures must fit.
const ConfirmationLife = 5 * time.Minute

// shortestReason is the least that counts as a reason, in letters.
const shortestReason = 3

var guards = map[Guard]func(*Circumstances) error{
	ContractsOpen: func(c *Circumstances) error {
		return unless(c.ProgrammeOpen, domain.KindNotReady, "contracts are not open yet in this administration: the descriptive phase comes first")
	},
	TextComplete: func(c *Circumstances) error { return c.document().Check() },
	TextDiffers: func(c *Circumstances) error {
		if c.Proposed == nil {
			return domain.Errorf(domain.KindInvalid, "there is no new text")
		}
		same := bytes.Equal(c.Proposed.Hash(), c.Contract.Text.Hash)
		return unless(!same, domain.KindInvalid, "nothing is changed")
	},
	TermAhead: func(c *Circumstances) error {
		return unless(c.Contract.EndsOn > c.Today, domain.KindInvalid, "the term ended on %s", c.Contract.EndsOn-1)
	},
	BeforeDeadline: func(c *Circumstances) error {
		return unless(c.Contract.DeadlineOn == 0 || c.Today <= c.Contract.DeadlineOn, domain.KindConflict, "the deadline of %s has passed; the drafting unit can extend it", c.Contract.DeadlineOn)
	},
	DeadlineAhead: func(c *Circumstances) error {
		return unless(c.Deadline >= c.Today, domain.KindInvalid, "the new deadline must not lie in the past")
	},
	ReasonGiven: func(c *Circumstances) error {
		return unless(len([]rune(strings.TrimSpace(c.Reason))) >= shortestReason, domain.KindInvalid, "give a reason: the other party will read it")
	},
	GroundGiven: func(c *Circumstances) error {
		return unless(suspensionGrounds[c.Ground], domain.KindInvalid, "say why months shall not count: outage, strike, transfer, absence, inquiry or other")
	},
	NotSignedByActor: func(c *Circumstances) error {
		return unless(!c.signedByActor(), domain.KindConflict, "you have signed this text already")
	},
	SharedWithHolder: func(c *Circumstances) error {
		alone := len(c.Capacities) == 1 && c.Capacities[0] == Holder
		return unless(c.Contract.State != Draft || !alone, domain.KindNotFound, "there is no such contract")
	},
	VettingWanted: func(c *Circumstances) error {
		return unless(c.Contract.Vetting, domain.KindInvalid, "this contract needs no vetting")
	},
	VettedText: func(c *Circumstances) error {
		return unless(!c.Contract.Vetting || c.Contract.VettedText == c.Contract.Text.Number, domain.KindNotReady, "the independent verifier has not passed this text yet")
	},
	SameText: func(c *Circumstances) error {
		return unless(bytes.Equal(c.Seen, c.Contract.Text.Hash), domain.KindConflict, "the text has changed since you opened it; read it again")
	},
	SignatoryOpen: func(c *Circumstances) error {
		if c.Slot == nil {
			return domain.Errorf(domain.KindForbidden, "only the two parties sign")
		}
		for _, s := range c.Signatures {
			if s.Slot == c.Slot.Slot {
				return domain.Errorf(domain.KindConflict, "%s has signed this text already", s.Name)
			}
		}
		return unless(!c.signedByActor(), domain.KindConflict, "you have signed this text already")
	},
	InOrder: inOrder,
	FreshlyConfirmed: func(c *Circumstances) error {
		p := c.Confirmation
		fresh := p != nil && p.Account == c.Actor.Account && p.Account != uuid.Nil && p.Method != "" && !p.At.After(c.Now.Add(time.Minute)) && c.Now.Sub(p.At) <= ConfirmationLife
		return unless(fresh, domain.KindUnauthenticated, "confirm with your second factor, then sign within %d minutes", int(ConfirmationLife/time.Minute))
	},
	FirstDayReached: func(c *Circumstances) error {
		return unless(c.Today >= c.Contract.StartsOn, domain.KindNotReady, "the term begins on %s", c.Contract.StartsOn)
	},
	FeedHealthy: feedHealthy,
	PreviousGivesWay: func(c *Circumstances) error {
		if c.Contract.Kind == Amendment && !c.AmendsPrevious {
			return domain.Errorf(domain.KindConflict, "the edition that this one amends is no longer in force")
		}
		return unless(!c.PreviousInForce || c.AmendsPrevious, domain.KindConflict, "another contract of %s is still in force", c.Contract.SubjectName)
	},
	AmendmentSigned: func(c *Circumstances) error {
		return unless(c.AmendmentBegins, domain.KindNotReady, "no signed amendment begins")
	},
	TermEnded: func(c *Circumstances) error {
		return unless(c.Today >= c.Contract.EndsOn, domain.KindNotReady, "the term runs until %s", c.Contract.EndsOn-1)
	},
	MonthsFrozen: func(c *Circumstances) error {
		return unless(c.MonthsFrozen, domain.KindNotReady, "not all months of the term are frozen yet")
	},
	ObjectionsDecided: func(c *Circumstances) error {
		return unless(c.ObjectionsDecided, domain.KindNotReady, "an objection is not decided yet, or the time to object to the last card is not over")
	},
	Calibrated: func(c *Circumstances) error {
		return unless(c.Calibrated, domain.KindNotReady, "the final evaluation is not locked yet")
	},
	DecisionRecorded: func(c *Circumstances) error {
		return unless(c.DecisionRecorded, domain.KindNotReady, "the decision is not recorded yet")
	},
	AppealOver: func(c *Circumstances) error {
		return unless(c.AppealOver, domain.KindNotReady, "the time to appeal is not over, or an appeal is not decided")
	},
	FraudEstablished: func(c *Circumstances) error {
		return unless(len([]rune(strings.TrimSpace(c.Basis))) >= shortestReason, domain.KindInvalid, "name the case that established fraud; a score or a statistical flag is no ground")
	},
}

// suspensionGrounds are the grounds of a suspension.
var suspensionGrounds = map[string]bool{"outage": true, "strike": true, "transfer": true, "absence": true, "inquiry": true, "other": true}

// inOrder holds the order of the sides that the template fixed.
func inOrder(c *Circumstances) error {
	first := map[SigningOrder]Side{HolderFirst: SideHolder, AdministrationFirst: SideAdministration}[c.Contract.SigningOrder]
	if first == "" || c.Slot == nil || c.Slot.Side == first {
		return nil
	}
	missing := 0
	for _, p := range c.Contract.Signatories {
		if p.Side == first {
			missing++
		}
	}
	for _, s := range c.Signatures {
		if s.Side == first {
			missing--
		}
	}
	return unless(missing <= 0, domain.KindNotReady, "the other party signs first")
}

// document is the text that the action leaves current.
func (c *Circumstances) document() *Document {
	if c.Proposed != nil {
		return c.Proposed
	}
	return c.Contract.Text.Document
}

func (c *Circumstances) signedByActor() bool {
	for _, s := range c.Signatures {
		if s.Account == c.Actor.Account {
			return true
		}
	}
	return false
}

func unless(holds bool, kind domain.Kind, format string, arguments ...any) error {
	if holds {
		return nil
	}
	return domain.Errorf(kind, format, arguments...)
}
