package dev.heddle.e2e;

import static dev.heddle.e2e.FlowYaml.list;
import static dev.heddle.e2e.FlowYaml.map;
import static dev.heddle.e2e.FlowYaml.quoted;
import static dev.heddle.e2e.FlowYaml.resource;

import dev.heddle.compiler.world.ProxyScope.Role;
import java.util.ArrayList;
import java.util.List;

/// What a mesh knows beyond its services, and what a workload knows of the mesh: service entries
/// and sidecars.
///
/// @param dice the chance of the mesh
record RandomBorders(Dice dice) {
    /// Hosts that service entries may name.
    static final List<String> OUTSIDE =
            List.of("out.example.org", "in.wild.test", "gone.example.org");

    /// What stands for the port of the backend that answers for all of them.
    static final String PORT = "@outside@";

    /// @param role of the proxy that is called
    List<String> resources(Role role) {
        var all = new ArrayList<String>();
        if (dice.isOften()) {
            all.add(entry("out", dice.any(OUTSIDE)));
        }
        if (dice.isSeldom()) {
            all.add(entry("wild", "*.wild.test"));
        }
        if (role == Role.SIDECAR ? dice.isOften() : dice.isSeldom()) {
            all.add(sidecar(role));
        }
        return all;
    }

    private String entry(String name, String host) {
        var ports = new ArrayList<String>();
        var targets = new ArrayList<String>();
        ports.add(port("http", 80));
        targets.add("http: " + PORT);
        if (dice.isSeldom()) {
            ports.add(port("more", 9080));
            targets.add("more: " + PORT);
        }
        boolean isWild = host.startsWith("*");
        String resolution =
                dice.any(isWild ? List.of("STATIC") : List.of("STATIC", "DNS", "DNS_ROUND_ROBIN"));
        String endpoint =
                map("address: 127.0.0.1", "ports: " + map(targets), "labels: {version: v1}");
        var spec = new ArrayList<String>();
        spec.add("hosts: [" + quoted(host) + "]");
        spec.add("ports: " + list(ports));
        spec.add("resolution: " + resolution);
        spec.add("endpoints: " + list(List.of(endpoint)));
        spec.add("location: " + dice.any(List.of("MESH_EXTERNAL", "MESH_INTERNAL")));
        if (dice.isSeldom()) {
            spec.add("exportTo: [" + quoted(dice.any(List.of("*", ".", "~", "elsewhere"))) + "]");
        }
        return resource("ServiceEntry", name, spec.toArray(new String[0]));
    }

    private String port(String name, int number) {
        var parts =
                new ArrayList<>(
                        List.of(
                                "number: " + number,
                                "name: " + name,
                                "protocol: " + dice.any(List.of("HTTP", "HTTP", "HTTP2"))));
        return map(parts);
    }

    private String sidecar(Role role) {
        var hosts = new ArrayList<String>();
        // Most of what a sidecar is for is seen only if it knows most hosts.
        if (role == Role.SIDECAR ? dice.isOften() : dice.isSeldom()) {
            hosts.add(quoted(dice.any(List.of("./*", "*/*", "default/*"))));
        } else {
            hosts.add(quoted("./mark.default.svc.cluster.local"));
            for (String name : List.of("reviews", "ratings", "one", "two")) {
                if (dice.isOften()) {
                    hosts.add(quoted("./" + name + ".default.svc.cluster.local"));
                }
            }
            if (dice.isOften()) {
                hosts.add(quoted("./" + dice.any(OUTSIDE)));
            }
        }
        var spec = new ArrayList<String>();
        var egress = new ArrayList<String>();
        if (role == Role.SIDECAR) {
            egress.addAll(RandomWires.listeners());
        }
        egress.add(map("hosts: " + list(hosts)));
        spec.add("egress: " + list(egress));
        if (dice.isSeldom()) {
            spec.add(
                    "outboundTrafficPolicy: {mode: "
                            + dice.any(List.of("REGISTRY_ONLY", "ALLOW_ANY"))
                            + "}");
        }
        return resource("Sidecar", "default", spec.toArray(new String[0]));
    }
}
