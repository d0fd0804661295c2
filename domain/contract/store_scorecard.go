package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/cube"
)

// CardVersion is a published card with where it stands.
type CardVersion struct {
	Contract    uuid.UUID
	Month       cube.Month
	Version     int
	Card        *Card
	Content     []byte // canonical; Hash is its SHA-256
	Hash        []byte
	Reason      string
	PublishedAt time.Time
	PublishedBy string
}

type cardRow struct {
	ContractID  uuid.UUID
	Month       cube.Month
	Version     int
	Content     string
	Hash        []byte
	Reason      string
	PublishedAt time.Time
	PublishedBy string
}

// version checks that the bytes still give the hash: a card that was changed in the database is never shown.
func (r *cardRow) version() (*CardVersion, error) {
	content := []byte(r.Content)
	if sum := sha256.Sum256(content); !bytes.Equal(sum[:], r.Hash) {
		return nil, fmt.Errorf("version %d of the scorecard of %s does not give its hash: it was changed outside the program", r.Version, r.Month)
	}
	card, err := ParseCard(content)
	if err != nil {
		return nil, fmt.Errorf("version %d of the scorecard of %s: %w", r.Version, r.Month, err)
	}
	return &CardVersion{Contract: r.ContractID, Month: r.Month, Version: r.Version, Card: card, Content: content, Hash: r.Hash, Reason: r.Reason,
		PublishedAt: r.PublishedAt.UTC(), PublishedBy: r.PublishedBy}, nil
}

// findCards reads cards; of each contract and month the latest version only when newest says so.
func findCards(tx *gorm.DB, tenant domain.TenantID, newest bool, where string, arguments ...any) ([]*CardVersion, error) {
	distinct := ""
	if newest {
		distinct = "DISTINCT ON (contract_id, month) "
	}
	var rows []cardRow
	err := tx.Raw(`SELECT `+distinct+`contract_id, month, version, content, hash, reason, published_at, published_by FROM scorecard WHERE tenant_id = ? `+where+
		` ORDER BY contract_id, month, version DESC`, append([]any{tenant.String()}, arguments...)...).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	cards := make([]*CardVersion, len(rows))
	for i := range rows {
		if cards[i], err = rows[i].version(); err != nil {
			return nil, fmt.Errorf("contract %s: %w", rows[i].ContractID, err)
		}
	}
	return cards, nil
}

// cardsAtATime bounds the rows of one statement.
const cardsAtATime = 200

func insertCards(tx *gorm.DB, tenant domain.TenantID, cards []*CardVersion) error {
	for len(cards) > 0 {
		some := cards[:min(len(cards), cardsAtATime)]
		cards = cards[len(some):]
		var arguments []any
		for _, c := range some {
			arguments = append(arguments, tenant.String(), c.Contract, int(c.Month), c.Version, string(c.Content), c.Hash, c.Reason, c.PublishedAt, c.PublishedBy)
		}
		values := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?, ?, ?), ", len(some)), ", ")
		err := tx.Exec(`INSERT INTO scorecard (tenant_id, contract_id, month, version, content, hash, reason, published_at, published_by) VALUES `+values, arguments...).Error
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return domain.Wrap(domain.KindConflict, err, "scorecards of this month were published meanwhile")
		}
		if err != nil {
			return fmt.Errorf("write scorecards: %w", err)
		}
	}
	return nil
}

