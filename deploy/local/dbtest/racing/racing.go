// Package racing tells a test whether the race detector watches it. Watched, a program takes
// five to ten times as long, and the detector finds what it can find once each piece of code has
// run beside others: the thousandth role or walk through the same code shows it nothing new.
//
// A test that goes through very many cases therefore goes through fewer of them under the detector
// and through all of them without. make test runs it both ways: such a test stands in WHOLE of the
// Makefile, which TestAllIsRun looks after. A test that has nothing of its own to show the detector says
// Unwatched.
package racing

import "testing"

// Of gives how many cases are gone through: few under the race detector, all without it.
func Of(few, all int) int {
	if Detected {
		return few
	}
	return all
}

// Unwatched leaves a whole test to the run without the race detector. It is for a test that counts through very many rows or
// pages by code that other tests of its package run under the detector, or whose time is the browser's. Its name must
// stand in WHOLE of the Makefile.
func Unwatched(tb testing.TB) {
	tb.Helper()
	if Detected {
		tb.Skip("make test runs it without the race detector")
	}
}
