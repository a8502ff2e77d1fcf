package dev.heddle.e2e;

import static dev.heddle.e2e.FlowYaml.list;
import static dev.heddle.e2e.FlowYaml.map;
import static dev.heddle.e2e.FlowYaml.resource;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Destination rules whose outcome does not depend on time or chance: connection pools, ejections
/// that come at once and stay, hashes.
///
/// @param dice the chance of the mesh
record RandomPolicies(Dice dice) {
    /// The header that requests always have, by which a service with several hosts is hashed.
    static final String KEY = "x-key";

    String destinationRule(String service) {
        String subsets =
                Stream.of("v1", "v2")
                        .filter(_ -> dice.isOften())
                        .map(this::subset)
                        .collect(Collectors.joining(", ", "[", "]"));
        var spec = new ArrayList<String>(List.of("host: " + service, "subsets: " + subsets));
        if (dice.isSeldom()) {
            spec.add("trafficPolicy: " + whole());
        }
        return resource("DestinationRule", service, spec.toArray(new String[0]));
    }

    /// Of a service with several hosts: the same one is chosen by both.
    String hashed(String service) {
        String algorithm =
                dice.any(
                        List.of(
                                "ringHash: {}",
                                "ringHash: {minimumRingSize: 100}",
                                "maglev: {}",
                                "maglev: {tableSize: 251}",
                                "minimumRingSize: 2000"));
        String hash = map("httpHeaderName: " + KEY, algorithm);
        var parts =
                new ArrayList<String>(List.of("loadBalancer: " + map("consistentHash: " + hash)));
        if (dice.isSeldom()) {
            parts.add("connectionPool: " + pool());
        }
        return resource(
                "DestinationRule", service, "host: " + service, "trafficPolicy: " + map(parts));
    }

    private String subset(String version) {
        var parts =
                new ArrayList<>(
                        List.of("name: " + version, "labels: " + map("version: " + version)));
        if (dice.isSeldom()) {
            parts.add("trafficPolicy: " + whole());
        }
        return map(parts);
    }

    /// A policy with what it says of ports.
    private String whole() {
        var parts = parts();
        if (dice.isSeldom()) {
            var ofPort = parts();
            ofPort.add("port: " + map("number: " + dice.any(List.of("9080", "9081"))));
            parts.add("portLevelSettings: " + list(List.of(map(ofPort))));
        }
        return map(parts);
    }

    private List<String> parts() {
        var parts = new ArrayList<String>();
        if (dice.isOften()) {
            parts.add("connectionPool: " + pool());
        }
        if (dice.isSeldom()) {
            parts.add(
                    "loadBalancer: "
                            + map(
                                    "simple: "
                                            + dice.any(
                                                    List.of(
                                                            "ROUND_ROBIN",
                                                            "LEAST_REQUEST",
                                                            "RANDOM"))));
        }
        if (dice.isSeldom()) {
            parts.add("outlierDetection: " + outliers());
        }
        if (dice.isSeldom()) {
            parts.add("tls: {mode: DISABLE}");
        }
        return parts;
    }

    private String pool() {
        var tcp = new ArrayList<String>();
        if (dice.isSeldom()) {
            tcp.add("maxConnections: " + dice.any(List.of("1", "100")));
        }
        if (dice.isSeldom()) {
            tcp.add("connectTimeout: 5s");
        }
        var http = new ArrayList<String>();
        if (dice.isSeldom()) {
            http.add("maxRequestsPerConnection: " + dice.any(List.of("1", "2", "100")));
        }
        if (dice.isSeldom()) {
            http.add("maxRetries: " + dice.any(List.of("1", "3")));
        }
        if (dice.isSeldom()) {
            http.add("http1MaxPendingRequests: 1");
        }
        if (dice.isSeldom()) {
            http.add("http2MaxRequests: 1");
        }
        switch (dice.below(4)) {
            case 0 ->
                    http.add("h2UpgradePolicy: " + dice.any(List.of("UPGRADE", "DO_NOT_UPGRADE")));
            case 1 -> http.add("useClientProtocol: true");
            default -> {
                // As the port says.
            }
        }
        return map("tcp: " + map(tcp), "http: " + map(http));
    }

    private String outliers() {
        var parts = new ArrayList<String>();
        parts.add(
                dice.any(List.of("consecutive5xxErrors: ", "consecutiveGatewayErrors: "))
                        + (1 + dice.below(3)));
        parts.add("interval: 1s");
        parts.add("baseEjectionTime: 3600s");
        parts.add("maxEjectionPercent: " + dice.any(List.of("10", "100", "100")));
        if (dice.isSeldom()) {
            parts.add("minHealthPercent: 50");
        }
        return map(parts);
    }
}
