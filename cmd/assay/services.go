package main

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/spf13/cobra"

	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/comparison"
	"assay/domain/confidentiality"
	"assay/domain/contract"
	"assay/domain/crosscheck"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/engagement"
	"assay/domain/identity"
	"assay/domain/indicator"
	"assay/domain/installation"
	"assay/domain/notice"
	"assay/domain/refresh"
	"assay/domain/seal"
	"assay/domain/secret"
	"assay/domain/store"
	"assay/domain/warehouse"
	"assay/web"
	"assay/web/locales"
)

// services are the rooms of the domain on one database, as the commands use them.
type services struct {
	db              *store.DB
	administrations *administration.Service
	installation    *installation.Service
	comparisons     *comparison.Service
	accounts        *account.Service
	notices         *notice.Service
	letters         letters
	keys            *secret.Keys // nil where the operator gave none
	proxies         []netip.Prefix
	sessions        *account.Sessions
	engagements     *engagement.Service
	identity        *identity.Service
	access          *access.Service
	confidentiality *confidentiality.Service
	warehouse       *warehouse.Service
	crosschecks     *crosscheck.Service
	engine          *cube.Engine
	indicators      *indicator.Service
	refresh         *refresh.Service
	contracts       *contract.Service
	seals           *seal.Service
}

// openServices opens the database of a command and builds the rooms on it. Call
// closeServices when done.
func openServices(ctx context.Context, cmd *cobra.Command) (s *services, closeServices func(), err error) {
	mail, err := lettersFromEnvironment()
	if err != nil {
		return nil, nil, err
	}
	memory, err := cubeMemory(cmd)
	if err != nil {
		return nil, nil, err
	}
	proxies, err := web.ParseProxies(os.Getenv(proxiesVariable))
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", proxiesVariable, err)
	}
	networks, err := identity.ParseNetworks(os.Getenv(identityNetworksVariable))
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", identityNetworksVariable, err)
	}
	urls, closeDatabase, err := openDatabase(ctx, cmd)
	if err != nil {
		return nil, nil, err
	}
	keys, err := openKeys(cmd)
	if err != nil {
		closeDatabase()
		return nil, nil, err
	}
	s, closeStore, err := buildServices(ctx, urls.App, keys, memory)
	if err != nil {
		closeDatabase()
		return nil, nil, err
	}
	s.letters, s.proxies = mail, proxies
	s.identity = identity.New(s.db, keys, time.Now, identity.Options{Networks: networks})
	return s, func() { closeStore(); closeDatabase() }, nil
}

// buildServices builds the rooms on a database that is up and migrated; memory bounds the
// decoded columns.
func buildServices(ctx context.Context, url string, keys *secret.Keys, memory int64) (_ *services, closeStore func(), err error) {
	db, err := store.Open(ctx, url, store.Options{Connections: 12})
	if err != nil {
		return nil, nil, err
	}
	s := &services{db: db, keys: keys, notices: notice.New(db, time.Now), confidentiality: confidentiality.New(db, time.Now), administrations: administration.New(db, time.Now), warehouse: warehouse.New(db, time.Now)}
	s.installation = installation.New(db, s.administrations, time.Now)
	segments := cube.NewStore(db)
	s.crosschecks = crosscheck.New(db, s.administrations, time.Now)
	facts := fact.New(db, s.administrations, s.warehouse, segments, time.Now)
	s.refresh = refresh.New(db, facts, s.crosschecks)
	if err := s.build(segments, memory); err != nil {
		db.Close()
		return nil, nil, err
	}
	return s, db.Close, nil
}

// build makes the rooms that can refuse: when a policy, a grain or the
// randomness of passwords is wrong, the program does not start.
func (s *services) build(segments *cube.Store, memory int64) (err error) {
	if s.accounts, err = account.New(s.db, time.Now, account.WithKeys(s.keys)); err != nil {
		return err
	}
	s.sessions = account.NewSessions(s.db, s.accounts, time.Now)
	s.identity = identity.New(s.db, s.keys, time.Now, identity.Options{})
	s.engagements = engagement.New(s.db, s.accounts, time.Now)
	s.accounts.Welcome(s.engagements.Places)
	if s.access, err = access.New(s.db, s.accounts, s.engagements.Held, time.Now); err != nil {
		return err
	}
	s.engine, err = cube.NewEngine(segments, fact.Grains(), cube.Options{MemoryBytes: memory, Workers: cube.DefaultWorkers()})
	if err != nil {
		return err
	}
	s.indicators = indicator.New(s.db, s.engine, breaches)
	s.comparisons = comparison.New(s.db, s.indicators, time.Now)
	names, err := indicatorNames()
	if err != nil {
		return err
	}
	s.contracts = contract.New(s.db, s.administrations, s.accounts, s.indicators, contract.Notices{Administrations: s.administrations, Clock: time.Now}, time.Now, contract.WithNames(names), contract.WithFeed(contract.NewDataFeed(s.db, s.administrations, time.Now)))
	s.seals = seal.New(s.db, s.keys, time.Now)
	return nil
}

// indicatorNames gives the names of indicators as the pages write them.
func indicatorNames() (func(language, code string) string, error) {
	bundle, err := locales.Load()
	if err != nil {
		return nil, err
	}
	return func(language, code string) string {
		key := "indicator." + code + ".name"
		if l := bundle.Locale(language, "", time.UTC); l.Language == language && l.Has(key) {
			return l.T(key)
		}
		return ""
	}, nil
}

// papers puts contracts on paper.
func (s *services) papers() *contract.Papers {
	return contract.NewPapers(s.contracts, s.seals, s.letters.public)
}

// breaches gives the indicators the reference query of the procedure rules, which
// belong to a later room.
func breaches(tenant *administration.Tenant, watermark time.Time) (query string, arguments map[string]any) {
	return crosscheck.BreachSQL(), crosscheck.Arguments(tenant.ID, tenant.Zone, watermark, &tenant.Settings)
}
