package dev.heddle.control.push;

import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.xds.NodeInfo;
import java.util.Map;

/// Who a proxy is, for whoever chooses some of them.
///
/// @param id of its node
/// @param namespace of its workload, which agrees with what it has proved
/// @param workload as metrics call it, as in `reviews-v1`
/// @param service that it is of, as metrics call it, as in `reviews`
/// @param labels of its workload
/// @param kind of client, as in `envoy` or `heddle`
public record TunedProxy(
        String id,
        String namespace,
        String workload,
        String service,
        Map<String, String> labels,
        String kind) {
    public TunedProxy {
        labels = Map.copyOf(labels);
    }

    static TunedProxy of(NodeInfo node, ProxyScope scope) {
        return new TunedProxy(
                node.id(),
                scope.namespace(),
                node.workload(),
                node.service(),
                scope.labels(),
                node.userAgent());
    }

    /// As in `reviews-v1.default`.
    public String name() {
        return workload + "." + namespace;
    }
}
