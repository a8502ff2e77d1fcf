package dev.heddle.xds.protocol;

import dev.heddle.xds.Confined;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// A client of delta ADS, across all the streams of its life.
///
/// ```
///   away ──connected──▶ connected: what is wanted is asked for, what is held is named
///     ◀──disconnected──   └─ response ─▶ delivered ──judged──▶ ACK or NACK
/// ```
///
/// What was accepted stays held while away, so that the next stream brings only what differs.
@Confined("xds client")
public final class DeltaClientStream {
    private final Map<XdsType, Interest> interests = new EnumMap<>(XdsType.class);
    private boolean connected;
    private long streams;

    public DeltaClientStream() {
        for (XdsType type : XdsType.values()) {
            interests.put(type, new Interest(type));
        }
    }

    /// What this client has to do with one type.
    @Confined("xds client")
    private static final class Interest {
        private final XdsType type;
        private final Map<String, String> held = new HashMap<>();
        private Set<String> wanted = Set.of();
        private boolean asked;

        Interest(XdsType type) {
            this.type = type;
        }

        boolean wants(String name) {
            return wanted.contains("*") || wanted.contains(name);
        }

        Optional<DeltaRequest> want(Set<String> names, boolean connected) {
            var added = new TreeSet<>(names);
            added.removeAll(wanted);
            var dropped = new TreeSet<>(wanted);
            dropped.removeAll(names);
            wanted = new TreeSet<>(names);
            held.keySet().removeIf(name -> !wants(name));
            if (!connected || (added.isEmpty() && dropped.isEmpty())) {
                return Optional.empty();
            }
            return asked ? Optional.of(request(added, dropped, Map.of())) : ask();
        }

        /// The first request of this type on a stream; empty while nothing is wanted.
        Optional<DeltaRequest> ask() {
            if (wanted.isEmpty()) {
                return Optional.empty();
            }
            asked = true;
            // Naming nothing is how every server understands "everything".
            boolean isPlain = type.wildcardByDefault() && wanted.equals(Set.of("*"));
            return Optional.of(request(isPlain ? Set.of() : wanted, Set.of(), held));
        }

        private DeltaRequest request(
                Set<String> added, Set<String> dropped, Map<String, String> versions) {
            return new DeltaRequest(
                    type.typeUrl(),
                    List.copyOf(added),
                    List.copyOf(dropped),
                    versions,
                    "",
                    Optional.empty());
        }

        /// Whether it is news, and not only a word on how much longer what is held may be used.
        boolean isNews(XdsResource resource) {
            return !DeltaResponse.isHeartbeat(resource)
                    || !resource.version().equals(held.get(resource.name()));
        }

        void accept(ClientEffect.Deliver delivered, Verdict verdict) {
            if (verdict.isWhole()) {
                return;
            }
            for (XdsResource resource : delivered.changed()) {
                String name = resource.name();
                if (wants(name) && !verdict.rejected().contains(name)) {
                    held.put(name, resource.version());
                }
            }
            delivered.removed().forEach(held::remove);
        }
    }

    /// Replaces the names wanted of one type; `*` means everything of it.
    public List<ClientEffect> onSubscribe(XdsType type, Set<String> names) {
        return interest(type).want(names, connected).stream()
                .<ClientEffect>map(ClientEffect.Send::new)
                .toList();
    }

    /// A new stream is open.
    public List<ClientEffect> onConnected() {
        connected = true;
        streams++;
        var effects = new ArrayList<ClientEffect>();
        for (Interest interest : interests.values()) {
            interest.asked = false;
            interest.ask().ifPresent(request -> effects.add(new ClientEffect.Send(request)));
        }
        return effects;
    }

    /// The server said something.
    public List<ClientEffect> onResponse(DeltaResponse response) {
        Interest interest = interest(response.type());
        return List.of(
                new ClientEffect.Deliver(
                        response.type(),
                        streams,
                        response.version(),
                        response.nonce(),
                        response.resources().stream()
                                .filter(r -> interest.wants(r.name()))
                                .filter(interest::isNews)
                                .toList(),
                        response.removed().stream().filter(interest::wants).toList()));
    }

    /// The server said something that contradicts itself: nobody hears of it.
    public List<ClientEffect> onMistake(DeltaResponse response, String why) {
        return List.of(
                new ClientEffect.Send(answer(response.type(), response.nonce(), Optional.of(why))));
    }

    private static DeltaRequest answer(XdsType type, String nonce, Optional<String> error) {
        return new DeltaRequest(type.typeUrl(), List.of(), List.of(), Map.of(), nonce, error);
    }

    /// The subscriber has judged what was delivered. Deliveries are judged in their order.
    public List<ClientEffect> onJudged(ClientEffect.Deliver delivered, Verdict verdict) {
        interest(delivered.type()).accept(delivered, verdict);
        if (!connected || delivered.stream() != streams) {
            return List.of();
        }
        return List.of(
                new ClientEffect.Send(answer(delivered.type(), delivered.nonce(), verdict.text())));
    }

    /// The time of a resource is over: it is held no longer, so that the next stream asks for it.
    ///
    /// @return whether the subscriber is to be told
    public boolean onExpired(XdsType type, String name) {
        interest(type).held.remove(name);
        return wants(type, name);
    }

    /// Whether a resource of that name is subscribed to.
    public boolean wants(XdsType type, String name) {
        return interest(type).wants(name);
    }

    /// The stream is gone.
    public void onDisconnected() {
        connected = false;
    }

    /// The versions held of one type, by name.
    public Map<String, String> held(XdsType type) {
        return Map.copyOf(interest(type).held);
    }

    private Interest interest(XdsType type) {
        Interest interest = interests.get(type);
        if (interest == null) {
            throw new IllegalStateException("no interest for " + type);
        }
        return interest;
    }
}
