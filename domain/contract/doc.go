// Package contract carries performance contracts: the programme that leads to
// them, templates, baselines and targets, negotiation, signatures, and the life of a
// signed contract. What people may do to a contract, and when, is one table
// (Transitions); everything that changes a contract goes through it.
package contract
