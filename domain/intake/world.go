package intake

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"assay/domain"
)

// reading is one reading of a delivery.
type reading struct {
	settings   *settings
	sink       Sink
	delivery   *delivery
	files      []*survey // in the order of fileKinds and names: a file's number is its place
	summary    Summary
	tally      tally
	references *referenceReader
	meter      *progressMeter
}

func newReading(d *delivery, s *settings, sink Sink) *reading {
	return &reading{settings: s, sink: sink, delivery: d, tally: newTally(), meter: newProgress(s.Progress)}
}

// readWorld reads an asycuda-world extract. Every file is looked through before anything is
// delivered: how it is written, that it is whole, how its days lie. So a cut-off file
// stops the reading while nothing has been given to the sink.
func readWorld(ctx context.Context, d *delivery, s *settings, sink Sink) (Summary, error) {
	w := newReading(d, s, sink)
	if err := w.recognise(); err != nil {
		return w.summary, err
	}
	for _, f := range w.files {
		w.meter.total += 2 * f.content.size
	}
	if err := w.look(ctx); err != nil {
		return w.summary, err
	}
	err := w.read(ctx)
	w.tally.into(&w.summary)
	w.meter.finish()
	return w.summary, err
}

// recognise finds out which file is which, by name or else by header.
func (w *reading) recognise() error {
	w.summary.IgnoredFiles = []string{}
	unknown, missing := map[UnknownColumn]bool{}, map[MissingColumn]bool{}
	for _, c := range w.delivery.contents {
		f := &survey{content: c}
		if err := f.openHead(w.settings.columns.Encoding); err != nil {
			return err
		}
		kind, err := w.kindOf(f)
		if err != nil {
			return err
		}
		if kind == nil || len(f.header) == 0 {
			w.summary.IgnoredFiles = append(w.summary.IgnoredFiles, c.name)
			continue
		}
		extra, absent, err := f.bind(kind, &w.settings.columns)
		if err != nil {
			return err
		}
		for _, name := range extra {
			unknown[UnknownColumn{File: kind.name, Column: name}] = true
		}
		for _, name := range absent {
			missing[MissingColumn{File: kind.name, Column: name}] = true
		}
		w.files = append(w.files, f)
	}
	if len(w.files) == 0 {
		return domain.Errorf(domain.KindInvalid, "None of the delivered files is a file of an %s extract: %s.", FormatWorld, listNames(w.summary.IgnoredFiles))
	}
	slices.SortStableFunc(w.files, func(a, b *survey) int {
		if d := slices.Index(fileKinds, a.kind) - slices.Index(fileKinds, b.kind); d != 0 {
			return d
		}
		return strings.Compare(a.content.name, b.content.name)
	})
	w.listColumns(unknown, missing)
	return nil
}

func (w *reading) listColumns(unknown map[UnknownColumn]bool, missing map[MissingColumn]bool) {
	w.summary.UnknownColumns = slices.AppendSeq([]UnknownColumn{}, maps.Keys(unknown))
	slices.SortFunc(w.summary.UnknownColumns, func(a, b UnknownColumn) int {
		return cmp.Or(strings.Compare(a.File, b.File), strings.Compare(a.Column, b.Column))
	})
	w.summary.MissingColumns = slices.AppendSeq([]MissingColumn{}, maps.Keys(missing))
	slices.SortFunc(w.summary.MissingColumns, func(a, b MissingColumn) int {
		return cmp.Or(strings.Compare(a.File, b.File), strings.Compare(a.Column, b.Column))
	})
	w.summary.MissingFiles = []string{}
	for _, kind := range fileKinds {
		if !slices.ContainsFunc(w.files, func(f *survey) bool { return f.kind == kind }) {
			w.summary.MissingFiles = append(w.summary.MissingFiles, kind.name)
		}
	}
	slices.Sort(w.summary.MissingFiles)
}

// listNames names a few files.
func listNames(names []string) string {
	const few = 5
	if len(names) > few {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
	}
	return strings.Join(names, ", ")
}

var delimitedEndings = []string{".csv", ".tsv", ".txt", ".tab", ".dat", ""}

// kindOf recognises a file: by its name, else by its header.
func (w *reading) kindOf(f *survey) (*fileKind, error) {
	ending := path.Ext(f.content.base)
	stem := strings.TrimSuffix(f.content.base, ending)
	if !slices.Contains(delimitedEndings, ending) {
		return nil, nil
	}
	for _, kind := range fileKinds {
		for _, name := range w.settings.columns.Files[kind.name].Names {
			if nameIs(stem, strings.ToLower(name)) {
				return kind, nil
			}
		}
	}
	return w.kindByHeader(f)
}

// nameIs compares a file's name with that of a kind: "items", or a part of it such as "items_2026_03".
func nameIs(stem, name string) bool {
	if rest, found := strings.CutPrefix(stem, name); found && name != "" {
		return rest == "" || rest[0] == '_' || rest[0] == '-' || rest[0] == '.'
	}
	return false
}

