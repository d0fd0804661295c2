package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// errHeld says that another process has the lock.
var errHeld = errors.New("the lock is held by another process")

// pollEvery is how often a wait looks again.
const pollEvery = 20 * time.Millisecond

// tryLock takes an exclusive lock on the file, making it if missing. The lock
// ends when every process that has the file open has closed it or died: a
// process that inherits the file shares the lock. Never unlock it explicitly,
// that would take it from the heirs too.
func tryLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	for {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err == nil {
		return file, nil
	}
	_ = file.Close() // nothing was written
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errHeld
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}

// waitLock tries until it has the lock or limit has passed; then the error is errHeld.
func waitLock(ctx context.Context, path string, limit time.Duration) (*os.File, error) {
	var file *os.File
	err := poll(ctx, limit, func() (bool, error) {
		var err error
		file, err = tryLock(path)
		if errors.Is(err, errHeld) {
			return false, nil
		}
		return true, err
	})
	if errors.Is(err, errTimeUp) {
		return nil, errHeld
	}
	return file, err
}

// errTimeUp says that a wait has ended without its condition.
var errTimeUp = errors.New("time is up")

// poll asks again and again until done or an error; after limit it gives
// errTimeUp, and the context's error when that ends.
func poll(ctx context.Context, limit time.Duration, ask func() (done bool, err error)) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	end := time.NewTimer(limit)
	defer end.Stop()
	for {
		done, err := ask()
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-end.C:
			return errTimeUp
		case <-tick.C:
		}
	}
}
