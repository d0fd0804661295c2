package local_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"assay/deploy/local"
	"assay/deploy/local/dbtest"
)

// The test binary runs itself as a program that starts a cluster and can be
// killed: holderVariable names the directory, then.
const holderVariable = "ASSAY_TEST_HOLD_CLUSTER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holderVariable); dir != "" {
		holdCluster(dir)
		return
	}
	os.Exit(m.Run())
}

// holdCluster starts the cluster, says so, and stops it when its input ends.
func holdCluster(dir string) {
	cluster, err := local.Start(context.Background(), local.Options{Dir: dir})
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Printf("ready %v %s\n", cluster.Started(), cluster.SuperURL())
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := cluster.Close(); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

// holder is such a program.
type holder struct {
	cmd     *exec.Cmd
	stdin   io.Closer
	stdout  *bufio.Reader
	started bool
	url     string
}

func startHolder(t *testing.T, dir string) *holder {
	t.Helper()
	h := launchHolder(t, dir)
	h.waitReady(t)
	return h
}

// launchHolder does not wait for the cluster.
func launchHolder(t *testing.T, dir string) *holder {
	t.Helper()
	h := &holder{cmd: exec.Command(os.Args[0])}
	h.cmd.Env = append(os.Environ(), holderVariable+"="+dir)
	h.cmd.Stderr = os.Stderr
	stdin, err := h.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	h.stdin = stdin
	stdout, err := h.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = h.cmd.Process.Kill()
		_ = h.cmd.Wait()
	})
	h.stdout = bufio.NewReader(stdout)
	return h
}

func (h *holder) waitReady(t *testing.T) {
	t.Helper()
	line, err := h.stdout.ReadString('\n')
	if err != nil {
		t.Fatalf("the holder ended: %v", err)
	}
	if _, err := fmt.Sscanf(line, "ready %t %s", &h.started, &h.url); err != nil {
		t.Fatalf("the holder said %q", line)
	}
}

func (h *holder) finish(t *testing.T) {
	t.Helper()
	if err := h.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Wait(); err != nil {
		t.Fatalf("the holder: %v", err)
	}
}

