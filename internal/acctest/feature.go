package acctest

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"testing"

	"github.com/hashicorp/go-version"
)

// Feature is something that not every CLI can do.
type Feature struct {
	name string
	// terraform and openTofu are the first versions with it, "" for none yet.
	terraform, openTofu string
}

// Features that tests need, beyond what every supported CLI has.
var (
	FeatureImportByIdentity = Feature{"import by identity", "1.12.0", "1.12.0"}
	FeatureListResources    = Feature{"list resources", "1.14.0", ""}
	FeatureActions          = Feature{"actions", "1.14.0", ""}
)

// Require skips the test if the CLI lacks the feature. scripts/gotest knows these
// words, and counts any other skip as a failure in CI.
func (f Feature) Require(t testing.TB) {
	t.Helper()
	c, err := thisCLI()
	check(t, err)
	if why, lacks := f.lackedBy(c); lacks {
		t.Skipf("the CLI lacks %s: it is %s %s, and %s", f.name, c.product, c.version, why)
	}
}

// lackedBy reports whether a CLI lacks the feature, and says which has it.
func (f Feature) lackedBy(c cli) (why string, lacks bool) {
	first := f.terraform
	if c.product == openTofu {
		first = f.openTofu
	}
	if first == "" {
		return "no " + c.product + " has it", true
	}
	return c.product + " " + first + " is the first with it", c.version.Core().LessThan(version.Must(version.NewVersion(first)))
}

// Products that a CLI can be. OpenTofu counts its versions on from Terraform's,
// so that the number alone does not tell which it is.
const (
	terraform = "Terraform"
	openTofu  = "OpenTofu"
)

// cliPath is the CLI that the tests drive.
func cliPath() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	return "terraform"
}

var versionLine = regexp.MustCompile(`(?m)^(` + terraform + `|` + openTofu + `) v(\S+)`)

// cli is a product and its version.
type cli struct {
	product string
	version *version.Version
}

// thisCLI asks the CLI what it is, once.
var thisCLI = sync.OnceValues(func() (cli, error) {
	command := exec.Command(cliPath(), "version")
	command.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1")
	out, err := command.Output()
	if err != nil {
		return cli{}, fmt.Errorf("asking %s for its version: %w", cliPath(), err)
	}
	return parseVersion(string(out))
})

// parseVersion reads what a CLI answers.
func parseVersion(out string) (cli, error) {
	found := versionLine.FindStringSubmatch(out)
	if found == nil {
		return cli{}, fmt.Errorf("neither Terraform nor OpenTofu answers %q", out)
	}
	v, err := version.NewVersion(found[2])
	return cli{found[1], v}, err
}
