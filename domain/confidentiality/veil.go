// Package confidentiality decides how officers appear to who reads: by name, under a
// pseudonym, or not at all; and below which size a group is not shown. The same decision holds
// for pages, API, exports and the texts of errors.
package confidentiality

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"slices"

	"assay/domain"
)

// Mode is how officers appear.
type Mode int

// The modes.
const (
	Withheld     Mode = iota // no figure is told by officer, and nobody is named
	OwnOnly                  // only oneself
	Pseudonymous             // under a pseudonym, the same everywhere in the administration
	Named                    // by user name and name
)

// SmallestGroup is the fewest things a figure may be about for a person who may not see single
// declarations, and the fewest peers an officer is compared with.
const SmallestGroup = 5

// InsideDimensions are further dimensions by which nobody from outside is told figures: they say how an administration divides its
// work and how it chooses what to control.
var InsideDimensions = []string{"section", "head", "cause", "reason"}

// Colleague stands for an officer who is not named at all. It is no user name: those have no
// angle brackets.
const Colleague = "<colleague>"

// PseudonymPrefix begins every pseudonym.
const PseudonymPrefix = "P-"

// OfficerDimensions are the dimensions of figures whose values are officers.
var OfficerDimensions = []string{"officer", "examiner", "chief"}

// IsOfficer reports whether the values of a dimension are officers.
func IsOfficer(dimension string) bool { return slices.Contains(OfficerDimensions, dimension) }

// Veil is how one person sees officers in one request. It is made by Service.Veil.
type Veil struct {
	mode    Mode
	own     string // the person's own user name
	key     []byte
	least   int64
	codes   func(ctx context.Context) ([]string, error) // every user name of the administration
	outside bool                                        // an economic operator reads
	purpose *Purpose
	seen    func(ctx context.Context, object string) error // records that names were seen under the purpose
}

// Open is a veil that hides nothing, for programs that act for no person.
func Open() *Veil { return &Veil{mode: Named} }

// Mode is how officers appear.
func (v *Veil) Mode() Mode { return v.mode }

// Purpose is why names are shown to somebody who else sees pseudonyms, nil when there is none.
func (v *Veil) Purpose() *Purpose { return v.purpose }

// Least is the fewest things that a figure may be about; 0 when any number may be shown.
func (v *Veil) Least() int64 { return v.least }

// Officer is how a user name of the clearance system appears. The empty one, which is not
// known, stays empty.
func (v *Veil) Officer(user string) string {
	switch {
	case user == "" || v.mode == Named || v.mode == OwnOnly && user == v.own:
		return user
	case v.mode == Pseudonymous:
		return pseudonym(v.key, user)
	}
	return Colleague
}

// pseudonym is a keyed hash of a user name, 50 bits of it: without the key it cannot be computed
// from a list of names, and two of 10,000 officers share one with a chance of 1 in 20,000.
func pseudonym(key []byte, user string) string {
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(user))
	return PseudonymPrefix + base32.StdEncoding.EncodeToString(sum.Sum(nil))[:10]
}

// MayName reports whether the name of an officer may stand beside the user name.
func (v *Veil) MayName(user string) bool {
	return v.mode == Named || v.mode == OwnOnly && user == v.own
}

// errWithheld is the same for every officer and every dimension, so that it tells of none.
var errWithheld = domain.Errorf(domain.KindForbidden, "your role does not show figures by officer")

// errInside is the same for everything that is not told outside the administration.
var errInside = domain.Errorf(domain.KindForbidden, "figures are not told by this")

// Keeps reports whether rows and declarations are shown without what is the administration's alone.
func (v *Veil) Keeps(dimension string) bool {
	return v.outside && (IsOfficer(dimension) || slices.Contains(InsideDimensions, dimension))
}

// Tells refuses a dimension of officers by which the person may not be told figures, and what is told nobody from outside.
func (v *Veil) Tells(dimension string) error {
	if v.outside && slices.Contains(InsideDimensions, dimension) {
		return errInside
	}
	if !IsOfficer(dimension) {
		return nil
	}
	if v.mode == Withheld || v.mode == OwnOnly && dimension != "officer" {
		return errWithheld
	}
	return nil
}

// Reveal turns what a person writes for officers into user names. What is no pseudonym of the
// administration, a real user name included, becomes one that nobody has: the answer is then the
// same as for an officer that there is not.
func (v *Veil) Reveal(ctx context.Context, written []string) ([]string, error) {
	if v.mode != Pseudonymous {
		return written, nil
	}
	users, err := v.codes(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[string]string, len(users))
	for _, user := range users {
		known[pseudonym(v.key, user)] = user
	}
	revealed := make([]string, len(written))
	for i, each := range written {
		user, ok := known[each]
		switch {
		case each == "":
		case ok:
			revealed[i] = user
		default:
			revealed[i] = Colleague
		}
	}
	return revealed, nil
}

// Seen records that officers were named under a purpose in what object says. Without a purpose
// there is nothing to record. Call it before the answer leaves.
func (v *Veil) Seen(ctx context.Context, object string) error {
	if v.purpose == nil || v.mode != Named {
		return nil
	}
	return v.seen(ctx, object)
}
