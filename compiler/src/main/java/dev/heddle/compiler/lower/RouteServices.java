package dev.heddle.compiler.lower;

import dev.heddle.compiler.attach.Backend;
import dev.heddle.compiler.attach.BackendTls;
import dev.heddle.compiler.ir.HashKey;
import dev.heddle.compiler.ir.HttpFeature.StatefulSession;
import dev.heddle.compiler.ir.Retry;
import dev.heddle.compiler.ir.RouteAction.Destination;
import dev.heddle.compiler.lower.gatewayapi.Services;
import dev.heddle.compiler.lower.istio.Destinations;
import dev.heddle.compiler.lower.istio.Retries;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.Origin;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What Istio's resources, and policies, say of services that routes of the Gateway API name.
final class RouteServices implements Services {
    private final MeshIndex index;
    private final Destinations destinations;

    /// @param viewer namespace of the proxy
    /// @param labels of its workload
    RouteServices(MeshIndex index, String viewer, Map<String, String> labels) {
        this.index = index;
        this.destinations = new Destinations(index, viewer, labels);
    }

    @Override
    public List<HashKey> hash(List<Destination> to) {
        return destinations.hash(to);
    }

    @Override
    public Optional<StatefulSession> session(List<Destination> to) {
        return destinations.session(to);
    }

    @Override
    public Optional<Retry> retry() {
        return Retries.lower(index.defaultRetry());
    }

    @Override
    public boolean isReachable(Backend.To to) {
        return index.services()
                .find(to.host(), to.namespace())
                .flatMap(service -> service.service().port(to.port()))
                .flatMap(port -> index.gatewayApi().tls(to.host(), to.namespace(), port))
                .filter(tls -> tls instanceof BackendTls.Broken)
                .isEmpty();
    }

    @Override
    public String rule(Origin origin) {
        return index.ruleNames().id(origin);
    }
}
