package dev.heddle.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.protobuf.Any;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.proxy.config.Assignment;
import dev.heddle.proxy.config.ClusterConfig;
import dev.heddle.proxy.config.ConfigSubscriber;
import dev.heddle.proxy.config.DnsHosts;
import dev.heddle.proxy.config.HttpFilters;
import dev.heddle.proxy.config.ProxyConfig;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.EnvoyJsonException;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.direct.DirectLink;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The resources of every golden case, as its files have them, are taken by Heddle's proxy as they
/// come over xDS: none is rejected, no field is left out, and nothing waits for something that does
/// not come. (Stock Envoy reads the same in the compiler's `EnvoyAcceptsTest`.)
class GoldenAcceptTest {
    private static final Map<XdsType, String> FILES =
            Map.of(
                    XdsType.CLUSTER, "xds/clusters.yaml",
                    XdsType.ENDPOINT, "xds/endpoints.yaml",
                    XdsType.LISTENER, "xds/listeners.yaml",
                    XdsType.ROUTE, "xds/routes.yaml");

    static Stream<GoldenCase> all() {
        return GoldenCase.all().stream();
    }

    private final List<ProxyConfig> states = new ArrayList<>();

    @ParameterizedTest
    @MethodSource("all")
    void theProxyTakesWhatTheCaseSays(GoldenCase golden) throws EnvoyJsonException {
        Snapshot snapshot = snapshot(golden);
        ConfigSubscriber subscriber = subscriber();
        Server server = serve(snapshot, subscriber);

        assertThat(server.nacks).as(golden.why()).isEmpty();
        assertThat(subscriber.received().notes()).isEmpty();
        assertThat(subscriber.awaited()).isEmpty();
        ProxyConfig runs = states.getLast();
        assertThat(runs.clusters().keySet())
                .containsExactlyInAnyOrderElementsOf(snapshot.of(XdsType.CLUSTER).keySet());
        assertThat(runs.listeners().keySet())
                .containsExactlyInAnyOrderElementsOf(snapshot.of(XdsType.LISTENER).keySet());
        assertThat(runs.routes().keySet())
                .containsExactlyInAnyOrderElementsOf(snapshot.of(XdsType.ROUTE).keySet());
    }

    private static Server serve(Snapshot snapshot, ConfigSubscriber subscriber) {
        var server = new Server(snapshot);
        var node = NodeInfo.of("sidecar~127.0.0.1~a~d", "a").withUserAgent("heddle");
        var link = new DirectLink(node, server, subscriber);
        assertThat(subscriber.start(List.of(), List.of())).isEmpty();
        link.connect();
        subscriber.connectTo(link);
        link.settle();
        return server;
    }

    private ConfigSubscriber subscriber() {
        return new ConfigSubscriber(
                new ConfigSubscriber.Surroundings(
                        HttpFilters.ALL,
                        true,
                        Duration.ZERO,
                        new NobodyAnswers(),
                        () -> 0,
                        () -> Instant.EPOCH,
                        states::add,
                        () -> {},
                        _ -> {}));
    }

    private static Snapshot snapshot(GoldenCase golden) throws EnvoyJsonException {
        var resources = new EnumMap<XdsType, List<XdsResource>>(XdsType.class);
        for (Map.Entry<XdsType, String> file : FILES.entrySet()) {
            var all = new ArrayList<XdsResource>();
            Object said = golden.yamlFile(file.getValue()).orElse(List.of());
            for (Object resource : (List<?>) said) {
                all.add(resource((Map<?, ?>) resource));
            }
            resources.put(file.getKey(), all);
        }
        // The files have no keys and no passwords, so what has some is made anew.
        Snapshot made =
                MeshCompiler.compile(
                                CaseWorld.read(golden, _ -> 1).world(),
                                CaseWorld.scope(
                                        golden, new Interception.Explicit("", List.of(), Map.of())))
                        .snapshot();
        resources.put(XdsType.SECRET, List.copyOf(made.of(XdsType.SECRET).values()));
        resources.replaceAll((type, all) ->
                all.stream()
                        .map(it -> {
                            XdsResource whole = made.of(type).get(it.name());
                            boolean isRedacted =
                                    it.body().bytes().toString(ISO_8859_1).contains("[redacted]");
                            // A header's value is a text like any other.
                            return isRedacted && whole != null ? whole : it;
                        })
                        .toList());
        assertThat(resources.get(XdsType.LISTENER)).as("listeners").isNotEmpty();
        return Snapshot.of("1", resources);
    }

    private static XdsResource resource(Map<?, ?> said) throws EnvoyJsonException {
        Object name = said.containsKey("name") ? said.get("name") : said.get("cluster_name");
        Any body = EnvoyJson.parse(new Gson().toJson(said), Any.getDefaultInstance());
        return new XdsResource(String.valueOf(name), "1", dev.heddle.xds.wire.Any.ofProto(body));
    }

    /// Looks nothing up: hosts by name stay unknown.
    private static final class NobodyAnswers implements DnsHosts {
        @Override
        public void watch(
                String cluster,
                ClusterConfig.Discovery.Dns question,
                Consumer<Optional<Assignment>> found) {
            found.accept(Optional.empty());
        }

        @Override
        public void forget(String cluster) {}
    }

    private static final class Server implements XdsHandler {
        private final Snapshot snapshot;
        private final List<String> nacks = new ArrayList<>();

        Server(Snapshot snapshot) {
            this.snapshot = snapshot;
        }

        @Override
        public void onOpened(XdsStream stream) {
            stream.push(snapshot);
        }

        @Override
        public void onAck(XdsStream stream, XdsType type, String version) {}

        @Override
        public void onNack(
                XdsStream stream,
                XdsType type,
                String version,
                String text,
                List<String> resources) {
            nacks.add(type.shortName() + " " + resources + ": " + text);
        }

        @Override
        public void onClosed(XdsStream stream, String reason) {}
    }
}
