package installation

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/audit"
	"assay/domain/store"
)

// Kind is the kind of the job that makes an export, and, when it is due again, removes it.
const Kind = store.ExportKind

// ExportKept is how long an export can be downloaded.
const ExportKept = 7 * 24 * time.Hour

// partSize is the size of the pieces in which an export is kept.
const partSize = 1 << 20

// Export is an export that was started on a page, as it stands.
type Export struct {
	ID        uuid.UUID
	State     string // waiting, running, done, failed, or removed when its time was over
	StartedAt time.Time
	StartedBy string
	EndedAt   *time.Time
	KeptUntil *time.Time
	Files     int
	Rows      int64
	Bytes     int64
	SHA256    string
	Failure   string
}

// exportArguments are what the job knows.
type exportArguments struct {
	Export uuid.UUID `json:"export"`
	Remove bool      `json:"remove,omitempty"` // its time is over
}

// StartExport puts the export of everything of an administration into the queue. One at a
// time: another that waits or runs is KindConflict.
func (s *Service) StartExport(ctx context.Context, tenant domain.TenantID, by Actor) (id uuid.UUID, err error) {
	id = domain.NewID()
	err = s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		busy, err := exportsUnfinished(tx, tenant)
		if err != nil {
			return err
		}
		if busy > 0 {
			return &domain.Error{Kind: domain.KindConflict, Key: "installation.export.busy", Message: "an export of this administration is being made already"}
		}
		if err := insertExport(tx, tenant, id, s.clock(), by); err != nil {
			return err
		}
		err = store.Enqueue(ctx, tx, tenant, s.clock(), store.Job{Kind: Kind, Period: id.String(), Class: store.Batch, Arguments: exportArguments{Export: id}})
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant, audit.Entry{At: s.clock(), Actor: by.Name, Capacity: by.Capacity, Origin: by.Origin, Action: "tenant.export", Object: "export/" + id.String()})
	})
	if err != nil {
		return uuid.UUID{}, fmt.Errorf("start export: %w", err)
	}
	return id, nil
}

// RunExport is the job: it makes an export, or removes one whose time is over. A second run
// begins anew.
func (s *Service) RunExport(ctx context.Context, job store.Claimed, progress func(Progress)) error {
	var arguments exportArguments
	if err := json.Unmarshal(job.Arguments, &arguments); err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the job does not say which export to make")
	}
	if arguments.Remove {
		return s.removeExport(ctx, job.Tenant, arguments.Export)
	}
	err := s.makeExport(ctx, job.Tenant, arguments.Export, progress)
	if err != nil {
		state := context.WithoutCancel(ctx)
		if failed := s.change(state, job.Tenant, func(tx *store.Tx) error { return failExport(tx, job.Tenant, arguments.Export, s.clock()) }); failed != nil {
			return fmt.Errorf("%w; and its failure could not be kept: %w", err, failed)
		}
	}
	return err
}

func (s *Service) change(ctx context.Context, tenant domain.TenantID, do func(tx *store.Tx) error) error {
	return s.db.InTenant(ctx, tenant, func(_ context.Context, tx *store.Tx) error { return do(tx) })
}

func (s *Service) makeExport(ctx context.Context, id domain.TenantID, export uuid.UUID, progress func(Progress)) error {
	tenant, err := s.administrations.ByID(ctx, id)
	if err != nil {
		return err
	}
	if err := s.change(ctx, id, func(tx *store.Tx) error { return beginExport(tx, id, export) }); err != nil {
		return fmt.Errorf("begin export: %w", err)
	}
	kept := &parts{buffer: make([]byte, 0, partSize), keep: func(sequence int, content []byte) error {
		return s.change(ctx, id, func(tx *store.Tx) error { return insertExportPart(tx, id, export, sequence, content) })
	}}
	whole := newCounted(kept)
	manifest, err := s.ExportZip(ctx, tenant, whole, s.noted(ctx, id, export, progress))
	if err != nil {
		return err
	}
	if err := kept.flush(); err != nil {
		return fmt.Errorf("keep export: %w", err)
	}
	until := s.clock().UTC().Add(ExportKept)
	done := Export{ID: export, Files: len(manifest.Files), Rows: manifest.Rows(), Bytes: whole.bytes, SHA256: whole.sum(), KeptUntil: &until}
	err = s.db.InTenant(ctx, id, func(ctx context.Context, tx *store.Tx) error {
		if err := finishExport(tx, id, &done, s.clock()); err != nil {
			return err
		}
		return store.Enqueue(ctx, tx, id, s.clock(), store.Job{Kind: Kind, Period: "remove " + export.String(), Class: store.Batch,
			Arguments: exportArguments{Export: export, Remove: true}, Due: until})
	})
	if err != nil {
		return fmt.Errorf("finish export: %w", err)
	}
	return nil
}

