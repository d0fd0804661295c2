package installation

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"time"
)

// target takes the files of an export one after the other.
type target interface {
	// create begins a file and ends the one before it. packed content is not compressed again.
	create(name string, packed bool) (io.Writer, error)
	// close ends the last file and the whole.
	close() error
}

// directory writes the files under a directory that is new or empty.
type directory struct {
	root string
	open *os.File
}

func newDirectory(root string) (*directory, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of the export: %w", err)
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, fmt.Errorf("look into the directory of the export: %w", err)
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("the directory %s is not empty: an export goes into one of its own", root)
	}
	return &directory{root: root}, nil
}

func (d *directory) create(name string, _ bool) (io.Writer, error) {
	if err := d.close(); err != nil {
		return nil, err
	}
	path := filepath.Join(d.root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make a directory of the export: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // below the directory that the operator named, by names of tables
	if err != nil {
		return nil, fmt.Errorf("make a file of the export: %w", err)
	}
	d.open = file
	return file, nil
}

func (d *directory) close() error {
	if d.open == nil {
		return nil
	}
	err := errors.Join(d.open.Sync(), d.open.Close())
	d.open = nil
	if err != nil {
		return fmt.Errorf("end a file of the export: %w", err)
	}
	return nil
}

// zipped writes the files into one zip file as it goes.
type zipped struct {
	writer *zip.Writer
	at     time.Time
}

func newZipped(to io.Writer, at time.Time) *zipped { return &zipped{zip.NewWriter(to), at} }

func (z *zipped) create(name string, packed bool) (io.Writer, error) {
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: z.at}
	if packed {
		header.Method = zip.Store
	}
	return z.writer.CreateHeader(header)
}

func (z *zipped) close() error { return z.writer.Close() }

// counted is a writer that hashes and counts what goes through.
type counted struct {
	to    io.Writer
	hash  hash.Hash
	bytes int64
}

func newCounted(to io.Writer) *counted { return &counted{to: to, hash: sha256.New()} }

func (c *counted) Write(content []byte) (int, error) {
	n, err := c.to.Write(content)
	c.hash.Write(content[:n])
	c.bytes += int64(n)
	return n, err
}

func (c *counted) sum() string { return hex.EncodeToString(c.hash.Sum(nil)) }
