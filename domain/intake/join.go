package intake

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

func isEOF(err error) bool { return errors.Is(err, io.EOF) }

// builder makes documents of gathered rows. It belongs to one goroutine.
type builder interface {
	build(h *gathered, g *group, repeated bool, out *built)
	counts() *tally
}

// built is what became of some groups.
type built struct {
	documents []Document
	rejects   []Reject
}

// buildJob is some groups of a window, to be built by any worker and delivered in turn.
type buildJob struct {
	rows     *gathered
	groups   []group
	repeated []bool
	done     chan built
}

// jobGroups is how many documents are built in one go.
const jobGroups = 128

// shareOfWindow is the part of the memory that the rows of one window may take: two windows are
// alive at a time, and the collector of garbage lets memory double.
const shareOfWindow = 6

// join joins the files of one kind of document and delivers what comes of it: declarations
// by day of registration, other documents as they first occur.
type join struct {
	*reading
	joint    joint
	builder  func() builder
	repeated func(key []byte) bool // nil where keys cannot repeat
	windows  []window
	spill    *spillFile
	sources  []*joinSource
	gather   *gathering

	ctx     context.Context
	ordered chan buildJob // to the delivery, in turn
	work    chan buildJob // to the workers
	streams sync.WaitGroup
}

// joinSource is one file of the join: read as it comes, or from disk after sorting.
type joinSource struct {
	file   *survey
	number int32
	stream *stream
	sorted *sortedFile
}

// readJoined delivers the documents of one kind.
func (w *reading) readJoined(ctx context.Context, j *join) error {
	j.reading = w
	var files []*survey
	for _, f := range w.files {
		if f.kind.joint == j.joint {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		return nil
	}
	spill, err := newSpillFile(w.settings.SpillDir)
	if err != nil {
		return err
	}
	j.spill = spill
	limit := w.settings.MemoryBytes / shareOfWindow
	j.windows, j.gather = planWindows(files, limit), newGathering(limit, spill)
	return errors.Join(j.read(ctx), spill.Close())
}

func (j *join) read(ctx context.Context) error {
	for number, f := range j.files {
		switch {
		case f.kind.joint != j.joint:
		case f.ordered || len(j.windows) == 1:
			j.sources = append(j.sources, &joinSource{file: f, number: int32(number)})
		default:
			sorted, err := j.sort(f, int32(number))
			if err != nil {
				return err
			}
			j.sources = append(j.sources, &joinSource{file: f, number: int32(number), sorted: sorted})
		}
	}
	return j.run(ctx)
}

func (j *join) sort(f *survey, number int32) (*sortedFile, error) {
	reader, err := newKeyReader(f, j.meter.add)
	if err != nil {
		return nil, err
	}
	sorted, err := sortToDisk(reader, number, j.windows, j.spill, j.deliverRejects)
	return sorted, errors.Join(err, reader.Close())
}

// run starts the goroutines of the join and delivers what they build. The sink is called from
// here only.
func (j *join) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	workers := j.settings.Workers
	j.ctx, j.ordered, j.work = ctx, make(chan buildJob, workers+1), make(chan buildJob, workers+1)
	group.Go(func() error {
		defer close(j.ordered)
		defer close(j.work)
		return j.gatherWindows()
	})
	var lock sync.Mutex
	for range workers {
		group.Go(func() error {
			builder := j.builder()
			for job := range j.work {
				job.done <- job.build(builder)
			}
			lock.Lock()
			defer lock.Unlock()
			j.tally.merge(builder.counts())
			return nil
		})
	}
	j.deliver(group)
	err := group.Wait()
	j.streams.Wait()
	return err
}

func (job *buildJob) build(b builder) built {
	var out built
	out.documents = make([]Document, 0, len(job.groups))
	for i := range job.groups {
		b.build(job.rows, &job.groups[i], job.repeated[i], &out)
	}
	return out
}

// deliver takes what was built, in turn, and gives it to the sink. After a failure it goes on
// taking, so that the others come to their end.
func (j *join) deliver(group *errgroup.Group) {
	var failed error
	for job := range j.ordered {
		out := <-job.done
		if failed != nil {
			continue
		}
		if failed = j.deliverBuilt(&out); failed != nil {
			group.Go(func() error { return failed }) // ends the gathering through the context
		}
	}
}

// gatherWindows brings the rows of one window after the other together.
func (j *join) gatherWindows() error {
	for number, w := range j.windows {
		for _, source := range j.sources {
			if err := j.gatherSource(source, number, w); err != nil {
				return err
			}
		}
		if err := j.gather.drain(j.hand); err != nil {
			return err
		}
	}
	return nil
}

func (j *join) gatherSource(source *joinSource, number int, w window) error {
	if source.sorted != nil {
		return source.sorted.read(j.spill, number, j.gather)
	}
	if source.stream == nil {
		if source.file.firstDay > w.last && len(source.file.days) > 0 {
			return nil // opened when its first day comes: a site may deliver a file a day
		}
		source.stream = openStream(j.ctx, &j.streams, source.file, j.meter.add)
	}
	return source.stream.until(w.last,
		func(b *keyedBlock, r *keyedRow) error {
			return j.gather.add(b.keys[r.keyStart:r.keyEnd], r.day, b.data[r.start:r.end], source.number, r.line)
		},
		j.handRejects)
}

// hand gives gathered rows to the workers, by day.
func (j *join) hand(h *gathered) error {
	slices.SortStableFunc(h.groups, func(a, b group) int { return cmp.Compare(a.order, b.order) })
	for start := 0; start < len(h.groups); start += jobGroups {
		groups := h.groups[start:min(start+jobGroups, len(h.groups))]
		job := buildJob{rows: h, groups: groups, repeated: make([]bool, len(groups)), done: make(chan built, 1)}
		for i := range groups {
			job.repeated[i] = j.repeated != nil && j.repeated(groups[i].key)
		}
		if err := j.send(job, true); err != nil {
			return err
		}
	}
	return nil
}

// handRejects delivers rows without a usable key in turn with the rest.
func (j *join) handRejects(rejects []Reject) error {
	if len(rejects) == 0 {
		return nil
	}
	job := buildJob{done: make(chan built, 1)}
	job.done <- built{rejects: slices.Clone(rejects)}
	return j.send(job, false)
}

func (j *join) send(job buildJob, build bool) error {
	select {
	case j.ordered <- job:
	case <-j.ctx.Done():
		return j.ctx.Err()
	}
	if !build {
		return nil
	}
	select {
	case j.work <- job:
		return nil
	case <-j.ctx.Done():
		job.done <- built{}
		return j.ctx.Err()
	}
}
