package view

// SealPage shows the keys that an administration seals its documents with.
type SealPage struct {
	Layout
	Address string
	Writes  bool
	Command string    // that checks a sealed file
	Keys    []SealKey // the one in use first
	Empty   *Empty
	Fault   *FormFault
	StepUp  *StepUp // for who may make a new key
}

// SealKey is one of them.
type SealKey struct {
	Certificate string // address of the certificate's file
	Fingerprint string
	State       string
	InUse       bool
	Facts       []Fact
}
