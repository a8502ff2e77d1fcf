package dev.heddle.xds.protocol;

import static dev.heddle.xds.protocol.Snapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.Seed;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The state-of-the-world server against a plain model of a client: whatever happens on the way,
/// once nothing more happens the client runs the newest snapshot.
final class SotwConvergenceTest {
    private static final int STEPS = 10_000;
    private static final List<XdsType> TYPES = List.of(XdsType.values());

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
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
            }
        }
    }

    /// As Envoy does it: of a whole state the good resources are taken, what is bad stays as it
    /// was, and what is missing goes.
    private static final class Client {
        private final XdsType type;
        private final Map<String, XdsResource> running = new TreeMap<>();
        private Set<String> names = Set.of();
        private String nonce = "";
        private boolean asked;

        Client(XdsType type) {
            this.type = type;
        }

        Optional<SotwRequest> want(Set<String> wanted) {
            names = wanted;
            running.keySet().removeIf(name -> !wants(name));
            return asked || !names.isEmpty() ? Optional.of(request(Optional.empty())) : ask();
        }

        Optional<SotwRequest> ask() {
            boolean isNeeded = !names.isEmpty();
            asked = isNeeded;
            nonce = "";
            return isNeeded ? Optional.of(request(Optional.empty())) : Optional.empty();
        }

        private SotwRequest request(Optional<String> error) {
            asked = true;
            return new SotwRequest(type.typeUrl(), List.copyOf(names), "", nonce, error);
        }

        boolean wants(String name) {
            return names.contains("*") || names.contains(name);
        }

        SotwRequest receive(SotwResponse response) {
            nonce = response.nonce();
            var bad = new ArrayList<String>();
            var there = new TreeSet<String>();
            for (XdsResource resource : response.resources()) {
                there.add(resource.name());
                if (isBad(resource)) {
                    bad.add(resource.name());
                } else if (wants(resource.name())) {
                    running.put(resource.name(), resource);
                }
            }
            if (type.wildcardByDefault()) {
                running.keySet().retainAll(there);
            }
            return request(bad.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", bad)));
        }
    }

    private static boolean isBad(XdsResource resource) {
        return resource.body().getValue().toStringUtf8().contains("bad");
    }

    private static final class World {
        private final RandomGenerator random;
        private final Map<XdsType, Map<String, String>> target = new EnumMap<>(XdsType.class);
        private final Map<XdsType, Client> clients = new EnumMap<>(XdsType.class);
        private final Queue<SotwRequest> requests = new ArrayDeque<>();
        private final Queue<SotwResponse> responses = new ArrayDeque<>();
        private SotwServerStream server = new SotwServerStream(ClientTraits.ENVOY);
        private Snapshot snapshot = snapshot("0");
        private int version;

        World(RandomGenerator random) {
            this.random = random;
            for (XdsType type : XdsType.values()) {
                target.put(type, new HashMap<>());
                clients.put(type, new Client(type));
            }
            carryOut(server.onPush(snapshot));
        }

        void step() {
            int what = random.nextInt(100);
            if (what < 40) {
                deliverResponse();
            } else if (what < 80) {
                deliverRequest();
            } else if (what < 94) {
                change();
            } else if (what < 98) {
                resubscribe(client(anyType()));
            } else {
                reconnect();
            }
        }

        private Client client(XdsType type) {
            return clients.computeIfAbsent(type, Client::new);
        }

        private boolean deliverRequest() {
            SotwRequest request = requests.poll();
            if (request != null) {
                carryOut(server.onRequest(request));
            }
            return request != null;
        }

        private boolean deliverResponse() {
            SotwResponse response = responses.poll();
            if (response != null) {
                requests.add(client(response.type()).receive(response));
            }
            return response != null;
        }

        private void carryOut(List<ServerEffect<SotwResponse>> effects) {
            for (ServerEffect<SotwResponse> effect : effects) {
                if (effect instanceof ServerEffect.Send<SotwResponse>(var response)) {
                    responses.add(response);
                }
            }
        }

        private XdsType anyType() {
            return TYPES.get(random.nextInt(TYPES.size()));
        }

        private static String anyName(RandomGenerator random, XdsType type) {
            return type.name().toLowerCase(Locale.ROOT) + random.nextInt(6);
        }

        private void change() {
            for (int i = random.nextInt(3); i >= 0; i--) {
                XdsType type = anyType();
                Map<String, String> resources = target.computeIfAbsent(type, _ -> new HashMap<>());
                if (random.nextInt(3) == 0) {
                    resources.remove(anyName(random, type));
                } else {
                    resources.put(
                            anyName(random, type),
                            (random.nextInt(6) == 0 ? "bad" : "ok") + version + "." + i);
                }
            }
            version++;
            snapshot = snapshot(Integer.toString(version), target);
            carryOut(server.onPush(snapshot));
        }

        /// Waits for silence first: who drops a name and takes it back while a response is on its
        /// way cannot make himself understood in this protocol.
        private void resubscribe(Client client) {
            settle();
            var names = new TreeSet<String>();
            for (int i = random.nextInt(4); i > 0; i--) {
                names.add(anyName(random, client.type));
            }
            if (random.nextInt(4) == 0) {
                names.add("*");
            }
            client.want(names).ifPresent(requests::add);
            settle();
        }

        private void reconnect() {
            requests.clear();
            responses.clear();
            server = new SotwServerStream(ClientTraits.ENVOY);
            clients.values().forEach(client -> client.ask().ifPresent(requests::add));
            carryOut(server.onPush(snapshot));
        }

        void settle() {
            while (deliverRequest() || deliverResponse()) {
                // Each turn delivers one message.
            }
        }

        Map<XdsType, Map<String, String>> running() {
            var running = new EnumMap<XdsType, Map<String, String>>(XdsType.class);
            clients.forEach((type, client) -> {
                var versions = new TreeMap<String, String>();
                client.running.forEach((name, r) -> versions.put(name, r.version()));
                if (!type.wildcardByDefault()) {
                    // Nobody is told that these are no more.
                    versions.keySet().retainAll(snapshot.of(type).keySet());
                }
                running.put(type, versions);
            });
            return running;
        }

        Map<XdsType, Map<String, String>> expected() {
            var expected = new EnumMap<XdsType, Map<String, String>>(XdsType.class);
            clients.forEach((type, client) -> {
                var versions = new TreeMap<String, String>();
                snapshot.of(type)
                        .forEach((name, resource) -> {
                            if (!client.wants(name)) {
                                return;
                            }
                            if (!isBad(resource)) {
                                versions.put(name, resource.version());
                            } else if (client.running.containsKey(name)) {
                                versions.put(
                                        name,
                                        client.running.getOrDefault(name, resource).version());
                            }
                        });
                expected.put(type, versions);
            });
            return expected;
        }
    }
}
