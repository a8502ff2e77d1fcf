package dev.heddle.xds.direct;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.heddle.testkit.Seed;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.TypedConfigs;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.Rejection;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsStream;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Server and client engine back to back: whatever happens on the way, once nothing more happens
/// the client runs the newest snapshot, and nothing that it runs ever misses what it uses.
final class ConvergenceTest {
    private static final int STEPS = 10_000;
    private static final int NAMES = 6;
    private static final String BAD = "bad";

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theClientComesToRunTheNewestSnapshot(long number) {
        Seed seed = Seed.ofRun();
        var world = new World(seed.forCase(number).random());
        for (int step = 0; step < STEPS; step++) {
            world.step();
            if (step % 100 == 99) {
                world.settle();
                assertThat(world.running())
                        .as("case %d, step %d; %s", number, step, seed)
                        .isEqualTo(world.expected());
                assertThat(world.leftovers())
                        .as("case %d, step %d; %s", number, step, seed)
                        .isSubsetOf(world.mayStay())
                        .containsAll(world.mustStay());
                assertThat(world.breaches).as("case %d, step %d; %s", number, step, seed).isEmpty();
                assertThat(world.isAcknowledged())
                        .as("case %d, step %d; %s", number, step, seed)
                        .isTrue();
            }
        }
    }

    /// The types that a type's resources use.
    private static List<XdsType> uses(XdsType type) {
        return switch (type) {
            case LISTENER -> List.of(XdsType.ROUTE, XdsType.CLUSTER, XdsType.SECRET);
            case ROUTE -> List.of(XdsType.CLUSTER);
            case CLUSTER -> List.of(XdsType.ENDPOINT, XdsType.SECRET);
            case ENDPOINT, SECRET, RUNTIME -> List.of();
        };
    }

    /// Whether a content such as `ok7>route1,cluster2` uses what is called so.
    private static boolean mentions(String content, String name) {
        int uses = content.indexOf('>');
        return uses >= 0 && List.of(content.substring(uses + 1).split(",")).contains(name);
    }

    /// A resource as one end has it.
    ///
    /// @param stream on which the client accepted it
    private record Held(XdsType type, String name, String content, int stream) {}

    /// A control plane whose configuration changes, a proxy that accepts what is not bad, and a
    /// link that comes and goes.
    private static final class World implements XdsHandler, XdsSubscriber {
        private final RandomGenerator random;
        private final boolean isEnvoy;
        private final DirectLink link;
        private final Map<XdsType, Map<String, String>> target = new EnumMap<>(XdsType.class);
        private final Map<XdsType, Map<String, String>> accepted = new EnumMap<>(XdsType.class);
        private final Map<XdsType, Set<String>> wanted = new EnumMap<>(XdsType.class);
        private final Map<XdsType, String> acked = new EnumMap<>(XdsType.class);
        private final List<String> breaches = new ArrayList<>();
        private final List<Runnable> overdue = new ArrayList<>();
        private Optional<XdsStream> stream = Optional.empty();
        private Snapshot snapshot = Snapshot.of("0", Map.of());
        private final Map<String, Integer> takenOn = new HashMap<>();
        private final Set<String> touched = new HashSet<>();
        private int streams;
        private int version;
        private int content;

        World(RandomGenerator random) {
            this.random = random;
            this.isEnvoy = random.nextBoolean();
            this.link =
                    new DirectLink(
                            NodeInfo.of("n", "c").withUserAgent(isEnvoy ? "envoy" : "heddle"),
                            this,
                            this,
                            overdue::add);
            for (XdsType type : XdsType.values()) {
                target.put(type, new TreeMap<>());
                accepted.put(type, new TreeMap<>());
                wanted.put(type, Set.of());
            }
        }

        void step() {
            int what = random.nextInt(100);
            if (what < 40) {
                link.deliverResponse();
            } else if (what < 80) {
                link.deliverRequest();
            } else if (what < 90) {
                change();
            } else if (what < 97) {
                resubscribe(pick(XdsType.values()));
            } else if (what < 98) {
                List.copyOf(overdue).forEach(Runnable::run);
                overdue.clear();
            } else if (random.nextBoolean()) {
                link.disconnect("drop");
            } else {
                link.connect();
            }
        }

        private <T> T pick(T[] all) {
            return all[random.nextInt(all.length)];
        }

        private String anyName(XdsType type) {
            return type.name().toLowerCase(Locale.ROOT) + random.nextInt(NAMES);
        }

        /// A content that uses at most one of each type, and only what is there.
        private String anyContent(XdsType type) {
            content++;
            String uses =
                    uses(type).stream()
                            .flatMap(used -> of(target, used).keySet().stream())
                            .filter(_ -> random.nextInt(NAMES) == 0)
                            .collect(Collectors.joining(","));
            return (random.nextInt(6) == 0 ? BAD : "ok") + content + ">" + uses;
        }

