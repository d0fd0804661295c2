package paper

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Invisible marks around a stretch that is read from left to right by itself (Unicode Standard Annex 9).
const (
	isolate    = "\u2066" // left to right isolate
	endIsolate = "\u2069" // pop directional isolate
)

var marks = strings.NewReplacer(isolate, "", endIsolate, "")

// foreignStretch is what stands from left to right as one in a text from right to left: Latin words with what belongs to them, or a
// number of several parts. Left to the algorithm, the second bracket of "Officer EX1 (EX1)" would go to its other side, and the parts
// of 2026-03-12 would be read as 12-03-2026.
var foreignStretch = regexp.MustCompile(`\(?\p{Latin}[\p{Latin}\p{M}\p{N} .,:;/&'’+_@#?=%~()-]*|\p{Nd}+(?:[-/:.,]\p{Nd}+)+`)

// isolateForeign marks such stretches of a text from right to left.
func isolateForeign(text string) string {
	return foreignStretch.ReplaceAllStringFunc(text, func(found string) string {
		kept, before := trimStretch(found), ""
		if strings.HasPrefix(kept, "(") && strings.Count(kept, "(") > strings.Count(kept, ")") {
			// It is closed outside of the stretch.
			before, found = "(", found[1:]
			kept = trimStretch(found)
		}
		return before + isolate + kept + endIsolate + found[len(kept):]
	})
}

// trimStretch leaves out what follows the last letter or digit, which belongs to the text around, except the brackets that close
// one of the stretch. A bracket that was opened on the line before closes here too.
func trimStretch(found string) string {
	end := strings.LastIndexFunc(found, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.M, r) })
	_, size := utf8.DecodeRuneInString(found[end:])
	end += size
	open := strings.Count(found[:end], "(") - strings.Count(found[:end], ")")
	for end < len(found) && found[end] == ')' && open >= 0 {
		end, open = end+1, max(open-1, 0)
	}
	return found[:end]
}
