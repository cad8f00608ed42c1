// Command istio holds two programs of Istio in one binary, for tests: istiod
// ("pilot-discovery") and the agent that runs an Envoy ("pilot-agent").
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	mesh "istio.io/api/mesh/v1alpha1"
	agent "istio.io/istio/pilot/cmd/pilot-agent/app"
	discovery "istio.io/istio/pilot/cmd/pilot-discovery/app"
	istioagent "istio.io/istio/pkg/istio-agent"
	"istio.io/istio/pkg/log"
	"istio.io/istio/pkg/security"
	"istio.io/istio/security/pkg/nodeagent/sds"
)

// programs are told apart by the name of the link that the binary is called by.
var programs = map[string]func() *cobra.Command{
	"pilot-discovery": discovery.NewRootCommand,
	"pilot-agent":     func() *cobra.Command { return agent.NewRootCommand(secretServer) },
}

func secretServer(o *security.Options, secrets security.SecretManager, keys *mesh.PrivateKeyProvider) istioagent.SDSService {
	return sds.NewServer(o, secrets, keys)
}

func main() {
	name := filepath.Base(os.Args[0])
	newCommand, known := programs[name]
	if !known {
		fmt.Fprintf(os.Stderr, "%s: call this program by a link named pilot-discovery or pilot-agent\n", name)
		os.Exit(2)
	}
	if pid, err := strconv.Atoi(os.Getenv("MESH_OWNER")); err == nil {
		go endAfter(pid)
	}
	log.EnableKlogWithCobra()
	if err := newCommand().Execute(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// endAfter asks this process to end once process pid is gone, so that a killed
// test run leaves no mesh behind. The agent takes its Envoy along.
func endAfter(pid int) {
	for syscall.Kill(pid, 0) != syscall.ESRCH {
		time.Sleep(2 * time.Second)
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
	time.Sleep(10 * time.Second)
	os.Exit(0)
}
