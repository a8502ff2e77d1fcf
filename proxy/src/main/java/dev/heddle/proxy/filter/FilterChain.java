package dev.heddle.proxy.filter;

import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.route.FilterOverride;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.runtime.Confined;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs the filters of one exchange: forward for the request, stopping where one waits or answers,
/// and back over those that saw the request for the response.
@Confined("worker")
final class FilterChain {
    /// In the place of a filter that a request does not pass.
    private static final HttpFilter ABSENT = _ -> Verdict.CONTINUE;

    private final List<FilterSpec<?>> specs;
    private final FilterContext context;
    private final HttpFilter[] filters;

    /// Those that are there already, from an exchange before this; none of those of routes.
    private final @Nullable HttpFilter[] kept;

    /// How many filters saw the request.
    private int seen;

    FilterChain(List<FilterSpec<?>> specs, FilterContext context) {
        this.specs = specs;
        this.context = context;
        this.filters = new HttpFilter[specs.size()];
        this.kept = new HttpFilter[filters.length];
    }

    /// Has the filters that did not see the request yet see it, up to one that does not continue.
    Verdict run(Exchange exchange) {
        while (seen < filters.length) {
            HttpFilter filter = filter(seen, exchange);
            filters[seen] = filter;
            seen++;
            switch (filter.onRequest(exchange)) {
                case Verdict.Continue _ -> {}
                case Verdict.Reply reply -> {
                    return reply;
                }
                case Verdict.Await await -> {
                    return await;
                }
            }
        }
        throw new IllegalStateException("filter chain: ended without an answer (no router)");
    }

    private HttpFilter filter(int at, Exchange exchange) {
        FilterSpec<?> spec = specs.get(at);
        RouteEntry route = exchange.route();
        FilterOverride said =
                route == null || route.filters().isEmpty()
                        ? null
                        : FilterOverrides.find(route.filters(), spec.name());
        return switch (said) {
            case null -> spec.isAsleep() ? ABSENT : own(at, spec);
            case FilterOverride.Off _ -> ABSENT;
            case FilterOverride.On _ -> spec.config().isEmpty() ? ABSENT : own(at, spec);
            // One of another kind is meant for another listener's filter of that name.
            case FilterSpec<?> instead when instead.type().equals(spec.type()) ->
                    instead.createIn(spec, context);
            case FilterSpec<?> _ -> spec.isAsleep() ? ABSENT : own(at, spec);
            default -> throw new IllegalStateException(said + ": no override of a filter");
        };
    }

    private HttpFilter own(int at, FilterSpec<?> spec) {
        HttpFilter filter = kept[at];
        if (filter == null) {
            filter = spec.create(context);
            kept[at] = filter;
        }
        return filter;
    }

    void onBodyHeld(Exchange exchange) {
        if (seen > 0) {
            filters[seen - 1].onBodyHeld(exchange);
        }
    }

    void onRequestEnd(Exchange exchange) {
        for (int i = 0; i < seen; i++) {
            filters[i].onRequestEnd(exchange);
        }
    }

    void onResponse(Exchange exchange, ResponseHead response) {
        for (int i = seen - 1; i >= 0; i--) {
            filters[i].onResponse(exchange, response);
        }
    }

    /// Where the request's body goes first, so that every filter that wants it has it.
    BodySink toUpstream(Exchange exchange, BodySink upstream) {
        BodySink first = upstream;
        for (int i = seen - 1; i >= 0; i--) {
            first = filters[i].toUpstream(exchange, first);
        }
        return first;
    }

    /// Where the response's body goes first.
    BodySink toClient(Exchange exchange, BodySink client) {
        BodySink first = client;
        for (int i = 0; i < seen; i++) {
            first = filters[i].toClient(exchange, first);
        }
        return first;
    }

    void onComplete(Exchange exchange) {
        int all = seen;
        seen = 0;
        for (int i = 0; i < all; i++) {
            HttpFilter filter = filters[i];
            if (filter.equals(kept[i]) && !filter.isReusable()) {
                kept[i] = null;
            }
            filter.onComplete(exchange);
        }
    }

    /// Frees what is kept between exchanges, when the connection is gone.
    void discard() {
        for (HttpFilter filter : kept) {
            if (filter != null) {
                filter.discard();
            }
        }
    }
}
