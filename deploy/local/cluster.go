// Package local runs what Assay needs on one machine with nothing set up: a
// private PostgreSQL cluster made from the binaries it finds, and an in-process
// Redis. The commands use it when no ASSAY_DATABASE_URL is given; tests use it
// through package dbtest.
//
// The cluster listens on a unix socket only. The socket's directory is open to
// the server's own user (and root) alone; that is its access control, so roles
// sign in without passwords. Files in the directory given to Start:
//
//	starter.lock   locked while the process that started the server lives
//	server.lock    locked while the server lives (it inherits the lock)
//	postgres/      the server's home: data, socket, server.log
//
// It runs on Linux.
package local

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"assay/deploy/internal/child"
)

const (
	// startLimit bounds the wait for a server that replays its log after a crash.
	startLimit = 2 * time.Minute
	// stopLimit bounds the wait for a server that writes its last checkpoint.
	stopLimit = time.Minute
	// orphanGrace is how long a server whose starter has died may take to stop by itself.
	orphanGrace = 10 * time.Second
	// longestSocketDirectory keeps the socket's path within the system's 107 bytes.
	longestSocketDirectory = 90
)

// Options say where a cluster lives and how safe its data must be.
type Options struct {
	// Dir holds the cluster. It is made when missing; an existing cluster in it is used.
	Dir string
	// Ephemeral gives up safety against a crash of the machine for speed, and
	// starts anew when the data cannot be used. For tests only.
	Ephemeral bool
	// Log gets a line for every step that takes time; nil for none.
	Log io.Writer
}

// Cluster is a private PostgreSQL server that answers.
type Cluster struct {
	socket  string
	process *child.Process // nil when another process started the server
	starter *os.File
	layout  layout
}

// layout is where the parts of a cluster are.
type layout struct {
	dir, home, data, log    string
	starterLock, serverLock string
}

func newLayout(dir string) layout {
	home := filepath.Join(dir, "postgres")
	return layout{
		dir: dir, home: home,
		data:        filepath.Join(home, "data"),
		log:         filepath.Join(home, "server.log"),
		starterLock: filepath.Join(dir, "starter.lock"),
		serverLock:  filepath.Join(dir, "server.lock"),
	}
}

// runningState is what the starter writes into its lock file once the server is ready.
type runningState struct {
	Socket string `json:"socket"`
}

// Start gives a cluster in the directory: it makes one when there is none, starts
// the server when none runs, and uses the running one when another process has
// started it. Roles and the database assay exist when it returns.
//
// Errors are sentences for a user; missing programs are a *MissingError.
func Start(ctx context.Context, options Options) (*Cluster, error) {
	if options.Log == nil {
		options.Log = io.Discard
	}
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the data directory: %w", err)
	}
	if err := makeDirectory(dir); err != nil {
		return nil, err
	}
	place := newLayout(dir)
	var cluster *Cluster
	err = poll(ctx, startLimit, func() (bool, error) {
		starter, err := tryLock(place.starterLock)
		if err == nil {
			cluster, err = startServer(ctx, place, starter, options)
			if err != nil {
				_ = starter.Close() // gives the lock back
			}
			return true, err
		}
		if !errors.Is(err, errHeld) {
			return true, fmt.Errorf("use the data directory %s: %w", dir, err)
		}
		cluster = findRunning(ctx, place)
		return cluster != nil, nil
	})
	if errors.Is(err, errTimeUp) {
		return nil, fmt.Errorf("another process holds %s but its PostgreSQL does not answer: stop that process and try again", place.starterLock)
	}
	if err != nil {
		return nil, err
	}
	return cluster, nil
}

// makeDirectory makes dir. As root others may pass through it, because the server
// runs as another user; what is inside is closed to them.
func makeDirectory(dir string) error {
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	return nil
}

// findRunning gives the server that another process has started, nil while it is not ready.
func findRunning(ctx context.Context, place layout) *Cluster {
	content, err := os.ReadFile(place.starterLock)
	if err != nil {
		return nil
	}
	var state runningState
	if json.Unmarshal(content, &state) != nil || state.Socket == "" {
		return nil
	}
	cluster := &Cluster{socket: state.Socket, layout: place}
	if cluster.ping(ctx) != nil {
		return nil
	}
	return cluster
}

