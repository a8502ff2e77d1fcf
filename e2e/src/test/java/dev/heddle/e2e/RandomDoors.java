package dev.heddle.e2e;

import static dev.heddle.e2e.FlowYaml.list;
import static dev.heddle.e2e.FlowYaml.map;
import static dev.heddle.e2e.FlowYaml.quoted;
import static dev.heddle.e2e.FlowYaml.resource;

import java.util.ArrayList;
import java.util.List;

/// Gateways: several servers on few ports, for plain HTTP, TLS that ends or is passed on, and
/// bytes, with the routes that only these have.
///
/// @param dice the chance of the mesh
record RandomDoors(Dice dice) {
    /// The Gateways of a random mesh, beside the one that is always there.
    static final List<String> NAMES = List.of("side", "back");

    static final int MAIN = 8080;
    static final int OTHER = 8081;
    static final int SECURED = 8443;
    static final int PASSED = 9443;
    static final int BYTES = 7000;

    private static final List<String> HOSTS =
            List.of(
                    "*",
                    "*.example",
                    "reviews.example",
                    "ratings.example",
                    "default/details.example",
                    "./*",
                    "elsewhere/*",
                    "*.default");

    /// Server names that clients ask for.
    private static final List<String> NAMED =
            List.of("reviews.example", "ratings.example", "details.example", "nobody.test");

    /// Where a request enters.
    ///
    /// @param serverName that a client over TLS asks for; empty without TLS
    record Door(int port, String serverName) {
        static final Door USUAL = new Door(MAIN, "");
    }

    /// The Gateways, and their rules for bytes.
    List<String> resources() {
        var all = new ArrayList<String>();
        for (String name : NAMES) {
            if (dice.isOften()) {
                all.add(gateway(name));
            }
        }
        if (dice.isOften()) {
            all.add(passed("passed"));
        }
        if (dice.isOften()) {
            all.add(bytes("bytes"));
        }
        return all;
    }

    Door door() {
        return switch (dice.below(16)) {
            case 0 -> new Door(OTHER, "");
            case 1, 2 -> new Door(SECURED, dice.any(NAMED));
            case 3 -> new Door(PASSED, dice.any(NAMED));
            case 4 -> new Door(BYTES, "");
            default -> Door.USUAL;
        };
    }

    private String gateway(String name) {
        var servers = new ArrayList<String>();
        for (int i = dice.below(3); i >= 0; i--) {
            servers.add(server(name + i));
        }
        return resource(
                "Gateway", name, "selector: {istio: ingressgateway}", "servers: " + list(servers));
    }

    private String server(String name) {
        return switch (dice.below(6)) {
            case 0, 1 -> secured(name);
            case 2 -> server(PASSED, name, "TLS", "tls: " + map("mode: PASSTHROUGH"));
            case 3 -> server(BYTES, name, "TCP", "");
            default ->
                    server(
                            dice.any(List.of(MAIN, OTHER, OTHER)),
                            name,
                            dice.any(List.of("HTTP", "HTTP", "HTTP2", "GRPC")),
                            dice.isSeldom() ? "tls: {httpsRedirect: true}" : "");
        };
    }

    private String secured(String name) {
        var tls = new ArrayList<String>(List.of("mode: SIMPLE", "credentialName: shop"));
        if (dice.isSeldom()) {
            tls.add("minProtocolVersion: " + dice.any(List.of("TLSV1_2", "TLSV1_3")));
        }
        return server(SECURED, name, "HTTPS", "tls: " + map(tls));
    }

    private String server(int port, String name, String protocol, String more) {
        var hosts = new ArrayList<String>();
        for (int i = dice.below(2); i >= 0; i--) {
            hosts.add(quoted(dice.any(HOSTS)));
        }
        var parts = new ArrayList<String>();
        parts.add("port: " + map("number: " + port, "name: " + name, "protocol: " + protocol));
        parts.add("hosts: " + list(hosts));
        if (!more.isEmpty()) {
            parts.add(more);
        }
        return map(parts);
    }

    private String passed(String name) {
        var rules = new ArrayList<String>();
        for (int i = dice.below(2); i >= 0; i--) {
            var match = new ArrayList<String>();
            match.add(
                    "sniHosts: ["
                            + quoted(dice.any(List.of("reviews.example", "*.example")))
                            + "]");
            addPlace(match, PASSED);
            rules.add(
                    map(
                            "match: " + list(List.of(map(match))),
                            "route: [{destination: {host: secret, port: {number: 9080}}}]"));
        }
        return resource(
                "VirtualService",
                name,
                "hosts: ['*.example']",
                "gateways: " + list(NAMES),
                "tls: " + list(rules));
    }

    private String bytes(String name) {
        var rules = new ArrayList<String>();
        for (int i = dice.below(2); i >= 0; i--) {
            var match = new ArrayList<String>();
            addPlace(match, BYTES);
            String to = dice.any(List.of("one", "two", "nobody"));
            rules.add(
                    map(
                            "match: " + list(List.of(map(match))),
                            "route: [{destination: {host: " + to + ", port: {number: 9080}}}]"));
        }
        return resource(
                "VirtualService",
                name,
                "hosts: ['*']",
                "gateways: " + list(NAMES),
                "tcp: " + list(rules));
    }

    private void addPlace(List<String> match, int port) {
        match.add("port: " + (dice.isOften() ? port : MAIN));
        if (dice.isSeldom()) {
            match.add(
                    "destinationSubnets: ["
                            + dice.any(List.of("127.0.0.0/8", "10.0.0.0/8", "127.0.0.1"))
                            + "]");
        }
        if (dice.isSeldom()) {
            match.add("sourceSubnet: " + dice.any(List.of("127.0.0.0/8", "10.0.0.0/8")));
        }
    }
}
