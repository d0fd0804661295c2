package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/comparison"
	"assay/domain/cube"
	"assay/domain/engagement"
	"assay/domain/indicator"
	"assay/web/present"
	"assay/web/view"
)

var comparisonRoutes = []route{
	{http.MethodGet, in + "/comparison", signedIn, access.ComparisonRead, false, (*visit).showComparison},
	{http.MethodGet, in + "/settings/disclosure", signedIn, access.TenantRead, false, (*visit).showDisclosures},
	{http.MethodPost, in + "/settings/disclosure", signedIn, access.TenantWrite, false, (*visit).saveDisclosures},
	{http.MethodGet, "/comparison", anyPerson, "", false, (*visit).showExpertComparison},
}

// asked is which indicator and quarter a comparison is about; without a word the first and the latest.
func (v *visit) askedComparison() (code string, quarter comparison.Quarter, quarters []comparison.Quarter, err error) {
	quarters = comparison.Latest(cube.DateIn(v.server.Clock(), cubeZone) - 1)
	code, quarter = comparison.Comparable()[0].Code, quarters[0]
	if asked := v.QueryParam("indicator"); asked != "" {
		code = asked
	}
	if asked := v.QueryParam("quarter"); asked != "" {
		if quarter, err = comparison.ParseQuarter(asked); err != nil {
			return "", 0, nil, err
		}
	}
	return code, quarter, quarters, nil
}

// showComparison shows an administration beside others, as it may see them.
func (v *visit) showComparison() error {
	code, quarter, quarters, err := v.askedComparison()
	if err != nil {
		return err
	}
	c, err := v.server.Comparisons.Compare(v.Request().Context(), v.tenant.ID, code, quarter)
	if err != nil {
		return err
	}
	page, err := v.comparisonPage(c, quarters, map[domain.TenantID]string{v.tenant.ID: v.T("comparison.yours")})
	if err != nil {
		return err
	}
	page.Action = v.at("comparison")
	page.Level = v.T("comparison.level." + string(c.Own))
	if v.may(access.TenantRead) {
		page.Change = &view.Link{Text: v.T("comparison.levels"), Address: v.at("settings/disclosure")}
	}
	return v.show(http.StatusOK, "comparison", page)
}

// showExpertComparison shows anybody who is signed in what is public, and an expert what the
// administrations may see that engage him with the permission to compare.
func (v *visit) showExpertComparison() error {
	ctx := v.Request().Context()
	code, quarter, quarters, err := v.askedComparison()
	if err != nil {
		return err
	}
	best, err := v.server.Comparisons.Compare(ctx, domain.TenantID{}, code, quarter)
	if err != nil {
		return err
	}
	engaged, err := v.comparingEngagements(ctx)
	if err != nil {
		return err
	}
	marks := map[domain.TenantID]string{}
	for _, e := range engaged {
		marks[e.Tenant] = v.T("comparison.engaged")
		err := v.server.Engagements.Open(ctx, e.Tenant, engagement.Opening{Account: v.person.Account, Engagement: e.ID, SignInName: v.person.SignInName,
			Action: access.ComparisonRead, Object: "comparison/" + code, Method: v.Request().Method, Address: v.Request().URL.RequestURI()})
		if err != nil {
			return err
		}
		seen, err := v.server.Comparisons.Compare(ctx, e.Tenant, code, quarter)
		if err != nil {
			return err
		}
		if len(seen.Figures) > len(best.Figures) {
			best = seen
		}
	}
	if best.Distribution != nil {
		best.Distribution.Own = nil // an expert has no place of his own
	}
	page, err := v.comparisonPage(best, quarters, marks)
	if err != nil {
		return err
	}
	page.Action, page.Back = "/comparison", &view.Link{Text: v.T("expert.title"), Address: "/engagements"}
	return v.show(http.StatusOK, "comparison", page)
}

// comparingEngagements are the person's engagements that hold and let figures be compared.
func (v *visit) comparingEngagements(ctx context.Context) (found []*engagement.Engagement, err error) {
	all, err := v.server.Engagements.Of(ctx, v.person.Account)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		if e.State(v.server.Engagements.Now()) == engagement.Active && e.Allows(access.ComparisonRead) {
			found = append(found, e)
		}
	}
	return found, nil
}

