package view

// Through leads people to the identity provider of their administration.
type Through struct {
	Layout
	Return, Code, Fault string
	Provider            string // what it is called; empty while the administration is asked for
	Whose               string
	Host                string // where the browser goes
	Go                  string // address that leads there
}

// Provider is the page on which an administration sets its identity provider.
type Provider struct {
	Layout
	Address, Back           string // of this page, and where the provider sends people back
	SignIn                  string // address to hand out
	Fault                   *FormFault
	StepUp                  *StepUp // nil for who has no second factor
	Issuer, ClientID, Name  string
	Scopes, Domains, Values string
	Set, HasSecret, Enabled bool
	SecretsKept             bool // the installation has a key to seal secrets with
	Roles, Factors          []Choice
	Findings                []ProviderFinding
	Looked                  bool
	Saved                   bool
}

// ProviderFinding is one thing that a look at a provider has shown.
type ProviderFinding struct {
	Name, Text string
	Good       bool
}

// ProviderTrial is what a provider said of the administrator who has tried it.
type ProviderTrial struct {
	Layout
	Back, Again, Fault string
	Facts              []Fact
	Meant              string // what would become of this sign-in
}
