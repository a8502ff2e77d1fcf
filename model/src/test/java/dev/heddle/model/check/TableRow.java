package dev.heddle.model.check;

import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Optional;

/// One row of Istio's validation tables, as a resource that holds what the row is about.
final class TableRow {
    private TableRow() {}

    /// The row's resource; empty when the row is about something else, or could not be read out of
    /// the table in full.
    static Optional<String> resource(Node.Mapping row) {
        String all = Json.compact(row);
        boolean otherMessage = text(row, "name").equals("invalid message");
        if (all.contains("\"$call\"") || all.contains("\"$sym\"") || otherMessage) {
            return Optional.empty();
        }
        Node in = row.get("in").or(() -> row.get("route")).orElse(Node.Mapping.EMPTY);
        String spec = Json.compact(withoutNull(in));
        return switch (text(row, "test")) {
            case "TestValidateGateway" -> of(row, "networking.istio.io/v1", "Gateway", spec);
            case "TestValidateServer" -> server(spec);
            case "TestValidateServerPort" -> server("{\"hosts\":[\"a.b\"],\"port\":" + spec + "}");
            case "TestValidateTlsOptions" ->
                    server(
                            "{\"hosts\":[\"a.b\"],\"port\":{\"name\":\"a\",\"number\":1,"
                                    + "\"protocol\":\"TLS\"},\"tls\":"
                                    + spec
                                    + "}");
            case "TestValidateHTTPRetry" -> http("\"retries\":" + spec);
            case "TestValidateHTTPRewrite" -> http("\"rewrite\":" + spec);
            case "TestValidateUriRegexRewrite" ->
                    nothing(in)
                            ? Optional.empty()
                            : http("\"rewrite\":{\"uriRegexRewrite\":" + spec + "}");
            case "TestValidateHTTPFaultInjectionAbort" ->
                    nothing(in) ? Optional.empty() : http("\"fault\":{\"abort\":" + spec + "}");
            case "TestValidateHTTPFaultInjectionDelay" ->
                    http("\"fault\":{\"delay\":" + spec + "}");
            case "TestValidateHTTPRedirect" ->
                    rule("{\"redirect\":" + Json.compact(row.get("redirect").orElse(in)) + "}");
            case "TestValidateHTTPRoute", "TestValidateRootHTTPRoute" -> rule(spec);
            case "TestValidateDelegateHTTPRoute" -> vs("{\"http\":[" + spec + "]}");
            case "TestValidateRouteDestination" ->
                    vs(
                            "{\"hosts\":[\"a.b\"],\"tcp\":[{\"route\":"
                                    + Json.compact(row.get("routes").orElse(in))
                                    + "}]}");
            case "TestValidateVirtualService", "TestValidateChainingVirtualService" -> vs(spec);
            case "TestValidateWorkloadEntry" ->
                    of(row, "networking.istio.io/v1", "WorkloadEntry", spec);
            case "TestValidateWorkloadGroup" ->
                    of(row, "networking.istio.io/v1", "WorkloadGroup", spec);
            case "TestValidateDestinationRule" -> dr(spec);
            case "TestValidateTrafficPolicy" -> policy(spec);
            case "TestValidateConnectionPool" -> policy("{\"connectionPool\":" + spec + "}");
            case "TestValidateLoadBalancer" -> policy("{\"loadBalancer\":" + spec + "}");
            case "TestValidateOutlierDetection" -> policy("{\"outlierDetection\":" + spec + "}");
            case "TestValidateTLS" ->
                    policy("{\"tls\":" + Json.compact(row.get("tls").orElse(in)) + "}");
            case "TestValidateLocalityLbSetting" ->
                    policy("{\"loadBalancer\":{\"localityLbSetting\":" + spec + "}}");
            case "TestValidateZoneAwareLbSetting" ->
                    policy("{\"loadBalancer\":{\"zoneAwareLbSetting\":" + spec + "}}");
            case "TestValidateServiceEntries" ->
                    of(row, "networking.istio.io/v1", "ServiceEntry", spec);
            case "TestValidateSidecar" -> of(row, "networking.istio.io/v1", "Sidecar", spec);
            case "TestValidateAuthorizationPolicy" ->
                    of(row, "security.istio.io/v1", "AuthorizationPolicy", spec);
            case "TestValidateRequestAuthentication" ->
                    of(row, "security.istio.io/v1", "RequestAuthentication", spec);
            case "TestValidatePeerAuthentication" ->
                    of(row, "security.istio.io/v1", "PeerAuthentication", spec);
            case "TestValidateTelemetry" -> of(row, "telemetry.istio.io/v1", "Telemetry", spec);
            case "TestValidateWasmPlugin" ->
                    of(row, "extensions.istio.io/v1alpha1", "WasmPlugin", spec);
            case "TestValidateTrafficExtension" ->
                    of(row, "extensions.istio.io/v1alpha1", "TrafficExtension", spec);
            case "TestValidateEnvoyFilter" ->
                    of(row, "networking.istio.io/v1alpha3", "EnvoyFilter", spec);
            case "Test_validateExportTo" -> exportTo(row);
            case "TestStrictValidateHTTPHeaderName", "TestValidateHTTPHeaderName" ->
                    http(
                            "\"match\":[{\"headers\":{"
                                    + Json.compact(Node.of(text(row, "name")))
                                    + ":{\"exact\":\"a\"}}}]");
            case "TestValidateHTTPHeaderValue" ->
                    http(
                            "\"headers\":{\"request\":{\"set\":{\"a\":"
                                    + Json.compact(Node.of(text(row, "input")))
                                    + "}}}");
            case "TestValidatePortName" ->
                    of(
                            row,
                            "networking.istio.io/v1",
                            "ServiceEntry",
                            "{\"hosts\":[\"a.b\"],\"resolution\":\"STATIC\",\"ports\":[{\"number\":1,"
                                    + "\"protocol\":\"HTTP\",\"name\":"
                                    + Json.compact(Node.of(text(row, "name")))
                                    + "}]}");
            case "TestValidateFQDN" ->
                    policy(
                            "{\"tunnel\":{\"targetPort\":1,\"targetHost\":"
                                    + Json.compact(Node.of(text(row, "fqdn")))
                                    + "}}");
            case "TestValidateWildcardDomain" ->
                    dr("{\"host\":" + Json.compact(Node.of(text(row, "in"))) + "}");
            case "TestValidateDuration" ->
                    http("\"timeout\":" + Json.compact(Node.of(text(row, "duration"))));
            case "TestValidateConnectTimeout" ->
                    policy(
                            "{\"connectionPool\":{\"tcp\":{\"connectTimeout\":"
                                    + Json.compact(Node.of(text(row, "duration")))
                                    + "}}}");
            case "TestValidationIPSubnet" ->
                    vs(
                            "{\"hosts\":[\"a.b\"],\"tcp\":[{\"match\":[{\"destinationSubnets\":["
                                    + Json.compact(Node.of(text(row, "subnet")))
                                    + "]}],\"route\":[{\"destination\":{\"host\":\"a\"}}]}]}");
            default -> Optional.empty();
        };
    }

