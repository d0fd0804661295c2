package contract

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/cube"
)

// Phase is where an administration is on its way to contracts.
type Phase string

// The phases.
const (
	Preparing    Phase = "preparing"
	Descriptive  Phase = "descriptive"  // monthly reports without targets
	Prescriptive Phase = "prescriptive" // contracts are open
)

// Programme is an administration's way to contracts.
type Programme struct {
	Phase           Phase
	StartsOn        cube.Date // of the descriptive phase; 0 while it is not fixed
	ReportsRequired int       // months of descriptive reports before contracts, at least 2
	OpenedAt        time.Time
	OpenedBy        string
	OverrideReason  string // why contracts were opened although something was missing
	Revision        int64  // 0 while nothing is written yet

	Prerequisites []Prerequisite // every one there is, in order
	Members       []TeamMember
	Missions      []Mission       // by first day
	Reports       []ReportOfMonth // newest first, without contents
}

// Prerequisites that the checklist has, in its order.
var prerequisiteKeys = []string{"mandate", "team_leader", "team_members", "system_version", "hardware", "extract"}

// Prerequisite is one line of the checklist.
type Prerequisite struct {
	Key      string
	Met      bool
	Evidence string // what shows it: a decision's number, a version, a list
	NotedBy  string
	NotedAt  time.Time
}

// TeamMember is somebody of the project team.
type TeamMember struct {
	ID     uuid.UUID
	Name   string
	Unit   string
	Leader bool
}

// Units are where members of the project team come from.
var Units = []string{"direction", "frontline", "informatics", "statistics", "risk", "legal", "human_resources", "other"}

// MissionKinds are the kinds of missions.
var MissionKinds = []string{"awareness", "installation", "assessment"}

// Mission is a visit of the programme.
type Mission struct {
	ID       uuid.UUID
	Kind     string
	Title    string
	StartsOn cube.Date
	EndsOn   cube.Date // last day
	Outcome  string    // empty while it is planned or under way
}

// ReportOfMonth is one published descriptive report.
type ReportOfMonth struct {
	Month       cube.Month
	PublishedAt time.Time
	PublishedBy string
}

// PrerequisiteKeys lists the checklist.
func PrerequisiteKeys() []string { return slices.Clone(prerequisiteKeys) }

// Missing lists what keeps contracts from opening, as keys: those of prerequisites, and reports.
func (p *Programme) Missing() []string {
	var missing []string
	for _, each := range p.Prerequisites {
		if !each.Met {
			missing = append(missing, each.Key)
		}
	}
	if p.Consecutive() < p.ReportsRequired {
		missing = append(missing, "reports")
	}
	return missing
}

// Consecutive is the longest run of months with a report.
func (p *Programme) Consecutive() int {
	months := make([]cube.Month, len(p.Reports))
	for i, r := range p.Reports {
		months[i] = r.Month
	}
	slices.Sort(months)
	longest, run := 0, 0
	for i, m := range months {
		if i > 0 && m == months[i-1]+1 {
			run++
		} else {
			run = 1
		}
		longest = max(longest, run)
	}
	return longest
}

// ContractsOpen reports whether contracts may be proposed and signed.
func (p *Programme) ContractsOpen() bool { return p.Phase == Prescriptive }

// open checks that contracts may be opened, with or without a reason to override.
func (p *Programme) open(reason string) error {
	if p.Phase == Prescriptive {
		return domain.Errorf(domain.KindConflict, "contracts are open already")
	}
	missing := p.Missing()
	if len(missing) == 0 || len([]rune(reason)) >= shortestOverride {
		return nil
	}
	wrong := make([]domain.FieldError, len(missing))
	for i, key := range missing {
		wrong[i] = domain.FieldError{Field: key, Message: "is not there yet"}
	}
	return &domain.Error{Kind: domain.KindNotReady, Message: "contracts cannot be opened yet; whoever opens them all the same gives a reason of at least 20 letters", Fields: wrong}
}

// shortestOverride is the least that counts as a reason to override, in letters.
const shortestOverride = 20