        /// Who used what is no more uses something else.
        private void mendUsers(String gone) {
            for (XdsType type : List.of(XdsType.CLUSTER, XdsType.ROUTE, XdsType.LISTENER)) {
                of(target, type)
                        .replaceAll(
                                (_, before) -> mentions(before, gone) ? anyContent(type) : before);
            }
        }

        private void change() {
            int changes = 1 + random.nextInt(3);
            for (int i = 0; i < changes; i++) {
                XdsType type = pick(XdsType.values());
                String name = anyName(type);
                if (random.nextInt(3) > 0) {
                    of(target, type).put(name, anyContent(type));
                } else if (of(target, type).remove(name) != null) {
                    mendUsers(name);
                }
            }
            version++;
            var resources = new EnumMap<XdsType, List<XdsResource>>(XdsType.class);
            target.forEach((type, map) ->
                    resources.put(
                            type,
                            map.entrySet().stream()
                                    .map(e -> resource(type, e.getKey(), e.getValue()))
                                    .toList()));
            snapshot = Snapshot.of(Integer.toString(version), resources);
            stream.ifPresent(s -> s.push(snapshot));
        }

        private static XdsResource resource(XdsType type, String name, String content) {
            List<String> used = List.of(content.substring(content.indexOf('>') + 1).split(","));
            Message message =
                    switch (type) {
                        case LISTENER ->
                                Listener.newBuilder()
                                        .setName(name)
                                        .addFilterChains(
                                                FilterChain.newBuilder()
                                                        .addFilters(
                                                                Filter.newBuilder()
                                                                        .setTypedConfig(
                                                                                table(used))))
                                        .build();
                        case CLUSTER, ROUTE, ENDPOINT, SECRET, RUNTIME ->
                                RouteConfiguration.newBuilder()
                                        .setName(name)
                                        .addAllInternalOnlyHeaders(used)
                                        .build();
                    };
            return new XdsResource(name, content, XdsResource.of(name, message).body());
        }

        /// Names stand deep inside of a message inside of a message.
        private static Any table(List<String> used) {
            return TypedConfigs.pack(
                    HttpConnectionManager.newBuilder()
                            .setRouteConfig(
                                    RouteConfiguration.newBuilder().addAllInternalOnlyHeaders(used))
                            .build());
        }

        private void resubscribe(XdsType type) {
            var names = new TreeSet<String>();
            for (int i = random.nextInt(4); i > 0; i--) {
                names.add(anyName(type));
            }
            if (random.nextInt(4) == 0) {
                names.add("*");
            }
            wanted.put(type, names);
            touched.addAll(of(accepted, type).keySet());
            touched.addAll(names);
            of(accepted, type).keySet().removeIf(name -> !wants(type, name));
            link.subscribe(type, names);
        }

        private boolean wants(XdsType type, String name) {
            Set<String> names = wanted.getOrDefault(type, Set.of());
            return names.contains("*") || names.contains(name);
        }

        void settle() {
            if (!link.isConnected()) {
                link.connect();
            }
            link.settle();
            touched.clear();
        }

        /// What the client runs of what is in the newest snapshot: of each name what it accepted
        /// last.
        Map<XdsType, Map<String, String>> running() {
            var running = new EnumMap<XdsType, Map<String, String>>(XdsType.class);
            accepted.forEach((type, those) -> {
                var there = new TreeMap<>(those);
                there.keySet().retainAll(of(target, type).keySet());
                running.put(type, there);
            });
            return running;
        }

        private List<Held> held() {
            var held = new ArrayList<Held>();
            accepted.forEach((type, those) ->
                    those.forEach((name, has) ->
                            held.add(new Held(type, name, has, takenOn.getOrDefault(name, 0)))));
            return held;
        }

        private boolean isOutdated(Held held) {
            return !held.content().equals(of(target, held.type()).get(held.name()));
        }

        /// What the client runs and is no more in the newest snapshot.
        Set<String> leftovers() {
            return held().stream()
                    .filter(h -> !of(target, h.type()).containsKey(h.name()))
                    .map(Held::name)
                    .collect(Collectors.toSet());
        }

        /// Those of them that something uses which the client did not let go of.
        Set<String> mustStay() {
            return leftovers().stream()
                    .filter(name -> held().stream().anyMatch(h -> mentions(h.content(), name)))
                    .collect(Collectors.toSet());
        }

        /// What may be used, as far as a server knows that has not sent everything itself.
        Set<String> mayStay() {
            return isGuess() ? leftovers() : mustStay();
        }

        /// Whether the server cannot know what the client runs uses.
        private boolean isGuess() {
            return held().stream()
                    .anyMatch(h ->
                            isOutdated(h) && !uses(h.type()).isEmpty() && h.stream() < streams);
        }