    /// In Go's tables `nil` says that a field is absent, and names stand for texts.
    private static Node withoutNull(Node node) {
        if (!(node instanceof Node.Mapping(List<Node.Entry> entries, _))) {
            return node;
        }
        var rest = Node.Mapping.EMPTY;
        for (Node.Entry entry : entries) {
            if (!(entry.value() instanceof Node.Null)) {
                rest = rest.with(entry.key(), entry.value());
            }
        }
        return rest;
    }

    private static String named(String spec) {
        return spec.replace("\"KubernetesGateway.Group\"", "\"gateway.networking.k8s.io\"")
                .replace("\"KubernetesGateway.Kind\"", "\"Gateway\"")
                .replace("\"Service.Group\"", "\"\"")
                .replace("\"Service.Kind\"", "\"Service\"");
    }

    private static boolean nothing(Node node) {
        return node instanceof Node.Null;
    }

    /// What Istio says about the row.
    static boolean accepted(Node.Mapping row) {
        for (String key : List.of("valid", "isValid", "ok")) {
            if (row.get(key).orElse(row) instanceof Node.Bool(boolean valid, _)) {
                return valid;
            }
        }
        for (String key : List.of("wantErr", "err")) {
            if (row.get(key).orElse(row) instanceof Node.Bool(boolean wrong, _)) {
                return !wrong;
            }
        }
        return text(row, "expected").isEmpty()
                && text(row, "out").isEmpty()
                && text(row, "err").isEmpty()
                && text(row, "error").isEmpty();
    }

