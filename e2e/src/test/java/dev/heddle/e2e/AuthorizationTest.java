package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.Gson;
import com.google.protobuf.Any;
import dev.heddle.proxy.config.HttpFilters;
import dev.heddle.proxy.filter.rbac.AccessConfig;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.tls.ShownCertificate;
import dev.heddle.proxy.tls.SubjectNames;
import dev.heddle.proxy.tls.TlsSession;
import dev.heddle.testkit.Repository;
import dev.heddle.testkit.Seed;
import dev.heddle.xds.EnvoyJson;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// AuthorizationPolicies, from YAML to what our proxy decides, against an oracle and against what
/// Istio makes of them.
class AuthorizationTest {
    private static final FilterStats NOWHERE =
            new FilterStats() {
                @Override
                public void count(String stat) {}

                @Override
                public void move(String gauge, long by) {}

                @Override
                public long level(String gauge) {
                    return 0;
                }
            };

    @Test
    void aMillionTimesPoliciesDecideAsIstioSays() throws Exception {
        assertThat(differences(1_000, 1_000)).isEmpty();
    }

    @Test
    @Tag("long")
    void tenMillionTimesPoliciesDecideAsIstioSays() throws Exception {
        assertThat(differences(20_000, 500)).isEmpty();
    }

    private static List<String> differences(int meshes, int calls) throws Exception {
        Seed seed = Seed.ofRun();
        var differences = new ArrayList<String>();
        int allowed = 0;
        for (int mesh = 0; mesh < meshes && differences.size() < 5; mesh++) {
            var dice = new AccessDice(seed.forCase(mesh).random());
            List<AccessDice.Policy> policies = dice.policies();
            String yaml = AccessDice.yaml(policies);
            List<AccessConfig> filters = compiled(yaml, "default");
            for (int i = 0; i < calls; i++) {
                AccessDice.Call call = dice.call();
                boolean expected = AccessDice.allows(policies, call);
                allowed += expected ? 1 : 0;
                if (isAllowed(filters, call) != expected) {
                    differences.add(seed + "\n" + yaml + "\n" + call + "\nexpected: " + expected);
                    break;
                }
            }
        }
        // Chance must not have made all calls alike.
        assertThat(allowed).isBetween(meshes * calls / 10, meshes * calls * 9 / 10);
        return differences;
    }

    private static List<AccessConfig> compiled(String yaml, String namespace) throws Exception {
        return AccessFilters.of(yaml, namespace).stream()
                .map(filter -> access(filter.getTypedConfig()))
                .toList();
    }

    private static AccessConfig access(Any config) {
        Object read =
                HttpFilters.ALL.stream()
                        .filter(type -> type.typeUrl().equals(config.getTypeUrl()))
                        .findFirst()
                        .orElseThrow()
                        .parse(dev.heddle.xds.wire.Any.ofProto(config));
        return (AccessConfig) read;
    }

    private static boolean isAllowed(List<AccessConfig> filters, AccessDice.Call call) {
        var info = new StreamInfo();
        info.onConnection(
                1, "l", "c", address(call.from(), 40_000), address(call.to(), call.port()));
        info.setDownstreamRemote(address(call.client(), 40_000));
        if (!call.caller().isEmpty()) {
            info.setTls(session(call.caller()));
        }
        if (!call.serverName().isEmpty()) {
            info.setRequestedServerName(call.serverName());
        }
        if (!call.claims().isEmpty()) {
            Map<String, @Nullable Object> found = new LinkedHashMap<>();
            found.put("payload", call.claims());
            info.setMetadata("envoy.filters.http.jwt_authn", found);
        }
        RequestHead head = RequestHead.of(call.method(), "http", call.host(), call.path());
        call.header().ifPresent(it -> head.headers().add(HeaderName.of("x-a"), it));
        return filters.stream()
                .allMatch(it -> it.ask(AccessFilters.NAME, info, head, NOWHERE) == null);
    }

    private static TlsSession session(String caller) {
        var shown =
                new ShownCertificate(
                        "",
                        "",
                        "",
                        new SubjectNames(List.of(caller), List.of(), List.of(), List.of()),
                        "",
                        "",
                        Instant.EPOCH,
                        Instant.EPOCH,
                        List.of());
        return new TlsSession(
                "TLSv1.3", "", "", "", "", false, Optional.empty(), Optional.of(shown), true);
    }

    private static InetSocketAddress address(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    static Stream<String> istios() throws Exception {
        Optional<Path> cases = Repository.cases().map(it -> it.resolve("istio-authz-golden/http"));
        if (cases.isEmpty()) {
            return Stream.of("none");
        }
        try (Stream<Path> files = Files.list(cases.get())) {
            return files
                    .map(it -> it.getFileName().toString())
                    .filter(it -> it.endsWith("-in.yaml") && !it.startsWith("td-aliases"))
                    .map(it -> it.replace("-in.yaml", ""))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    /// What Istio makes of a policy, read by our proxy, decides as what we make of it: whether it
    /// is enforced or only tried out.
    @ParameterizedTest
    @MethodSource("istios")
    void istiosFiltersDecideTheSame(String name) throws Exception {
        Optional<Path> cases = Repository.cases().map(it -> it.resolve("istio-authz-golden/http"));
        assumeTrue(cases.isPresent(), "skipped: no ../shared/cases/istio-authz-golden here");
        String in = Files.readString(cases.orElseThrow().resolve(name + "-in.yaml"));
        List<AccessConfig> ours = compiled("\n---\n" + in, "foo");
        var theirs = new ArrayList<AccessConfig>();
        try (Stream<Path> files = Files.list(cases.orElseThrow())) {
            for (Path file :
                    files.filter(it -> it.getFileName().toString().startsWith(name + "-out"))
                            .sorted()
                            .toList()) {
                Object tree =
                        new Load(LoadSettings.builder().build())
                                .loadFromString(Files.readString(file));
                HttpFilter filter =
                        EnvoyJson.parse(new Gson().toJson(tree), HttpFilter.getDefaultInstance());
                theirs.add(access(filter.getTypedConfig()));
            }
        }
        assertThat(theirs).isNotEmpty().hasSameSizeAs(ours);
        var dice = new AccessDice(Seed.ofRun().random());
        for (int i = 0; i < 2_000; i++) {
            AccessDice.Call call = dice.call();
            assertThat(isAllowed(ours, call)).as("%s", call).isEqualTo(isAllowed(theirs, call));
            assertThat(isAllowed(enforced(ours), call))
                    .as("tried out: %s", call)
                    .isEqualTo(isAllowed(enforced(theirs), call));
        }
    }

    private static List<AccessConfig> enforced(List<AccessConfig> filters) {
        return filters.stream()
                .map(it -> new AccessConfig(it.tried(), Optional.empty(), "", ""))
                .toList();
    }
}
