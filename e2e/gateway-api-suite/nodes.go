package suite

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"text/template"
	"time"
)

const (
	nameLabel = "gateway.networking.k8s.io/gateway-name"
	adminPort = 15000
)

// nodes is what runs: pods, and the proxies of Gateways.
type nodes struct {
	plane    plane
	network  *network
	programs programs

	mutex   sync.Mutex
	running map[string]*pod
	fronts  map[string]*front
}

// A plane is who carries requests.
type plane struct {
	name, launcher, envoy, directory string
}

// programs of pods: the suite's own server, and ours for what the suite has of others.
type programs struct{ echo, pod string }

// A front is the proxy of a Gateway.
type front struct {
	host    host
	number  int64
	process *exec.Cmd
}

func gatewayKey(gateway object) string { return gateway.namespace() + "/" + gateway.name() }

// frontOf is the Service of a Gateway's proxy, which whoever makes proxies of Gateways makes, too:
// its address is the one by which clients call the Gateway. The control plane gets it together with
// the Gateway; the suite knows nothing of it.
func (n *nodes) frontOf(gateway object) object {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	at, ok := n.fronts[gatewayKey(gateway)]
	if !ok {
		host, err := n.network.host()
		if err != nil {
			panic(err) // the kernel of the machine cannot do it: nothing else would work
		}
		at = &front{host: host, number: n.network.services.Add(1)}
		n.fronts[gatewayKey(gateway)] = at
	}
	ports := []any{}
	seen := map[any]bool{}
	for _, listener := range list(gateway, "spec", "listeners") {
		if port := listener["port"]; !seen[fmt.Sprint(port)] {
			seen[fmt.Sprint(port)] = true
			ports = append(ports, map[string]any{"name": fmt.Sprint("port-", port), "port": port})
		}
	}
	return object{
		"apiVersion": "v1", "kind": "Service",
		"metadata": map[string]any{"name": at.name(), "namespace": gateway.namespace()},
		"spec": map[string]any{
			"clusterIP": at.host.address, "ports": ports,
			"selector": map[string]any{nameLabel: gateway.name()},
		},
	}
}

func (f *front) name() string { return fmt.Sprintf("gateway-proxy-%d", f.number) }

// serve has a proxy for the Gateway.
func (n *nodes) serve(gateway object) error {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	at := n.fronts[gatewayKey(gateway)]
	for _, asked := range list(gateway, "spec", "addresses") {
		if asked["value"] == staticIP {
			if err := at.host.take(staticIP); err != nil {
				return err
			}
		}
	}
	if at.process != nil {
		return nil
	}
	process, err := n.plane.start(at.host, node{
		Kind: "router", Name: at.name(), Namespace: gateway.namespace(), Profile: "gateway",
		Labels: map[string]string{nameLabel: gateway.name()},
	})
	at.process = process
	return err
}

// end takes the Gateway's proxy away.
func (n *nodes) end(gateway object) error {
	n.mutex.Lock()
	at, ok := n.fronts[gatewayKey(gateway)]
	delete(n.fronts, gatewayKey(gateway))
	n.mutex.Unlock()
	if !ok {
		return nil
	}
	stop(at.process)
	return at.host.close()
}

func stop(process *exec.Cmd) {
	if process != nil && process.Process != nil {
		process.Process.Kill() //nolint:errcheck // it is gone
		process.Wait()         //nolint:errcheck // killed
	}
}

func (n *nodes) pod(namespace, name string) (*pod, bool) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	found, ok := n.running[namespace+"/"+name]
	return found, ok
}

// A node is a proxy as the control plane gets to know it.
type node struct {
	Kind, Address, Name, Namespace, Profile string
	Labels                                  map[string]string
	XdsHost                                 string
	XdsPort, AdminPort                      int
}

var bootstrap = template.Must(template.New("bootstrap").Parse(`node:
  id: {{.Kind}}~{{.Address}}~{{.Name}}.{{.Namespace}}~{{.Namespace}}.svc.cluster.local
  cluster: {{.Name}}.{{.Namespace}}
  metadata:
    NAMESPACE: {{.Namespace}}
    CLUSTER_ID: Kubernetes
    INTERCEPTION_MODE: REDIRECT
    LABELS: { {{- range $name, $value := .Labels}}"{{$name}}": "{{$value}}", {{end -}} }
admin:
  address: {socket_address: {address: 127.0.0.1, port_value: {{.AdminPort}}}}
dynamic_resources:
  ads_config:
    api_type: DELTA_GRPC
    transport_api_version: V3
    grpc_services:
      - envoy_grpc: {cluster_name: xds-grpc}
  cds_config: {ads: {}, resource_api_version: V3}
  lds_config: {ads: {}, resource_api_version: V3}
static_resources:
  clusters:
    - name: xds-grpc
      type: STATIC
      connect_timeout: 1s
      typed_extension_protocol_options:
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
          "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
          explicit_http_config: {http2_protocol_options: {}}
      load_assignment:
        cluster_name: xds-grpc
        endpoints:
          - lb_endpoints:
              - endpoint:
                  address: {socket_address: {address: {{.XdsHost}}, port_value: {{.XdsPort}}}}
`))

// start runs a proxy in a host. What it prints is in a file of its own.
func (p plane) start(at host, of node) (*exec.Cmd, error) {
	of.Address, of.XdsHost, of.XdsPort, of.AdminPort = at.address, bridgeIP, xdsPort, adminPort
	base := filepath.Join(p.directory, of.Namespace+"-"+of.Name)
	var text strings.Builder
	if err := bootstrap.Execute(&text, of); err != nil {
		return nil, err
	}
	if err := os.WriteFile(base+".yaml", []byte(text.String()), 0o600); err != nil {
		return nil, err
	}
	var process *exec.Cmd
	if p.name == "envoy" {
		process = at.run(p.envoy, "-c", base+".yaml", "--concurrency", "1", "--disable-hot-restart",
			"--log-level", "warning")
	} else {
		process = at.run(p.launcher, "proxy", "-c", base+".yaml", "--profile", of.Profile, "--concurrency", "1")
	}
	log, err := os.Create(base + ".log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	process.Stdout, process.Stderr = log, log
	process.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 0, Gid: proxyGroup}}
	return process, process.Start()
}

// awaitSidecar waits until a pod's sidecar has what it needs.
func (p *pod) awaitSidecar() error {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		ask := p.command(nil, "client", fmt.Sprintf("http://127.0.0.1:%d/ready", adminPort))
		if said, err := ask.Output(); err == nil && strings.Contains(string(said), "StatusCode=200") {
			return nil
		}
	}
	return fmt.Errorf("the sidecar at %s is not ready after a minute", p.host.address)
}

// A journal is what a pod prints, each line with its time.
type journal struct {
	mutex sync.Mutex
	lines []line
}

type line struct {
	when time.Time
	text string
}

func (j *journal) read(from io.Reader) {
	scanner := bufio.NewScanner(from)
	for scanner.Scan() {
		j.mutex.Lock()
		j.lines = append(j.lines, line{time.Now(), scanner.Text()})
		j.mutex.Unlock()
	}
}

func (j *journal) since(when time.Time) []string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	var found []string
	for _, each := range j.lines {
		if !each.when.Before(when) {
			found = append(found, each.text)
		}
	}
	return found
}
