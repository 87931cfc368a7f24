// Command withpostgres runs a command with a PostgreSQL server of its own: a
// fresh cluster in a temporary folder, on loopback, on a free port, that ends
// with the command. The command finds its address in
// PERSONIO_TEST_POSTGRES_URL; a server that the variable names already is used
// as it is. Without PostgreSQL the command runs all the same, and says itself
// what it skips.
//
// The programs are looked for on PATH and where Debian and Homebrew put them.
//
// Usage: withpostgres COMMAND [ARGUMENT...].
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// variable names the server for tests.
const variable = "PERSONIO_TEST_POSTGRES_URL"

// patience is how long the server may take to start or to stop.
const patience = 30 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code, err := run(ctx, os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "withpostgres: %v\n", err)
		code = 1
	}
	stop()
	os.Exit(code) //nolint:gocritic // stop was called.
}

// run runs the command and returns its exit code.
func run(ctx context.Context, args []string) (code int, err error) {
	if len(args) == 0 {
		return 0, errors.New("name a command to run")
	}
	if os.Getenv(variable) != "" {
		fmt.Fprintf(os.Stderr, "withpostgres: using the server in %s\n", variable)
		return command(ctx, args)
	}
	bin, ok := find()
	if !ok {
		fmt.Fprintln(os.Stderr, "withpostgres: no initdb and postgres on PATH or in /usr/lib/postgresql; install the package postgresql to run the tests on it")
		return command(ctx, args)
	}
	server, err := startServer(ctx, bin)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	fmt.Fprintf(os.Stderr, "withpostgres: started %s/postgres on %s\n", bin, server.address)
	if err := os.Setenv(variable, "postgres://postgres@"+server.address+"/postgres?sslmode=disable"); err != nil {
		return 0, err
	}
	return command(ctx, args)
}

// command runs the command and returns its exit code.
func command(ctx context.Context, args []string) (int, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // Running what it is told is its purpose.
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = patience
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return max(1, exit.ExitCode()), nil
	}
	return 0, err
}

// find returns the folder of the newest PostgreSQL that has both programs.
func find() (bin string, ok bool) {
	var folders []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin"} {
		found, _ := filepath.Glob(pattern) // The patterns are well-formed.
		folders = append(folders, found...)
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	for _, folder := range slices.Backward(folders) {
		if executable(folder, "initdb") && executable(folder, "postgres") {
			return folder, true
		}
	}
	return "", false
}

func executable(folder, name string) bool {
	info, err := os.Stat(filepath.Join(folder, name))
	return err == nil && info.Mode()&0o111 != 0
}

// server is a running cluster.
type server struct {
	cmd     *exec.Cmd
	folder  string
	address string
}

// startServer makes a cluster and waits until it takes connections.
func startServer(ctx context.Context, bin string) (*server, error) {
	folder, err := os.MkdirTemp("", "personio-postgres-")
	if err != nil {
		return nil, err
	}
	s := &server{folder: folder}
	if err := s.start(ctx, bin); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func (s *server) start(ctx context.Context, bin string) error {
	data := filepath.Join(s.folder, "data")
	credential, err := unprivileged(s.folder)
	if err != nil {
		return err
	}
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N") //nolint:gosec // A program that was looked for.
	initdb.Dir, initdb.SysProcAttr = s.folder, credential
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	s.address = net.JoinHostPort("127.0.0.1", port)
	// Nothing in it outlives the tests, so nothing has to reach the disk.
	//nolint:gosec // A program that was looked for.
	s.cmd = exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(bin, "postgres"), "-D", data, "-p", port, "-h", "127.0.0.1", "-k", "",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200")
	s.cmd.Dir, s.cmd.SysProcAttr = s.folder, credential
	log, err := os.Create(filepath.Join(s.folder, "log"))
	if err != nil {
		return err
	}
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	return s.ready(ctx)
}

// unprivileged makes the server run as somebody else if we are root, which
// PostgreSQL refuses to run as; that user gets the folder.
func unprivileged(folder string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // Nothing to change.
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if errUID != nil || errGID != nil {
			continue
		}
		if err := os.Chown(folder, int(uid), int(gid)); err != nil {
			return nil, err
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

func freePort(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, errors.Join(err, listener.Close())
}

// ready waits until the server takes connections. It may refuse the first ones
// after that for a moment, which its clients know.
func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(s.folder, "log")) // Best effort.
			return fmt.Errorf("PostgreSQL did not start within %s:\n%s", patience, log)
		case <-tick.C:
		}
	}
}

// stop ends the server and removes its folder.
func (s *server) stop() error {
	var err error
	if s.cmd != nil && s.cmd.Process != nil {
		// SIGINT is PostgreSQL's fast shutdown.
		err = s.cmd.Process.Signal(os.Interrupt)
		timer := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
		_ = s.cmd.Wait() // It ends by a signal; what counts is that it ended.
		timer.Stop()
	}
	return errors.Join(err, os.RemoveAll(s.folder))
}
