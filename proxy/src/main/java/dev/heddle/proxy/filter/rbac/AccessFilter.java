package dev.heddle.proxy.filter.rbac;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.http.LocalReply;
import java.util.List;

/// Refuses requests of those who may not make them.
public final class AccessFilter implements HttpFilter {
    private static final String NAME = "envoy.filters.http.rbac";
    private static final String TEXT = "RBAC: access denied";

    private final AccessConfig config;

    public AccessFilter(AccessConfig config) {
        this.config = config;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        AccessRules.Decision refusal =
                config.ask(NAME, exchange.info(), exchange.request(), exchange.stats());
        return refusal == null
                ? Verdict.CONTINUE
                : new Verdict.Reply(LocalReply.configured(403, refusal.details(), TEXT, List.of()));
    }

    @Override
    public boolean isReusable() {
        return true;
    }
}
