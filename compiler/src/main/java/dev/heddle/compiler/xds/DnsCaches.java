package dev.heddle.compiler.xds;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig;
import io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig;

/// The cache of hosts that requests name. All clusters and filters of a proxy that look hosts up
/// share one, since Envoy has one for a name, and a filter looks in its own only.
final class DnsCaches {
    static final DnsCacheConfig SHARED =
            DnsCacheConfig.newBuilder()
                    .setName("dynamic_dns")
                    .setDnsLookupFamily(Cluster.DnsLookupFamily.V4_PREFERRED)
                    .build();

    private DnsCaches() {}

    /// Looks hosts up that requests name.
    static Message httpFilter() {
        return FilterConfig.newBuilder().setDnsCacheConfig(SHARED).build();
    }

    /// Looks servers up that a client hello names.
    static Message networkFilter(int port) {
        return io.envoyproxy.envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3
                .FilterConfig.newBuilder()
                .setDnsCacheConfig(SHARED)
                .setPortValue(port)
                .build();
    }
}
