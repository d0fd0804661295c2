package dbtest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"assay/deploy/internal/child"
)

const (
	redisStartLimit = 20 * time.Second
	redisTries      = 5
)

// Redis starts a real redis-server for the test, on a free port of the loopback
// address, and gives host:port. It keeps nothing and ends with the test, and with
// the test binary. Where redis-server is missing the test fails and says so.
func Redis(tb testing.TB) (addr string) {
	tb.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		tb.Fatalf("redis-server was not found: install the Debian package redis-server (apt-get install redis-server)")
	}
	dir := tb.TempDir()
	for range redisTries {
		var process *child.Process
		process, addr, err = startRedis(program, dir)
		if err == nil {
			tb.Cleanup(func() {
				ctx, cancel := context.WithTimeout(context.Background(), cleanUpLimit)
				defer cancel()
				if err := process.Stop(ctx, syscall.SIGTERM); err != nil {
					tb.Errorf("%v", err)
				}
			})
			return addr
		}
	}
	tb.Fatalf("start redis-server: %v", err)
	return ""
}

func startRedis(program, dir string) (*child.Process, string, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, "", fmt.Errorf("read the address %s: %w", addr, err)
	}
	cmd := exec.Command(program, "--bind", "127.0.0.1", "--port", port,
		"--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", dir)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	process, err := child.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return nil, "", err
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(redisStartLimit)
	defer late.Stop()
	for {
		if answersPing(addr) {
			return process, addr, nil
		}
		select {
		case <-process.Done(): // another program took the port meanwhile
			return nil, "", fmt.Errorf("it ended (%v): %s", process.Err(), strings.TrimSpace(said.String())) //nolint:errorlint // the text is for the reader of the test
		case <-late.C:
			return nil, "", fmt.Errorf("it did not answer within %s", redisStartLimit)
		case <-tick.C:
		}
	}
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return listener.Addr().String(), listener.Close()
}

func answersPing(addr string) bool {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return false
	}
	defer conn.Close() //nolint:errcheck // nothing is lost
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return false
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return false
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && strings.HasPrefix(line, "+PONG")
}
