package dev.heddle.e2e;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.testkit.Repository;
import dev.heddle.testkit.TokenSigner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// A row of Istio's matrix of traffic (`istio-traffic-matrix`): what is applied, and calls with
/// what they must meet. The rows were taken out of test code without running it, so what that left
/// open is settled here as the code has it: names of services, ports, headers, and the values of
/// templates.
///
/// @param number of the row in the file, from 0
/// @param rules that are applied, filled in
record MatrixRow(int number, JsonObject said, String rules) {
    /// What the calls go to where the row does not say.
    static final String TARGET = "b";

    static final String FULL_TARGET = "b.default.svc.cluster.local";

    /// Addresses outside of the mesh at which somebody answers.
    static final List<String> OUTSIDE = List.of("10.77.0.1", "10.78.0.1");

    static final String OUTSIDE_NAME = "external.external.svc.cluster.local";

    private static final Map<String, Integer> PORTS =
            Map.of("http", 80, "auto-http", 81, "auto-tcp", 82, "http2", 85, "auto-https", 9443);

    /// Those whose calls are redirected to the proxy.
    private static final Set<String> REDIRECTED =
            Set.of(
                    "selfCallsCases",
                    "protocolSniffingCases",
                    "DNSTestCases",
                    "tlsOriginationCases",
                    "testServiceEntryWithMultipleVIPsAndResolutionNone");

    /// The headers that the file has as `CallExpr.Build()`, by row and call.
    private static final Map<String, Map<String, String>> HEADERS =
            Map.of(
                    "weird header matches/match",
                    Map.of("a!#$%&'*+-.^_`|~z", "why"),
                    "without headers/end-user is jason",
                    Map.of("end-user", "jason"),
                    "without headers/end-user is not jason",
                    Map.of("end-user", "not-jason"),
                    "without headers regex convert to present_match/have end-user header and value",
                    Map.of("end-user", "jason"),
                    "without headers regex convert to present_match/have end-user header but value"
                            + " is empty",
                    Map.of("end-user", ""),
                    "404/",
                    Map.of("host", "foo.bar"),
                    "https with x-forwarded-proto/",
                    Map.of("x-forwarded-proto", "https"));

    private static final TokenSigner ISSUER = TokenSigner.of("ES256", "issuer-1");

    /// A token as the file has it. What those of the other project say follows from the rows.
    private static String token(String subject, String key1, String key2) {
        return "Bearer "
                + ISSUER.token(
                        """
                        {"iss":"test-issuer-1@istio.io","sub":"%s","exp":4102444800,
                         "nested":{"key1":"%s","nested-2":{"key2":"%s"}}}\
                        """
                                .formatted(subject, key1, key2));
    }

    /// What stands for something else in the whole file.
    private static final List<Map.Entry<String, String>> SYMBOLS =
            List.of(
                    Map.entry("expr.IngressGatewayIstioLabel", "ingressgateway"),
                    Map.entry("expr.SystemNamespace", "istio-system"),
                    Map.entry("TypeAssertExpr.Namespace()", "istio-system"),
                    Map.entry("CallExpr.ClusterLocalFQDN()", FULL_TARGET),
                    Map.entry(
                            "Bearer  + jwt.TokenIssuer1WithNestedClaims1",
                            token("sub-1", "valueA", "valueB")),
                    Map.entry(
                            "Bearer  + jwt.TokenIssuer1WithNestedClaims2",
                            token("sub-2", "valueD", "valueC")),
                    Map.entry("expr.ServicePort", "80"),
                    Map.entry("ports.HTTP2.ServicePort", "85"),
                    Map.entry("ports.HTTP.ServicePort", "80"),
                    Map.entry("ports.AutoHTTPS.ServicePort", "9443"),
                    Map.entry("protocol.HTTPS", "HTTPS"),
                    Map.entry("protocol.HTTP", "HTTP"),
                    Map.entry("protocol.https", "https"));

    /// One of a row's calls.
    ///
    /// @param name empty where the row has one call
    record Call(String name, JsonObject options, JsonElement check) {
        int port(boolean isAtGateway) {
            JsonObject port = object(options, "Port");
            if (port.has("ServicePort")) {
                return port.get("ServicePort").getAsInt();
            }
            if (isAtGateway) {
                return text(port, "Protocol").equals("HTTPS") ? 443 : 80;
            }
            return PORTS.getOrDefault(text(port, "Name"), 81);
        }
    }

