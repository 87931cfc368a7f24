package examples

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// TestAccExamplesAudit gives the examples of vendors with a fixed URL a
// credential to audit, by the second provider configuration and the ephemeral
// variable that they have for it.
func TestAccExamplesAudit(t *testing.T) {
	t.Parallel()

	for _, example := range []string{"dco", "josys"} {
		t.Run(example, func(t *testing.T) {
			t.Parallel()

			environment := startSandbox(t)
			maker := newCLI(t, environment...)
			maker.copy(t, "dco/main.tf")
			maker.run(t, "apply", "-auto-approve", "-input=false")

			// The credential that was just made takes the place of the vendor's.
			cli := newCLI(t, append(environment,
				"TF_VAR_personio_url="+strings.TrimPrefix(environment[0], "PERSONIO_BASE_URL="),
				"TF_VAR_"+example+"_client_id="+maker.outputOf(t, "client_id"),
				"TF_VAR_"+example+"_client_secret="+maker.outputOf(t, "client_secret"),
			)...)
			if example == "dco" {
				cli.dir = maker.dir
			}
			cli.copy(t, example+"/main.tf")
			said := cli.runs(t, "apply", "-auto-approve", "-input=false")
			// It holds what was agreed with DCO, which is not what was agreed with Josys.
			if failed := strings.Contains(said, "Check block assertion failed"); failed != (example == "josys") {
				t.Errorf("a check failed: %v\n%s", failed, said)
			}
			if example == "josys" {
				audit := cli.outputOf(t, "josys_audit")
				for _, part := range []string{"termination_date", "personio:persons:write", "team"} {
					if !strings.Contains(audit, part) {
						t.Errorf("%q is not in %s", part, audit)
					}
				}
			}
			cli.run(t, "plan", "-input=false", "-detailed-exitcode")
		})
	}
}

// runs runs a command that must succeed and returns what it said.
func (c cli) runs(t *testing.T, args ...string) string {
	t.Helper()

	cmd := exec.CommandContext(t.Context(), c.path, append(args, "-no-color")...)
	cmd.Dir = c.dir
	cmd.Env = c.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// outputOf is an output: a string as it is, anything else as JSON.
func (c cli) outputOf(t *testing.T, name string) string {
	t.Helper()

	out := c.runs(t, "output", "-json", name)
	var text string
	if json.Unmarshal([]byte(out), &text) == nil {
		return text
	}
	return out
}
