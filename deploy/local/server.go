package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"assay/deploy/internal/child"
)

// step tells what begins now and may take seconds.
func (o Options) step(format string, args ...any) {
	fmt.Fprintf(o.Log, format+"\n", args...)
}

// prepareData finds the programs that fit the data directory and makes the
// directory when there is none. A kill in the middle leaves nothing that looks finished.
func (l layout) prepareData(ctx context.Context, owner account, lock *os.File, options Options) (binaries, error) {
	major, err := l.dataVersion()
	if err != nil {
		return binaries{}, err
	}
	programs, err := findBinaries(major)
	if err != nil && major > 0 && options.Ephemeral { // test data of a version that is gone
		if err := os.RemoveAll(l.data); err != nil {
			return binaries{}, fmt.Errorf("remove test data: %w", err)
		}
		major = 0
		programs, err = findBinaries(0)
	}
	if err != nil {
		return binaries{}, err
	}
	if major > 0 {
		return programs, nil
	}
	options.step("Making a PostgreSQL %d cluster in %s", programs.major, l.data)
	return programs, l.initialise(ctx, programs, owner, lock, options.Ephemeral)
}

// dataVersion is the major version that made the data directory, 0 when there is none.
func (l layout) dataVersion() (int, error) {
	content, err := os.ReadFile(filepath.Join(l.data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the data: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0, fmt.Errorf("read the version of the data in %s: %w", l.data, err)
	}
	return major, nil
}

// initialise makes the data directory under another name and renames it when
// complete. What it runs inherits the lock, as the server does: a start after a
// kill waits until it has ended.
func (l layout) initialise(ctx context.Context, programs binaries, owner account, lock *os.File, ephemeral bool) error {
	unfinished := l.data + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("remove an unfinished cluster: %w", err)
	}
	args := []string{
		"-D", unfinished, "-U", SuperRole, "--auth=trust", "-E", "UTF8",
		// The same order of strings and the same ranges on every machine.
		"--locale=C.UTF-8", "--data-checksums",
	}
	if ephemeral {
		args = append(args, "--no-sync")
	}
	cmd := exec.Command(programs.program("initdb"), args...)
	cmd.Dir = l.home
	cmd.Env = serverEnvironment()
	cmd.SysProcAttr = owner.attributes()
	cmd.ExtraFiles = []*os.File{lock}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	process, err := child.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return err
	}
	select {
	case <-process.Done():
	case <-ctx.Done():
		return errors.Join(ctx.Err(), process.Stop(context.WithoutCancel(ctx), syscall.SIGTERM))
	}
	if err := process.Err(); err != nil {
		return fmt.Errorf("make a PostgreSQL cluster: %s", complaintIn(out.Bytes(), err.Error()))
	}
	if err := os.Rename(unfinished, l.data); err != nil {
		return fmt.Errorf("finish the cluster: %w", err)
	}
	return nil
}

// serverEnvironment leaves out the caller's PG* variables, which would change
// where and how the server runs.
func serverEnvironment() []string {
	return []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}
}

// launch starts the server process. It inherits the lock, so that the lock tells
// whether a server lives even when its starter has died.
func launch(l layout, programs binaries, owner account, socket string, lock *os.File, ephemeral bool) (*child.Process, error) {
	log, err := os.OpenFile(l.log, os.O_CREATE|os.O_WRONLY|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the server's log: %w", err)
	}
	defer log.Close() //nolint:errcheck // the server has its own copy
	args := []string{"-D", l.data, "-k", socket, "-p", port}
	for _, setting := range append(settings(ephemeral), "wal_compression="+programs.logCompression(l.data)) {
		args = append(args, "-c", setting)
	}
	cmd := exec.Command(programs.program("postgres"), args...)
	cmd.Dir = l.home
	cmd.Env = serverEnvironment()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{lock}
	cmd.SysProcAttr = owner.attributes()
	// SIGINT is the fast shutdown: it ends sessions and writes everything out.
	return child.Start(cmd, syscall.SIGINT)
}

