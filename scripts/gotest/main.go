// Command gotest runs "go test" and keeps its output short: one line a
// package as go test prints it, and the whole output of what failed. Skipped
// tests are listed at the end; with CI set in the environment they fail the
// run, since a test that is not run proves nothing. Those whose names end in
// _needsTerraform114 or the like are listed and fail nothing: an older CLI lacks
// what they drive, and other tests drive the same below the CLI.
//
// Usage: gotest [go test arguments].
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"time"
)

// event is one line of "go test -json", see "go doc test2json". The events of
// a failed build carry ImportPath in place of Package.
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
}

// errSkipped says that a run was good but for tests that did not run.
var errSkipped = errors.New("skipped tests count as failures in CI")

// needsCLI finds the tests that say which CLI they need.
var needsCLI = regexp.MustCompile(`^[^:]*_needsTerraform[0-9]+: `)

// grace is how long an interrupted go test may take to end its tests.
const grace = 20 * time.Second

func main() {
	if err := run(context.Background(), "", os.Args[1:], os.Stdout, os.Getenv("CI") != ""); err != nil {
		fmt.Fprintf(os.Stderr, "gotest: %v\n", err)
		os.Exit(1)
	}
}

// run runs go test in dir, or in the current folder if that is empty.
func run(ctx context.Context, dir string, args []string, w io.Writer, strict bool) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()

	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...) //nolint:gosec // Running what it is told is its purpose.
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	// On an interrupt, wait for what go test has to say.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = grace
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting go test: %w", err)
	}

	skipped, reportErr := report(stdout, w)
	if err := errors.Join(reportErr, cmd.Wait()); err != nil {
		return fmt.Errorf("go test %s: %w", strings.Join(args, " "), err)
	}
	if strict && slices.ContainsFunc(skipped, func(name string) bool { return !needsCLI.MatchString(name) }) {
		return errSkipped
	}
	return nil
}

// report prints the events of r to w and returns the names of skipped tests.
func report(r io.Reader, w io.Writer) ([]string, error) {
	var skipped []string
	pending := map[string][]string{} // output of tests that are not done, by package and test

	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, 16<<20)
	for scanner.Scan() {
		var e event
		if err := json.Unmarshal(scanner.Bytes(), &e); err != nil {
			// Not an event, so something that go itself has to say.
			fmt.Fprintln(w, scanner.Text())
			continue
		}
		key := e.Package + " " + e.Test
		switch {
		case e.Action == "build-output", e.Action == "output" && e.Test == "":
			if !isNoise(e.Output) {
				fmt.Fprint(w, e.Output)
			}
		case e.Action == "output":
			pending[key] = append(pending[key], e.Output)
		case e.Test == "":
			// The package's own result is the last line of its output.
			flush(w, pending, e.Package+" ", e.Action == "fail")
		case e.Action == "fail":
			fmt.Fprint(w, strings.Join(pending[key], ""))
			delete(pending, key)
		case e.Action == "skip":
			skipped = append(skipped, key+": "+reason(pending[key]))
			delete(pending, key)
		case e.Action == "pass":
			delete(pending, key)
		}
	}
	if len(skipped) > 0 {
		fmt.Fprintf(w, "\n*** %d TESTS SKIPPED ***\n", len(skipped))
		for _, name := range skipped {
			fmt.Fprintf(w, "*** %s\n", name)
		}
	}
	return skipped, scanner.Err()
}

// flush drops what is left of a package's tests; a package that failed may
// have died in the middle of one, so what that one said is printed first.
func flush(w io.Writer, pending map[string][]string, prefix string, failed bool) {
	var keys []string
	for key := range pending {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		if failed {
			fmt.Fprint(w, strings.Join(pending[key], ""))
		}
		delete(pending, key)
	}
}

// isNoise says whether a package's line repeats what its last line says.
func isNoise(line string) bool {
	return line == "PASS\n" || strings.Contains(line, "[no test files]")
}

// reason finds the message of t.Skip among a test's lines.
func reason(lines []string) string {
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			return line
		}
	}
	return "no reason given"
}
