// Package sample writes the extract that an ASYCUDA World site would give of a
// Customs administration that does not exist: declarations with items, operations,
// control, money, cargo, transit and suspense, in the files that
// domain/intake/EXTRACT.md describes.
//
// The extract is a function of its Parameters: the same parameters give the same
// bytes, whatever the number of processors (machines of another architecture may
// round the last bit of a logarithm otherwise). Memory does not grow with the number of declarations.
// What was planted on purpose (favoured pairs, broken rules and so on) is written
// beside the data as truth.json and truth_keys.csv, so that an analysis can be
// tested against it. Everything that is not planted keeps the rules P1 to P14.
//
// The package is pure but for the files it writes; it reads no clock.
package sample
