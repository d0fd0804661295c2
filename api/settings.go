package api

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/declaration"
)

// settler is who changes what an administration sets for itself, for the record.
func (c Caller) settler() administration.Actor { return administration.Actor(c.author()) }

// GetSettings gives what the administration says about itself.
func (s *server) GetSettings(ctx context.Context, _ GetSettingsRequestObject) (GetSettingsResponseObject, error) {
	tenant, err := s.Administrations.ByID(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	p, err := tenant.Profile()
	if err != nil {
		return nil, err
	}
	shown := GetSettings200JSONResponse{Code: tenant.Code, Settings: SettingsInput{Names: p.Names, Language: p.Languages[0], Currency: p.Currency, Zone: p.Zone,
		FiscalYearStart: p.Settings.FiscalYearStart, Digits: SettingsInputDigits(p.Settings.Digits), LaneNames: map[string]LaneNames{}}}
	for language, names := range p.Settings.LaneNames {
		shown.Settings.LaneNames[language] = LaneNames{Green: optional(names[declaration.Green]), Yellow: optional(names[declaration.Yellow]),
			Red: optional(names[declaration.Red]), Blue: optional(names[declaration.Blue])}
	}
	shown.CurrencyFixed, err = s.Administrations.CurrencyFixed(ctx, tenant.ID)
	return shown, err
}

// ChangeSettings keeps all of it anew.
func (s *server) ChangeSettings(ctx context.Context, request ChangeSettingsRequestObject) (ChangeSettingsResponseObject, error) {
	caller, in := callerOf(ctx), request.Body
	if err := s.knownLanguages(in); err != nil {
		return nil, err
	}
	altered, err := s.Administrations.Change(ctx, caller.Tenant, caller.settler(), func(p *administration.Profile) error {
		p.Names, p.Languages = map[string]string{}, []string{in.Language}
		for _, language := range s.Languages {
			if name := strings.TrimSpace(in.Names[language]); name != "" {
				p.Names[language] = name
				if language != in.Language {
					p.Languages = append(p.Languages, language)
				}
			}
		}
		p.Currency, p.Zone = in.Currency, strings.TrimSpace(in.Zone)
		p.Settings.FiscalYearStart, p.Settings.Digits, p.Settings.LaneNames = in.FiscalYearStart, string(in.Digits), laneNamesOf(in.LaneNames)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ChangeSettings200JSONResponse{Recomputed: altered}, nil
}

// knownLanguages refuses names in a language that the pages do not speak.
func (s *server) knownLanguages(in *SettingsInput) error {
	var wrong []domain.FieldError
	look := func(field, language string) {
		if !slices.Contains(s.Languages, language) {
			wrong = append(wrong, domain.FieldError{Field: field, Message: "must be of " + strings.Join(s.Languages, ", ")})
		}
	}
	look("language", in.Language)
	for _, language := range slices.Sorted(maps.Keys(in.Names)) {
		look("names."+language, language)
	}
	for _, language := range slices.Sorted(maps.Keys(in.LaneNames)) {
		look("lane_names."+language, language)
	}
	return domain.Invalid("the settings cannot be kept like this", wrong...)
}

// laneNamesOf leaves out what is empty: such a lane is called as the program calls it.
func laneNamesOf(in map[string]LaneNames) map[string]map[declaration.Lane]string {
	all := map[string]map[declaration.Lane]string{}
	for language, of := range in {
		names := map[declaration.Lane]string{}
		for lane, name := range map[declaration.Lane]*string{declaration.Green: of.Green, declaration.Yellow: of.Yellow, declaration.Red: of.Red, declaration.Blue: of.Blue} {
			if name := strings.TrimSpace(text(name)); name != "" {
				names[lane] = name
			}
		}
		if len(names) > 0 {
			all[language] = names
		}
	}
	return all
}

// ListThresholds gives the numbers that figures and crosschecks are computed with.
func (s *server) ListThresholds(ctx context.Context, _ ListThresholdsRequestObject) (ListThresholdsResponseObject, error) {
	tenant, err := s.Administrations.ByID(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	usual := administration.DefaultSettings(tenant.MinorDigits())
	shown := ListThresholds200JSONResponse{}
	for _, t := range administration.Thresholds {
		shown = append(shown, Threshold{Key: t.Key, Family: t.Family, Unit: t.Unit, Value: t.Of(&tenant.Settings), Usual: t.Of(&usual), Low: t.Low, High: t.High,
			Moves: append([]string{}, t.Moves...)})
	}
	return shown, nil
}

// ChangeThresholds keeps those that are named.
func (s *server) ChangeThresholds(ctx context.Context, request ChangeThresholdsRequestObject) (ChangeThresholdsResponseObject, error) {
	caller, values := callerOf(ctx), request.Body.Values
	altered, err := s.Administrations.Change(ctx, caller.Tenant, caller.settler(), func(p *administration.Profile) error {
		var wrong []domain.FieldError
		unknown := maps.Clone(values)
		for _, t := range administration.Thresholds {
			value, named := values[t.Key]
			if !named {
				continue
			}
			delete(unknown, t.Key)
			var refused *domain.Error
			if err := t.Set(&p.Settings, value); errors.As(err, &refused) {
				wrong = append(wrong, refused.Fields...)
			} else if err != nil {
				return err
			}
		}
		for _, key := range slices.Sorted(maps.Keys(unknown)) {
			wrong = append(wrong, domain.FieldError{Field: "threshold." + key, Message: "is no threshold"})
		}
		return domain.Invalid("the thresholds cannot be kept like this", wrong...)
	})
	if err != nil {
		return nil, err
	}
	return ChangeThresholds200JSONResponse{Recomputed: altered}, nil
}