func (v *visit) comparisonPage(c *comparison.Comparison, quarters []comparison.Quarter, marks map[domain.TenantID]string) (view.ComparisonPage, error) {
	page := view.ComparisonPage{Layout: v.layout(v.T("comparison.title")), Name: v.IndicatorName(c.Indicator), QuarterName: v.quarterName(c.Quarter), Unit: v.T("comparison.unit." + string(c.Indicator.Unit))}
	for _, d := range comparison.Comparable() {
		page.Indicators = append(page.Indicators, view.Choice{Value: d.Code, Text: v.IndicatorName(d), Selected: d == c.Indicator})
	}
	for _, q := range quarters {
		page.Quarters = append(page.Quarters, view.Choice{Value: q.String(), Text: v.quarterName(q), Selected: q == c.Quarter})
	}
	if !c.Enough() {
		page.Refused = &view.Notice{Kind: "info", Text: v.T("comparison.refused", "Least", v.Plain(comparison.Least)),
			More: []string{v.T("comparison.taking_part", "Partners", v.Plain(int(c.Partners)), "Everybody", v.Plain(int(c.Everybody)))}}
		return page, nil
	}
	for _, f := range c.Figures {
		tenant, err := v.server.Administrations.ByID(v.Request().Context(), f.Tenant)
		if err != nil {
			return page, err
		}
		maturity := view.Notice{Kind: "good", Text: v.T("comparison.mature")}
		if f.State != indicator.Mature {
			maturity = view.Notice{Kind: "warning", Text: v.T("comparison.partly")}
		}
		page.Rows = append(page.Rows, view.ComparedRow{Name: tenant.Name(v.Language), Mark: marks[f.Tenant], Figure: v.comparedValue(c.Indicator, f.Value), N: v.Count(f.N), Maturity: maturity})
	}
	switch d := c.Distribution; {
	case d == nil:
	case d.Withdrawn:
		page.Gone = v.T("comparison.withdrawn")
	default:
		page.Distribution = v.distribution(c.Indicator, d)
	}
	return page, nil
}

// comparedValue writes a value with its unit as every page does.
func (v *visit) comparedValue(d *indicator.Definition, value float64) view.Figure {
	return v.Figure(present.MeasureOf(d), present.ReadingOf(d.Unit, indicator.Number{Value: &value}, indicator.PeriodMaturity{State: indicator.Mature}))
}

func (v *visit) distribution(d *indicator.Definition, found *comparison.Distribution) *view.Distribution {
	fact := func(key string, value float64) view.Fact {
		return view.Fact{Name: v.T(key), Text: v.Text(v.comparedValue(d, value)), Number: true}
	}
	shown := &view.Distribution{Facts: []view.Fact{fact("comparison.low", found.Low), fact("comparison.middle", found.Middle), fact("comparison.high", found.High),
		{Name: v.T("comparison.members"), Text: v.Plain(found.Members), Number: true}}}
	if found.Own != nil {
		shown.Own = v.T("comparison.place."+strconv.Itoa(found.Place(found.Own.Value)), "Value", v.Text(v.comparedValue(d, found.Own.Value)))
	}
	return shown
}

// quarterName is the quarter with its year, as months are written.
func (v *visit) quarterName(q comparison.Quarter) string {
	from, to := q.Days()
	return v.PeriodName(present.Period{From: from.Time(), To: to.Time()})
}

// showDisclosures shows to whom the administration shows each indicator.
func (v *visit) showDisclosures() error { return v.showDisclosuresWith(http.StatusOK, nil) }

func (v *visit) showDisclosuresWith(status int, fault *view.FormFault) error {
	ctx := v.Request().Context()
	levels, err := v.server.Comparisons.Levels(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	partners, everybody, err := v.server.Comparisons.TakingPart(ctx)
	if err != nil {
		return err
	}
	page := view.Disclosures{Layout: v.layout(v.T("settings.tab.disclosure")), Tabs: v.settingsTabs("settings/disclosure"), Fault: fault, Writable: v.may(access.TenantWrite), Address: v.at("settings/disclosure")}
	page.Notice = v.kept()
	for _, level := range comparison.Levels {
		page.Levels = append(page.Levels, view.Fact{Name: v.T("disclosure." + string(level)), Text: v.T("disclosure." + string(level) + ".text")})
	}
	for _, family := range indicator.Families {
		group := view.DisclosureFamily{Key: string(family), Name: v.T("family." + string(family))}
		for _, d := range comparison.Comparable() {
			if d.Family != family {
				continue
			}
			row := view.DisclosureRow{Code: d.Code, Name: v.IndicatorName(d), Parts: v.T("comparison.taking_part", "Partners", v.Plain(int(partners[d.Code])), "Everybody", v.Plain(int(everybody[d.Code])))}
			for _, level := range comparison.Levels {
				held := levels[d.Code] == level || level == comparison.Private && levels[d.Code] == ""
				row.Levels = append(row.Levels, view.Choice{Value: string(level), Text: v.T("disclosure." + string(level)), Selected: held})
			}
			group.Rows = append(group.Rows, row)
		}
		if len(group.Rows) > 0 {
			page.Families = append(page.Families, group)
		}
	}
	for _, d := range indicator.All() {
		if why := comparison.Incomparable(d); why != "" {
			page.Not = append(page.Not, view.Fact{Name: v.IndicatorName(d), Text: v.T("disclosure.not." + why)})
		}
	}
	return v.show(status, "disclosure", page)
}

// saveDisclosures keeps the levels that were chosen.
func (v *visit) saveDisclosures() error {
	wanted := map[string]comparison.Level{}
	for _, d := range comparison.Comparable() {
		if level := strings.TrimSpace(v.FormValue("level." + d.Code)); level != "" {
			wanted[d.Code] = comparison.Level(level)
		}
	}
	err := v.server.Comparisons.Disclose(v.Request().Context(), v.tenant.ID, v.settingsActor(), wanted)
	if fault := v.settingsFault(err); fault != nil {
		return v.showDisclosuresWith(statuses[kindOf(err)], fault)
	}
	if err != nil {
		return err
	}
	return v.goKept("settings/disclosure", false)
}
