package dev.heddle.proxy.filter;

import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.runtime.Confined;
import java.util.List;

/// Runs the filters of one exchange: forward for the request, stopping where one waits or answers,
/// and back over those that saw the request for the response.
@Confined("worker")
final class FilterChain {
    private final List<FilterSpec<?>> specs;
    private final FilterContext context;
    private final HttpFilter[] filters;

    /// Which filters are there already, from an exchange before this.
    private final boolean[] isKept;

    /// How many filters saw the request.
    private int seen;

    FilterChain(List<FilterSpec<?>> specs, FilterContext context) {
        this.specs = specs;
        this.context = context;
        this.filters = new HttpFilter[specs.size()];
        this.isKept = new boolean[filters.length];
    }

    /// Has the filters that did not see the request yet see it, up to one that does not continue.
    Verdict run(Exchange exchange) {
        while (seen < filters.length) {
            if (!isKept[seen]) {
                filters[seen] = specs.get(seen).create(context);
            }
            HttpFilter filter = filters[seen];
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
            isKept[i] = filter.isReusable();
            filter.onComplete(exchange);
        }
    }

    /// Frees what is kept between exchanges, when the connection is gone.
    void discard() {
        for (int i = 0; i < filters.length; i++) {
            if (isKept[i]) {
                filters[i].discard();
            }
        }
    }
}