// kindByHeader finds the kind whose columns a header has most of; all required ones must be there.
func (w *reading) kindByHeader(f *survey) (*fileKind, error) {
	columns := map[string]bool{}
	for _, name := range f.header {
		columns[foldColumn(name)] = true
	}
	var best []*fileKind
	most := 0
	for _, kind := range fileKinds {
		matched := matchHeader(kind, w.settings.columns.Files[kind.name], columns)
		switch {
		case matched == 0 || matched < most || 2*matched < len(f.header):
		case matched == most:
			best = append(best, kind)
		default:
			best, most = []*fileKind{kind}, matched
		}
	}
	switch len(best) {
	case 0:
		return nil, nil
	case 1:
		return best[0], nil
	}
	return nil, domain.Errorf(domain.KindInvalid, "The file %s could be %s or %s: its name must say which, for example %s.csv.",
		f.content.name, best[0].name, best[1].name, best[0].name)
}

func matchHeader(kind *fileKind, names FileMap, columns map[string]bool) int {
	matched := 0
	for _, field := range kind.fields {
		found := slices.ContainsFunc(names.Columns[field.name], func(name string) bool { return columns[foldColumn(name)] })
		if !found && field.required {
			return 0
		}
		if found {
			matched++
		}
	}
	for _, name := range names.Ignored {
		if columns[foldColumn(name)] {
			matched++
		}
	}
	for _, tax := range names.Taxes {
		for _, name := range slices.Concat(tax.Amount, tax.Relieved) {
			if columns[foldColumn(name)] {
				matched++
			}
		}
	}
	return matched
}

// look goes through every file and hashes the delivery meanwhile.
func (w *reading) look(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2)
	if w.settings.Fingerprint != nil {
		w.summary.Fingerprint = *w.settings.Fingerprint
	} else {
		group.Go(func() (err error) {
			w.summary.Fingerprint, err = fingerprint(ctx, w.delivery.inputs)
			return err
		})
	}
	for _, f := range w.files {
		group.Go(func() error { return f.look(ctx, w.meter.add) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, f := range w.files {
		w.summary.Read += f.rows
	}
	w.meter.rows.Store(w.summary.Read)
	return nil
}

func fingerprint(ctx context.Context, inputs []Input) (Fingerprint, error) {
	sums := make([][sha256.Size]byte, len(inputs))
	for i, in := range inputs {
		var err error
		if sums[i], err = hashInput(ctx, in, func(int64) {}); err != nil {
			return Fingerprint{}, err
		}
	}
	return combine(sums), nil
}

// read delivers the documents, those first that later ones refer to.
func (w *reading) read(ctx context.Context) error {
	for _, f := range w.files {
		if f.kind.joint == joinNone {
			if err := w.readReferences(ctx, f); err != nil {
				return err
			}
		}
	}
	cargo := &join{joint: joinManifest, builder: func() builder { return newManifestBuilder(w.settings, w.files) }}
	if err := w.readJoined(ctx, cargo); err != nil {
		return err
	}
	suspense := &join{joint: joinSuspense, builder: func() builder { return newSuspenseBuilder(w.settings, w.files) }}
	if err := w.readJoined(ctx, suspense); err != nil {
		return err
	}
	known := newRegistry()
	return w.readJoined(ctx, &join{
		joint:   joinDeclaration,
		builder: func() builder { return newDeclarationBuilder(w.settings, w.files) },
		repeated: func(key []byte) bool {
			day, office, number := splitKey(key)
			return !known.add(reference(day, string(office), string(number)))
		},
	})
}

func (w *reading) deliverBuilt(out *built) error {
	for i := range out.documents {
		if err := w.deliverDocument(out.documents[i]); err != nil {
			return err
		}
	}
	return w.deliverRejects(out.rejects)
}

func (w *reading) deliverDocument(d Document) error {
	w.summary.Counts.add(&d)
	w.meter.documents.Add(1)
	return w.sink.Document(d)
}

func (w *reading) deliverRejects(rejects []Reject) error {
	for i := range rejects {
		w.summary.Rejected++
		if err := w.sink.Reject(rejects[i]); err != nil {
			return err
		}
	}
	w.meter.rejects.Add(int64(len(rejects)))
	return nil
}

// add counts a document by its kind.
func (c *Counts) add(d *Document) {
	switch {
	case d.Declaration != nil:
		c.Declarations++
		c.Items += int64(len(d.Declaration.Items))
		c.Events += int64(len(d.Declaration.Events))
	case d.Manifest != nil:
		c.Manifests++
	case d.Transit != nil:
		c.Transits++
	case d.Suspense != nil:
		c.Suspense++
	default:
		c.References++
	}
}

// progressMeter tells how far a reading has come, each time some part of it is done.
type progressMeter struct {
	tell                     func(Progress)
	total                    int64
	bytes                    atomic.Int64
	rows, documents, rejects atomic.Int64
	lock                     sync.Mutex
	told                     int64
}

// progressSteps is how many times at most progress is told.
const progressSteps = 400

func newProgress(tell func(Progress)) *progressMeter { return &progressMeter{tell: tell} }

// add counts delivered bytes that were read.
func (p *progressMeter) add(n int64) {
	now := p.bytes.Add(n)
	if p.tell == nil {
		return
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	if now-p.told > p.total/progressSteps {
		p.told = now
		p.tell(p.state(min(now, p.total)))
	}
}

func (p *progressMeter) state(bytes int64) Progress {
	return Progress{Bytes: bytes, Total: p.total, Rows: p.rows.Load(), Documents: p.documents.Load(), Rejects: p.rejects.Load()}
}

// finish tells the end.
func (p *progressMeter) finish() {
	if p.tell == nil {
		return
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	p.tell(p.state(p.total))
}

var errNoSink = errors.New("no sink to read into")
