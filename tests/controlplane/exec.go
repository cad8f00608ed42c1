package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	remote "k8s.io/client-go/tools/remotecommand"
	"k8s.io/kubelet/pkg/cri/streaming/remotecommand"
	"k8s.io/utils/exec"
)

// executor runs commands in a pod: what its rule lists, and the `request` of
// Istio's two programs, which asks the ports that the rule leads to. Nothing
// else is installed there, as in an image without a shell.
type executor struct {
	nodes *nodes
	pod   *corev1.Pod
}

var _ remotecommand.Executor = executor{}

func (e executor) ExecInContainer(ctx context.Context, _ string, _ types.UID, container string, command []string,
	_ io.Reader, stdout, stderr io.WriteCloser, _ bool, _ <-chan remote.TerminalSize, _ time.Duration,
) error {
	for _, stream := range []io.WriteCloser{stdout, stderr} {
		if stream != nil {
			defer stream.Close()
		}
	}
	if !hasContainer(e.pod, container) {
		return fmt.Errorf("container %q not found in pod %q", container, e.pod.Name)
	}
	r, err := ruleOf(e.nodes.rules, e.pod)
	if err != nil {
		return err
	}
	for _, known := range r.Exec {
		if known.Command == strings.Join(command, " ") {
			return finish(known, stdout, stderr)
		}
	}
	if port, words := parseRequest(command); port != "" {
		return finish(e.request(ctx, port, words), stdout, stderr)
	}
	return finish(execution{Stderr: command[0] + ": not found\n", Exit: 127}, stdout, stderr)
}

func hasContainer(pod *corev1.Pod, name string) bool {
	for _, c := range pod.Spec.Containers {
		if c.Name == name {
			return true
		}
	}
	for _, c := range pod.Spec.InitContainers {
		if c.Name == name && c.RestartPolicy != nil { // a sidecar
			return true
		}
	}
	return false
}

// parseRequest returns the port that `pilot-agent request` or `pilot-discovery
// request` asks, and the method, path and body; no port for another command.
func parseRequest(command []string) (string, []string) {
	if len(command) < 4 || command[1] != "request" {
		return "", nil
	}
	port, ok := map[string]string{"pilot-agent": "15000", "pilot-discovery": "15014"}[command[0]]
	if !ok {
		return "", nil
	}
	words := command[2:]
	if given, found := strings.CutPrefix(words[0], "--debug-port"); found && command[0] == "pilot-agent" {
		words = words[1:]
		if port, found = strings.CutPrefix(given, "="); !found {
			port, words = words[0], words[1:]
		}
	}
	if len(words) < 2 {
		return "", nil
	}
	return port, words
}

func (e executor) request(ctx context.Context, port string, words []string) execution {
	failed := func(err error) execution {
		return execution{Stderr: fmt.Sprintf("Error: %v\n", err), Exit: 1}
	}
	dial := func(context.Context, string, string) (net.Conn, error) { return e.nodes.dialPod(e.pod, port) }
	client := http.Client{Timeout: time.Minute, Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	body := strings.Join(words[2:], " ")
	url := "http://localhost:" + port + "/" + strings.TrimPrefix(words[1], "/")
	request, err := http.NewRequestWithContext(ctx, strings.ToUpper(words[0]), url, strings.NewReader(body))
	if err != nil {
		return failed(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return failed(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return failed(err)
	}
	if response.StatusCode >= 400 && response.StatusCode != http.StatusNotFound { // as the two programs have it
		return failed(fmt.Errorf("unsuccessful status code %s: %s", response.Status, answer))
	}
	return execution{Stdout: string(answer) + "\n"}
}

func finish(e execution, stdout, stderr io.Writer) error {
	if stdout != nil {
		if _, err := io.WriteString(stdout, e.Stdout); err != nil {
			return err
		}
	}
	if stderr != nil {
		if _, err := io.WriteString(stderr, e.Stderr); err != nil {
			return err
		}
	}
	if e.Exit != 0 {
		return exec.CodeExitError{Err: fmt.Errorf("exit status %d", e.Exit), Code: e.Exit}
	}
	return nil
}
