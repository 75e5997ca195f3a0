//go:build unix

package host

import (
	"os/exec"
	"syscall"
)

// leaveAlone keeps the signals of this process's terminal from a command, such as that of Ctrl-C.
func leaveAlone(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
