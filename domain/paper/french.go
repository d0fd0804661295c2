package paper

import "regexp"

// Signs that French sets apart from the word before them, where a space and then the end of a
// word, a text or a quotation follow: not "a != b", not "10:30".
var (
	apart  = regexp.MustCompile(`(\S) ([;:?!»])([\s"<.,)\\]|$)`)
	opened = regexp.MustCompile(`« `)
)

// French ties the signs that French sets apart (; : ? ! « ») to their words by spaces that do not
// break, so that no line begins with a colon or ends with an opened quotation. Everything else stays as it is; a text may be
// given twice.
func French(text string) string {
	for range 2 { // the space after one sign may be the one before the next
		text = apart.ReplaceAllString(text, "$1\u00a0$2$3")
	}
	return opened.ReplaceAllString(text, "«\u00a0")
}
