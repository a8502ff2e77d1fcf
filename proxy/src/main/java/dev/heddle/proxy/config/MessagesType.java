package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.FilterSpec;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.messages.MessagesFilter;
import dev.heddle.xds.wire.Any;
import java.util.ArrayList;
import java.util.List;

/// A filter that no configuration names: it is there where a log asks for messages of gRPC.
final class MessagesType implements HttpFilterType<MessagesType.Nothing> {
    /// What there is to say.
    record Nothing() {}

    /// In the chain of those who ask.
    static final FilterSpec<Nothing> SPEC =
            new FilterSpec<>("heddle.messages", new MessagesType(), new Nothing());

    /// A chain with it in front of the router, where a log asks for messages.
    static List<FilterSpec<?>> within(List<FilterSpec<?>> filters, List<AccessLogConfig> logs) {
        if (filters.isEmpty() || logs.stream().noneMatch(AccessLogConfig::asksMessages)) {
            return filters;
        }
        var more = new ArrayList<>(filters);
        more.add(filters.size() - 1, SPEC);
        return more;
    }

    @Override
    public String typeUrl() {
        return "heddle.messages";
    }

    @Override
    public Nothing parse(Any config) {
        return new Nothing();
    }

    @Override
    public HttpFilter create(Nothing config, FilterContext context) {
        return new MessagesFilter();
    }
}