func start(t *testing.T, options local.Options) *local.Cluster {
	t.Helper()
	cluster, err := local.Start(t.Context(), options)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() {
		if err := cluster.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return cluster
}

func query[T any](t *testing.T, url, sql string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	value, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

func execute(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// serverPid is the process that serves the directory, 0 when there is none.
func serverPid(t *testing.T, dir string) int {
	t.Helper()
	data := filepath.Join(dir, "postgres", "data")
	processes, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, process := range processes {
		pid, err := strconv.Atoi(process.Name())
		if err != nil {
			continue
		}
		if cwd, err := os.Readlink(filepath.Join("/proc", process.Name(), "cwd")); err == nil && cwd == data {
			return pid
		}
	}
	return 0
}

func waitNoServer(t *testing.T, dir string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-tick.C {
		if serverPid(t, dir) == 0 {
			return
		}
	}
	t.Fatal("a server is left behind")
}

func TestAClusterIsMadeStartedStoppedAndStartedAgain(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(dbtest.Dir(t), "made", "with", "parents")
	var steps bytes.Buffer
	first := start(t, local.Options{Dir: dir, Log: &steps})
	if !first.Started() {
		t.Fatal("it says that another process started the server")
	}
	if got := strings.Count(steps.String(), "\n"); got != 2 {
		t.Errorf("it told %d steps, want making and starting:\n%s", got, &steps)
	}
	execute(t, first.OwnerURL(local.Database), "CREATE TABLE kept AS SELECT 42 AS answer")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if pid := serverPid(t, dir); pid != 0 {
		t.Fatalf("process %d still serves after Close", pid)
	}
	second := start(t, local.Options{Dir: dir})
	if got := query[int](t, second.OwnerURL(local.Database), "SELECT answer FROM kept"); got != 42 {
		t.Fatalf("read %d", got)
	}
}

func TestRolesHaveTheirRightsAndNoMore(t *testing.T) {
	t.Parallel()
	cluster := start(t, local.Options{Dir: dbtest.Dir(t), Ephemeral: true})
	roles := query[string](t, cluster.SuperURL(), `
		SELECT string_agg(concat_ws(' ', rolname,
		         CASE WHEN rolcanlogin THEN 'login' END, CASE WHEN rolsuper THEN 'super' END,
		         CASE WHEN rolcreatedb THEN 'createdb' END, CASE WHEN rolbypassrls THEN 'bypassrls' END), ', ' ORDER BY rolname)
		  FROM pg_roles WHERE rolname LIKE 'assay%'`)
	if want := "assay_across bypassrls, assay_app login, assay_owner login createdb"; roles != want {
		t.Errorf("roles: %s\nwant:  %s", roles, want)
	}
	execute(t, cluster.OwnerURL(local.Database), "CREATE TABLE t (n int)")
	execute(t, cluster.AppURL(local.Database), "CREATE TEMPORARY TABLE stage (n int)")
	conn, err := pgx.Connect(t.Context(), cluster.AppURL(local.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, refused := range []string{"CREATE TABLE mine (n int)", "SELECT * FROM t", "SET ROLE assay_owner", "SET ROLE assay_across"} {
		if _, err := conn.Exec(t.Context(), refused); err == nil {
			t.Errorf("the program's role may do: %s", refused)
		}
	}
}

func TestTheServerIsClosedToTheNetworkAndToOtherUsers(t *testing.T) {
	t.Parallel()
	dir := dbtest.Dir(t)
	cluster := start(t, local.Options{Dir: dir, Ephemeral: true})
	if got := query[string](t, cluster.SuperURL(), "SHOW listen_addresses"); got != "" {
		t.Errorf("it listens on %q", got)
	}
	for _, part := range []string{"postgres", "postgres/socket", "postgres/data"} {
		info, err := os.Stat(filepath.Join(dir, part))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %o, want 700", part, info.Mode().Perm())
		}
	}
}

func TestDataAreSafeUnlessTheClusterIsForTests(t *testing.T) {
	t.Parallel()
	for _, ephemeral := range []bool{false, true} {
		cluster := start(t, local.Options{Dir: dbtest.Dir(t), Ephemeral: ephemeral})
		want := "on"
		if ephemeral {
			want = "off"
		}
		for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
			if got := query[string](t, cluster.SuperURL(), "SHOW "+setting); got != want {
				t.Errorf("ephemeral %v: %s is %s", ephemeral, setting, got)
			}
		}
	}
}

func TestPagesInTheLogAreCompressedAsFastAsTheServerCan(t *testing.T) {
	t.Parallel()
	cluster := start(t, local.Options{Dir: dbtest.Dir(t), Ephemeral: true})
	want := "pglz"
	if query[bool](t, cluster.SuperURL(), "SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'wal_compression'") {
		want = "lz4"
	}
	if got := query[string](t, cluster.SuperURL(), "SHOW wal_compression"); got != want {
		t.Fatalf("wal_compression is %s and not %s", got, want)
	}
}

func TestALongPathGetsItsSocketElsewhere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(dbtest.Dir(t), strings.Repeat("long/", 40))
	cluster := start(t, local.Options{Dir: dir, Ephemeral: true})
	execute(t, cluster.AppURL(local.Database), "SELECT 1")
	if err := cluster.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob("/tmp/assay-[0-9]*-*/.s.PGSQL.5432")
	if err != nil || len(left) > 0 {
		t.Fatalf("left behind: %v, %v", left, err)
	}
}

func TestASecondProcessUsesTheRunningServerAndLeavesItRunning(t *testing.T) {
	t.Parallel()
	dir := dbtest.Dir(t)
	first := startHolder(t, dir)
	if !first.started {
		t.Fatal("the first did not start the server")
	}
	pid := serverPid(t, dir)
	second := start(t, local.Options{Dir: dir})
	if second.Started() {
		t.Fatal("the second started a server too")
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if got := serverPid(t, dir); got != pid || got == 0 {
		t.Fatalf("process %d serves after the second has closed, before %d", got, pid)
	}
	first.finish(t)
	if got := serverPid(t, dir); got != 0 {
		t.Fatalf("process %d serves after the first has closed", got)
	}
}

func TestManyStartAtOnceAndOneServerServesThem(t *testing.T) {
	t.Parallel()
	dir := dbtest.Dir(t)
	var all []*holder
	for range 4 {
		all = append(all, launchHolder(t, dir))
	}
	var starters, others []*holder
	for _, h := range all {
		h.waitReady(t)
		if h.started {
			starters = append(starters, h)
		} else {
			others = append(others, h)
		}
	}
	if len(starters) != 1 {
		t.Fatalf("%d of 4 have started a server", len(starters))
	}
	for _, h := range append(others, starters...) { // the starter last, the others need it
		h.finish(t)
	}
	waitNoServer(t, dir)
}

func TestAKilledProgramLeavesNoServerAndLosesNothing(t *testing.T) {
	t.Parallel()
	dir := dbtest.Dir(t)
	first := startHolder(t, dir)
	execute(t, first.url, "CREATE TABLE kept AS SELECT 42 AS answer")
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.cmd.Wait() // the program is gone, its server may still be stopping
	second := start(t, local.Options{Dir: dir})
	if !second.Started() {
		t.Fatal("it used the server of the killed program")
	}
	if got := query[int](t, second.SuperURL(), "SELECT answer FROM kept"); got != 42 {
		t.Fatalf("read %d", got)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	waitNoServer(t, dir)
}

func TestAServerLeftOverFromAKilledProgramIsStopped(t *testing.T) {
	t.Parallel()
	dir := dbtest.Dir(t)
	first := startHolder(t, dir)
	execute(t, first.url, "CREATE TABLE kept AS SELECT 42 AS answer")
	pid := serverPid(t, dir)
	// A stopped process does not act on the signal that its starter's death sends
	// it, which stands for a system that does not send one.
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.cmd.Wait()
	if got := serverPid(t, dir); got != pid {
		t.Fatalf("the server is not left over: process %d serves, not %d", got, pid)
	}
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	second := start(t, local.Options{Dir: dir})
	if got := serverPid(t, dir); got == pid {
		t.Fatal("the left-over server still serves")
	}
	if got := query[int](t, second.SuperURL(), "SELECT answer FROM kept"); got != 42 {
		t.Fatalf("read %d", got)
	}
}

func TestACrashOfTheServerLosesNothingThatWasCommitted(t *testing.T) {
	t.Parallel()
	dir := dbtest.Dir(t)
	first := startHolder(t, dir)
	execute(t, first.url, "CREATE TABLE kept AS SELECT 42 AS answer")
	pid := serverPid(t, dir)
	for _, kill := range []int{pid, first.cmd.Process.Pid} {
		if err := syscall.Kill(kill, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	_ = first.cmd.Wait()
	if _, err := os.Stat(filepath.Join(dir, "postgres", "data", "postmaster.pid")); err != nil {
		t.Fatalf("a crash must leave the pid file for this test to mean something: %v", err)
	}
	second := start(t, local.Options{Dir: dir})
	if got := query[int](t, second.SuperURL(), "SELECT answer FROM kept"); got != 42 {
		t.Fatalf("read %d", got)
	}
}

func TestAStalePidFileThatNamesALivingProcessIsNoObstacle(t *testing.T) {
	t.Parallel()
	dir := dbtest.Dir(t)
	first := start(t, local.Options{Dir: dir})
	info, err := os.Stat(filepath.Join(dir, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	owner := info.Sys().(*syscall.Stat_t) //nolint:forcetypeassert // Linux
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	// PostgreSQL itself refuses to start when the number belongs to a process of its user.
	stranger := exec.Command("cat")
	stranger.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() == 0 {
		stranger.SysProcAttr.Credential = &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}
	}
	stdin, err := stranger.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer stranger.Wait() //nolint:errcheck // it only has to live long enough
	defer stdin.Close()   //nolint:errcheck // it only has to live long enough
	stale := filepath.Join(dir, "postgres", "data", "postmaster.pid")
	content := fmt.Sprintf("%d\n%s\n1700000000\n5432\n", stranger.Process.Pid, filepath.Join(dir, "postgres", "data"))
	if err := os.WriteFile(stale, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(stale, int(owner.Uid), int(owner.Gid)); err != nil {
		t.Fatal(err)
	}
	start(t, local.Options{Dir: dir})
	if err := stranger.Process.Signal(syscall.Signal(0)); err != nil {
		t.Fatalf("the stranger was harmed: %v", err)
	}
}

func TestAnUnfinishedClusterIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := dbtest.Dir(t)
	unfinished := filepath.Join(dir, "postgres", "data.new", "base")
	if err := os.MkdirAll(unfinished, 0o700); err != nil {
		t.Fatal(err)
	}
	cluster := start(t, local.Options{Dir: dir, Ephemeral: true})
	execute(t, cluster.AppURL(local.Database), "SELECT 1")
}

func TestCancelledStartLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := dbtest.Dir(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := local.Start(ctx, local.Options{Dir: dir, Ephemeral: true, Log: writerFunc(func([]byte) { cancel() })})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want a cancelled start", err)
	}
	if pid := serverPid(t, dir); pid != 0 {
		t.Fatalf("process %d serves", pid)
	}
	start(t, local.Options{Dir: dir, Ephemeral: true})
}

type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}

func TestADirectoryThatTheServersUserMayNotEnterIsRefused(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Log("the server runs as the user who starts it; only root's servers meet this")
		return
	}
	dir := dbtest.Dir(t)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := local.Start(t.Context(), local.Options{Dir: filepath.Join(dir, "below"), Ephemeral: true})
	if err == nil || !strings.Contains(err.Error(), "may not enter "+dir) {
		t.Fatalf("got %v", err)
	}
}

func TestADamagedClusterSaysWhyAndATestClusterIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := dbtest.Dir(t)
	first := start(t, local.Options{Dir: dir, Ephemeral: true})
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "postgres", "data", "global", "pg_control")); err != nil {
		t.Fatal(err)
	}
	_, err := local.Start(t.Context(), local.Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "PostgreSQL did not start: ") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("got %v, want one line that says what PostgreSQL said", err)
	}
	start(t, local.Options{Dir: dir, Ephemeral: true})
}

func TestAProgramKilledWhileItMakesAClusterIsNoObstacle(t *testing.T) {
	t.Parallel()
	dir := dbtest.Dir(t)
	first := launchHolder(t, dir)
	unfinished := filepath.Join(dir, "postgres", "data.new", "PG_VERSION")
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); ; <-tick.C {
		if _, err := os.Stat(unfinished); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("initdb never began")
		}
	}
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.cmd.Wait()
	second := start(t, local.Options{Dir: dir})
	execute(t, second.AppURL(local.Database), "SELECT 1")
}
