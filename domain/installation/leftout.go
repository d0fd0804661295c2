package installation

import (
	"regexp"
	"slices"
)

// leftOutTables are the tables with a tenant_id that an export does not hold,
// each with the reason that its manifest gives. A table that is not here is exported.
var leftOutTables = map[string]string{
	"sign_in_session":    "sessions of people who are signed in at the moment",
	"tenant_export":      "the list of exports like this one",
	"tenant_export_part": "the bytes of exports like this one",
	"segment_content":    "its segments are the files in the folder cube",
	"segment_figure":     "figures that are computed again from the segments",
	"record_pack":        "the same declarations as the tables hold, packed for the program alone",
	"delivery_part":      "its bytes are the files in the folder deliveries",
}

// leftOutColumns are the columns that an export does not hold, with the reason.
var leftOutColumns = map[string]map[string]string{
	"api_token": {"token_hash": "opens the API to whoever finds its token"},
}

// harmless are columns whose name sounds like a secret's and that are none.
var harmless = map[string][]string{}

// soundsSecret finds columns that nobody may have thought of: they stay out of an export
// until somebody says in harmless that they are none.
var soundsSecret = regexp.MustCompile(`(^|_)(secret|secrets|password|passphrase|token|recovery|sealed|credential|credentials|private|nonce|salt|seed|code_hash|token_hash|client_key)(_|$)`)

// leftOut is why a column is not exported, empty when it is.
func leftOut(table, column string) string {
	if reason := leftOutColumns[table][column]; reason != "" {
		return reason
	}
	if soundsSecret.MatchString(column) && !slices.Contains(harmless[table], column) {
		return "its name says that it is a secret"
	}
	return ""
}

// people are the columns of accounts that an export holds, of the people who work in the
// administration. Nothing by which they sign in is among them.
const people = `account_id, sign_in_name, name, language, state, created_at`

// warehouseTables are written as Parquet: what is large and flat. Every other table is JSON.
var warehouseTables = []string{
	"declaration", "superseded_declaration", "item", "event", "assignment", "inspection", "offence", "payment", "document_version",
	"manifest", "bill", "write_off", "transit", "suspense_account", "discharge", "workstation_session", "finding", "reject", "trader", "broker", "officer", "posting", "segment",
}
