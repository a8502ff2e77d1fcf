package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `heddle explain` says of callers: whose rule lets them pass, or not.
class ExplainCallersTest {
    @TempDir Path directory = Path.of("");

    private static final String GUARDED =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: bank}
            spec: {selector: {app: bank}, ports: [{name: http, port: 80}, {name: tcp, port: 90}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: bank}
            spec:
              address: 10.0.0.7
              ports: {http: 8080, tcp: 9090}
              labels: {app: bank, security.istio.io/tlsMode: istio}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: web}
            spec:
              address: 10.0.0.8
              serviceAccount: web
              labels: {app: web, security.istio.io/tlsMode: istio}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: guest}
            spec: {address: 10.0.0.9, labels: {app: guest}}
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: web-reads}
            spec:
              selector: {matchLabels: {app: bank}}
              rules:
                - from: [{source: {principals: [cluster.local/ns/default/sa/web]}}]
                  to: [{operation: {methods: [GET], ports: ["8080"]}}]
                - from: [{source: {namespaces: [default]}}]
                  to: [{operation: {ports: ["9090"]}}]
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: no-admin}
            spec:
              selector: {matchLabels: {app: bank}}
              action: DENY
              rules: [{to: [{operation: {ports: ["8080"], paths: [/admin*]}}]}]
            """;

    private TestCommand asked(String... more) throws IOException {
        Path file = Files.writeString(directory.resolve("guarded.yaml"), GUARDED);
        var line = new ArrayList<String>(List.of("explain", "--config", file.toString()));
        line.addAll(List.of(more));
        return run(line.toArray(String[]::new));
    }

    @Test
    void itIsSaidWhoseRuleDecidesForACaller() throws IOException {
        var read = asked("--from", "app=web", "--request", "GET http://bank/a");
        assertThat(read.out())
                .contains("received for bank.default.svc.cluster.local")
                .contains("spiffe://cluster.local/ns/default/sa/web")
                .contains("may it         yes, by ns[default]-policy[web-reads]-rule[0]")
                .containsPattern("decided by +.*guarded.yaml:3[0-9]");

        var write = asked("--from", "app=web", "--request", "POST http://bank/a");
        assertThat(write.out())
                .contains("no, none of the rules that allow anything matches")
                .contains("its proxy with 403");

        var admin = asked("--from", "app=web", "--request", "GET http://bank/x/%2e./admin");
        assertThat(admin.out())
                .contains("it is /admin for all that follows")
                .contains("no, by ns[default]-policy[no-admin]-rule[0]");
    }

    @Test
    void whoProvesNothingAndWhoProvesAnotherNameAreOthers() throws IOException {
        String[] read = {"--request", "GET http://bank/a"};
        var guest = asked("--from", "app=guest", read[0], read[1]);
        assertThat(guest.out()).contains("in plain text, nobody known").contains("with 403");
        var unproven = asked("--from", "app=web", "--caller", "none", read[0], read[1]);
        assertThat(unproven.out()).contains("in plain text, nobody known").contains("with 403");
        var other =
                asked(
                        "--from",
                        "app=guest",
                        "--caller",
                        "cluster.local/ns/default/sa/web",
                        read[0],
                        read[1],
                        "-o",
                        "json");
        assertThat(other.out())
                .contains("\"caller\": \"spiffe://cluster.local/ns/default/sa/web\"")
                .contains("\"decision\": \"allow\"")
                .contains("\"policy\": \"ns[default]-policy[web-reads]-rule[0]\"");
        assertThat(asked("--from", "app=web", "--caller", "x y", read[0], read[1]).err())
                .contains("--caller: 'x y'");
    }

    @Test
    void bytesHaveTheirRulesToo() throws IOException {
        String[] bytes = {"--request", "GET tcp://bank:90/"};
        assertThat(asked("--from", "app=web", bytes[0], bytes[1]).out())
                .contains("yes, by ns[default]-policy[web-reads]-rule[1]");
        assertThat(asked("--from", "app=guest", bytes[0], bytes[1]).out())
                .contains("the connection is closed: RBAC: access denied");
    }

    @Test
    void whereCallersMustProveWhoTheyArePlainTextIsClosed() throws IOException {
        Files.writeString(
                directory.resolve("strict.yaml"),
                """
                apiVersion: security.istio.io/v1
                kind: PeerAuthentication
                metadata: {name: default, namespace: default}
                spec: {mtls: {mode: STRICT}}
                """);
        String strict = directory.resolve("strict.yaml").toString();
        String[] read = {"--config", strict, "--request", "GET http://bank/a"};
        assertThat(asked(join(read, "--from", "app=guest")).out())
                .contains("who calls here must prove who he is by mutual TLS");
        assertThat(asked(join(read, "--from", "app=web")).out())
                .contains("yes, by ns[default]-policy[web-reads]-rule[0]");
    }

    private static String[] join(String[] some, String... more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void callsOfGrpcAndBytesAreAskedByTheirUrl() throws IOException {
        var refused =
                asked(
                        "--from",
                        "app=guest",
                        "--request",
                        "grpc://bank:80/bank.Till/Pay",
                        "-o",
                        "json");
        assertThat(refused.out()).contains("\"grpcStatus\": 7").contains("\"status\": 200");

        var bytes = asked("--from", "app=web", "--request", "tcp://bank:90");
        assertThat(bytes.out()).contains("outbound|90||bank").contains("yes, by ns[default]");

        var passed = asked("--from", "app=web", "--request", "tcp://bank:80");
        assertThat(passed.out()).contains("PassthroughCluster");

        var unknown = asked("--from", "app=web", "--request", "ftp://bank/a");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).contains("ftp://bank/a").contains("grpc, grpcs");
    }

    @Test
    void addressesCountWhereRulesAskForThem() throws IOException {
        Path file =
                Files.writeString(
                        directory.resolve("near.yaml"),
                        """
                        apiVersion: security.istio.io/v1
                        kind: AuthorizationPolicy
                        metadata: {name: near}
                        spec:
                          selector: {matchLabels: {app: bank}}
                          action: DENY
                          rules: [{from: [{source: {ipBlocks: [10.0.9.0/24]}}]}]
                        """);
        var near = askedFrom("10.0.9.1", file);
        assertThat(near.out()).contains("no, by ns[default]-policy[near]-rule[0]");
        var far = askedFrom("10.0.8.1", file);
        assertThat(far.out()).contains("yes, by ns[default]-policy[web-reads]-rule[0]");
        var wrong = askedFrom("near", file);
        assertThat(wrong.err()).contains("--source-ip: 'near' (expected: an IP address)");
    }

    private TestCommand askedFrom(String address, Path policy) throws IOException {
        return asked(
                "--config",
                policy.toString(),
                "--from",
                "app=web",
                "--request",
                "http://bank/",
                "--source-ip",
                address);
    }
}
