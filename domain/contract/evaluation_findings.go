package contract

// UnusualFindings marks a party with open critical findings; WhyFindings is why no favourable outcome is proposed then.
const (
	UnusualFindings = "findings"
	WhyFindings     = "findings"
)

// hold takes a favourable proposal back while critical findings of the cross-checks wait for an answer. They are no verdict: nothing
// unfavourable follows from them, and people may decide otherwise with reasons. Statistical leads do not come in.
func (f *Facts) hold(critical int) {
	if f.Findings = critical; critical == 0 {
		return
	}
	f.Unusual = append(f.Unusual, UnusualFindings)
	if f.Proposal == OutcomeLetter || f.Proposal == OutcomeFacility {
		f.Proposal, f.Why = OutcomeNothing, WhyFindings
	}
}
