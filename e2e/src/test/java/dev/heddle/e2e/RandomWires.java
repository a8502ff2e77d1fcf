package dev.heddle.e2e;

import static dev.heddle.e2e.FlowYaml.list;
import static dev.heddle.e2e.FlowYaml.map;
import static dev.heddle.e2e.FlowYaml.quoted;
import static dev.heddle.e2e.FlowYaml.resource;

import java.util.ArrayList;
import java.util.List;

/// What a sidecar passes on as it is: hosts of bytes and of TLS, each with a listener of its own,
/// and the rules for them.
///
/// @param dice the chance of the mesh
record RandomWires(Dice dice) {
    /// What stands for the port of the listener for bytes; each proxy has its own.
    static final String BYTES = "@bytes@";

    /// What stands for the port of the listener for TLS; each proxy has its own.
    static final String TLS = "@tls@";

    /// The host of bytes.
    static final String RAW = "raw.test";

    /// The hosts of TLS.
    static final List<String> SAFE = List.of("a.safe.test", "b.safe.test");

    private static final String PORT_OF_SERVICES = "9080";

    /// The listeners of a Sidecar, each for the hosts of its port.
    static List<String> listeners() {
        return List.of(listener(BYTES, "TCP"), listener(TLS, "TLS"));
    }

    private static String listener(String port, String protocol) {
        return map(
                "port: " + map("number: " + port, "name: " + name(port), "protocol: " + protocol),
                "bind: 127.0.0.1",
                "captureMode: NONE",
                "hosts: [\"*/*\"]");
    }

    private static String name(String port) {
        return port.equals(TLS) ? "tls" : "tcp";
    }

    /// The hosts that there are.
    ///
    /// @param raw port of who answers bytes
    /// @param safe port of who answers over TLS
    static List<String> hosts(int raw, int safe) {
        return List.of(
                entry("raw", List.of(RAW), BYTES, "TCP", raw),
                entry("safe", SAFE, TLS, "TLS", safe));
    }

    private static String entry(
            String name, List<String> hosts, String port, String protocol, int at) {
        return resource(
                "ServiceEntry",
                name,
                "hosts: " + list(hosts),
                "ports: "
                        + list(
                                List.of(
                                        map(
                                                "number: " + port,
                                                "name: " + name(port),
                                                "protocol: " + protocol))),
                "resolution: STATIC",
                "endpoints: "
                        + list(
                                List.of(
                                        map(
                                                "address: 127.0.0.1",
                                                "ports: " + map(name(port) + ": " + at)))));
    }

    /// The rules.
    List<String> resources() {
        var all = new ArrayList<String>();
        if (dice.isOften()) {
            all.add(
                    resource(
                            "VirtualService",
                            "raw",
                            "hosts: [" + RAW + "]",
                            "tcp: " + list(rules(List.of(), BYTES))));
        }
        if (dice.isOften()) {
            all.add(
                    resource(
                            "VirtualService",
                            "safe",
                            "hosts: " + list(SAFE),
                            "tls: " + list(rules(SAFE, TLS))));
        }
        return all;
    }

    /// @param names that a client may ask for; empty without TLS
    private List<String> rules(List<String> names, String port) {
        var rules = new ArrayList<String>();
        for (int i = dice.below(3); i >= 0; i--) {
            var match = new ArrayList<String>();
            if (!names.isEmpty()) {
                match.add("sniHosts: [" + quoted(dice.any(names)) + "]");
            }
            if (dice.isOften()) {
                match.add("port: " + (dice.isOften() ? port : PORT_OF_SERVICES));
            }
            if (dice.isSeldom()) {
                match.add("sourceLabels: " + map("app: " + dice.any(List.of("caller", "other"))));
            }
            if (dice.isSeldom()) {
                match.add(
                        "destinationSubnets: ["
                                + dice.any(List.of("127.0.0.0/8", "10.0.0.0/8"))
                                + "]");
            }
            String to =
                    names.isEmpty()
                            ? dice.any(List.of("one", "two", "nobody"))
                            : dice.any(List.of("secret", "secret", "nobody"));
            String route = "route: [{destination: {host: " + to + ", port: {number: 9080}}}]";
            rules.add(
                    match.isEmpty() || (names.isEmpty() && dice.isSeldom())
                            ? map(route)
                            : map("match: " + list(List.of(map(match))), route));
        }
        return rules;
    }

    /// Where a request enters.
    RandomDoors.Door door() {
        return switch (dice.below(16)) {
            case 0, 1 ->
                    new RandomDoors.Door(
                            RandomDoors.PASSED,
                            dice.any(List.of(SAFE.getFirst(), SAFE.getLast(), "c.safe.test")));
            case 2, 3 -> new RandomDoors.Door(RandomDoors.BYTES, "");
            default -> RandomDoors.Door.USUAL;
        };
    }
}
