package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRun drives the real go command over a small module of its own.
func TestRun(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		source   string
		strict   bool
		wantErr  bool
		want     []string
		wantNone []string
	}{
		"a package that passes is one line": {
			source:   `func TestA(t *testing.T) { t.Log("chatter") }`,
			want:     []string{"ok  \texample.invalid/m"},
			wantNone: []string{"chatter", "PASS"},
		},
		"a failure is shown whole, its neighbours are not": {
			source:   `func TestA(t *testing.T) { t.Error("broken") }; func TestB(t *testing.T) { t.Log("chatter") }`,
			wantErr:  true,
			want:     []string{"--- FAIL: TestA", "broken", "FAIL\texample.invalid/m"},
			wantNone: []string{"chatter"},
		},
		"a panic is shown": {
			source:  `func TestA(t *testing.T) { panic("on fire") }`,
			wantErr: true,
			want:    []string{"on fire", "FAIL\texample.invalid/m"},
		},
		"a build failure is shown": {
			source:  `func TestA(t *testing.T) { undefined() }`,
			wantErr: true,
			want:    []string{"undefined: undefined", "[build failed]"},
		},
		"a skip is named with its reason": {
			source: `func TestA(t *testing.T) { t.Skip("no such CLI") }`,
			want:   []string{"ok  \texample.invalid/m", "1 TESTS SKIPPED", "TestA: ", "no such CLI"},
		},
		"a skip fails in CI": {
			source:  `func TestA(t *testing.T) { t.Skip("no such CLI") }`,
			strict:  true,
			wantErr: true,
			want:    []string{"1 TESTS SKIPPED"},
		},
		"a skip for want of a newer CLI is named, and fails nothing": {
			source: `func TestA_needsTerraform114(t *testing.T) { t.Skip("CLI version 1.11.4 is below") }`,
			strict: true,
			want:   []string{"ok  \texample.invalid/m", "1 TESTS SKIPPED", "TestA_needsTerraform114: ", "CLI version 1.11.4"},
		},
		"another skip beside it still fails": {
			source:  `func TestA_needsTerraform114(t *testing.T) { t.Skip("old") }; func TestB(t *testing.T) { t.Skip("_needsTerraform114: ") }`,
			strict:  true,
			wantErr: true,
			want:    []string{"2 TESTS SKIPPED"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir := t.TempDir()
			writeFile(t, filepath.Join(dir, "go.mod"), "module example.invalid/m\n\ngo 1.26\n")
			writeFile(t, filepath.Join(dir, "m_test.go"), "package m\n\nimport \"testing\"\n\n"+tt.source+"\n")

			var out bytes.Buffer
			err := run(t.Context(), dir, []string{"./..."}, &out, tt.strict)
			if (err != nil) != tt.wantErr {
				t.Errorf("error = %v, want one: %v", err, tt.wantErr)
			}
			if tt.strict && tt.wantErr && !errors.Is(err, errSkipped) {
				t.Errorf("error = %v, want errSkipped", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("output lacks %q:\n%s", want, out.String())
				}
			}
			for _, unwanted := range tt.wantNone {
				if strings.Contains(out.String(), unwanted) {
					t.Errorf("output holds %q:\n%s", unwanted, out.String())
				}
			}
		})
	}
}

func TestReportKeepsWhatIsNoEvent(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer
	skipped, err := report(strings.NewReader("go: warning: something\n"), &out)
	if err != nil || len(skipped) != 0 || out.String() != "go: warning: something\n" {
		t.Errorf("report() = %v, %v, printed %q", skipped, err, out.String())
	}
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()

	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
