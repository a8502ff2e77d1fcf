package dev.heddle.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.xds.wire.WireWriter;
import envoy.config.cluster.v3.Cluster;
import envoy.config.endpoint.v3.ClusterLoadAssignment;
import envoy.config.listener.v3.Listener;
import envoy.config.route.v3.RouteConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The table of `rejections.yaml`: what is rejected, and the exact words.
class RejectionsTest {

    private static final Dump YAML = new Dump(DumpSettings.builder().build());

    record Case(String kind, Object config, String says) {
        @Override
        public String toString() {
            return kind + ": " + says;
        }
    }

    static Stream<Case> cases() throws IOException {
        try (InputStream in = RejectionsTest.class.getResourceAsStream("rejections.yaml")) {
            var cases =
                    (List<?>)
                            new Load(LoadSettings.builder().build())
                                    .loadFromInputStream(Objects.requireNonNull(in));
            return cases.stream().map(it -> toCase((Map<?, ?>) it));
        }
    }

    private static Case toCase(Map<?, ?> entry) {
        String kind =
                entry.keySet().stream()
                        .map(Object::toString)
                        .filter(key -> !key.equals("says"))
                        .findFirst()
                        .orElseThrow();
        return new Case(
                kind,
                Objects.requireNonNull(entry.get(kind)),
                Objects.requireNonNull(entry.get("says")).toString());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatCannotBeRunIsSaidWithItsPath(Case rejected) {
        assertThat(reasons(parse(rejected.kind(), rejected.config()))).contains(rejected.says());
    }

    private static Parsed<?> parse(String kind, Object config) {
        return switch (kind) {
            case "cluster" ->
                    ClusterParser.parse(Texts.read(Cluster.getDefaultInstance(), yaml(config)));
            case "endpoints" ->
                    EndpointParser.parse(
                            Texts.read(ClusterLoadAssignment.getDefaultInstance(), yaml(config)));
            case "routes" ->
                    RouteParser.parse(
                            Texts.read(RouteConfiguration.getDefaultInstance(), yaml(config)));
            case "route" -> {
                var host = Map.of("name", "v", "domains", List.of("*"), "routes", List.of(config));
                yield parse("routes", Map.of("name", "r", "virtual_hosts", List.of(host)));
            }
            case "http" -> parse("listener", listenerWith((Map<?, ?>) config));
            case "listener" ->
                    ListenerParser.parse(
                            Texts.read(Listener.getDefaultInstance(), yaml(config)),
                            List.of(new NoRouter()));
            default -> throw new AssertionError("no such kind of case: " + kind);
        };
    }

    private static Map<String, Object> listenerWith(Map<?, ?> http) {
        var manager = new LinkedHashMap<Object, Object>();
        manager.put("@type", "type/manager");
        manager.put("stat_prefix", "s");
        manager.put("rds", Map.of("route_config_name", "r", "config_source", ads()));
        manager.put(
                "http_filters",
                List.of(Map.of("name", "f", "typed_config", Map.of("@type", "type/router"))));
        manager.putAll(http);
        var filter = Map.of("name", "f", "typed_config", manager);
        return Map.of("name", "l", "filter_chains", List.of(Map.of("filters", List.of(filter))));
    }

    private static Map<String, Object> ads() {
        return Map.of("ads", Map.of());
    }

    private static String yaml(Object tree) {
        return YAML.dumpToString(tree);
    }

    private static List<String> reasons(Parsed<?> parsed) {
        return switch (parsed) {
            case Parsed.Accepted<?> _ -> List.of();
            case Parsed.Rejected<?>(List<String> reasons) -> reasons;
        };
    }

    @Test
    void everyMistakeOfAResourceIsNamedAtOnce() {
        assertThat(reasons(parse("cluster", Map.of("lb_policy", "RANDOM", "type", "ORIGINAL_DST"))))
                .containsExactly(
                        "name: '' (expected: not empty)",
                        "lb_policy: is not CLUSTER_PROVIDED, which type ORIGINAL_DST needs");
    }

    @Test
    void aFieldOfALaterApiIsFoundByItsNumber() {
        Cluster later = Cluster.of(new WireWriter().text(1, "x").number(777, 1).toBytes());
        assertThat(reasons(ClusterParser.parse(later))).containsExactly("field 777: is unknown");
    }

    @Test
    void aDurationMayBeAnObjectInYaml() {
        Cluster cluster =
                Texts.read(
                        Cluster.getDefaultInstance(),
                        "connect_timeout: {seconds: 1, nanos: 500000000}");
        assertThat(cluster.getConnectTimeout().getSeconds()).isEqualTo(1);
        assertThat(cluster.getConnectTimeout().getNanos()).isEqualTo(500_000_000);
    }

    @Test
    void yamlThatIsBrokenIsSaidWithItsLine() {
        assertThatThrownBy(() -> YamlTrees.read("boot.yaml", "a: 1\nb: [\n"))
                .hasMessageStartingWith("boot.yaml:3:1: ");
        assertThatThrownBy(() -> YamlTrees.read("boot.yaml", "a: 1\na: 2\n"))
                .hasMessageStartingWith("boot.yaml:2:");
    }
}
