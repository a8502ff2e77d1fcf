package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.dynamicproxy.DynamicProxyFilter;
import dev.heddle.xds.wire.Any;
import envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig;
import java.util.Set;

/// Looks up the hosts that requests name
/// (`envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig`).
final class DynamicProxyType implements HttpFilterType<DynamicProxyType.Config> {
    /// There is nothing to be set: the cluster says how names are looked up.
    record Config() {}

    @Override
    public String typeUrl() {
        return "type.googleapis.com/"
                + "envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig";
    }

    @Override
    public Config parse(Any config) {
        return Findings.read(config, FilterConfig.getDefaultInstance(), DynamicProxyType::config);
    }

    private static Config config(FilterConfig read, Findings findings) {
        findings.fields("", read, Set.of("dns_cache_config"));
        new DynamicProxyParser(findings).check("dns_cache_config", read.getDnsCacheConfig());
        return new Config();
    }

    @Override
    public HttpFilter create(Config config, FilterContext context) {
        return new DynamicProxyFilter(context);
    }
}
