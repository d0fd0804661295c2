package contract

import (
	"fmt"
	"strings"
)

// Diagram draws the table of transitions in the language of Mermaid, and below it the table itself.
func Diagram() string {
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n    [*] --> draft\n")
	for i := range Transitions {
		t := &Transitions[i]
		if t.To == "" {
			continue
		}
		for _, from := range t.From {
			fmt.Fprintf(&b, "    %s --> %s: %s\n", from, t.To, t.Action)
		}
	}
	b.WriteString("    closed --> [*]\n    terminated --> [*]\n    amended --> [*]\n    discarded --> [*]\n```\n\n")
	b.WriteString("| action | from | to | who | when | writes |\n|---|---|---|---|---|---|\n")
	for i := range Transitions {
		t := &Transitions[i]
		to := string(t.To)
		if to == "" {
			to = "stays"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", t.Action, joined(t.From), to, joined(t.By), joined(t.Guards), joined(t.Effects))
	}
	return b.String()
}

func joined[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, word := range words {
		texts[i] = string(word)
	}
	return strings.Join(texts, ", ")
}
