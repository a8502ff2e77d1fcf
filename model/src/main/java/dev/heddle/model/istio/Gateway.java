package dev.heddle.model.istio;

import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which ports the proxies at an edge of the mesh open, and for which hosts.
///
/// @param selector labels of the gateway's workloads
public record Gateway(List<Server> servers, Map<String, String> selector) {
    public Gateway {
        servers = List.copyOf(servers);
        selector = Ordered.copyOf(selector);
    }

    /// One port of a gateway.
    ///
    /// @param bind address to listen on; empty means all
    /// @param hosts as `host` or `namespace/host`, wildcards allowed; only VirtualServices of that
    ///   namespace count, `.` means the gateway's own
    /// @param name unique, for statistics
    public record Server(
            @Required Port port,
            String bind,
            @Required List<String> hosts,
            Optional<ServerTlsSettings> tls,
            @NotYet String defaultEndpoint,
            String name) {

        public Server {
            hosts = List.copyOf(hosts);
        }
    }
}
