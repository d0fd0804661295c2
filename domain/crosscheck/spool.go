package crosscheck

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// spooled is how many findings stay in memory, a few kilobytes each; the rest goes to a temporary file.
const spooled = 5_000

// spool keeps findings until they are saved, in bounded memory: data in which every
// declaration breaks a rule must not break the program.
type spool struct {
	memory []Finding
	file   *os.File
	writer *bufio.Writer
	lines  *json.Encoder
	count  int
	limit  int // 0 means spooled
}

func (s *spool) add(f *Finding) error {
	s.count++
	limit := s.limit
	if limit == 0 {
		limit = spooled
	}
	if len(s.memory) < limit {
		s.memory = append(s.memory, *f)
		return nil
	}
	if s.file == nil {
		if err := s.open(); err != nil {
			return err
		}
	}
	if err := s.lines.Encode(f); err != nil {
		return fmt.Errorf("keep a finding: %w", err)
	}
	return nil
}

// open makes the file; it has no name any more, so that nothing is left behind.
func (s *spool) open() error {
	file, err := os.CreateTemp("", "assay-findings-")
	if err != nil {
		return fmt.Errorf("keep findings in a temporary file: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		return errors.Join(fmt.Errorf("keep findings in a temporary file: %w", err), file.Close())
	}
	s.file, s.writer = file, bufio.NewWriterSize(file, 1<<16)
	s.lines = json.NewEncoder(s.writer)
	s.lines.SetEscapeHTML(false) // the evidence must come back byte for byte: it is hashed
	return nil
}

// each gives every finding in the order of adding; it may be called again.
func (s *spool) each(do func(*Finding) error) error {
	for i := range s.memory {
		if err := do(&s.memory[i]); err != nil {
			return err
		}
	}
	if s.file == nil {
		return nil
	}
	if err := s.writer.Flush(); err != nil {
		return fmt.Errorf("write findings to their file: %w", err)
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read findings again: %w", err)
	}
	lines := json.NewDecoder(bufio.NewReaderSize(s.file, 1<<16))
	for lines.More() {
		var f Finding
		if err := lines.Decode(&f); err != nil {
			return fmt.Errorf("read findings again: %w", err)
		}
		if err := do(&f); err != nil {
			return err
		}
	}
	return nil
}

func (s *spool) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return err
}
