package view

// Evaluations lists sessions, and the administration's outcomes.
type Evaluations struct {
	Layout
	Back, Address string
	Sessions      []SessionRow
	Empty         *Empty
	Fault         *FormFault
	Leads         bool // may open a session and edit the list
	Functions     []Choice
	Outcomes      []OutcomeRow
	From, To      string // months that the form begins with
}

// SessionRow is one session.
type SessionRow struct {
	Address, Name, Period, Counts string
	State                         Mark
}

// OutcomeRow is one outcome of the list.
type OutcomeRow struct {
	Code, Name, Bearing, Decider string
	Hearing, Retired             bool
}

// Calibration is one session with its contracts side by side.
type Calibration struct {
	Layout
	Back, Address string
	Sub           string
	State         Mark
	Locked, Leads bool
	CanLock       bool // everybody has an answer
	Final         bool // a contract of the session can end with it
	Ceremony      []Link
	Evaluations   []EvaluationView
	Fault         *FormFault
	Refused       []Fact // contracts that could not be evaluated, and why
}

// EvaluationView is one contract's evaluation.
type EvaluationView struct {
	ID, Revision, Number, Holder, Office, Address string
	Period                                        string
	Score                                         string
	Standing                                      Mark
	Marks                                         []Mark // immature and unusual
	Months                                        []MonthRow
	Proposal, Why                                 string
	Answer                                        *AnswerView
	Remarks                                       []RemarkRow
	Decisions                                     []DecisionView
	Appeal                                        *AppealView
	Choices                                       []Choice // outcomes to choose from
	CanAnswer, CanRemark, CanDecide               bool
	CanAppeal, CanWithdraw, CanTake, CanHear      bool
	Figures                                       bool // the reader sees them
	Action                                        string
	Letters                                       []Link
	Anchor                                        string
}

// MonthRow is one month of an evaluation.
type MonthRow struct{ Month, Score, Red, Address string }

// AnswerView is what the panel answers.
type AnswerView struct{ Outcome, Reason, By string }

// DecisionView is what was decided.
type DecisionView struct {
	Outcome, Reasons, Hearing, By, Until string
	Bearing                              string
	OnAppeal                             bool
}

// AppealView is an appeal with where it is.
type AppealView struct {
	State              Mark
	Grounds, By, Hears string
	Reasons            string
}

// ContractEvaluations are the evaluations of one contract, for who reads the contract.
type ContractEvaluations struct {
	Layout
	Back        string
	Over        string
	Evaluations []EvaluationView
	Empty       *Empty
	Fault       *FormFault
}

// OutcomesPage lists what was decided, without figures.
type OutcomesPage struct {
	Layout
	Rows  []OutcomeDecided
	Empty *Empty
}

// OutcomeDecided is one decision.
type OutcomeDecided struct{ Address, Number, Holder, Office, Period, Outcome, By, Appeal, Bearing string }
