package dev.heddle.control.push;

import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.control.push.ProxyStatus.Gone;
import dev.heddle.control.push.ProxyStatus.Nack;
import dev.heddle.control.push.ProxyStatus.Says;
import dev.heddle.control.push.ProxyStatus.TypeStatus;
import dev.heddle.model.Confined;
import dev.heddle.xds.NamedResources;
import dev.heddle.xds.RuntimeResource;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.server.XdsStream;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One open stream and what its proxy said on it.
@Confined("pusher")
final class ConnectedProxy {
    /// What proxies ask for.
    private static final String RUNTIME_LAYER = "heddle";

    private static final NamedResources UNTUNED = layer(Map.of());

    private final XdsStream stream;
    private final ProxyScope said;
    private final Instant since;
    private final Map<XdsType, TypeStatus> types = new EnumMap<>(XdsType.class);
    private final TunedProxy identity;
    private NamedResources runtime = NamedResources.NONE;
    private @Nullable Snapshot target;
    private Group group;

    /// @param said what its node comes to, whatever the world is like
    ConnectedProxy(XdsStream stream, ProxyScope said, Instant since) {
        this.stream = stream;
        this.said = said;
        this.group = new Group(said, false);
        this.since = since;
        this.identity = TunedProxy.of(stream.node(), said);
        tune(List.of());
    }

    XdsStream stream() {
        return stream;
    }

    ProxyScope said() {
        return said;
    }

    /// The proxies that get the same, as far as the newest world tells them apart.
    Group group() {
        return group;
    }

    /// Gets what proxies of that group get from now on.
    void joins(Group other) {
        group = other;
    }

    String id() {
        return stream.node().id();
    }

    /// As `127.0.0.1:4711`; sockets print a slash before it.
    private String peer() {
        String address = stream.peer().address();
        return address.startsWith("/") ? address.substring(1) : address;
    }

    Optional<Snapshot> target() {
        return Optional.ofNullable(target);
    }

    /// Gives it a configuration, with the runtime that it has now.
    void push(Snapshot snapshot) {
        Snapshot whole = snapshot.with(XdsType.RUNTIME, runtime);
        target = whole;
        stream.push(whole);
    }

    /// Who it is, for whoever chooses some proxies.
    TunedProxy identity() {
        return identity;
    }

    /// Gives it the values of those that are for it, a later one before an earlier one.
    void tune(List<Tuning> tunings) {
        var values = new TreeMap<String, Double>();
        tunings.stream()
                .filter(it -> it.isFor(identity))
                .forEach(it -> values.put(it.key(), it.value()));
        NamedResources next = resources(values);
        if (!next.equals(runtime)) {
            runtime = next;
            if (target != null) {
                push(target);
            }
        }
    }

    /// There always is one: a state of the world cannot say that there is none.
    private static NamedResources resources(Map<String, Double> values) {
        return values.isEmpty() ? UNTUNED : layer(values);
    }

    private static NamedResources layer(Map<String, Double> values) {
        return NamedResources.of(
                XdsType.RUNTIME, List.of(RuntimeResource.of(RUNTIME_LAYER, values)));
    }

    void onAck(XdsType type, String version) {
        // A refusal stays until something newer is accepted: the same version is acknowledged for
        // the resources that were fine.
        Optional<Nack> still =
                Optional.ofNullable(types.get(type))
                        .flatMap(TypeStatus::nack)
                        .filter(n -> n.version().equals(version));
        types.put(type, new TypeStatus(version, still));
    }

    void onNack(XdsType type, Nack nack) {
        TypeStatus before = types.get(type);
        types.put(type, new TypeStatus(before == null ? "" : before.acked(), Optional.of(nack)));
    }

    private Says says() {
        return new Says(
                stream.node().texts("LABELS"),
                stream.node().text("CLUSTER_ID").orElse(""),
                stream.node().text("ISTIO_VERSION").orElse(""));
    }

    ProxyStatus status(Optional<Gone> gone) {
        return new ProxyStatus(
                id(),
                stream.node().cluster(),
                group.scope().role().name().toLowerCase(Locale.ROOT),
                stream.node().userAgent(),
                peer(),
                stream.variant().name().toLowerCase(Locale.ROOT),
                since,
                gone,
                target == null ? "" : target.version(),
                group.isTrial(),
                types,
                says());
    }
}
