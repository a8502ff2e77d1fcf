package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import envoy.config.core.v3.BindConfig;
import envoy.config.core.v3.SocketAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads where connections to hosts come from.
final class UpstreamBindParser {
    private final Findings findings;

    UpstreamBindParser(Findings findings) {
        this.findings = findings;
    }

    /// @return empty when it does not say
    List<InetSocketAddress> sources(String path, BindConfig config) {
        findings.fields(
                path, config, Set.of("source_address", "freebind", "extra_source_addresses"));
        if (config.getFreebind().getValue()) {
            findings.notImplemented(join(path, "freebind"), "true");
        }
        var sources = new ArrayList<InetSocketAddress>();
        if (config.hasSourceAddress()) {
            sources.add(address(join(path, "source_address"), config.getSourceAddress()));
        } else if (config.getExtraSourceAddressesCount() > 0) {
            findings.reject(join(path, "extra_source_addresses"), "is set without source_address");
        }
        for (int i = 0; i < config.getExtraSourceAddressesCount(); i++) {
            String at = join(path, "extra_source_addresses[" + i + "]");
            var extra = config.getExtraSourceAddresses(i);
            findings.fields(at, extra, Set.of("address"));
            sources.add(address(join(at, "address"), extra.getAddress()));
        }
        return sources;
    }

    private InetSocketAddress address(String path, SocketAddress address) {
        return new AddressParser(findings).literal(path, address);
    }
}