    /// Whether Istio takes it and says that it is probably not meant.
    static boolean isWarned(Node.Mapping row) {
        for (String key : List.of("warning", "warn", "Warning")) {
            Node said = row.get(key).orElse(Node.of(""));
            boolean isSaid =
                    switch (said) {
                        case Node.Bool(boolean warned, _) -> warned;
                        case Node.Text(String text, _) -> !text.isEmpty();
                        case Node.Numeric _, Node.Null _, Node.Sequence _, Node.Mapping _ -> false;
                    };
            if (isSaid) {
                return accepted(row);
            }
        }
        return false;
    }

    private static Optional<String> exportTo(Node.Mapping row) {
        String exportTo = Json.compact(row.get("exportTo").orElse(Node.Sequence.of(List.of())));
        if (row.get("isServiceEntry").orElse(row) instanceof Node.Bool(boolean entry, _) && entry) {
            return of(
                    row,
                    "networking.istio.io/v1",
                    "ServiceEntry",
                    "{\"hosts\":[\"a.b\"],\"exportTo\":" + exportTo + "}");
        }
        boolean selector = row.get("isDestinationRuleWithSelector").isPresent();
        String chosen = selector ? "\"workloadSelector\":{\"matchLabels\":{\"a\":\"b\"}}," : "";
        return dr("{\"host\":\"a\"," + chosen + "\"exportTo\":" + exportTo + "}");
    }

    private static Optional<String> server(String server) {
        return of(
                Node.Mapping.EMPTY,
                "networking.istio.io/v1",
                "Gateway",
                "{\"servers\":[" + server + "]}");
    }

    private static Optional<String> http(String field) {
        return rule("{\"route\":[{\"destination\":{\"host\":\"a\"}}]," + field + "}");
    }

    private static Optional<String> rule(String rule) {
        return vs("{\"hosts\":[\"a.b\"],\"http\":[" + rule + "]}");
    }

    private static Optional<String> vs(String spec) {
        return of(Node.Mapping.EMPTY, "networking.istio.io/v1", "VirtualService", spec);
    }

    private static Optional<String> policy(String policy) {
        return dr("{\"host\":\"a\",\"trafficPolicy\":" + policy + "}");
    }

    private static Optional<String> dr(String spec) {
        return of(Node.Mapping.EMPTY, "networking.istio.io/v1", "DestinationRule", spec);
    }

    private static Optional<String> of(
            Node.Mapping row, String apiVersion, String kind, String spec) {
        Node annotations = row.get("annotations").orElse(Node.Mapping.EMPTY);
        return Optional.of(
                "{\"apiVersion\":\""
                        + apiVersion
                        + "\",\"kind\":\""
                        + kind
                        + "\",\"metadata\":{\"name\":\"a\",\"annotations\":"
                        + Json.compact(annotations)
                        + "},\"spec\":"
                        + named(spec)
                        + "}");
    }

    private static String text(Node.Mapping row, String key) {
        return row.get(key).orElse(row) instanceof Node.Text(String value, _) ? value : "";
    }
}
