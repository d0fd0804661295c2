package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the operating system user that the server runs as.
type account struct {
	uid, gid uint32
	name     string
	dropped  bool // we are root and the server is not
}

// serverAccount chooses who runs the server. PostgreSQL refuses to run as root,
// so root drops to the owner of an existing home, else to postgres, else to nobody.
func serverAccount(home string) (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid()), name: strconv.Itoa(os.Geteuid())}, nil
	}
	if info, err := os.Stat(home); err == nil {
		if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid != 0 {
			return account{uid: owner.Uid, gid: owner.Gid, name: nameOf(owner.Uid), dropped: true}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(found.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(found.Gid, 10, 32)
		if errUID != nil || errGID != nil || uid == 0 {
			continue
		}
		return account{uid: uint32(uid), gid: uint32(gid), name: name, dropped: true}, nil
	}
	return account{}, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody to run it: run this command as an ordinary user")
}

func nameOf(uid uint32) string {
	number := strconv.FormatUint(uint64(uid), 10)
	if found, err := user.LookupId(number); err == nil {
		return found.Username
	}
	return number
}

// attributes are the process attributes that run a program as this account.
func (a account) attributes() *syscall.SysProcAttr {
	if !a.dropped {
		return &syscall.SysProcAttr{}
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: a.uid, Gid: a.gid}}
}

// ownDirectory makes path a directory that only this account may enter. An
// existing one must already be its own: a directory that somebody else prepared
// under a guessable name is refused, because the socket in it is unguarded.
func (a account) ownDirectory(path string) error {
	err := os.Mkdir(path, 0o700)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make %s: %w", path, err)
	}
	made := err == nil
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok {
		return fmt.Errorf("%s is in the way: it is not a directory", path)
	}
	// Root may have made it in a run that was killed before the next line.
	mine := owner.Uid == a.uid || (a.dropped && owner.Uid == 0)
	if !made && !mine {
		return fmt.Errorf("%s belongs to user %s, not to %s: choose another data directory", path, nameOf(owner.Uid), a.name)
	}
	if owner.Uid != a.uid {
		if err := os.Chown(path, int(a.uid), int(a.gid)); err != nil {
			return fmt.Errorf("give %s to %s: %w", path, a.name, err)
		}
	}
	if info.Mode().Perm() != 0o700 {
		if err := os.Chmod(path, 0o700); err != nil { //nolint:gosec // a directory
			return fmt.Errorf("close %s to others: %w", path, err)
		}
	}
	return nil
}

// canReach reports the first directory on the way to path that the account may
// not enter; it is empty when the way is free. Access lists are not considered.
func (a account) canReach(path string) (blocked string, err error) {
	if !a.dropped {
		return "", nil
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", fmt.Errorf("look at %s: %w", path, err)
	}
	for at := real; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return "", fmt.Errorf("look at %s: %w", at, err)
		}
		owner, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return "", fmt.Errorf("look at %s: the system does not say whose it is", at)
		}
		mode := info.Mode().Perm()
		switch {
		case owner.Uid == a.uid:
			mode >>= 6
		case owner.Gid == a.gid:
			mode >>= 3
		}
		if mode&0o1 == 0 {
			blocked = at
		}
		if at == filepath.Dir(at) {
			return blocked, nil
		}
	}
}
