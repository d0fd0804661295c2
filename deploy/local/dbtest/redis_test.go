package dbtest_test

import (
	"net"
	"testing"

	"github.com/redis/go-redis/v9"

	"assay/deploy/local/dbtest"
)

func TestRedisIsARealServerThatEndsWithTheTest(t *testing.T) {
	t.Parallel()
	var addr string
	t.Run("user", func(t *testing.T) {
		addr = dbtest.Redis(t)
		client := redis.NewClient(&redis.Options{Addr: addr})
		defer client.Close() //nolint:errcheck // the server ends anyway
		if err := client.Set(t.Context(), "key", "value", 0).Err(); err != nil {
			t.Fatalf("set: %v", err)
		}
		value, err := client.Get(t.Context(), "key").Result()
		if err != nil || value != "value" {
			t.Fatalf("got %q, %v", value, err)
		}
	})
	if conn, err := net.Dial("tcp", addr); err == nil {
		_ = conn.Close()
		t.Fatal("redis-server still listens")
	}
}
