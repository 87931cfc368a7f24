// Package scripts holds the programs behind the make targets, one folder each,
// and the tests of what no Go package owns: the README, the sizes of files.
package scripts

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the repository, seen from this folder.
const root = ".."

// maxLines is how long a source file may be unless ARCHITECTURE.md names it.
const maxLines = 400

// TestReadmeShowsTheQuickstart keeps the README's first configuration equal to
// the example that the acceptance tests apply.
func TestReadmeShowsTheQuickstart(t *testing.T) {
	t.Parallel()

	readme := read(t, "README.md")
	block := regexp.MustCompile("(?s)<!-- quickstart: .*? -->\n```terraform\n(.*?)```\n<!-- /quickstart -->").FindStringSubmatch(readme)
	if block == nil {
		t.Fatal("README.md has no block between the quickstart markers")
	}
	if want := read(t, "examples/quickstart/main.tf"); block[1] != want {
		t.Errorf("README.md shows\n%s\nbut examples/quickstart/main.tf is\n%s", block[1], want)
	}
}

// TestSourceFilesAreShort wants a reason in ARCHITECTURE.md for a longer one.
func TestSourceFilesAreShort(t *testing.T) {
	t.Parallel()

	architecture := read(t, "ARCHITECTURE.md")
	files := 0
	walk(t, func(path string) {
		// Tests may be longer, and fixtures for tests are tests.
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "internal/acctest/") {
			return
		}
		files++
		lines := strings.Count(read(t, path), "\n")
		if lines > maxLines && !strings.Contains(architecture, "`"+path+"`") {
			t.Errorf("%s has %d lines, more than %d, and ARCHITECTURE.md gives no reason", path, lines, maxLines)
		}
	})
	if files == 0 {
		t.Error("no source files found, so nothing was checked")
	}
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)

// TestLinksLeadSomewhere follows the relative links of hand-written pages.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()

	for _, page := range []string{"README.md", "ARCHITECTURE.md", "DECISIONS.md", "CONTRIBUTING.md", "CHANGELOG.md"} {
		for _, match := range link.FindAllStringSubmatch(read(t, page), -1) {
			target := match[1]
			if strings.Contains(target, "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s links to %s: %v", page, target, err)
			}
		}
	}
}

// TestEveryDependencyHasItsReason looks each direct requirement up in
// DECISIONS.md, so that none comes in without a word.
func TestEveryDependencyHasItsReason(t *testing.T) {
	t.Parallel()

	decisions := read(t, "DECISIONS.md")
	for line := range strings.Lines(read(t, "go.mod")) {
		fields := strings.Fields(line)
		if len(fields) != 2 || !strings.HasPrefix(fields[1], "v") {
			continue // Not a requirement, or an indirect one with its comment.
		}
		if !strings.Contains(decisions, "`"+fields[0]+"`") {
			t.Errorf("DECISIONS.md gives no reason for %s", fields[0])
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()

	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")))
}

// walk calls visit with the slashed path of every file that is ours.
func walk(t *testing.T, visit func(path string)) {
	t.Helper()

	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir() && (rel == "bin" || rel == "dist" || rel != "." && strings.HasPrefix(rel, ".")):
			return fs.SkipDir
		case !entry.IsDir():
			visit(filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
