package contract_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/indicator"
)

// Whatever an operator's row, scope and place among the signatories are, it sees and does nothing in a contract that is not of its own
// code, and in its own nothing but the holder's part.
func TestAnOperatorHasNoPartInAnothersContract(t *testing.T) {
	t.Parallel()
	codes := []string{"", "IMP1", "IMP2", "BRK1"}
	kinds := []account.TraderKind{"", account.Importer, account.Broker}
	scopes := append(slices.Clone(access.Scopes), access.ScopeNone)
	levels := map[contract.Level]string{contract.LevelOfficer: contract.FunctionOfficer, contract.LevelTeam: contract.FunctionTeam, contract.LevelOffice: contract.FunctionHeadOfOffice,
		contract.LevelAdministration: contract.FunctionHeadOfOffice}
	states := []contract.State{contract.Draft, contract.Proposed, contract.Negotiating, contract.Signed, contract.Active, contract.Suspended, contract.Evaluated, contract.Closed, contract.Terminated, contract.Discarded}
	operator := uuid.New()
	const today = cube.Date(20000)
	rapid.Check(t, func(t *rapid.T) {
		a := contract.Actor{Account: operator, SignInName: "operator", Name: "Amina", Role: access.Trader, Operator: rapid.SampledFrom(codes).Draw(t, "code"), OperatorKind: rapid.SampledFrom(kinds).Draw(t, "kind"),
			Officer: rapid.SampledFrom([]string{"", "EX07"}).Draw(t, "officer"), Office: rapid.SampledFrom([]string{"", "DLA1"}).Draw(t, "office")}
		c := &contract.Contract{ID: uuid.New(), Subject: rapid.SampledFrom(append(codes, "EX07", "DLA1")).Draw(t, "subject"), State: rapid.SampledFrom(states).Draw(t, "state"),
			Office: rapid.SampledFrom([]string{"", "DLA1"}).Draw(t, "contract office"), Members: []contract.Member{{Officer: "EX07"}}}
		if rapid.Bool().Draw(t, "of an operator") {
			c.Level, c.Function = contract.LevelOperator, rapid.SampledFrom([]string{contract.FunctionImporter, contract.FunctionBroker}).Draw(t, "function")
		} else {
			c.Level = rapid.SampledFrom([]contract.Level{contract.LevelOfficer, contract.LevelTeam, contract.LevelOffice, contract.LevelAdministration}).Draw(t, "level")
			c.Function = levels[c.Level]
		}
		for slot, side := range []contract.Side{contract.SideHolder, contract.SideAdministration} {
			s := contract.Signatory{Slot: slot + 1, Side: side, Account: uuid.New(), Name: "Somebody"}
			switch rapid.SampledFrom([]string{"another", "signs", "deputises"}).Draw(t, string(side)) {
			case "signs":
				s.Account = operator
			case "deputises":
				s.Deputy, s.DeputyFrom, s.DeputyTo = operator, today-1, today+1
			}
			c.Signatories = append(c.Signatories, s)
		}
		scope := rapid.SampledFrom(scopes).Draw(t, "scope")
		own := c.Level == contract.LevelOperator && a.Operator != "" && c.Subject == a.Operator && c.Function == string(a.OperatorKind)
		visible, capacities := c.VisibleTo(a, scope, today), c.Capacities(a, today)
		if !own && (visible || len(capacities) > 0) {
			t.Fatalf("visible %v, capacities %v in another's contract", visible, capacities)
		}
		if slices.ContainsFunc(capacities, func(capacity contract.Capacity) bool { return capacity != contract.Holder }) {
			t.Fatalf("an operator is %v", capacities)
		}
		if making := c.State == contract.Draft || c.State == contract.Discarded; own && visible != (scope != access.ScopeNone && scope != access.ScopeInstallation && !making) {
			t.Fatalf("the own contract in %s, scope %q: visible %v", c.State, scope, visible)
		}
	})
}

// An operator may open every figure that the built-in templates measure it by.
func TestOperatorsAreToldWhatTheyAreMeasuredBy(t *testing.T) {
	t.Parallel()
	for _, function := range []string{contract.FunctionImporter, contract.FunctionBroker} {
		for _, line := range contract.BuiltIn(function).Lines {
			if d, err := indicator.Find(line.Code); err != nil || !d.ToldOutside() {
				t.Errorf("%s measures by %s, which is not told: %v", function, line.Code, err)
			}
		}
	}
}
