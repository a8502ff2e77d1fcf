package dev.heddle.control.push;

import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.control.push.ProxyStatus.Gone;
import dev.heddle.control.push.ProxyStatus.Nack;
import dev.heddle.control.push.ProxyStatus.TypeStatus;
import dev.heddle.model.Confined;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.server.XdsStream;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One open stream and what its proxy said on it.
@Confined("pusher")
final class ConnectedProxy {
    private final XdsStream stream;
    private final ProxyScope said;
    private final Instant since;
    private final Map<XdsType, TypeStatus> types = new EnumMap<>(XdsType.class);
    private @Nullable Snapshot target;
    private Group group;

    /// @param said what its node comes to, whatever the world is like
    ConnectedProxy(XdsStream stream, ProxyScope said, Instant since) {
        this.stream = stream;
        this.said = said;
        this.group = new Group(said, false);
        this.since = since;
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

    void push(Snapshot snapshot) {
        target = snapshot;
        stream.push(snapshot);
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
                types);
    }
}
