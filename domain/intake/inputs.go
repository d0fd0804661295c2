package intake

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	fastgzip "github.com/klauspost/compress/gzip"

	"assay/domain"
)

// Limits against deliveries made to exhaust the machine.
const (
	maxInputs       = 20_000    // files in a delivery, archives opened
	maxExpanded     = 512 << 30 // bytes of a delivery, decompressed
	ratioFreeBytes  = 64 << 20  // decompressed bytes of one file before its ratio counts
	maxRatio        = 400       // decompressed to compressed bytes
	maxZipDirectory = 64 << 20  // bytes that the name list of an archive may take
)

// content is one readable file of a delivery: a delivered file, the inside of a .gz, or a file in a zip.
type content struct {
	name string // as in Place.File
	base string // name without archive, compression and folders, lower case
	size int64  // bytes of the delivered form, for progress
	open func() (io.ReadCloser, error)
}

// delivery is what a Source unpacks to.
type delivery struct {
	contents []content
	inputs   []Input
	closers  []io.Closer
	budget   atomic.Int64 // decompressed bytes still allowed
}

// Close removes what was spooled.
func (d *delivery) Close() error {
	var errs []error
	for _, c := range d.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// unpack lists the files of a source. What is a zip is looked into.
func unpack(ctx context.Context, source Source, spillDir string) (*delivery, error) {
	inputs, err := collectInputs(source)
	if err != nil {
		return nil, err
	}
	d := &delivery{inputs: inputs}
	d.budget.Store(maxExpanded)
	for _, in := range inputs {
		if err := ctx.Err(); err != nil {
			return nil, errors.Join(err, d.Close())
		}
		if err := d.add(in, spillDir); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	// The order of delivery must not matter: names decide.
	slices.SortStableFunc(d.contents, func(a, b content) int { return strings.Compare(a.name, b.name) })
	return d, nil
}

func collectInputs(source Source) ([]Input, error) {
	inputs := slices.Clone(source.Inputs)
	for _, p := range source.Paths {
		found, err := pathInputs(p)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, found...)
	}
	if len(inputs) == 0 {
		return nil, domain.Errorf(domain.KindInvalid, "No file was given.")
	}
	if len(inputs) > maxInputs {
		return nil, domain.Errorf(domain.KindTooMany, "A delivery may have at most %d files.", maxInputs)
	}
	return inputs, nil
}

func pathInputs(p string) ([]Input, error) {
	info, err := os.Stat(p)
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "The file %s cannot be read.", p)
	}
	if !info.IsDir() {
		return []Input{fileInput(p, info)}, nil
	}
	entries, err := os.ReadDir(p)
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "The folder %s cannot be read.", p)
	}
	var inputs []Input
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return nil, domain.Wrap(domain.KindInvalid, err, "The file %s cannot be read.", entry.Name())
		}
		if info.Mode().IsRegular() && !strings.HasPrefix(entry.Name(), ".") {
			inputs = append(inputs, fileInput(filepath.Join(p, entry.Name()), info))
		}
	}
	return inputs, nil
}

func fileInput(p string, info fs.FileInfo) Input {
	return Input{Name: filepath.Base(p), Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(p) }} //nolint:gosec // G304: the files are the caller's choice
}

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zipMagic  = []byte("PK\x03\x04")
	zipEmpty  = []byte("PK\x05\x06")
)

// add takes one delivered file. Its first bytes, not its name, say whether it is compressed.
func (d *delivery) add(in Input, spillDir string) error {
	head, err := peek(in)
	if err != nil {
		return err
	}
	name := path.Base(filepath.ToSlash(in.Name))
	switch {
	case (hasPrefix(head, zipMagic) || hasPrefix(head, zipEmpty)) && !isWorkbook(name):
		return d.addZip(in, name, spillDir)
	case hasPrefix(head, gzipMagic):
		d.contents = append(d.contents, content{
			name: name, base: baseName(name), size: in.Size,
			open: func() (io.ReadCloser, error) { return d.openGzip(in.Open, name) },
		})
	default:
		d.contents = append(d.contents, content{name: name, base: baseName(name), size: in.Size, open: in.Open})
	}
	return nil
}

func isWorkbook(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".xlsx") }

func hasPrefix(data, prefix []byte) bool {
	return len(data) >= len(prefix) && string(data[:len(prefix)]) == string(prefix)
}

func peek(in Input) (head []byte, err error) {
	r, err := in.Open()
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "The file %s cannot be read.", in.Name)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	head = make([]byte, 4)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, domain.Wrap(domain.KindInvalid, err, "The file %s cannot be read.", in.Name)
	}
	return head[:n], nil
}

