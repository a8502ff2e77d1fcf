package dev.heddle.proxy.filter.headertometadata;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import java.util.Map;

/// Says in the request's metadata what its headers say, and takes headers away. Whoever sends the
/// request may say anything: nothing that matters is decided by it.
public final class HeaderToMetadataFilter implements HttpFilter {
    private final HeaderToMetadataConfig config;

    public HeaderToMetadataFilter(HeaderToMetadataConfig config) {
        this.config = config;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        for (HeaderToMetadataConfig.ByHeader header : config.headers()) {
            String value = exchange.request().headers().get(header.name());
            for (HeaderToMetadataConfig.Found found : config.found(header, value)) {
                Map<String, Object> before = exchange.info().metadata();
                if (before == null || !before.containsKey(found.namespace())) {
                    exchange.info().setMetadata(found.namespace(), found.fields());
                } else {
                    exchange.info().addMetadata(found.namespace(), found.fields());
                }
            }
            if (header.isRemoved() && value != null) {
                exchange.request().headers().remove(header.name());
            }
        }
        return Verdict.CONTINUE;
    }
}
