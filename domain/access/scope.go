package access

// Scope says whose rows a permission covers. The zero Scope is none.
type Scope string

// The scopes, widest first.
const (
	ScopeInstallation   Scope = "installation" // the installation itself: only actions of that name, never an administration's data
	ScopeAdministration Scope = "administration"
	ScopeOffice         Scope = "office" // the office of which the person is head
	ScopeTeam           Scope = "team"   // the section of which the person is head
	ScopeOwn            Scope = "own"    // what the person did
	ScopeNone           Scope = ""
)

// Scopes lists the scopes from the widest to the narrowest.
var Scopes = []Scope{ScopeInstallation, ScopeAdministration, ScopeOffice, ScopeTeam, ScopeOwn}

// width orders the scopes; none is 0.
func (s Scope) width() int {
	for i, scope := range Scopes {
		if s == scope {
			return len(Scopes) - i
		}
	}
	return 0
}

// Within reports whether a scope covers no more than another.
func (s Scope) Within(other Scope) bool { return s.width() <= other.width() }
