package store_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"syscall"
	"testing"

	"assay/domain/store"
)

func TestALocalConnectionIsRoomyAndAFailedOneStaysAFailure(t *testing.T) {
	t.Parallel()
	address := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", address)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck // of a test
	usual, roomy := room(t, (&net.Dialer{}).DialContext, address), room(t, store.RoomyDial((&net.Dialer{}).DialContext), address)
	if roomy <= usual && usual < 8<<20 { // more than it asks for needs no more
		t.Errorf("%d bytes have room, and as usual %d", roomy, usual)
	}
	refused := errors.New("refused")
	conn, err := store.RoomyDial(func(context.Context, string, string) (net.Conn, error) { return nil, refused })(t.Context(), "unix", address)
	if conn != nil || !errors.Is(err, refused) {
		t.Errorf("%v and %v instead of what the dialling said", conn, err)
	}
}

// room is how much the system keeps of what is written into a connection.
func room(t *testing.T, dial func(context.Context, string, string) (net.Conn, error), address string) (bytes int) {
	t.Helper()
	conn, err := dial(t.Context(), "unix", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // of a test
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var failed error
	if err := raw.Control(func(fd uintptr) {
		bytes, failed = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDBUF)
	}); err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	return bytes
}
