// Package policies holds the access rules as files that people review: the
// casbin model, the rules by role, and the table of expected decisions that a
// test compares with what the rules give.
package policies

import _ "embed"

// Model is the casbin model.
//
//go:embed model.conf
var Model string

// Rules are the rules by role.
//
//go:embed rules.csv
var Rules string

// Expected is the table of expected decisions, one "role, action, scope" a line, complete.
//
//go:embed expected.csv
var Expected string
