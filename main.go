// Command terraform-provider-personio is the Terraform plugin that manages
// Personio integrations as code. Terraform and OpenTofu start it; people only
// do so with -debug, to attach a debugger.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"runtime/debug"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/personio-community/terraform-provider-personio/internal/provider"

	_ "time/tzdata" // Plans check the zones of schedules, wherever they run.
)

// address is the provider's address in the registry.
const address = "registry.terraform.io/personio-community/personio"

// version is set by the linker: -X main.version=1.2.3.
var version = "dev"

func main() {
	var debugger bool
	flag.BoolVar(&debugger, "debug", false, "run so that a debugger such as delve can attach")
	flag.Parse()

	if !debugger {
		tuneProcess(os.Environ())
	}
	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: address,
		Debug:   debugger,
	})
	if err != nil {
		log.Fatal(err)
	}
}

const (
	// gcPercent lets the heap grow to five times what is live: a plan is short,
	// and a third of its time would otherwise go to collecting garbage.
	gcPercent = 400
	// memoryLimit, in bytes, makes the collector work harder before a very large
	// configuration takes the machine's memory. It is a soft limit.
	memoryLimit = 1 << 30
)

// tuneProcess turns off the plugin SDK's own log and relaxes the garbage
// collector, which nearly halves the time to refresh a large configuration:
// unless told otherwise the SDK writes several TRACE lines for every call, and
// Terraform drops them. With any TF_LOG variable set nothing is changed, so
// that a user who looks for a fault sees everything. The Go runtime's own
// variables win too.
func tuneProcess(environ []string) {
	set := map[string]bool{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if value == "" {
			continue
		}
		if strings.HasPrefix(name, "TF_LOG") {
			return
		}
		set[name] = true
	}
	// Setenv fails only for malformed names.
	_ = os.Setenv("TF_LOG_SDK", "off")
	if !set["GOGC"] {
		debug.SetGCPercent(gcPercent)
	}
	if !set["GOMEMLIMIT"] {
		debug.SetMemoryLimit(memoryLimit)
	}
}
