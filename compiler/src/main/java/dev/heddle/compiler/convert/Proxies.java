package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.Options.ServiceName;
import dev.heddle.compiler.service.Workloads;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.core.Service;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.kinds.Kinds;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the Services of the proxies that Istio's Gateways choose: the Gateway API knows proxies by
/// the Service that is a Gateway's address.
record Proxies(World world, Options options) {

    /// The Service that chooses the same proxies as the Gateway; empty where none is known.
    Optional<ServiceName> of(Resource<Gateway> gateway) {
        Map<String, String> selector = gateway.spec().selector();
        if (selector.isEmpty()) {
            return Optional.empty();
        }
        List<Resource<Service>> all =
                world.resources().all(Kinds.SERVICE).stream()
                        .filter(s -> !s.spec().selector().isEmpty())
                        .filter(s -> chooses(s, selector))
                        .toList();
        return all.stream()
                .filter(s -> s.metadata().namespace().equals(gateway.metadata().namespace()))
                .findFirst()
                .or(() -> all.size() == 1 ? all.stream().findFirst() : Optional.empty())
                .map(s -> new ServiceName(s.metadata().name(), s.metadata().namespace()))
                .or(options::gatewayService);
    }

    /// Whether a Service chooses the proxies of a selector: by the same labels, or by more of them,
    /// which all the proxies have that are known.
    private boolean chooses(Resource<Service> service, Map<String, String> selector) {
        Map<String, String> own = service.spec().selector();
        return own.entrySet().containsAll(selector.entrySet())
                && world.resources().all(Kinds.WORKLOAD_ENTRY).stream()
                        .map(Workloads::labels)
                        .filter(labels -> labels.entrySet().containsAll(selector.entrySet()))
                        .allMatch(labels -> labels.entrySet().containsAll(own.entrySet()));
    }
}
