package dev.heddle.xds.client;

import dev.heddle.xds.Confined;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.protocol.DeltaResponse;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/// How long resources may be used unless the server sends them again, for those of which it said so
/// (`envoy.service.discovery.v3.Resource.ttl`; Envoy's "xDS TTL"). Time goes on while there is no
/// connection.
@Confined("xds client")
final class Lifetimes {
    private final ClientSession.Timer timer;
    private final Map<XdsType, Map<String, Lifetime>> running = new EnumMap<>(XdsType.class);

    /// @param timer brings its tasks back to whoever owns this
    Lifetimes(ClientSession.Timer timer) {
        this.timer = timer;
        for (XdsType type : XdsType.values()) {
            running.put(type, new HashMap<>());
        }
    }

    @Confined("xds client")
    private static final class Lifetime {
        private Runnable cancel = () -> {};
    }

    /// Begins anew for what came, whether or not it had a body; what came without a TTL lives on.
    ///
    /// @param wanted names that count
    /// @param onEnd told of each resource whose time is over
    void onResponse(
            DeltaResponse response, Predicate<String> wanted, BiConsumer<XdsType, String> onEnd) {
        XdsType type = response.type();
        response.removed().forEach(name -> forget(type, name));
        for (XdsResource resource : response.resources()) {
            String name = resource.name();
            forget(type, name);
            Duration ttl = response.ttls().get(name);
            if (ttl != null && wanted.test(name)) {
                begin(type, name, ttl, () -> onEnd.accept(type, name));
            }
        }
    }

    private void forget(XdsType type, String name) {
        Lifetime known = of(type).remove(name);
        if (known != null) {
            known.cancel.run();
        }
    }

    private void begin(XdsType type, String name, Duration ttl, Runnable onEnd) {
        var begun = new Lifetime();
        of(type).put(name, begun);
        begun.cancel =
                timer.after(
                        ttl,
                        () -> {
                            // One that was begun anew while this was on its way does not end.
                            if (of(type).remove(name, begun)) {
                                onEnd.run();
                            }
                        });
    }

    private Map<String, Lifetime> of(XdsType type) {
        return running.getOrDefault(type, Map.of());
    }
}