// settings fit a small machine with other work on it.
func settings(ephemeral bool) []string {
	all := []string{
		"listen_addresses=",
		"timezone=UTC",
		"log_timezone=UTC",
		"shared_buffers=256MB",
		"work_mem=32MB",
		"maintenance_work_mem=256MB",
		"effective_cache_size=1GB",
		"random_page_cost=1.1",
		// Loads write much at once: fewer, larger checkpoints, and no log for a
		// standby that this cluster never has.
		"max_wal_size=4GB",
		"checkpoint_timeout=15min",
		// What a load leaves to be written is written beside it, by processes of the
		// server on another processor.
		"wal_buffers=64MB",
		"bgwriter_delay=20ms",
		"bgwriter_lru_maxpages=1000",
		"bgwriter_lru_multiplier=4",
		// Vacuum of what a load left must be done some time, but not beside the refresh that follows at once and whose
		// statistics the program asks for itself (assay_analyse): looking every minute it always came then.
		"autovacuum_naptime=10min",
		"wal_level=minimal",
		"max_wal_senders=0",
		// A page's query is answered in less time than it takes to compile.
		"jit=off",
		// Statements carry personal data; the log gets the error and not the statement.
		"log_min_error_statement=panic",
		"log_parameter_max_length_on_error=0",
	}
	if ephemeral {
		// The files stay for the next run of the tests: less log is kept.
		return append(all, "max_wal_size=1GB", "max_connections=300", "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	return append(all, "max_connections=100", "fsync=on", "synchronous_commit=on", "full_page_writes=on")
}

// takeServerLock waits for the server of a starter that has died to end, and
// stops it when it does not end by itself.
func takeServerLock(ctx context.Context, place layout, options Options) (*os.File, error) {
	lock, err := waitLock(ctx, place.serverLock, orphanGrace)
	if !errors.Is(err, errHeld) {
		return lock, err
	}
	pid := place.serverPid()
	if pid == 0 {
		return nil, fmt.Errorf("another process holds %s: stop it and try again", place.serverLock)
	}
	options.step("Stopping PostgreSQL (process %d), left over from a run that was killed", pid)
	if err := syscall.Kill(pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return nil, fmt.Errorf("stop the left-over PostgreSQL: %w", err)
	}
	lock, err = waitLock(ctx, place.serverLock, stopLimit)
	if errors.Is(err, errHeld) {
		return nil, fmt.Errorf("PostgreSQL (process %d) is left over from a run that was killed and does not stop: end it and try again", pid)
	}
	return lock, err
}

// serverPid is the process that serves the data directory, 0 when none does. The
// number in postmaster.pid alone proves nothing, another program may have it by
// now: a server is one whose working directory is the data directory.
func (l layout) serverPid() int {
	pid := l.recordedPid()
	if pid <= 0 {
		return 0
	}
	cwd, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/cwd")
	if err != nil {
		return 0
	}
	data, err := filepath.EvalSymlinks(l.data)
	if err != nil || cwd != data {
		return 0
	}
	return pid
}

func (l layout) recordedPid() int {
	content, err := os.ReadFile(filepath.Join(l.data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return 0
	}
	return pid
}

// removeStale removes the lock files of a server that was killed. PostgreSQL does
// so itself, except where the number in them belongs to a process by now, as
// happens after a restart of a container, or to a dead one that nobody waits for.
// We hold the server's lock, so no server of ours lives.
func (l layout) removeStale(socket string) error {
	if pid := l.serverPid(); pid != 0 {
		return fmt.Errorf("a PostgreSQL that Assay did not start (process %d) serves %s: stop it and try again", pid, l.data)
	}
	socketFile := filepath.Join(socket, ".s.PGSQL."+port)
	for _, path := range []string{filepath.Join(l.data, "postmaster.pid"), socketFile + ".lock", socketFile} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove what a killed server left: %w", err)
		}
	}
	return nil
}

// lastComplaint is the line of a server's log that says why it ended.
func lastComplaint(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return complaintIn(content, "it said nothing; its log is "+path)
}

func complaintIn(output []byte, otherwise string) string {
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		for _, mark := range []string{"FATAL:", "PANIC:", "error:"} {
			if _, text, ok := strings.Cut(lines[i], mark); ok {
				return strings.TrimSpace(text)
			}
		}
	}
	if last := lines[len(lines)-1]; last != "" {
		return last
	}
	return otherwise
}
