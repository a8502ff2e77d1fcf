package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.world.World;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.Sidecar.OutboundTrafficPolicy;
import java.util.Optional;

/// What becomes of calls to hosts that a proxy does not know.
sealed interface UnknownHosts {
    /// They go to where the client called.
    record PassedOn() implements UnknownHosts {}

    /// Requests go to the host that they name, which the proxy looks up; bytes go to where the
    /// client called.
    record LookedUp() implements UnknownHosts {}

    /// They end.
    record Refused() implements UnknownHosts {}

    /// Another proxy takes them.
    record Sent(String cluster, String host, String subset, int port) implements UnknownHosts {}

    /// A Sidecar's word goes before the mesh's.
    static UnknownHosts of(World world, SidecarScope scope) {
        Optional<OutboundTrafficPolicy> said = scope.outboundPolicy();
        if (said.isEmpty()) {
            return switch (world.settings().outboundPolicy()) {
                case ALLOW_ANY -> new PassedOn();
                case ALLOW_ANY_DYNAMIC_DNS -> new LookedUp();
                case REGISTRY_ONLY -> new Refused();
            };
        }
        return switch (said.get().mode()) {
            case REGISTRY_ONLY -> new Refused();
            case ALLOW_ANY ->
                    said.get().egressProxy().map(UnknownHosts::sent).orElse(new PassedOn());
        };
    }

    private static UnknownHosts sent(Destination proxy) {
        int port = proxy.port().map(p -> p.number()).orElse(0);
        return new Sent(
                ClusterName.outbound(port, proxy.subset(), proxy.host()),
                proxy.host(),
                proxy.subset(),
                port);
    }

    /// Where bytes go that nobody is known for.
    default String cluster() {
        return switch (this) {
            case PassedOn(), LookedUp() -> ClusterName.PASSTHROUGH;
            case Refused() -> ClusterName.BLACK_HOLE;
            case Sent sent -> sent.cluster();
        };
    }
}
