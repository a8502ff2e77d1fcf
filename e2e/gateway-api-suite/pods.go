package suite

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/labels"
)

// A pod is a program in a host of its own, and in the mesh a sidecar beside it.
type pod struct {
	host      host
	directory string
	program   string
	processes []*exec.Cmd
	log       journal
	ended     chan struct{}
	begun     chan struct{}
}

const ownerLabel = "rig/deployment"

// What there is instead of images.
type program int

const (
	echoBasic program = iota
	echoAdvanced
	coreDNS
)

// programOf is what a Deployment wants to be run.
func programOf(deployment object) (program, error) {
	containers := list(deployment, "spec", "template", "spec", "containers")
	if len(containers) != 1 {
		return 0, refusal{[]string{"spec.template.spec.containers: the rig runs one"}}
	}
	image := text(containers[0], "image")
	switch {
	case strings.Contains(image, "/echo-basic:"):
		return echoBasic, nil
	case strings.Contains(image, "/echo-advanced:"):
		return echoAdvanced, nil
	case strings.Contains(image, "/coredns:"):
		return coreDNS, nil
	}
	return 0, refusal{[]string{image + ": the rig has no such program"}}
}

// deploy runs the pods of a Deployment.
func (c *cluster) deploy(deployment object) error {
	image, err := programOf(deployment)
	if err != nil {
		return err
	}
	replicas := 1
	if said, ok := at(deployment, "spec", "replicas").(float64); ok {
		replicas = int(said)
	}
	hash := fnv.New32a()
	fmt.Fprint(hash, deployment.namespace(), deployment.name())
	for i := range replicas {
		made, err := c.network.host()
		if err != nil {
			return err
		}
		name := fmt.Sprintf("%s-%08x-%05d", deployment.name(), hash.Sum32(), i)
		it := &pod{
			host: made, directory: filepath.Join(c.nodes.plane.directory, deployment.namespace()+"-"+name),
			program: c.nodes.programs.pod, ended: make(chan struct{}), begun: make(chan struct{}),
		}
		said := object{
			"apiVersion": "v1", "kind": "Pod",
			"metadata": map[string]any{
				"name": name, "namespace": deployment.namespace(), "uid": deployment.namespace() + "." + name,
				"labels":            at(deployment, "spec", "template", "metadata", "labels"),
				"annotations":       map[string]any{ownerLabel: deployment.name()},
				"creationTimestamp": time.Now().UTC().Format(time.RFC3339),
			},
			"spec": at(deployment, "spec", "template", "spec"),
		}
		c.show(said, it, false)
		c.nodes.mutex.Lock()
		c.nodes.running[deployment.namespace()+"/"+name] = it
		c.nodes.mutex.Unlock()
		go func() {
			defer close(it.begun)
			if err := c.begin(said, it, image); err != nil {
				fmt.Fprintf(os.Stderr, "rig: pod %s/%s: %v\n", deployment.namespace(), name, err)
			}
		}()
	}
	return nil
}

// show tells the suite how a pod is.
func (c *cluster) show(said object, it *pod, isReady bool) {
	ready, phase := "False", "Pending"
	if isReady {
		ready, phase = "True", "Running"
	}
	said = said.copy()
	said["status"] = map[string]any{
		"phase": phase, "podIP": it.host.address,
		"podIPs":     []any{map[string]any{"ip": it.host.address}},
		"conditions": []any{map[string]any{"type": "Ready", "status": ready}},
	}
	c.put(pods, said)
}

// begin starts a pod as soon as its volumes are there, and tells the control plane of it when it
// answers.
func (c *cluster) begin(said object, it *pod, image program) error {
	container := list(said, "spec", "containers")[0]
	mounts, err := c.mount(said, it, container)
	if err != nil || mounts == nil {
		return err
	}
	environment := append(os.Environ(), "POD_NAME="+said.name(), "NAMESPACE="+said.namespace())
	isOfDatagrams := image == coreDNS
	for _, variable := range list(container, "env") {
		name, value := text(variable, "name"), text(variable, "value")
		if value == "" {
			continue // a field of the pod, which is there by now
		}
		isOfDatagrams = isOfDatagrams || name == "UDP_ECHO_SERVER"
		for path, directory := range mounts {
			if strings.HasPrefix(value, path+"/") {
				value = directory + strings.TrimPrefix(value, path)
			}
		}
		environment = append(environment, name+"="+value)
	}
	port := "3000"
	var program *exec.Cmd
	switch image {
	case echoAdvanced:
		port = "8080"
		if err := c.besideSidecar(said, it); err != nil {
			return err
		}
		program = it.host.run(it.program, "serve")
	case coreDNS:
		program = it.host.run(it.program, "names")
	case echoBasic:
		program = it.host.run(c.nodes.programs.echo)
	}
	program.Env = environment
	printed, err := program.StdoutPipe()
	if err != nil {
		return err
	}
	program.Stderr = program.Stdout
	if err := program.Start(); err != nil {
		return err
	}
	it.processes = append(it.processes, program)
	go it.log.read(printed)
	if err := c.heddle.apply(object{
		"apiVersion": "networking.istio.io/v1", "kind": "WorkloadEntry",
		"metadata": map[string]any{"name": said.name(), "namespace": said.namespace()},
		"spec": map[string]any{
			"address": it.host.address, "labels": at(said, "metadata", "labels"),
		},
	}); err != nil {
		return err
	}
	if image == echoAdvanced {
		if err := it.awaitSidecar(); err != nil {
			return err
		}
	}
	if !isOfDatagrams && !it.answers(port) {
		return fmt.Errorf("nobody answers at %s:%s", it.host.address, port)
	}
	c.show(said, it, true)
	return nil
}

