package sample

// practice is how an administration works: the numbers that differ between the
// profiles. Shares are of 1; medians are minutes unless the name says otherwise.
// Figures are calibrated on what is published of reforms; where nothing is
// published they are ours.
type practice struct {
	green, blue, yellow, red float64 // lanes at selection
	topUp, random            float64 // causes within red; the rest is criteria
	irregular                float64 // declarations with something to find
	hitRate                  float64 // inspections that find something
	detection                float64 // irregular declarations that an inspection finds
	documentary              float64 // irregular declarations that a documentary check finds
	clearance                float64 // registration to assessment, office minutes, over all lanes
	clearanceSpread          float64 // 90th percentile over median of the same
	autoAssess               bool    // green and blue are assessed by the machine after a stand-by
	lag                      [6]float64
	payment                  float64    // assessment to payment, before it is moved into the cashier's hours
	electronic               float64    // paid through a bank by machine
	exitDays                 [6]float64 // release to exit, before it is moved into working hours
	unpaid                   float64    // of those with duty to pay, assessed and never paid
	abandoned                float64    // registered and never assessed
	rerouteUp, rerouteHit    float64    // yellow to red by officers; of them adjusted
	rerouteSystem            float64    // yellow to blue by the machine
	postEntry, cancelled     float64    // of those that can be: paid, or not yet paid, and not adjusted
	amended                  float64
	actingOther              float64 // assessed by another than the assigned examiner
	reassigned               float64 // re-assigned by hand although the examiner was there
	prelodged                float64 // sea and air declarations lodged before arrival
	validation               float64 // arrival to validation of the manifest
	stored                   float64 // declarations stored before they are registered
	deferred, prepaid        float64 // paid from an account
	machineRelease           float64
	favours                  int
	favourQ                  float64
	outOfHours               float64 // registrations outside working hours
}

// Indices of lag and exitDays: the digit of the transport mode.
const (
	modeSea  = 1
	modeRoad = 3
	modeAir  = 4
	modePost = 5
)

var legacy = practice{
	green: 0.10, blue: 0, yellow: 0.30, red: 0.60,
	topUp: 0.18, random: 0.02,
	irregular: 0.16, hitRate: 0.10, detection: 0.60, documentary: 0.25,
	clearance: 160, clearanceSpread: 8,
	lag:     [6]float64{modeSea: 13.6, modeRoad: 0.3, modeAir: 2, modePost: 3},
	payment: 13 * 60, electronic: 0.15,
	exitDays: [6]float64{modeSea: 9, modeRoad: 0.25, modeAir: 1.6, modePost: 3},
	unpaid:   0.048, abandoned: 0.012,
	rerouteUp: 0.08, rerouteHit: 0.10, rerouteSystem: 0.03,
	postEntry: 0.055, cancelled: 0.0125, amended: 0.04, actingOther: 0.06, reassigned: 0.03,
	prelodged: 0.01, validation: 2.2 * 24 * 60, stored: 0.5, deferred: 0.03, prepaid: 0.02, machineRelease: 0,
	favours: 4, favourQ: 0.25, outOfHours: 0.02,
}

var reformed = practice{
	green: 0.55, blue: 0.10, yellow: 0.20, red: 0.15,
	topUp: 0.05, random: 0.10,
	irregular: 0.085, hitRate: 0.42, detection: 0.90, documentary: 0.40,
	clearance: 42, clearanceSpread: 4, autoAssess: true,
	lag:     [6]float64{modeSea: 5, modeRoad: 0.2, modeAir: 1, modePost: 1.5},
	payment: 5 * 60, electronic: 0.60,
	exitDays: [6]float64{modeSea: 3.2, modeRoad: 0.15, modeAir: 0.8, modePost: 1.5},
	unpaid:   0.013, abandoned: 0.004,
	rerouteUp: 0.04, rerouteHit: 0.40, rerouteSystem: 0.03,
	postEntry: 0.025, cancelled: 0.0083, amended: 0.03, actingOther: 0.03, reassigned: 0.015,
	prelodged: 0.06, validation: 0.6 * 24 * 60, stored: 0.6, deferred: 0.05, prepaid: 0.05, machineRelease: 0.7,
	favours: 1, favourQ: 0.10, outOfHours: 0.03,
}

// standing gives the part of the new practice in a month of the series: 0 is
// legacy, 1 is reformed. The mixed profile changes over during three months in the middle.
func (p Parameters) standing(month int) float64 {
	switch p.Profile {
	case Before:
		return 0
	case Mixed:
		middle := float64(p.Months) / 2
		ramp := min(3, middle)
		return min(max((float64(month)+1-(middle-ramp/2))/(ramp+1), 0), 1)
	}
	return 1
}

// effects turns the medians over all lanes into the median of the green lane:
// the lane effect moves the whole, and spreads it.
func (p *practice) effects() (base, sigma float64) {
	shares := [3]float64{p.green + p.blue, p.yellow, p.red}
	logs := [3]float64{0, lnYellow, lnRed}
	mean, square := 0.0, 0.0
	for i := range shares {
		mean += shares[i] * logs[i]
		square += shares[i] * logs[i] * logs[i]
	}
	total := spread(p.clearanceSpread)
	rest := total*total - (square - mean*mean) - officerSpread*officerSpread - 0.02
	return p.clearance * exp(-mean), sqrt(max(rest, 0.04))
}

// Effects on clearance time, as logarithms: yellow takes 1.5 times, red 3 times as
// long as green; officers differ with this standard deviation.
const (
	lnYellow      = 0.4054651081081644
	lnRed         = 1.0986122886681098
	officerSpread = 0.3
)
