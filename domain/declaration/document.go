package declaration

import (
	"strconv"
	"time"
)

// ManifestReference is the natural key of a manifest, "BIR/2026/123".
func ManifestReference(office string, year int, number string) string {
	return office + "/" + strconv.Itoa(year) + "/" + number
}

// Manifest is a cargo manifest with its bills of lading.
type Manifest struct {
	Reference        string     `json:"reference"` // see ManifestReference
	Office           string     `json:"office"`
	Voyage           string     `json:"voyage,omitempty"`
	Carrier          string     `json:"carrier,omitempty"`
	Mode             string     `json:"mode,omitempty"`
	Transport        string     `json:"transport,omitempty"` // identity of the vessel, flight or vehicle
	DepartedOn       *time.Time `json:"departed_on,omitempty"`
	ArrivedAt        *Moment    `json:"arrived_at,omitempty"`
	LastDischargedAt *Moment    `json:"last_discharged_at,omitempty"`
	RegisteredAt     *Moment    `json:"registered_at,omitempty"`
	ValidatedAt      *Moment    `json:"validated_at,omitempty"`
	User             string     `json:"user,omitempty"`
	Bills            []Bill     `json:"bills,omitempty"`
}

// Bill is a bill of lading of a manifest. Masses in grams.
type Bill struct {
	Line              int        `json:"line"`
	Reference         string     `json:"reference"`
	Nature            string     `json:"nature"` // 22 export, 23 import, 24 transit, 28 transhipment
	Consignee         string     `json:"consignee,omitempty"`
	Packages          int64      `json:"packages"`
	GrossMass         int64      `json:"gross_mass"`
	RemainingPackages *int64     `json:"remaining_packages,omitempty"` // as the source keeps it
	RemainingMass     *int64     `json:"remaining_mass,omitempty"`
	WriteOffs         []WriteOff `json:"write_offs,omitempty"`
}

// WriteOff takes packages and mass off a bill; a cancelled write-off is one with
// negative figures.
type WriteOff struct {
	Sequence int `json:"sequence"`
	Moment
	Type        string `json:"type,omitempty"`
	Declaration string `json:"declaration,omitempty"` // natural key, empty for other documents
	Packages    int64  `json:"packages"`
	GrossMass   int64  `json:"gross_mass"`
	User        string `json:"user,omitempty"`
}

// TransitDocument is a T1 from an office of departure to one of destination.
type TransitDocument struct {
	Reference     string  `json:"reference"`
	Departure     string  `json:"departure"`
	Destination   string  `json:"destination"`
	Principal     string  `json:"principal,omitempty"`
	Carrier       string  `json:"carrier,omitempty"`
	HS            string  `json:"hs,omitempty"`
	RegisteredAt  *Moment `json:"registered_at,omitempty"`
	TransmittedAt *Moment `json:"transmitted_at,omitempty"`
	LimitAt       *Moment `json:"limit_at,omitempty"` // box D
	ArrivedAt     *Moment `json:"arrived_at,omitempty"`
	ValidatedAt   *Moment `json:"validated_at,omitempty"`
	Status        string  `json:"status,omitempty"` // as the source writes it
	User          string  `json:"user,omitempty"`
	DistanceKM    int64   `json:"distance_km,omitempty"` // 0 means not known
	Offence       bool    `json:"offence,omitempty"`
}

// SuspenseAccount holds goods under a suspense regime until they are discharged.
// Quantities are in thousandths of the supplementary unit.
type SuspenseAccount struct {
	Account     string      `json:"account"`
	Office      string      `json:"office"`
	Regime      string      `json:"regime"` // extended procedure that opened it
	Holder      string      `json:"holder,omitempty"`
	HS          string      `json:"hs,omitempty"`
	Declaration string      `json:"declaration,omitempty"` // natural key of the declaration that opened it
	OpenedOn    time.Time   `json:"opened_on"`             // local dates at midnight UTC of that date
	DueOn       time.Time   `json:"due_on"`
	ClosedOn    *time.Time  `json:"closed_on,omitempty"`
	Quantity    int64       `json:"quantity"`
	Guarantee   int64       `json:"guarantee,omitempty"`
	Offence     bool        `json:"offence,omitempty"`
	Discharges  []Discharge `json:"discharges,omitempty"`
}

// Discharge is a suspense-out.
type Discharge struct {
	Sequence int `json:"sequence"`
	Moment
	Declaration string `json:"declaration,omitempty"` // natural key
	Quantity    int64  `json:"quantity"`              // thousandths
}
