// Package web is the pages: it reads what a browser asks, calls the rooms of the
// domain, and shows what they answer in the reader's language. It decides nothing
// about Customs, about figures, or about who may do what.
package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/comparison"
	"assay/domain/confidentiality"
	"assay/domain/contract"
	"assay/domain/crosscheck"
	"assay/domain/cube"
	"assay/domain/declaration"
	"assay/domain/engagement"
	"assay/domain/firstrun"
	"assay/domain/identity"
	"assay/domain/indicator"
	"assay/domain/installation"
	"assay/domain/meeting"
	"assay/domain/notice"
	"assay/domain/seal"
	"assay/domain/warehouse"
	"assay/web/handbook"
	"assay/web/locales"
)

// Administrations is what the pages need of the room of that name.
type Administrations interface {
	ByCode(ctx context.Context, code string) (*administration.Tenant, error)
	ByID(ctx context.Context, id domain.TenantID) (*administration.Tenant, error)
	Offices(ctx context.Context, id domain.TenantID) ([]administration.Office, error)
	AllSections(ctx context.Context, id domain.TenantID) ([]administration.Section, error)
	Names(ctx context.Context, id domain.TenantID, kind string, codes []string) (map[string]string, error)
	Calendars(ctx context.Context, t *administration.Tenant) (*administration.Calendars, error)
	Create(ctx context.Context, t *administration.Tenant) error
	ChangeState(ctx context.Context, id domain.TenantID, state, reason string, by administration.Actor) error
	Change(ctx context.Context, id domain.TenantID, by administration.Actor, to func(*administration.Profile) error) (altered bool, err error)
	CurrencyFixed(ctx context.Context, id domain.TenantID) (bool, error)
	Logo(ctx context.Context, id domain.TenantID) (*administration.Logo, error)
	PaperLogo(ctx context.Context, id domain.TenantID) ([]byte, error)
	KeepLogo(ctx context.Context, id domain.TenantID, by administration.Actor, from io.Reader) (*administration.Logo, error)
	RemoveLogo(ctx context.Context, id domain.TenantID, by administration.Actor) error
	WorkCalendar(ctx context.Context, id domain.TenantID) (*administration.WorkCalendar, error)
	DescribeOffice(ctx context.Context, id domain.TenantID, by administration.Actor, office administration.Office) (altered bool, err error)
	KeepWeek(ctx context.Context, id domain.TenantID, by administration.Actor, office string, week administration.DatedWeek) error
	DropWeek(ctx context.Context, id domain.TenantID, by administration.Actor, office string, from int32) error
	KeepHoliday(ctx context.Context, id domain.TenantID, by administration.Actor, h administration.Holiday) error
	MoveHoliday(ctx context.Context, id domain.TenantID, by administration.Actor, office string, from, to int32) error
	RemoveHoliday(ctx context.Context, id domain.TenantID, by administration.Actor, office string, day int32) error
	Close(ctx context.Context, id domain.TenantID, by administration.Actor, c administration.Closure) (uuid.UUID, error)
	Reopen(ctx context.Context, id domain.TenantID, by administration.Actor, closure uuid.UUID) error
}

// Indicators is what the pages need of the room of that name.
type Indicators interface {
	Snapshot(ctx context.Context, tenant *administration.Tenant) (*cube.Snapshot, error)
	Under(veil *confidentiality.Veil) *indicator.Seen
	Week(ctx context.Context, tenant *administration.Tenant, in indicator.WeekRequest) (*indicator.Week, error)
	SQL(ctx context.Context, tenant *administration.Tenant, code string, in indicator.Request) (*indicator.Statement, error)
	Peers(ctx context.Context, tenant *administration.Tenant, in indicator.PeersRequest) (*indicator.Peers, error)
	Find(ctx context.Context, tenant *administration.Tenant, code string) (*indicator.Definition, error)
	Owns(ctx context.Context, tenant domain.TenantID) ([]*indicator.Own, error)
	OwnVersions(ctx context.Context, tenant domain.TenantID, code string) ([]*indicator.Own, error)
	SaveOwn(ctx context.Context, tenant *administration.Tenant, by indicator.Author, in indicator.Own) (*indicator.Own, error)
	RetireOwn(ctx context.Context, tenant *administration.Tenant, by indicator.Author, code string, version int, retired bool) (*indicator.Own, error)
	TryOwn(ctx context.Context, tenant *administration.Tenant, in indicator.Own, from, to cube.Date, by []string) (*indicator.Definition, *indicator.Result, error)
}

