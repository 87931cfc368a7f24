// Command gotest runs "go test" and keeps its output short: one line a
// package as go test prints it, and the whole output of what failed. Skipped
// tests are listed at the end; with CI set in the environment they fail the
// run, since a test that is not run proves nothing. A test that was skipped
// because the CLI that it drives lacks a feature is listed too, and fails the run
// unless -lacking names that feature.
//
// Usage: gotest [-lacking "feature,feature"] [go test arguments].
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

// lacks stands in the reason of a test that was skipped for what the CLI lacks,
// between the place in the source and the name of the feature.
const lacks = ": the CLI lacks "

// errSkipped says that a run was good but for tests that did not run.
var errSkipped = errors.New("skipped tests count as failures in CI")

// grace is how long an interrupted go test may take to end its tests.
const grace = 20 * time.Second

func main() {
	args := os.Args[1:]
	var lacking []string
	if len(args) > 1 && args[0] == "-lacking" {
		lacking, args = strings.Split(args[1], ","), args[2:]
	}
	if err := run(context.Background(), "", args, os.Stdout, os.Getenv("CI") != "", lacking); err != nil {
		fmt.Fprintf(os.Stderr, "gotest: %v\n", err)
		os.Exit(1)
	}
}

// run runs go test in dir, or in the current folder if that is empty. lacking are
// the features that the CLI may lack.
func run(ctx context.Context, dir string, args []string, w io.Writer, strict bool, lacking []string) error {
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

	skipped, reportErr := report(stdout, w, lacking)
	if err := errors.Join(reportErr, cmd.Wait()); err != nil {
		return fmt.Errorf("go test %s: %w", strings.Join(args, " "), err)
	}
	if len(skipped) > 0 && strict {
		return errSkipped
	}
	return nil
}

// report prints the events of r to w and returns the names of skipped tests but
// those for features in lacking.
func report(r io.Reader, w io.Writer, lacking []string) ([]string, error) {
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
	var excused, others []string
	for _, name := range skipped {
		if slices.ContainsFunc(lacking, func(feature string) bool { return strings.Contains(name, lacks+feature+": ") }) {
			excused = append(excused, name)
		} else {
			others = append(others, name)
		}
	}
	list(w, "SKIPPED FOR WHAT THE CLI LACKS", excused)
	list(w, "SKIPPED", others)
	return others, scanner.Err()
}

// list prints names of tests under a heading, nothing if there are none.
func list(w io.Writer, heading string, names []string) {
	if len(names) == 0 {
		return
	}
	fmt.Fprintf(w, "\n*** %d TESTS %s ***\n", len(names), heading)
	for _, name := range names {
		fmt.Fprintf(w, "*** %s\n", name)
	}
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
