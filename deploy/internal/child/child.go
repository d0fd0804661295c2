// Package child starts server processes that end with this program: on a clean
// stop, on a crash and on kill -9. It works on Linux only, by the parent-death
// signal of the kernel.
package child

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
)

// Process is a running server.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start runs cmd in a process group of its own, so that Ctrl-C in a terminal
// reaches this program alone and it decides when the server stops. The kernel
// sends atDeath to the server when this program dies, however it dies.
//
// The signal follows the thread that started the process, not the program: the
// thread is therefore locked and lives until the server has ended.
func Start(cmd *exec.Cmd, atDeath syscall.Signal) (*Process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = atDeath
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// Pid is the server's process number.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Done is closed when the server has ended; Err then says how.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is the result of the ended server, as from exec.Cmd.Wait. Call it only
// after Done is closed.
func (p *Process) Err() error { return p.err }

// Stop sends sig and waits for the end; when ctx ends first, it kills the server
// and waits for that. Stopping an ended server does nothing.
func (p *Process) Stop(ctx context.Context, sig syscall.Signal) error {
	select {
	case <-p.done:
		return nil
	default:
	}
	if err := p.cmd.Process.Signal(sig); err != nil {
		select {
		case <-p.done: // it ended between the two looks
			return nil
		default:
			return fmt.Errorf("stop %s: %w", p.cmd.Path, err)
		}
	}
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		_ = p.cmd.Process.Kill() // it fails only when the server has ended meanwhile
		<-p.done
		return fmt.Errorf("stop %s: it did not end in time and was killed: %w", p.cmd.Path, ctx.Err())
	}
}
