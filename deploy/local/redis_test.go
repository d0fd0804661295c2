package local_test

import (
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"assay/deploy/local"
)

func TestRedisAnswersAndEndsWithClose(t *testing.T) {
	t.Parallel()
	server, err := local.StartRedis(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	options, err := redis.ParseURL(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close() //nolint:errcheck // nothing is buffered
	if err := client.Set(t.Context(), "key", "value", 0).Err(); err != nil {
		t.Fatal(err)
	}
	server.Close()
	server.Close() // again does nothing
	if conn, err := net.Dial("tcp", server.Addr()); err == nil {
		_ = conn.Close()
		t.Fatal("it still listens")
	}
}

func TestRedisLetsKeysExpire(t *testing.T) {
	t.Parallel()
	server, err := local.StartRedis(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close() //nolint:errcheck // nothing is buffered
	// In one step, so that it cannot expire between the two commands.
	var there *redis.IntCmd
	_, err = client.TxPipelined(t.Context(), func(both redis.Pipeliner) error {
		both.Set(t.Context(), "lock", "held", 300*time.Millisecond)
		there = both.Exists(t.Context(), "lock")
		return nil
	})
	if err != nil || there.Val() != 1 {
		t.Fatalf("the key is not there at first: %d, %v", there.Val(), err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-tick.C {
		if n, err := client.Exists(t.Context(), "lock").Result(); err == nil && n == 0 {
			return
		}
	}
	t.Fatal("the key never expired")
}
