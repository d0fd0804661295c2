package contract

// State is where a contract is in its life.
type State string

// The states. A contract in Draft, Proposed, Negotiating or Signed is in the making, one that is
// Active or Suspended is in force, the others are over.
const (
	Draft       State = "draft"       // the drafting unit writes; the holder does not see it yet
	Proposed    State = "proposed"    // both parties see it
	Negotiating State = "negotiating" // a counter-proposal was made
	Signed      State = "signed"      // both parties have signed the same text; the term has not begun
	Active      State = "active"      // the term runs
	Suspended   State = "suspended"   // force majeure, transfer, absence or inquiry: months are not scored
	Evaluated   State = "evaluated"   // the panel has evaluated the term
	Closed      State = "closed"      // decided, and the appeal window is over
	Terminated  State = "terminated"  // ended by people on established fraud
	Amended     State = "amended"     // replaced by an amendment that both signed; its months stay scored under it
	Discarded   State = "discarded"   // a draft that never became a contract
)

// States lists the states in the order of a life.
var States = []State{Draft, Proposed, Negotiating, Signed, Active, Suspended, Evaluated, Closed, Terminated, Amended, Discarded}

// Making reports whether the text is still open or waits for its first day.
func (s State) Making() bool { return s == Draft || s == Proposed || s == Negotiating || s == Signed }

// Open reports whether both parties may still change the text.
func (s State) Open() bool { return s == Proposed || s == Negotiating }

// InForce reports whether the term runs, suspended or not.
func (s State) InForce() bool { return s == Active || s == Suspended }

// Action is something that is done to a contract.
type Action string

// The actions.
const (
	Edit      Action = "edit"      // the drafting unit writes the draft anew
	Propose   Action = "propose"   // the draft goes to both parties
	Counter   Action = "counter"   // a party proposes other figures, with reasons
	Comment   Action = "comment"   // words on an article or a target; changes nothing
	Extend    Action = "extend"    // another deadline
	Withdraw  Action = "withdraw"  // the proposal goes back to the drafting unit
	Decline   Action = "decline"   // the holder does not want the contract; no sanction follows
	Discard   Action = "discard"   // the draft is given up
	Vet       Action = "vet"       // the independent verifier passes the text
	Deputise  Action = "deputise"  // a signatory names a deputy for a period
	Sign      Action = "sign"      // a signatory signs the current text
	Activate  Action = "activate"  // the first day of the term has come
	Begin     Action = "begin"     // the term begins although data do not come in
	Suspend   Action = "suspend"   // months do not count from here
	Resume    Action = "resume"    // they count again
	Amend     Action = "amend"     // a new edition is drafted; this one stays in force until both sign it
	Supersede Action = "supersede" // the amendment begins and takes this edition's place
	Evaluate  Action = "evaluate"  // the panel's evaluation of the term
	Close     Action = "close"     // the decision stands
	Renew     Action = "renew"     // a new contract is drafted that follows this one
	Terminate Action = "terminate" // ended on established fraud, by people
)

// Actions lists the actions.
var Actions = []Action{Edit, Propose, Counter, Comment, Extend, Withdraw, Decline, Discard, Vet, Deputise, Sign, Activate, Begin, Suspend, Resume, Amend, Supersede, Evaluate, Close, Renew, Terminate}

// Capacity is what a person is in one contract. A person may be several.
type Capacity string

// The capacities.
const (
	Holder          Capacity = "holder"           // who is measured: the officer, team leader, head of office or operator that signs
	Authority       Capacity = "authority"        // who signs for the administration, or their deputy
	Supervisor      Capacity = "supervisor"       // the head of the contract's office, when not its holder
	DirectorGeneral Capacity = "director_general" // of the administration
	Drafter         Capacity = "drafter"          // the drafting unit: Director General's office and, in their office, heads
	Reviewer        Capacity = "reviewer"         // the evaluation panel; never a party of the contract
	Verifier        Capacity = "verifier"         // independent of both parties: internal audit
	HumanResources  Capacity = "human_resources"  // reads outcomes, does nothing to a contract
	Administrator   Capacity = "administrator"    // runs the installation for the administration; does nothing to a contract
	System          Capacity = "system"           // the program, on a date
)

// Capacities lists the capacities.
var Capacities = []Capacity{Holder, Authority, Supervisor, DirectorGeneral, Drafter, Reviewer, Verifier, HumanResources, Administrator, System}

// Level says between whom a contract is.
type Level string

// The signatory levels, from above.
const (
	LevelAdministration Level = "administration" // the administration as a whole, its Director General with the supervising ministry
	LevelOffice         Level = "office"         // a head of office
	LevelTeam           Level = "team"           // a team: all members listed, the leaders sign
	LevelOfficer        Level = "officer"        // one officer
	LevelOperator       Level = "operator"       // an importer or a broker: facilities instead of rewards
)

// Levels lists the levels from above.
var Levels = []Level{LevelAdministration, LevelOffice, LevelTeam, LevelOfficer, LevelOperator}