// besideSidecar has the kernel send all of a pod's connections through a sidecar.
func (c *cluster) besideSidecar(said object, it *pod) error {
	if err := it.host.redirect(); err != nil {
		return err
	}
	sidecar, err := c.nodes.plane.start(it.host, node{
		Kind: "sidecar", Name: said.name(), Namespace: said.namespace(), Profile: "sidecar",
		Labels: texts(said, "metadata", "labels"),
	})
	if err == nil {
		it.processes = append(it.processes, sidecar)
	}
	return err
}

func (p *pod) answers(port string) bool {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		connection, err := net.DialTimeout("tcp", net.JoinHostPort(p.host.address, port), time.Second)
		if err == nil {
			connection.Close()
			return true
		}
	}
	return false
}

// mount writes the pod's volumes, and waits for those that are not there yet.
//
// It returns the directory for each path of the container; nil where the pod is gone meanwhile.
func (c *cluster) mount(said object, it *pod, container map[string]any) (map[string]string, error) {
	mounts := map[string]string{}
	for _, mounted := range list(container, "volumeMounts") {
		for _, volume := range list(said, "spec", "volumes") {
			if volume["name"] != mounted["name"] {
				continue
			}
			directory := filepath.Join(it.directory, text(volume, "name"))
			if err := os.MkdirAll(directory, 0o700); err != nil {
				return nil, err
			}
			for {
				isThere, err := c.files(said.namespace(), volume, directory)
				if err != nil {
					return nil, err
				}
				if isThere {
					break
				}
				select {
				case <-it.ended:
					return nil, nil
				case <-time.After(100 * time.Millisecond):
				}
			}
			mounts[text(mounted, "mountPath")] = directory
		}
	}
	return mounts, nil
}

// files writes one volume: files of a Secret or a ConfigMap.
func (c *cluster) files(namespace string, volume map[string]any, directory string) (bool, error) {
	source, k, name := at(volume, "secret"), secrets, text(volume, "secret", "secretName")
	if source == nil {
		source, k, name = at(volume, "configMap"), configMaps, text(volume, "configMap", "name")
	}
	found, err := c.get(k, namespace, name)
	if err != nil {
		return false, nil
	}
	data := texts(found, "data")
	names := map[string]string{}
	for each := range data {
		names[each] = each
	}
	if items := list(source, "items"); len(items) > 0 {
		names = map[string]string{}
		for _, item := range items {
			names[text(item, "key")] = text(item, "path")
		}
	}
	for each, file := range names {
		content := []byte(data[each])
		if k.plural == secrets.plural {
			if content, err = base64.StdEncoding.DecodeString(data[each]); err != nil {
				return false, err
			}
		}
		if err := os.WriteFile(filepath.Join(directory, file), content, 0o600); err != nil {
			return false, err
		}
	}
	return true, nil
}

// undeploy ends the pods of a Deployment.
func (c *cluster) undeploy(deployment object) error {
	all, err := c.list(pods, deployment.namespace(), labels.Everything())
	if err != nil {
		return err
	}
	for _, each := range all {
		if text(each, "metadata", "annotations", ownerLabel) != deployment.name() {
			continue
		}
		c.nodes.mutex.Lock()
		it := c.nodes.running[each.namespace()+"/"+each.name()]
		delete(c.nodes.running, each.namespace()+"/"+each.name())
		c.nodes.mutex.Unlock()
		close(it.ended)
		<-it.begun
		c.drop(pods, each.namespace(), each.name())
		for _, process := range it.processes {
			stop(process)
		}
		if err := c.heddle.remove("workloadentries", each.namespace(), each.name()); err != nil && err != errGone {
			return err
		}
		if err := it.host.close(); err != nil {
			return err
		}
	}
	return nil
}

// command is a program of the pod's, run inside it.
//
// names are the services that it can call, each with its address.
func (p *pod) command(names map[string]string, arguments ...string) *exec.Cmd {
	known, _ := json.Marshal(names)
	command := p.host.run(p.program, arguments...)
	command.Env = append(os.Environ(), "NAMES="+string(known))
	return command
}

// names is the addresses of services by the names that a pod of a namespace has for them.
func (c *cluster) names(namespace string) map[string]string {
	found := map[string]string{}
	all, err := c.list(services, "", labels.Everything())
	if err != nil {
		return found
	}
	for _, each := range all {
		address := text(each, "spec", "clusterIP")
		if address == "" || address == "None" {
			continue
		}
		if each.namespace() == namespace {
			found[each.name()] = address
		}
		for _, domain := range []string{"", ".svc", ".svc.cluster.local"} {
			found[each.name()+"."+each.namespace()+domain] = address
		}
	}
	return found
}
