package warehouse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/intake"
	"assay/domain/store"
)

// ImportJob is the kind of the job that loads a delivery. Its period is the batch.
const ImportJob = "import"

// ImportArguments are the arguments of an ImportJob.
type ImportArguments struct {
	Batch uuid.UUID `json:"batch"`
}

// Upload is one file on its way in.
type Upload struct {
	Name    string
	Content io.Reader
}

// DeliveryInput says what is delivered and how it is to be read.
type DeliveryInput struct {
	Format    string // one of intake.Formats
	MapName   string // column map, see ImportInput; empty for the one named like the format
	DryRun    bool
	NoRefresh bool
	By        string // sign-in name or name of the token
	Capacity  string // role under which it was allowed
	Origin    string // address of the request
	Uploads   []Upload
	MaxBytes  int64  // most bytes of all files together; 0 means 2 GB
	SpoolDir  string // where files are kept while they come in; the system's folder when empty
}

const (
	usualMaxBytes = 2 << 30
	partBytes     = 1 << 20
	mostFiles     = 200
)

// Deliver takes files that came over a page or the API: they are in the database
// with their batch and the job that will load them when it returns, or not at all. Files
// come in before the transaction begins, so a slow sender holds no connection.
// Too much at once is KindTooMany.
func (s *Service) Deliver(ctx context.Context, tenant *administration.Tenant, in DeliveryInput) (*Batch, error) {
	if len(in.Uploads) == 0 || len(in.Uploads) > mostFiles {
		return nil, domain.Errorf(domain.KindInvalid, "a delivery has between 1 and %d files", mostFiles)
	}
	spooled, err := spool(ctx, &in)
	defer spooled.remove()
	if err != nil {
		return nil, err
	}
	batch := &Batch{ID: domain.NewID(), Format: in.Format, Source: tidy(strings.Join(spooled.names(), ", "), mostInName), By: tidy(in.By, mostInName),
		State: BatchWaiting, StartedAt: s.clock().UTC(), Detail: BatchDetail{Wanted: &Wanted{MapName: in.MapName, DryRun: in.DryRun, NoRefresh: in.NoRefresh}}}
	if _, err := s.readingOptions(ctx, tenant, &ImportInput{Format: in.Format, MapName: in.MapName}); err != nil {
		return nil, err
	}
	err = s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		if err := insertWaiting(tx, tenant.ID, batch); err != nil {
			return err
		}
		for i, file := range spooled {
			if err := storeFile(ctx, tenant.ID, batch.ID, i+1, file); err != nil {
				return fmt.Errorf("store %s: %w", file.name, err)
			}
		}
		if err := enqueueImport(ctx, tx, tenant.ID, batch.ID, s); err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: s.clock(), Actor: actor(in.By), Capacity: in.Capacity, Origin: in.Origin,
			Action: "import.deliver", Object: "batch/" + batch.ID.String(), After: map[string]any{"format": in.Format, "files": spooled.names()}})
	})
	if err != nil {
		return nil, fmt.Errorf("take the delivery: %w", err)
	}
	return batch, nil
}

func enqueueImport(ctx context.Context, tx *store.Tx, tenant domain.TenantID, batch uuid.UUID, s *Service) error {
	return store.Enqueue(ctx, tx, tenant, s.clock().UTC(), store.Job{Kind: ImportJob, Period: batch.String(), Class: store.Ingest,
		Arguments: ImportArguments{Batch: batch}})
}

// spooledFile is a file of a delivery that has come in.
type spooledFile struct {
	name  string
	file  *os.File
	bytes int64
}

type spooledFiles []spooledFile

func (all spooledFiles) names() []string {
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].name
	}
	return names
}

func (all spooledFiles) remove() {
	for _, f := range all {
		_ = f.file.Close()
		_ = os.Remove(f.file.Name())
	}
}

// spool writes the uploads into temporary files. What it returns must be removed,
// also with an error.
func spool(ctx context.Context, in *DeliveryInput) (spooledFiles, error) {
	limit := in.MaxBytes
	if limit <= 0 {
		limit = usualMaxBytes
	}
	var all spooledFiles
	var sum int64
	for _, upload := range in.Uploads {
		name := tidy(path.Base(strings.ReplaceAll(upload.Name, "\\", "/")), mostInName)
		file, err := os.CreateTemp(in.SpoolDir, "assay-delivery-*")
		if err != nil {
			return all, fmt.Errorf("keep %s while it comes in: %w", name, err)
		}
		all = append(all, spooledFile{name: name, file: file})
		n, err := io.Copy(file, io.LimitReader(contextReader{ctx, upload.Content}, limit-sum+1))
		sum += n
		all[len(all)-1].bytes = n
		if err != nil {
			return all, fmt.Errorf("take in %s: %w", name, err)
		}
		if sum > limit {
			return all, domain.Errorf(domain.KindTooMany, "the files are larger than %d MB together: send them in several deliveries, compressed, or with the command assay import", limit>>20)
		}
	}
	if sum == 0 {
		return all, domain.Errorf(domain.KindInvalid, "the files are empty")
	}
	return all, nil
}

// contextReader ends a reading with its context.
type contextReader struct {
	ctx    context.Context //nolint:containedctx // io.Reader has none
	reader io.Reader
}

// Read reads while the context lasts.
func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.reader.Read(p)
}

