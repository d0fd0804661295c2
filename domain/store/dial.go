package store

import (
	"context"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
)

// writeBuffer is how much the system may keep of what is sent to a server on the same machine. It takes less where it is set up so.
const writeBuffer = 4 << 20

// RoomyDial makes connections over a unix socket roomy. With the usual room of some 200 KB a server that takes a load in waits a
// fifth of the time: it has emptied the buffer before the program, whose processors are busy reading the delivery, comes to fill it again.
func RoomyDial(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if local, ok := conn.(*net.UnixConn); ok && err == nil {
			_ = local.SetWriteBuffer(writeBuffer) // it works with less
		}
		return conn, err
	}
}