// keepSegments makes the contents of segments stay for good: by the mark that the purge obeys, and by
// references that the database holds even against a purge that does not.
func keepSegments(tx *gorm.DB, tenant domain.TenantID, hashes []string, at time.Time) error {
	for _, hash := range hashes {
		raw, err := hex.DecodeString(hash)
		if err != nil {
			return fmt.Errorf("hash %q: %w", hash, err)
		}
		err = tx.Exec(`INSERT INTO scorecard_segment (tenant_id, hash, kept_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, tenant.String(), raw, at).Error
		if errors.Is(err, gorm.ErrForeignKeyViolated) {
			return domain.Wrap(domain.KindNotReady, err, "the figures have been refreshed meanwhile; compute again")
		}
		if err != nil {
			return fmt.Errorf("keep segment %.12s: %w", hash, err)
		}
	}
	return nil
}

// lockCards lets one publication of an administration go after the other.
func lockCards(tx *gorm.DB, tenant domain.TenantID) error {
	return tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('assay scorecards ' || ?, 0))`, tenant.String()).Error
}

// lastVersions gives the latest version of each contract's card of a month.
func lastVersions(tx *gorm.DB, tenant domain.TenantID, month cube.Month) (map[uuid.UUID]int, error) {
	var rows []struct {
		ContractID uuid.UUID
		Version    int
	}
	err := tx.Raw(`SELECT contract_id, max(version) AS version FROM scorecard WHERE tenant_id = ? AND month = ? GROUP BY contract_id`, tenant.String(), int(month)).Scan(&rows).Error
	versions := make(map[uuid.UUID]int, len(rows))
	for _, row := range rows {
		versions[row.ContractID] = row.Version
	}
	return versions, err
}

// uncounted is what takes days out of a month, by contract and by whom it concerns.
type uncounted struct {
	suspensions map[uuid.UUID][]stretch
	officers    map[string][]stretch
	offices     map[string][]stretch
	postings    map[string][]posting
}

// findUncounted reads what touches the days of a month, and the postings of all officers.
func findUncounted(tx *gorm.DB, tenant domain.TenantID, month cube.Month) (*uncounted, error) {
	u := &uncounted{map[uuid.UUID][]stretch{}, map[string][]stretch{}, map[string][]stretch{}, map[string][]posting{}}
	from, to := month.First().String(), (month + 1).First().String()
	var suspensions []struct {
		ContractID uuid.UUID
		Ground     string
		StartsOn   cube.Date
		EndsOn     *cube.Date
	}
	err := tx.Raw(`SELECT contract_id, ground, starts_on - date '1970-01-01' AS starts_on, ends_on - date '1970-01-01' AS ends_on FROM contract_suspension
		WHERE tenant_id = ? AND starts_on < CAST(? AS date) AND coalesce(ends_on, 'infinity') >= CAST(? AS date) ORDER BY starts_on, suspension_id`, tenant.String(), to, from).Scan(&suspensions).Error
	if err != nil {
		return nil, fmt.Errorf("read suspensions: %w", err)
	}
	for _, s := range suspensions {
		each := stretch{ground: s.Ground, from: s.StartsOn}
		if s.EndsOn != nil {
			each.to = *s.EndsOn
		}
		u.suspensions[s.ContractID] = append(u.suspensions[s.ContractID], each)
	}
	exemptions, err := findExemptions(tx, tenant, `AND withdrawn_at IS NULL AND starts_on < CAST(? AS date) AND ends_on >= CAST(? AS date)`, to, from)
	if err != nil {
		return nil, err
	}
	for _, e := range exemptions {
		into := u.officers
		if e.Whom == ExemptOffice {
			into = u.offices
		}
		into[e.Code] = append(into[e.Code], stretch{e.Ground, e.StartsOn, e.EndsOn})
	}
	return u, u.readPostings(tx, tenant)
}

func (u *uncounted) readPostings(tx *gorm.DB, tenant domain.TenantID) error {
	var rows []struct {
		Officer, Office, Status string
		StartsOn                cube.Date
		EndsOn                  *cube.Date
	}
	err := tx.Raw(`SELECT officer, office, status, starts_on - date '1970-01-01' AS starts_on, ends_on - date '1970-01-01' AS ends_on FROM posting
		WHERE tenant_id = ? AND status IN ('active','leave','suspended') ORDER BY officer, starts_on`, tenant.String()).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read postings: %w", err)
	}
	for _, r := range rows {
		end := cube.Date(0)
		if r.EndsOn != nil {
			end = *r.EndsOn
		}
		if r.Status != "active" {
			u.officers[r.Officer] = append(u.officers[r.Officer], stretch{GroundLeave, r.StartsOn, end})
			continue
		}
		u.postings[r.Officer] = append(u.postings[r.Officer], posting{r.Office, r.StartsOn, end})
	}
	return nil
}

// of gives what takes days out of one contract's months. Of teams and offices only what concerns everybody counts.
func (u *uncounted) of(c *Contract) (postings []posting, stretches []stretch) {
	stretches = append(stretches, u.suspensions[c.ID]...)
	office := c.Office
	if c.Level == LevelOffice {
		office = c.Subject
	}
	stretches = append(stretches, u.offices[office]...)
	if c.Level == LevelOfficer {
		stretches = append(stretches, u.officers[c.Subject]...)
		postings = u.postings[c.Subject]
	}
	return postings, stretches
}
