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
		lacking  []string
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
		"a skip for what the CLI may lack is named and passes in CI": {
			source:   `func TestA(t *testing.T) { t.Skip("the CLI lacks list resources: it is OpenTofu") }`,
			strict:   true,
			lacking:  []string{"actions", "list resources"},
			want:     []string{"1 TESTS SKIPPED FOR WHAT THE CLI LACKS", "TestA: ", "OpenTofu"},
			wantNone: []string{"TESTS SKIPPED ***"},
		},
		"a skip for what the CLI must not lack fails in CI": {
			source: `func TestA(t *testing.T) { t.Skip("the CLI lacks import by identity: it is Terraform") }
				func TestB(t *testing.T) { t.Skip("the CLI lacks actions: it is Terraform") }
				func TestC(t *testing.T) { t.Skip("the CLI lacks actions") }`,
			strict:  true,
			lacking: []string{"actions"},
			wantErr: true,
			want:    []string{"1 TESTS SKIPPED FOR", "2 TESTS SKIPPED ***", "TestA: ", "TestC: "},
		},
		"a skip fails in CI": {
			source:  `func TestA(t *testing.T) { t.Skip("no such CLI") }`,
			strict:  true,
			wantErr: true,
			want:    []string{"1 TESTS SKIPPED"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir := t.TempDir()
			writeFile(t, filepath.Join(dir, "go.mod"), "module example.invalid/m\n\ngo 1.26\n")
			writeFile(t, filepath.Join(dir, "m_test.go"), "package m\n\nimport \"testing\"\n\n"+tt.source+"\n")

			var out bytes.Buffer
			err := run(t.Context(), dir, []string{"./..."}, &out, tt.strict, tt.lacking)
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
	skipped, err := report(strings.NewReader("go: warning: something\n"), &out, nil)
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
