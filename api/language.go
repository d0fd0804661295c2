package api

import "assay/domain"

// Speaker says in a language why something was refused. The rooms say it in English; what a speaker does
// not know it gives back as it is.
type Speaker interface {
	Refusal(failure *domain.Error) string
	Wrong(field domain.FieldError) string
	Sentence(english string) string
}

// Speak finds who speaks the language that an Accept-Language header wants most, and the code of that language.
// A nil Speaker stands for English.
type Speak func(accept string) (say Speaker, language string)

// to is the speaker for a request; English where the header asks for nothing else.
func (s Speak) to(accept string) (Speaker, string) {
	if s != nil && accept != "" {
		if say, language := s(accept); say != nil {
			return say, language
		}
	}
	return english{}, "en"
}

// english says what the rooms say.
type english struct{}

func (english) Refusal(failure *domain.Error) string { return failure.Message }
func (english) Wrong(field domain.FieldError) string { return field.Message }
func (english) Sentence(text string) string          { return text }
