package dev.heddle.proxy.filter.filterstate;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.runtime.AddressText;
import dev.heddle.proxy.runtime.Origin;
import dev.heddle.telemetry.AccessLogFormat;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Says whose connection it is that an exchange makes to a listener of this proxy. A text that is
/// no address says nothing.
public final class FilterStateFilter implements HttpFilter {
    private final FilterStateConfig config;

    public FilterStateFilter(FilterStateConfig config) {
        this.config = config;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        var record = new ExchangeRecord(exchange.request(), null, exchange.info());
        exchange.info()
                .setOrigin(
                        new Origin(
                                address(config.local(), record), address(config.remote(), record)));
        return Verdict.CONTINUE;
    }

    private static @Nullable InetSocketAddress address(
            Optional<AccessLogFormat> format, ExchangeRecord record) {
        return format.map(it -> AddressText.parse(it.line(record))).orElse(null);
    }
}
