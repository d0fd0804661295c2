package intake

import (
	"errors"
	"fmt"
	"os"
)

// spillFile keeps bytes on disk that do not fit the memory allowed. It is one unnamed file
// with many chains of extents, so that any number of partitions needs one descriptor.
// Nothing is left of it when the process ends, however it ends.
type spillFile struct {
	file *os.File
	end  int64
}

func newSpillFile(dir string) (*spillFile, error) {
	file, err := os.CreateTemp(dir, "assay-intake-*")
	if err != nil {
		return nil, fmt.Errorf("creating a file for sorting: %w", err)
	}
	// Removed while open: the system frees it on close, also after a crash.
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("creating a file for sorting: %w", err), file.Close())
	}
	return &spillFile{file: file}, nil
}

// ReadAt reads anywhere, for zip archives.
func (s *spillFile) ReadAt(p []byte, off int64) (int, error) { return s.file.ReadAt(p, off) }

// Close frees the disk space.
func (s *spillFile) Close() error { return s.file.Close() }

// extent is a run of bytes in a spill file.
type extent struct {
	offset int64
	length int
}

// chain is one partition: extents in the order they were written, and what is not written yet.
type chain struct {
	extents []extent
	pending []byte
	bytes   int64 // in all
}

// append adds one record to a chain; a full buffer goes to disk.
func (s *spillFile) append(c *chain, buffer int, parts ...[]byte) error {
	for _, p := range parts {
		c.pending = append(c.pending, p...)
		c.bytes += int64(len(p))
	}
	if len(c.pending) < buffer {
		return nil
	}
	return s.flush(c)
}

func (s *spillFile) flush(c *chain) error {
	if len(c.pending) == 0 {
		return nil
	}
	if _, err := s.file.WriteAt(c.pending, s.end); err != nil {
		return fmt.Errorf("writing rows to be sorted: %w", err)
	}
	c.extents = append(c.extents, extent{offset: s.end, length: len(c.pending)})
	s.end += int64(len(c.pending))
	c.pending = c.pending[:0]
	return nil
}

// read gives a chain's bytes extent by extent. Every extent holds whole records.
func (s *spillFile) read(c *chain, take func([]byte) error) error {
	var buffer []byte
	for _, e := range c.extents {
		if cap(buffer) < e.length {
			buffer = make([]byte, e.length)
		}
		buffer = buffer[:e.length]
		if _, err := s.file.ReadAt(buffer, e.offset); err != nil {
			return fmt.Errorf("reading sorted rows back: %w", err)
		}
		if err := take(buffer); err != nil {
			return err
		}
	}
	if len(c.pending) == 0 {
		return nil
	}
	return take(c.pending)
}
