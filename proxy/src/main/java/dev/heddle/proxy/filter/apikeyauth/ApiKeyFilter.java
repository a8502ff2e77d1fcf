package dev.heddle.proxy.filter.apikeyauth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.filter.apikeyauth.ApiKeyConfig.Forwarding;
import dev.heddle.proxy.filter.apikeyauth.ApiKeyConfig.KeyHash;
import dev.heddle.proxy.filter.apikeyauth.ApiKeyConfig.KeySource;
import dev.heddle.proxy.http.Cookies;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.Query;
import dev.heddle.proxy.http.RequestHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Refuses requests without a key that somebody has.
public final class ApiKeyFilter implements HttpFilter {
    private static final HeaderName AUTHORIZATION = HeaderName.of("authorization");
    private static final String BEARER = "Bearer ";

    private final ApiKeyConfig config;

    public ApiKeyFilter(ApiKeyConfig config) {
        this.config = config;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        RequestHead request = exchange.request();
        if (config.sources().isEmpty()) {
            return unauthorized(exchange, "missing_key_sources");
        }
        if (config.clients().isEmpty()) {
            return unauthorized(exchange, "missing_credentials");
        }
        String key = key(request);
        if (key.isEmpty()) {
            return unauthorized(exchange, "missing_api_key");
        }
        String client = config.clients().get(KeyHash.of(key.getBytes(ISO_8859_1)));
        if (client == null) {
            return unauthorized(exchange, "unknown_api_key");
        }
        if (!config.allowed().isEmpty() && !config.allowed().contains(client)) {
            exchange.stats().count("api_key_auth.forbidden");
            return refusal(403, "client_not_allowed", "Client is forbidden.");
        }
        config.forwarding().ifPresent(it -> forward(it, client, request));
        exchange.stats().count("api_key_auth.allowed");
        return Verdict.CONTINUE;
    }

    private void forward(Forwarding forwarding, String client, RequestHead request) {
        forwarding.client().ifPresent(header -> request.headers().set(header, client));
        if (forwarding.hidesKey()) {
            config.sources().forEach(source -> remove(source, request));
        }
    }

    /// The first that is there; empty for none.
    private String key(RequestHead request) {
        for (KeySource source : config.sources()) {
            String key =
                    switch (source) {
                        case KeySource.Header(HeaderName name) -> header(name, request);
                        case KeySource.Parameter(String name) -> Query.value(request.path(), name);
                        case KeySource.Cookie(String name) ->
                                Cookies.value(request.headers(), name);
                    };
            if (key != null && !key.isEmpty()) {
                return key;
            }
        }
        return "";
    }

    /// Of several only the first, but for `authorization`: Envoy joins those, which is no key then.
    private static @Nullable String header(HeaderName name, RequestHead request) {
        String said =
                name.equals(AUTHORIZATION) && request.headers().isRepeated(name)
                        ? String.join(",", request.headers().getAll(name))
                        : request.headers().get(name);
        return said != null && said.startsWith(BEARER) ? said.substring(BEARER.length()) : said;
    }

    private static void remove(KeySource source, RequestHead request) {
        switch (source) {
            case KeySource.Header(HeaderName name) -> request.headers().remove(name);
            case KeySource.Parameter(String name) ->
                    request.setPath(Query.without(request.path(), name));
            case KeySource.Cookie(String name) -> Cookies.remove(request.headers(), name);
        }
    }

    private static Verdict unauthorized(Exchange exchange, String details) {
        exchange.stats().count("api_key_auth.unauthorized");
        return refusal(401, details, "Client authentication failed.");
    }

    private static Verdict refusal(int status, String details, String body) {
        return new Verdict.Reply(LocalReply.configured(status, details, body, List.of()));
    }

    @Override
    public boolean isReusable() {
        return true;
    }
}