func storeFile(ctx context.Context, tenant domain.TenantID, batch uuid.UUID, number int, file spooledFile) error {
	if _, err := file.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return store.Native(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `INSERT INTO delivery (tenant_id, batch_id, file, name, bytes) VALUES ($1, $2, $3, $4, $5)`,
			uuid.UUID(tenant), batch, number, file.name, file.bytes)
		if err != nil {
			return err
		}
		piece := make([]byte, partBytes)
		for sequence := 1; ; sequence++ {
			n, err := io.ReadFull(file.file, piece)
			if n > 0 {
				_, err := conn.Exec(ctx, `INSERT INTO delivery_part (tenant_id, batch_id, file, sequence, content) VALUES ($1, $2, $3, $4, $5)`,
					uuid.UUID(tenant), batch, number, sequence, piece[:n])
				if err != nil {
					return err
				}
			}
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
}

// Process loads a delivery that waits, see Load. A batch that is loaded already is
// given back as it is, so it may be called again after a crash.
func (s *Service) Process(ctx context.Context, tenant *administration.Tenant, id uuid.UUID, progress func(LoadProgress)) (*Batch, error) {
	batch, err := s.Batch(ctx, tenant.ID, id)
	if err != nil {
		return nil, err
	}
	if batch.State == BatchLoaded || batch.State == BatchDryRun {
		return batch, nil
	}
	inputs, err := s.delivered(ctx, tenant.ID, id)
	if err != nil {
		return nil, err
	}
	if len(inputs) == 0 {
		return nil, domain.Errorf(domain.KindConflict, "the files of this batch are not here: it was not delivered over a page or the API, or they were discarded")
	}
	wanted := batch.Detail.Wanted
	if wanted == nil {
		wanted = &Wanted{}
	}
	return s.Import(ctx, tenant, ImportInput{Batch: id, Format: batch.Format, Delivery: intake.Source{Inputs: inputs}, Source: batch.Source,
		MapName: wanted.MapName, By: batch.By, DryRun: wanted.DryRun, NoRefresh: wanted.NoRefresh, Progress: progress})
}

// Again queues a failed delivery once more.
func (s *Service) Again(ctx context.Context, tenant domain.TenantID, id uuid.UUID) error {
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		result := tx.Exec(`UPDATE batch SET state = 'waiting', failure = '', ended_at = NULL WHERE tenant_id = ? AND batch_id = ? AND state = 'failed'
			AND EXISTS (SELECT FROM delivery d WHERE d.tenant_id = batch.tenant_id AND d.batch_id = batch.batch_id)`, tenant.String(), id)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return domain.Errorf(domain.KindConflict, "only a failed delivery whose files are still here can be loaded again")
		}
		return enqueueImport(ctx, tx, tenant, id, s)
	})
	if err != nil {
		return fmt.Errorf("load batch %s again: %w", id, err)
	}
	return nil
}

// Discard removes the files of a delivery that failed or waits; a waiting one
// becomes failed. The batch stays, with what is known about it.
func (s *Service) Discard(ctx context.Context, tenant domain.TenantID, id uuid.UUID) error {
	err := s.db.InTenant(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		result := tx.Exec(`UPDATE batch SET state = 'failed', ended_at = coalesce(ended_at, ?), failure = CASE WHEN failure = '' THEN 'the files were discarded before they were loaded' ELSE failure END
			WHERE tenant_id = ? AND batch_id = ? AND state IN ('waiting', 'failed')`, s.clock().UTC(), tenant.String(), id)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return domain.Errorf(domain.KindConflict, "only a delivery that waits or failed can be discarded")
		}
		return removeFiles(tx, tenant, id)
	})
	if err != nil {
		return fmt.Errorf("discard batch %s: %w", id, err)
	}
	return nil
}

// delivered gives the files of a batch as inputs that read from the database.
func (s *Service) delivered(ctx context.Context, tenant domain.TenantID, batch uuid.UUID) ([]intake.Input, error) {
	var files []struct {
		File  int
		Name  string
		Bytes int64
	}
	err := s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT file, name, bytes FROM delivery WHERE tenant_id = ? AND batch_id = ? ORDER BY file`, tenant.String(), batch).Scan(&files).Error
	})
	if err != nil {
		return nil, fmt.Errorf("find the files of batch %s: %w", batch, err)
	}
	inputs := make([]intake.Input, len(files))
	for i, file := range files {
		inputs[i] = intake.Input{Name: file.Name, Size: file.Bytes, Open: func() (io.ReadCloser, error) {
			return &deliveredFile{ctx: ctx, db: s.db, tenant: tenant, batch: batch, file: file.File}, nil
		}}
	}
	return inputs, nil
}

// deliveredFile reads a delivered file from the database piece by piece, each in
// a short transaction of its own.
type deliveredFile struct {
	ctx      context.Context //nolint:containedctx // io.Reader has none
	db       *store.DB
	tenant   domain.TenantID
	batch    uuid.UUID
	file     int
	sequence int
	piece    []byte
	ended    bool
}

// Read gives the next bytes of the file.
func (f *deliveredFile) Read(p []byte) (int, error) {
	for len(f.piece) == 0 {
		if f.ended {
			return 0, io.EOF
		}
		if err := f.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, f.piece)
	f.piece = f.piece[n:]
	return n, nil
}

func (f *deliveredFile) next() error {
	f.sequence++
	err := f.db.Read(f.ctx, f.tenant, func(ctx context.Context, _ *store.Tx) error {
		return store.Native(ctx, func(ctx context.Context, conn *pgx.Conn) error {
			return conn.QueryRow(ctx, `SELECT content FROM delivery_part WHERE tenant_id = $1 AND batch_id = $2 AND file = $3 AND sequence = $4`,
				uuid.UUID(f.tenant), f.batch, f.file, f.sequence).Scan(&f.piece)
		})
	})
	if errors.Is(err, pgx.ErrNoRows) {
		f.ended = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the delivered file: %w", err)
	}
	return nil
}

// Close ends the reading.
func (f *deliveredFile) Close() error { f.ended, f.piece = true, nil; return nil }
