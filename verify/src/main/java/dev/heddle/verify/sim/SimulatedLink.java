package dev.heddle.verify.sim;

import dev.heddle.proxy.ControlPlaneLink;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.direct.DirectLink;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// A proxy's way to a control plane in its own thread.
public record SimulatedLink(DirectLink direct) implements ControlPlaneLink {
    @Override
    public void start() {
        direct.connect();
    }

    @Override
    public void subscribe(XdsType type, Set<String> names) {
        direct.subscribe(type, names);
    }

    @Override
    public Optional<Instant> connectedSince() {
        return direct.isConnected() ? Optional.of(Instant.EPOCH) : Optional.empty();
    }

    @Override
    public void close() {
        direct.disconnect("the proxy ends");
    }
}