    /// All rows of the file.
    static List<MatrixRow> all() {
        try {
            Path file =
                    Repository.cases()
                            .orElseThrow()
                            .resolve("istio-traffic-matrix/traffic_cases.json");
            String text = Files.readString(file);
            for (Map.Entry<String, String> symbol : SYMBOLS) {
                text = text.replace(symbol.getKey(), symbol.getValue());
            }
            var rows = new ArrayList<MatrixRow>();
            for (JsonElement row : JsonParser.parseString(text).getAsJsonArray()) {
                rows.add(new MatrixRow(rows.size(), row.getAsJsonObject(), ""));
            }
            return rows.stream().map(MatrixRow::filled).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private MatrixRow filled() {
        String config = text(said, "config");
        // The code adds text to a text; the file has it in front of what is added.
        int added = config.indexOf("\n + {\"$call\"");
        String template = added < 0 ? config : config.substring(0, added);
        String rules =
                GoTemplate.fill(template, values())
                        .replaceAll(
                                "external\\. \\+ \\{.*?} \\+ \\.svc\\.cluster\\.local",
                                OUTSIDE_NAME)
                        .replaceAll("externalName: \\{.*?\\]}", "externalName: " + FULL_TARGET)
                        .replace("expr.Service", "c")
                        // Of a key that is there twice the last counts, in Istio's YAML.
                        .replaceAll("(?m)^( +\"\\S+\":)\\s*\\n +\\w+: .*\\n\\s*(?=\\1)", "")
                        .replace("map[args:[]]", "default")
                        .replace("\"[1.2.3.4 1.2.3.5]\"", "1.2.3.4")
                        .replace("jwks: ' + jwt.JwksJSON + '", "jwks: '" + ISSUER.keySet() + "'")
                        .replace(
                                "  addresses:\n\n  location: MESH_EXTERNAL",
                                "  addresses: ["
                                        + String.join("/24, ", OUTSIDE)
                                        + "/24]\n  location: MESH_EXTERNAL");
        return new MatrixRow(number, said, added < 0 ? rules : rules + "\n---\n" + SECRET);
    }

    private static final String SECRET = "# secret\n";

    private static final String NAMES =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: |-
                defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}}
            """;

    boolean hasSecret() {
        return rules.endsWith(SECRET);
    }

    private Map<String, Object> values() {
        var values = new LinkedHashMap<String, Object>();
        values.put("dstSvc", TARGET);
        values.put("dst", List.of(Map.of("Config", Map.of("Service", TARGET))));
        values.put("dstSvcs", List.of("b", "c", "d"));
        object(said, "templateVars")
                .entrySet()
                .forEach(value -> values.put(value.getKey(), plain(value.getValue())));
        if ("HTTPS".equals(values.get("GatewayProtocol"))) {
            // The file has the branch of plain HTTP.
            values.put("GatewayHost", FULL_TARGET);
            values.put("GatewayPort", 443);
            values.put("Credential", "cred");
        }
        return values;
    }

    private static Object plain(JsonElement value) {
        if (value.isJsonArray()) {
            return value.getAsJsonArray().asList().stream().map(MatrixRow::plain).toList();
        }
        if (value.isJsonObject()) {
            var map = new LinkedHashMap<String, Object>();
            value.getAsJsonObject()
                    .entrySet()
                    .forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
            return map;
        }
        JsonPrimitive primitive = value.getAsJsonPrimitive();
        return primitive.isNumber() ? primitive.getAsInt() : primitive.getAsString();
    }

    String function() {
        return text(said, "func");
    }

    String name() {
        return number + " " + function() + ": " + text(said, "name").replaceAll("\\{.*}", "");
    }

    boolean isAtGateway() {
        return said.has("viaIngress") || function().equals("autoPassthroughCases");
    }

    boolean isRedirected() {
        return REDIRECTED.contains(function());
    }

    /// Whether it is about questions for names.
    boolean asksNames() {
        return function().equals("DNSTestCases");
    }

    /// The calls; none where the file has none.
    List<Call> calls() {
        if (said.has("children")) {
            return said.getAsJsonArray("children").asList().stream()
                    .map(JsonElement::getAsJsonObject)
                    .map(child -> call(text(child, "name"), object(child, "opts"), child))
                    .toList();
        }
        return Stream.of(said)
                .filter(it -> it.has("opts"))
                .map(it -> call("", object(it, "opts"), it))
                .toList();
    }

    private Call call(String name, JsonObject options, JsonObject row) {
        JsonObject all = options.deepCopy();
        JsonObject http = object(options, "HTTP").deepCopy();
        Map<String, String> known =
                HEADERS.getOrDefault(text(said, "name") + "/" + name, Map.<String, String>of());
        JsonObject headers = object(http, "Headers").deepCopy();
        known.forEach(headers::addProperty);
        http.add("Headers", headers);
        all.add("HTTP", http);
        JsonElement check = options.has("Check") ? options.get("Check") : row.get("check");
        return new Call(name, all, check == null ? new JsonPrimitive("check.OK()") : check);
    }

    /// The row as a case in that directory.
    GoldenCase written(Path directory) throws IOException {
        Path input = Files.createDirectories(directory.resolve("input"));
        Path golden = Repository.root().resolve("golden/gateway-tls");
        Path certificates = Files.createDirectories(directory.resolve("certs"));
        for (String file : List.of("ca.pem", "client.pem", "client.key")) {
            Files.copy(golden.resolve("certs").resolve(file), certificates.resolve(file));
        }
        for (String suffix : List.of(".pem", ".key")) {
            Files.copy(certificates.resolve("client" + suffix), certificates.resolve("b" + suffix));
        }
        if (hasSecret()) {
            String secrets = Files.readString(golden.resolve("input/secrets.yaml"));
            String first = secrets.substring(0, secrets.indexOf("\n---"));
            Files.writeString(
                    input.resolve("secret.yaml"),
                    first.replace("name: shop", "name: cred\n  namespace: istio-system"));
        }
        Files.writeString(input.resolve("rules.yaml"), rules);
        Files.writeString(input.resolve("services.yaml"), services());
        if (function().equals("DNSTestCases")) {
            Files.writeString(input.resolve("mesh.yaml"), NAMES);
        }
        Files.writeString(directory.resolve("case.yaml"), options());
        return GoldenCase.at(directory);
    }

    private String options() {
        String scope =
                isAtGateway()
                        ? "role: gateway, namespace: istio-system, labels: {istio: ingressgateway}"
                        : "role: sidecar, namespace: default, labels: {app: a}, interception: "
                                + (isRedirected() ? "redirect" : "none");
        String backends = function().equals("autoPassthroughCases") ? "b/v1: simple" : "";
        return "why: a row of another project's\nscope: {%s}\nbackends: {%s}\n"
                .formatted(scope, backends);
    }

    private static String services() {
        var text = new StringBuilder();
        for (String name : List.of("b", "c", "d")) {
            text.append(
                    """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: %1$s, namespace: default}
                    spec:
                      selector: {app: %1$s}
                      clusterIP: 10.66.0.%2$d
                      ports:
                      - {name: http, port: 80}
                      - {name: auto-http, port: 81}
                      - {name: auto-tcp, port: 82}
                      - {name: http2, port: 85}
                      - {name: auto-https, port: 9443}
                    ---
                    apiVersion: networking.istio.io/v1
                    kind: WorkloadEntry
                    metadata: {name: %1$s-v1, namespace: default}
                    spec:
                      address: 127.0.0.1
                      ports:
                        {http: %3$d, auto-http: %3$d, auto-tcp: %3$d, http2: %3$d, auto-https: %3$d}
                      labels: {app: %1$s, version: v1}
                    ---
                    """
                            .formatted(name, (int) name.charAt(0), 21_000 + name.charAt(0)));
        }
        return text.toString();
    }

    static JsonObject object(JsonObject of, String field) {
        JsonElement found = of.get(field);
        return found != null && found.isJsonObject() ? found.getAsJsonObject() : new JsonObject();
    }

    static String text(JsonObject of, String field) {
        JsonElement found = of.get(field);
        return found != null && found.isJsonPrimitive() ? found.getAsString() : "";
    }
}
