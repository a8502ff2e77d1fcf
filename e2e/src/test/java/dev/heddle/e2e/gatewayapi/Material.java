package dev.heddle.e2e.gatewayapi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The certificates that the suite makes by program, by the namespace and name of the Secret or
/// ConfigMap.
///
/// @param pairs Secrets
/// @param roots ConfigMaps
record Material(Map<String, Authority.Pair> pairs, Map<String, String> roots) {
    static final String INFRA = "gateway-conformance-infra";
    private static final String WEB = "gateway-conformance-web-backend";
    private static final String APP = "gateway-conformance-app-backend";

    /// Makes them.
    static Material made(Path directory) throws IOException {
        var pairs = new TreeMap<String, Authority.Pair>();
        var roots = new TreeMap<String, String>();
        pairs.put(WEB + "/certificate", Authority.alone(directory, "certificate", List.of("*")));
        pairs.put(
                INFRA + "/tls-validity-checks-certificate",
                Authority.alone(
                        directory, "tls-validity", List.of("*", "*.org", "*.wildcard.org")));
        roots.put(WEB + "/web-backend-cm", Authority.root(directory, "web").certificate());
        for (String kind : List.of("", "per-port-")) {
            Authority clients = Authority.root(directory, "clients" + kind);
            roots.put(
                    INFRA + "/tls-validity-checks-" + kind + "ca-certificate",
                    clients.certificate());
            pairs.put(
                    INFRA + "/tls-validity-checks-" + kind + "client-certificate",
                    clients.issue("client" + kind, List.of()));
        }
        Authority servers = Authority.root(directory, "servers");
        roots.put(INFRA + "/tls-checks-ca-certificate", servers.certificate());
        pairs.put(
                INFRA + "/tls-checks-certificate",
                servers.issue(
                        "server",
                        List.of(
                                "abc.example.com",
                                "spiffe://abc.example.com/test-identity",
                                "other.example.com")));
        pairs.put(INFRA + "/tls-checks-client-certificate", servers.issue("client", List.of()));
        Authority.Pair passed = servers.issue("passed", List.of("abc.example.com"));
        pairs.put(INFRA + "/tls-passthrough-checks-certificate", passed);
        pairs.put(APP + "/tls-passthrough-checks-certificate", passed);
        pairs.put(
                INFRA + "/tls-terminate-checks-certificate",
                servers.issue("ended", List.of("tls.example.com")));
        roots.put(
                INFRA + "/mismatch-ca-certificate",
                Authority.root(directory, "mismatch").certificate());
        return new Material(pairs, roots);
    }

    /// A pair of that namespace and name, as in `gateway-conformance-infra/tls-checks-certificate`.
    Authority.Pair pair(String name) {
        Authority.Pair pair = pairs.get(name);
        if (pair == null) {
            throw new AssertionError(name + ": no such Secret of the suite");
        }
        return pair;
    }

    /// The roots that stand in a ConfigMap.
    String root(String name) {
        String pem = roots.get(name);
        if (pem == null) {
            throw new AssertionError(name + ": no such ConfigMap of the suite");
        }
        return pem;
    }

    /// All of it as manifests.
    String yaml() {
        var text = new StringBuilder();
        pairs.forEach((name, pair) ->
                text.append(
                        """
                        ---
                        apiVersion: v1
                        kind: Secret
                        metadata: {name: %s, namespace: %s}
                        type: kubernetes.io/tls
                        data: {tls.crt: %s, tls.key: %s}
                        """
                                .formatted(
                                        name(name),
                                        namespace(name),
                                        base64(pair.chain()),
                                        base64(pair.key()))));
        roots.forEach((name, pem) ->
                text.append(
                        """
                        ---
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: %s, namespace: %s}
                        data:
                          ca.crt: |
                        %s\
                        """
                                .formatted(name(name), namespace(name), pem.indent(4))));
        return text.toString();
    }

    private static String name(String of) {
        return of.substring(of.indexOf('/') + 1);
    }

    private static String namespace(String of) {
        return of.substring(0, of.indexOf('/'));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