// Warehouse is what the pages need of the room of that name.
type Warehouse interface {
	Visible(ctx context.Context, tenant domain.TenantID, scope access.Scope, member account.Membership, reference declaration.Reference) (*warehouse.Record, error)
	VisibleVersions(ctx context.Context, tenant domain.TenantID, member account.Membership, record *warehouse.Record) ([]warehouse.VersionEntry, error)
	Batches(ctx context.Context, tenant domain.TenantID, before time.Time, limit int) ([]*warehouse.Batch, error)
	Batch(ctx context.Context, tenant domain.TenantID, id uuid.UUID) (*warehouse.Batch, error)
	Rejects(ctx context.Context, tenant domain.TenantID, batch uuid.UUID, after int64, limit int) ([]warehouse.NumberedReject, error)
	Unmapped(ctx context.Context, tenant domain.TenantID) ([]warehouse.UnmappedValue, error)
	Deliver(ctx context.Context, tenant *administration.Tenant, in warehouse.DeliveryInput) (*warehouse.Batch, error)
	Again(ctx context.Context, tenant domain.TenantID, batch uuid.UUID) error
	DataDictionary(ctx context.Context) ([]warehouse.DictionaryTable, error)
}

// Crosschecks is what the pages need of the room of that name.
type Crosschecks interface {
	ByDeclaration(ctx context.Context, tenant domain.TenantID, declarationID int64) ([]crosscheck.Finding, error)
	Findings(ctx context.Context, tenant domain.TenantID, f crosscheck.Filter, p crosscheck.Page) (crosscheck.Listing, error)
	Counts(ctx context.Context, tenant domain.TenantID, f crosscheck.Filter) ([]crosscheck.Tally, error)
}

// News tells when something new is published for an administration.
type News interface {
	Watch(tenant domain.TenantID) (news <-chan struct{}, stop func())
}

// Services are the rooms that the pages translate for.
type Services struct {
	Sessions        *account.Sessions
	Accounts        *account.Service
	Notices         *notice.Service
	Contracts       *contract.Service
	Scorecards      *contract.Cards
	Meetings        *meeting.Service
	Papers          *contract.Papers
	Seals           *seal.Service
	Administrations Administrations
	Access          *access.Service
	Confidentiality *confidentiality.Service
	Indicators      Indicators
	Warehouse       Warehouse
	Crosschecks     Crosschecks
	News            News
	Engagements     *engagement.Service
	Identity        *identity.Service
	Audit           *audit.Service
	Installation    *installation.Service
	Comparisons     *comparison.Service
	FirstRun        *firstrun.Service
	// Forget takes what waits for an erased administration out of the queue; nil where there is none.
	Forget func(ctx context.Context, tenant domain.TenantID) (int, error)
	Log    *slog.Logger
	Clock  func() time.Time
}

// Options say how the pages are served.
type Options struct {
	// Secure is set where browsers come over HTTPS; the session's cookie then has
	// the prefix __Host- and never travels in the clear.
	Secure bool
	// Public is the address under which browsers see this installation, without a slash at its
	// end; empty to take what each request says. Passkeys are bound to it.
	Public string
	// Version is the program's, for who runs the installation.
	Version string
	// Design shows the developers' page /design with made-up figures.
	Design bool
	// Heartbeat is how often an open live connection is given a sign of life and its person's session
	// and permission are looked at again; 20 seconds when 0.
	Heartbeat time.Duration
	// MostRows bounds the rows of one download of the rows behind a figure; 100,000 when 0.
	MostRows int
	// Stopping ends all live connections when it is closed; nil for never.
	Stopping <-chan struct{}
	// Demo are the sign-in names that the sign-in page offers; nil outside the demonstration.
	Demo []DemoAdministration
}

// DemoAdministration is a sample administration with people to sign in as.
type DemoAdministration struct {
	Code   string // empty for the people of no single administration
	People []DemoPerson
}

// DemoPerson is somebody to sign in as in the demonstration.
type DemoPerson struct {
	SignInName, Password, Name string
	Role                       access.Role
}

// Server serves the pages.
type Server struct {
	Services
	options  Options
	bundle   *locales.Bundle
	static   *assets
	renderer *renderer
	live     liveCrowd
	handbook map[string]*handbook.Book
}

// LocaleFor is the language that an Accept-Language header wants most, for readers who are no visitors of the pages.
func (s *Server) LocaleFor(accept string) *locales.Locale {
	return s.bundle.Locale(s.bundle.Match(accept), "", nil)
}

// New makes the server. It fails when a template, a style sheet or a message file is
// wrong, so that a broken program does not start.
func New(services Services, options Options) (*Server, error) {
	bundle, err := locales.Load()
	if err != nil {
		return nil, err
	}
	static, err := loadAssets()
	if err != nil {
		return nil, err
	}
	renderer, err := newRenderer(bundle, static)
	if err != nil {
		return nil, err
	}
	books, err := handbook.Load()
	if err != nil {
		return nil, err
	}
	return &Server{handbook: books, Services: services, options: options, bundle: bundle, static: static, renderer: renderer}, nil
}

// Mount puts the pages on an echo instance, with every error of theirs answered as a page.
func (s *Server) Mount(e *echo.Echo) error {
	for _, r := range s.routes() {
		if err := r.check(); err != nil {
			return fmt.Errorf("route %s %s: %w", r.method, r.path, err)
		}
		e.Add(r.method, r.path, s.serve(r))
	}
	e.GET("/static/*", s.static.serve)
	e.RouteNotFound("/*", s.serve(route{path: "/*", audience: everyone, handle: noSuchPage}))
	return nil
}
