package suite

import (
	"fmt"
	"os/exec"
	"strings"
	"sync/atomic"
)

const (
	bridge      = "pods"
	bridgeIP    = "10.244.0.1"
	staticIP    = "10.244.255.1"   // one that Gateways may ask for
	unusableIP  = "198.51.100.200" // of those for books, which nobody has
	proxyGroup  = 1337             // of sidecars, by which the kernel knows them
	redirectOut = 15001
	redirectIn  = 15006
)

// network is the addresses of pods, proxies and services. The whole rig runs in a network namespace
// of its own; a pod and a proxy of a Gateway have one each, with a link to the rig's.
type network struct{ pods, services atomic.Int64 }

func shell(script string) error {
	said, err := exec.Command("sh", "-ec", script).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", script, err, said)
	}
	return nil
}

func startNetwork() (*network, error) {
	return &network{}, shell(fmt.Sprintf(`
		mount -t tmpfs none /run
		mkdir -p /run/netns
		ip link set lo up
		ip link add %[1]s type bridge
		ip addr add %[2]s/16 dev %[1]s
		ip link set %[1]s up
		ip route add 10.96.0.0/16 dev %[1]s`, bridge, bridgeIP))
}

// A host is a network namespace with an address.
type host struct{ namespace, address string }

// host makes the next one. The way to everywhere is by the rig, where it ends for the addresses of
// services: only the kernel of a pod in the mesh, which redirects them, has a use for those.
func (n *network) host() (host, error) {
	number := n.pods.Add(1) + 1
	it := host{
		namespace: fmt.Sprintf("h%d", number),
		address:   fmt.Sprintf("10.244.%d.%d", number>>8, number&255),
	}
	return it, shell(fmt.Sprintf(`
		ip netns add %[1]s
		ip link add v%[1]s type veth peer name eth0 netns %[1]s
		ip link set v%[1]s master %[2]s up
		ip -n %[1]s link set lo up
		ip -n %[1]s addr add %[3]s/16 dev eth0
		ip -n %[1]s link set eth0 up
		ip -n %[1]s route add default via %[4]s`, it.namespace, bridge, it.address, bridgeIP))
}

// take gives the host another address.
func (h host) take(address string) error {
	return shell(fmt.Sprintf("ip -n %s addr replace %s/32 dev eth0", h.namespace, address))
}

// redirect has the kernel send connections through a sidecar, except the sidecar's own.
func (h host) redirect() error {
	return shell(strings.ReplaceAll(fmt.Sprintf(`
		iptables -w -t nat -A OUTPUT -p tcp -m owner --gid-owner %[2]d -j RETURN
		iptables -w -t nat -A OUTPUT -p tcp -d 127.0.0.0/8 -j RETURN
		iptables -w -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports %[3]d
		iptables -w -t nat -A PREROUTING -p tcp -j REDIRECT --to-ports %[4]d`,
		h.namespace, proxyGroup, redirectOut, redirectIn),
		"iptables", "ip netns exec "+h.namespace+" iptables"))
}

func (h host) run(program string, arguments ...string) *exec.Cmd {
	return exec.Command("ip", append([]string{"netns", "exec", h.namespace, program}, arguments...)...)
}

func (h host) close() error { return shell("ip netns del " + h.namespace) }

// complete gives a new Service what a cluster would: an address, and the ports that it does not say.
func (n *network) complete(service object) {
	spec, ok := service["spec"].(map[string]any)
	if !ok {
		return
	}
	if spec["clusterIP"] == nil && spec["type"] != "ExternalName" {
		number := n.services.Add(1)
		spec["clusterIP"] = fmt.Sprintf("10.96.%d.%d", number>>8, number&255)
	}
	for _, port := range list(service, "spec", "ports") {
		if port["targetPort"] == nil {
			port["targetPort"] = port["port"]
		}
		if port["protocol"] == nil {
			port["protocol"] = "TCP"
		}
	}
}