// baseName is a name without folders and compression, in lower case.
func baseName(name string) string {
	base := strings.ToLower(path.Base(name))
	return strings.TrimSuffix(base, ".gz")
}

// addZip looks into an archive. An archive whose end is missing is a cut-off file.
func (d *delivery) addZip(in Input, name, spillDir string) error {
	at, size, closer, err := randomAccess(in, spillDir)
	if err != nil {
		return err
	}
	d.closers = append(d.closers, closer)
	if size > 22 && zipDirectorySize(at, size) > maxZipDirectory {
		return domain.Errorf(domain.KindInvalid, "The archive %s has too long a list of files.", name)
	}
	archive, err := zip.NewReader(at, size)
	if err != nil {
		return domain.Wrap(domain.KindInvalid, err, "The archive %s is damaged or was cut off.", name)
	}
	if len(archive.File)+len(d.contents) > maxInputs {
		return domain.Errorf(domain.KindTooMany, "A delivery may have at most %d files.", maxInputs)
	}
	for _, file := range archive.File {
		inner := path.Base(strings.ReplaceAll(file.Name, `\`, "/"))
		if file.FileInfo().IsDir() || inner == "" || inner[0] == '.' || strings.HasPrefix(file.Name, "__MACOSX/") {
			continue
		}
		c := content{
			name: name + "/" + inner, base: baseName(inner), size: int64(min(file.CompressedSize64, 1<<62)),
			open: func() (io.ReadCloser, error) { return d.openZipped(file, name) },
		}
		if strings.HasSuffix(strings.ToLower(inner), ".gz") {
			c.open = func() (io.ReadCloser, error) {
				return d.openGzip(func() (io.ReadCloser, error) { return d.openZipped(file, name) }, c.name)
			}
		}
		d.contents = append(d.contents, c)
	}
	return nil
}

// zipDirectorySize reads how long the directory says it is, without believing it further.
func zipDirectorySize(at io.ReaderAt, size int64) int64 {
	tail := make([]byte, min(size, 1<<16))
	if n, err := at.ReadAt(tail, size-int64(len(tail))); err != nil && n < len(tail) {
		return 0
	}
	i := strings.LastIndex(string(tail), string(zipEmpty))
	if i < 0 || i+16 > len(tail) {
		return 0
	}
	t := tail[i+12:]
	return int64(t[0]) | int64(t[1])<<8 | int64(t[2])<<16 | int64(t[3])<<24
}

// randomAccess opens an input for reading anywhere; what cannot be is spooled to disk.
func randomAccess(in Input, spillDir string) (io.ReaderAt, int64, io.Closer, error) {
	r, err := in.Open()
	if err != nil {
		return nil, 0, nil, domain.Wrap(domain.KindInvalid, err, "The file %s cannot be read.", in.Name)
	}
	if file, ok := r.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			return file, info.Size(), file, nil
		}
	}
	file, size, err := spool(r, spillDir)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, 0, nil, fmt.Errorf("keeping %s on disk meanwhile: %w", in.Name, err)
	}
	return file, size, file, nil
}

// spool copies a reader to a file that vanishes when it is closed.
func spool(r io.Reader, dir string) (*spillFile, int64, error) {
	file, err := newSpillFile(dir)
	if err != nil {
		return nil, 0, err
	}
	size, err := io.Copy(file.file, r)
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, size, nil
}

// openGzip opens the inside of a gzip file under the limits.
func (d *delivery) openGzip(open func() (io.ReadCloser, error), name string) (io.ReadCloser, error) {
	under, err := open()
	if err != nil {
		return nil, err
	}
	counted := &countingReader{under: under}
	inside, err := fastgzip.NewReader(bufio.NewReaderSize(counted, 1<<18))
	if err != nil {
		return nil, errors.Join(damaged(err, name), under.Close())
	}
	return &expanding{
		inside: inside, under: []io.Closer{under}, packed: func() int64 { return counted.read }, delivery: d, name: name,
		delivered: func(int64) int64 { return counted.read },
	}, nil
}

func (d *delivery) openZipped(file *zip.File, archive string) (io.ReadCloser, error) {
	inside, err := file.Open()
	if err != nil {
		return nil, unpackFault(err, archive)
	}
	packed := int64(min(file.CompressedSize64, 1<<62))
	return &expanding{
		inside: inside, under: []io.Closer{quiet{inside}}, packed: func() int64 { return packed }, delivery: d, name: archive + "/" + file.Name,
		delivered: func(read int64) int64 {
			return int64(float64(packed) * float64(read) / float64(max(file.UncompressedSize64, 1)))
		},
	}, nil
}

// expanding reads decompressed bytes under the limits of ratio and total.
type expanding struct {
	inside   io.Reader
	under    []io.Closer
	packed   func() int64
	delivery *delivery
	name     string
	read     int64
	// delivered tells the compressed bytes behind so many decompressed ones.
	delivered func(read int64) int64
}

func (e *expanding) Read(p []byte) (int, error) {
	n, err := e.inside.Read(p)
	e.read += int64(n)
	if e.delivery.budget.Add(-int64(n)) < 0 {
		return n, domain.Errorf(domain.KindTooMany, "The delivery is larger than %d GB when decompressed.", maxExpanded>>30)
	}
	if e.read > ratioFreeBytes && e.read/maxRatio > e.packed() {
		return n, domain.Errorf(domain.KindInvalid, "The file %s grows more than %d times when decompressed.", e.name, maxRatio)
	}
	if err != nil && err != io.EOF { //nolint:errorlint // a wrapped EOF is not the end of the data
		err = unpackFault(err, e.name)
	}
	return n, err
}

// quiet closes what only repeats, when it is closed, the fault that reading has told.
type quiet struct{ under io.Closer }

func (q quiet) Close() error {
	_ = q.under.Close()
	return nil
}

func (e *expanding) Close() error {
	var errs []error
	for _, c := range e.under {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// unpackFault blames the file for whatever unpacking stumbles over, except a failure of the system.
func unpackFault(err error, name string) error {
	var system syscall.Errno
	var known *domain.Error
	if errors.As(err, &system) || errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.ErrUnexpectedEOF) {
		return damaged(err, name)
	}
	return domain.Wrap(domain.KindInvalid, err, "The file %s is damaged.", name)
}

// damaged tells a damaged or cut-off file from other failures to read.
func damaged(err error, name string) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return domain.Wrap(domain.KindInvalid, err, "The file %s was cut off: its end is missing.", name)
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, zip.ErrChecksum),
		errors.Is(err, zip.ErrFormat), errors.Is(err, zip.ErrAlgorithm), strings.Contains(err.Error(), "corrupt input"):
		return domain.Wrap(domain.KindInvalid, err, "The file %s is damaged.", name)
	}
	return fmt.Errorf("reading %s: %w", name, err)
}

// meter tells how many delivered bytes were read, for progress. Of compressed files these are
// fewer than the bytes that come out.
type meter struct {
	under     io.Reader
	seen      func(int64)
	told      int64
	delivered func(read int64) int64
	read      int64
}

func newMeter(r io.Reader, seen func(int64)) *meter {
	m := &meter{under: r, seen: seen, delivered: func(read int64) int64 { return read }}
	if e, ok := r.(*expanding); ok {
		m.delivered = e.delivered
	}
	return m
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.under.Read(p)
	m.read += int64(n)
	now := m.delivered(m.read)
	m.seen(now - m.told)
	m.told = now
	return n, err
}

type countingReader struct {
	under io.Reader
	read  int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.under.Read(p)
	c.read += int64(n)
	return n, err
}

// fingerprint hashes the delivered bytes: file hashes in order of size and value, so that neither names
// nor the order of delivery matter.
func combine(sums [][sha256.Size]byte) Fingerprint {
	slices.SortFunc(sums, func(a, b [sha256.Size]byte) int { return strings.Compare(string(a[:]), string(b[:])) })
	whole := sha256.New()
	for _, sum := range sums {
		whole.Write(sum[:])
	}
	var f Fingerprint
	whole.Sum(f[:0])
	return f
}

// hashInput hashes one delivered file.
func hashInput(ctx context.Context, in Input, seen func(int64)) (sum [sha256.Size]byte, err error) {
	r, err := in.Open()
	if err != nil {
		return sum, domain.Wrap(domain.KindInvalid, err, "The file %s cannot be read.", in.Name)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	digest := sha256.New()
	if err := copyHash(ctx, digest, r, seen); err != nil {
		return sum, fmt.Errorf("reading %s: %w", in.Name, err)
	}
	digest.Sum(sum[:0])
	return sum, nil
}

func copyHash(ctx context.Context, digest hash.Hash, r io.Reader, seen func(int64)) error {
	buffer := make([]byte, 1<<18)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(buffer)
		digest.Write(buffer[:n])
		seen(int64(n))
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// FingerprintOf hashes a delivery without reading it otherwise, to tell a delivery that came before.
func FingerprintOf(ctx context.Context, source Source) (Fingerprint, error) {
	inputs, err := collectInputs(source)
	if err != nil {
		return Fingerprint{}, err
	}
	sums := make([][sha256.Size]byte, len(inputs))
	for i, in := range inputs {
		if sums[i], err = hashInput(ctx, in, func(int64) {}); err != nil {
			return Fingerprint{}, err
		}
	}
	return combine(sums), nil
}
