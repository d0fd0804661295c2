// Package fact says what the rows of the cube are: one grain for each kind of
// row (a declaration, an item, an act, an offence case), the columns of each,
// and how a row is derived from a record of the warehouse.
//
// A row holds states, never "as of now": nothing in it depends on today's date.
// What needs time to show (a declaration still open after five days) is a
// date condition at query time against the watermark, the latest event time of the data.
//
// Derivation is pure: a row follows from one record and a Context (settings,
// calendars, staff, price history) and from nothing else, so that equal data make
// equal segments. Service.Rebuild streams the warehouse once through all of it.
//
// The indicators' reference SQL (assay/domain/indicator/reference) derives the
// same columns from the tables on its own; a test holds both against each other.
// Whoever changes a derivation here raises the grain's version and changes the
// SQL with it.
package fact