        /// Whether that leads to a cluster which is bad and of which the client has nothing, while
        /// what it runs does not, as far as a server knows that has not sent everything itself.
        private boolean mayWait(XdsType type, String name, String value) {
            String before = of(accepted, type).get(name);
            boolean isGuess = takenOn.getOrDefault(name, 0) < streams;
            return uses(type).contains(XdsType.CLUSTER)
                    && before != null
                    && of(target, XdsType.CLUSTER).entrySet().stream()
                            .filter(c -> c.getValue().startsWith(BAD))
                            .map(Map.Entry::getKey)
                            .filter(c -> !of(accepted, XdsType.CLUSTER).containsKey(c))
                            .anyMatch(c -> mentions(value, c) && (isGuess || !mentions(before, c)));
        }

        /// The newest snapshot as far as it is wanted; of what is bad there or would lead to what
        /// is, what came before.
        Map<XdsType, Map<String, String>> expected() {
            var expected = new EnumMap<XdsType, Map<String, String>>(XdsType.class);
            target.forEach((type, resources) -> {
                var those = new TreeMap<String, String>();
                resources.forEach((name, value) -> {
                    if (!wants(type, name)) {
                        return;
                    }
                    if (!value.startsWith(BAD) && !mayWait(type, name, value)) {
                        those.put(name, value);
                    } else if (of(accepted, type).containsKey(name)) {
                        those.put(name, of(accepted, type).getOrDefault(name, ""));
                    }
                });
                expected.put(type, those);
            });
            return expected;
        }

        /// Whether the server knows that every type in use that has nothing bad is up to date, as
        /// far as it can know: what might be used, it does not take away.
        boolean isAcknowledged() {
            return wanted.entrySet().stream()
                    .filter(e -> !e.getValue().isEmpty() && version > 0 && !isGuess())
                    .filter(e ->
                            of(target, e.getKey())
                                    .keySet()
                                    .containsAll(of(accepted, e.getKey()).keySet()))
                    .filter(e ->
                            of(target, e.getKey()).entrySet().stream()
                                    .noneMatch(r ->
                                            wants(e.getKey(), r.getKey())
                                                    && (r.getValue().startsWith(BAD)
                                                            || mayWait(
                                                                    e.getKey(),
                                                                    r.getKey(),
                                                                    r.getValue()))))
                    .allMatch(e -> Integer.toString(version).equals(acked.get(e.getKey())));
        }

        @Override
        public List<Rejection> onUpdate(
                XdsType type, List<XdsResource> changed, List<String> removed) {
            boolean hasBad = changed.stream().anyMatch(r -> r.version().startsWith(BAD));
            if (hasBad && (isEnvoy || !type.wildcardByDefault()) && random.nextBoolean()) {
                // As Envoy may: nothing is taken and the words do not tell why.
                return List.of(new Rejection("", "one of them is bad"));
            }
            var rejections = new ArrayList<Rejection>();
            var seen = new HashSet<String>();
            for (XdsResource resource : changed) {
                if (!seen.add(resource.name())) {
                    breaches.add(resource.name() + " twice in one response");
                }
                if (resource.version().startsWith(BAD)) {
                    rejections.add(new Rejection(resource.name(), "bad"));
                } else if (wants(type, resource.name())) {
                    of(accepted, type).put(resource.name(), resource.version());
                    takenOn.put(resource.name(), streams);
                }
            }
            removed.forEach(name -> onRemoved(type, name));
            return rejections;
        }

        /// Who takes back a name while something is on its way to it can't be understood.
        private void onRemoved(XdsType type, String name) {
            if (of(accepted, type).remove(name) == null || touched.contains(name)) {
                return;
            }
            held().stream()
                    .filter(h -> mentions(h.content(), name) && !touched.contains(h.name()))
                    .forEach(h -> breaches.add(name + " is gone, but " + h + " uses it"));
        }

        private static Map<String, String> of(Map<XdsType, Map<String, String>> all, XdsType type) {
            return all.computeIfAbsent(type, _ -> new HashMap<>());
        }

        @Override
        public void onOpened(XdsStream opened) {
            stream = Optional.of(opened);
            streams++;
            acked.clear();
            overdue.clear();
            if (version > 0) {
                opened.push(snapshot);
            }
        }

        @Override
        public void onAck(XdsStream from, XdsType type, String ackedVersion) {
            acked.put(type, ackedVersion);
        }

        @Override
        public void onNack(
                XdsStream from,
                XdsType type,
                String nackedVersion,
                String text,
                List<String> resources) {
            if (resources.isEmpty()) {
                breaches.add("a rejection of nothing: " + text);
            }
        }

        @Override
        public void onClosed(XdsStream from, String reason) {
            if (stream.filter(s -> s.id() == from.id()).isPresent()) {
                stream = Optional.empty();
            }
        }
    }
}