// Progress is noted after so many files, or rows of one.
const (
	filesANote = 10
	rowsANote  = 100_000
)

// noted writes how far an export is where pages show it, and passes it on. What cannot be noted
// must not break the export.
func (s *Service) noted(ctx context.Context, tenant domain.TenantID, export uuid.UUID, progress func(Progress)) func(Progress) {
	var last Progress
	return func(now Progress) {
		if progress != nil {
			progress(now)
		}
		if now.Files-last.Files >= filesANote || now.Rows-last.Rows >= rowsANote {
			last = now
			_ = s.change(ctx, tenant, func(tx *store.Tx) error { return noteExport(tx, tenant, export, now) })
		}
	}
}

func (s *Service) removeExport(ctx context.Context, tenant domain.TenantID, export uuid.UUID) error {
	if err := s.change(ctx, tenant, func(tx *store.Tx) error { return dropExportParts(tx, tenant, export, "removed") }); err != nil {
		return fmt.Errorf("remove export: %w", err)
	}
	return nil
}

// parts cuts what is written into pieces of partSize.
type parts struct {
	buffer   []byte
	sequence int
	keep     func(sequence int, content []byte) error
}

func (p *parts) Write(content []byte) (written int, err error) {
	for len(content) > 0 {
		n := min(partSize-len(p.buffer), len(content))
		p.buffer = append(p.buffer, content[:n]...)
		content = content[n:]
		written += n
		if len(p.buffer) == partSize {
			if err := p.flush(); err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

func (p *parts) flush() error {
	if len(p.buffer) == 0 {
		return nil
	}
	if err := p.keep(p.sequence, p.buffer); err != nil {
		return err
	}
	p.sequence++
	p.buffer = p.buffer[:0]
	return nil
}

// Exports lists an administration's exports, newest first.
func (s *Service) Exports(ctx context.Context, tenant domain.TenantID) (exports []Export, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		exports, err = listExports(tx, tenant)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list exports: %w", err)
	}
	return exports, nil
}

// Download writes a finished export to a reader; begin is told its size before the first
// byte. That it was taken is in the audit record. One that is not there, or no longer, is KindNotFound.
func (s *Service) Download(ctx context.Context, tenant domain.TenantID, id uuid.UUID, by Actor, begin func(Export) (io.Writer, error)) error {
	var found *Export
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		exports, err := listExports(tx, tenant)
		if err != nil {
			return err
		}
		for i := range exports {
			if exports[i].ID == id && exports[i].State == "done" {
				found = &exports[i]
			}
		}
		if found == nil {
			return domain.Errorf(domain.KindNotFound, "this export is not kept, or not any more")
		}
		return audit.Record(ctx, tx, tenant, audit.Entry{At: s.clock(), Actor: by.Name, Capacity: by.Capacity, Origin: by.Origin, Action: "tenant.export.download", Object: "export/" + id.String()})
	})
	if err != nil {
		return fmt.Errorf("download export: %w", err)
	}
	to, err := begin(*found)
	if err != nil {
		return err
	}
	// Piece by piece, each in a transaction of its own: a slow reader holds none open.
	for sequence := 0; ; sequence++ {
		var content []byte
		err := s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) (err error) {
			content, err = exportPart(tx, tenant, id, sequence)
			return err
		})
		if err != nil {
			return fmt.Errorf("read export: %w", err)
		}
		if content == nil {
			return nil
		}
		if _, err := to.Write(content); err != nil {
			return fmt.Errorf("send export: %w", err)
		}
	}
}
