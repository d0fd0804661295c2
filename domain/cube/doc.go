// Package cube answers any group-by over any filter of a tenant's figures in
// one pass over columns, exactly.
//
// A Grain describes one kind of row (a declaration, an act, an offence) and its
// columns. The rows of one grain and one month make a Segment: immutable,
// stored as Parquet, named by the SHA-256 of its bytes. A Snapshot is the set
// of segments that is current for one tenant; Snapshot.Query counts, sums and
// takes exact quantiles by any dimensions, Snapshot.Rows lists the rows behind
// a figure. An Engine shares decoded columns between requests, in bounded
// memory, and learns of new segments from the Store.
//
// Everything is exact: sums are integers that either fit in 64 bits or are an
// error, quantiles are linear interpolation between order statistics (type 7,
// PostgreSQL's percentile_cont) over all values, and an answer does not depend
// on the number of workers or on how rows are spread over segments.
//
// The package knows columns, not Customs: what the grains are is the matter of
// the package fact.
package cube
