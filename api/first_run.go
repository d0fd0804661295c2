package api

import (
	"context"
	"fmt"

	"assay/domain/firstrun"
)

// GetFirstRun computes how far a new administration is.
func (s *server) GetFirstRun(ctx context.Context, _ GetFirstRunRequestObject) (GetFirstRunResponseObject, error) {
	tenant, err := s.Administrations.ByID(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	steps, err := s.FirstRun.Steps(ctx, tenant)
	if err != nil {
		return nil, err
	}
	shown := GetFirstRun200JSONResponse{Complete: firstrun.Complete(steps), Steps: []FirstRunStep{}}
	for _, step := range steps {
		row := FirstRunStep{Key: step.Key, State: string(step.State), Missing: factsOf(step.Missing), Advice: factsOf(step.Advice)}
		if step.State == firstrun.Done {
			row.Known = &factsOf([]firstrun.Sentence{step.Known})[0]
		}
		shown.Steps = append(shown.Steps, row)
	}
	return shown, nil
}

// factsOf are sentences without their words: the pages have those, in the reader's language.
func factsOf(sentences []firstrun.Sentence) []FirstRunFact {
	facts := make([]FirstRunFact, len(sentences))
	for i, sentence := range sentences {
		values := map[string]any{}
		for pair := 0; pair+1 < len(sentence.Blanks); pair += 2 {
			value := sentence.Blanks[pair+1]
			if written, ok := value.(fmt.Stringer); ok { // a month
				value = written.String()
			}
			values[fmt.Sprint(sentence.Blanks[pair])] = value
		}
		facts[i] = FirstRunFact{Key: sentence.Key, Values: values}
	}
	return facts
}
