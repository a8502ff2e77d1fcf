package dev.heddle.compiler.select;

import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.Port;
import dev.heddle.model.istio.Sidecar.CaptureMode;
import dev.heddle.model.istio.Sidecar.IstioEgressListener;
import dev.heddle.model.service.AppProtocol;
import java.util.List;
import java.util.Optional;

/// What is known at one of a Sidecar's egress listeners, or everywhere at a proxy without a
/// Sidecar.
///
/// @param said as the Sidecar has it; empty where nobody said anything
/// @param services that can be called here, from the most to the least specific host
/// @param rules that count here, in order of precedence
/// @param origin where it was said
public record EgressScope(
        Optional<IstioEgressListener> said,
        List<MeshService> services,
        List<BoundVirtualService> rules,
        Origin origin) {

    public EgressScope {
        services = List.copyOf(services);
        rules = List.copyOf(rules);
    }

    /// The port that it is for; empty for every port that no other listener is for.
    public Optional<Port> port() {
        return said.flatMap(IstioEgressListener::port);
    }

    /// What is spoken at its port.
    public AppProtocol protocol() {
        return port().map(p -> AppProtocol.parse(p.protocol())).orElse(AppProtocol.UNSET);
    }

    /// Where it listens: an address, or a socket's path as `unix:///…`; empty where it does not
    /// say.
    public String bind() {
        return said.map(IstioEgressListener::bind).orElse("");
    }

    /// Whether it is called by its address, however others are.
    public boolean isCalled() {
        return said.filter(l -> l.captureMode() == CaptureMode.NONE || isPath(l.bind()))
                .isPresent();
    }

    /// Whether an address is a socket's path.
    public static boolean isPath(String address) {
        return address.startsWith("unix:");
    }

    /// Whether the listener's port chooses among the ports of services: not where clients name
    /// whole URLs, and not at a socket's path, which has none.
    static boolean isOfPort(IstioEgressListener said) {
        return said.port()
                .filter(p -> p.number() != 0)
                .filter(p -> AppProtocol.parse(p.protocol()) != AppProtocol.HTTP_PROXY)
                .isPresent();
    }
}