// startServer starts the server as the holder of the starter's lock.
func startServer(ctx context.Context, place layout, starter *os.File, options Options) (*Cluster, error) {
	if err := starter.Truncate(0); err != nil { // what a dead starter wrote is not true any more
		return nil, fmt.Errorf("clear %s: %w", place.starterLock, err)
	}
	owner, err := serverAccount(place.home)
	if err != nil {
		return nil, err
	}
	if blocked, err := owner.canReach(place.dir); err != nil {
		return nil, err
	} else if blocked != "" {
		return nil, fmt.Errorf("user %s, who runs PostgreSQL for root, may not enter %s: "+
			"choose a data directory that all users may pass to, such as /var/lib/assay", owner.name, blocked)
	}
	if err := owner.ownDirectory(place.home); err != nil {
		return nil, err
	}
	socket, err := socketDirectory(place, owner)
	if err != nil {
		return nil, err
	}
	lock, err := takeServerLock(ctx, place, options)
	if err != nil {
		return nil, err
	}
	defer lock.Close() //nolint:errcheck // the server has inherited it, nothing was written

	cluster := &Cluster{socket: socket, starter: starter, layout: place}
	err = cluster.run(ctx, owner, lock, options)
	if err != nil && options.Ephemeral && !isMissing(err) && ctx.Err() == nil {
		// Test data of a former run that cannot be opened are worth nothing.
		if err := os.RemoveAll(place.data); err != nil {
			return nil, fmt.Errorf("remove test data: %w", err)
		}
		err = cluster.run(ctx, owner, lock, options)
	}
	if err != nil {
		return nil, err
	}
	state, err := json.Marshal(runningState{Socket: socket})
	if err == nil {
		_, err = starter.WriteAt(state, 0)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", place.starterLock, err), cluster.Close())
	}
	return cluster, nil
}

func isMissing(err error) bool {
	var missing *MissingError
	return errors.As(err, &missing)
}

// socketDirectory is in the server's home; where that path is too long for a
// socket, in /tmp under a name that belongs to this directory and user.
func socketDirectory(place layout, owner account) (string, error) {
	path := filepath.Join(place.home, "socket")
	if len(path) > longestSocketDirectory {
		sum := sha256.Sum256([]byte(place.dir))
		path = fmt.Sprintf("/tmp/assay-%d-%x", owner.uid, sum[:8])
	}
	return path, owner.ownDirectory(path)
}

// run brings the server up: data directory, process, first answer, roles.
func (c *Cluster) run(ctx context.Context, owner account, lock *os.File, options Options) error {
	programs, err := c.layout.prepareData(ctx, owner, lock, options)
	if err != nil {
		return err
	}
	if err := c.layout.removeStale(c.socket); err != nil {
		return err
	}
	options.step("Starting PostgreSQL %d", programs.major)
	c.process, err = launch(c.layout, programs, owner, c.socket, lock, options.Ephemeral)
	if err != nil {
		return err
	}
	err = c.waitReady(ctx)
	if err == nil {
		err = c.prepare(ctx)
	}
	if err != nil {
		return errors.Join(err, c.stop(ctx))
	}
	return nil
}

// waitReady waits for the first answer, or for the end of a server that cannot start.
func (c *Cluster) waitReady(ctx context.Context) error {
	err := poll(ctx, startLimit, func() (bool, error) {
		select {
		case <-c.process.Done():
			return true, fmt.Errorf("PostgreSQL did not start: %s", lastComplaint(c.layout.log))
		default:
			return c.ping(ctx) == nil, nil
		}
	})
	if errors.Is(err, errTimeUp) {
		return fmt.Errorf("PostgreSQL did not answer within %s; its log is %s", startLimit, c.layout.log)
	}
	return err
}

func (c *Cluster) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return c.asSuper(ctx, func(conn *pgx.Conn) error { return conn.Ping(ctx) })
}

// Started reports whether this process started the server, and so stops it.
func (c *Cluster) Started() bool { return c.process != nil }

// Close stops the server when this process has started it; a server that another
// process started goes on. It waits until all is on disk. Calling it again does nothing.
func (c *Cluster) Close() error {
	if c.starter == nil {
		return nil
	}
	err := c.stop(context.Background())
	if filepath.Dir(c.socket) != c.layout.home {
		_ = os.Remove(c.socket) // an empty directory in /tmp; the next start makes it again
	}
	err = errors.Join(err, c.starter.Truncate(0), c.starter.Close())
	c.starter = nil
	return err
}

// stop asks for a fast shutdown: open transactions are rolled back, committed
// ones are all kept.
func (c *Cluster) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	return c.process.Stop(ctx, syscall.SIGINT)
}
