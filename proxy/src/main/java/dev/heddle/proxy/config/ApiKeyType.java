package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.apikeyauth.ApiKeyConfig;
import dev.heddle.proxy.filter.apikeyauth.ApiKeyConfig.KeyHash;
import dev.heddle.proxy.filter.apikeyauth.ApiKeyConfig.KeySource;
import dev.heddle.proxy.filter.apikeyauth.ApiKeyFilter;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.xds.wire.Any;
import envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth;
import envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute;
import envoy.extensions.filters.http.api_key_auth.v3.Credential;
import envoy.extensions.filters.http.api_key_auth.v3.Forwarding;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Keys of clients as a filter (`envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth`), of
/// which routes may have others
/// (`envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute`).
final class ApiKeyType implements HttpFilterType<ApiKeyConfig> {

    @Override
    public String typeUrl() {
        return "type.googleapis.com/envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth";
    }

    @Override
    public ApiKeyConfig parse(Any config) {
        return Findings.read(config, ApiKeyAuth.getDefaultInstance(), ApiKeyType::filter);
    }

    @Override
    public String routeTypeUrl() {
        return typeUrl() + "PerRoute";
    }

    @Override
    public ApiKeyConfig parseRoute(Any config) {
        return Findings.read(config, ApiKeyAuthPerRoute.getDefaultInstance(), ApiKeyType::route);
    }

    @Override
    public ApiKeyConfig inFilter(ApiKeyConfig route, ApiKeyConfig filter) {
        return route.in(filter);
    }

    @Override
    public HttpFilter create(ApiKeyConfig config, FilterContext context) {
        return new ApiKeyFilter(config);
    }

    private static ApiKeyConfig filter(ApiKeyAuth said, Findings findings) {
        findings.fields("", said, Set.of("credentials", "key_sources", "forwarding"));
        return new ApiKeyConfig(
                clients(said.getCredentialsList(), findings),
                sources(said.getKeySourcesList(), findings),
                Set.of(),
                said.hasForwarding()
                        ? Optional.of(forwarding(said.getForwarding(), findings))
                        : Optional.empty());
    }

    private static ApiKeyConfig route(ApiKeyAuthPerRoute said, Findings findings) {
        findings.fields(
                "", said, Set.of("credentials", "key_sources", "allowed_clients", "forwarding"));
        return new ApiKeyConfig(
                clients(said.getCredentialsList(), findings),
                sources(said.getKeySourcesList(), findings),
                Set.copyOf(said.getAllowedClientsList()),
                said.hasForwarding()
                        ? Optional.of(forwarding(said.getForwarding(), findings))
                        : Optional.empty());
    }

    /// No finding has a key in it.
    private static Map<KeyHash, String> clients(List<Credential> said, Findings findings) {
        var clients = new HashMap<KeyHash, String>();
        for (int i = 0; i < said.size(); i++) {
            String at = "credentials[" + i + "]";
            Credential credential = said.get(i);
            findings.fields(at, credential, Set.of("key", "client"));
            findings.required(join(at, "key"), credential.getKey());
            findings.required(join(at, "client"), credential.getClient());
            findings.headerValue(join(at, "client"), bytes(credential.getClient()));
            String other =
                    clients.put(
                            KeyHash.of(credential.getKey().getBytes(StandardCharsets.UTF_8)),
                            bytes(credential.getClient()));
            if (other != null) {
                findings.reject(at, "has the key of another client, too");
            }
        }
        return clients;
    }

    /// The bytes of a text, each a character, as headers have them.
    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static List<KeySource> sources(
            List<envoy.extensions.filters.http.api_key_auth.v3.KeySource> said, Findings findings) {
        var sources = new ArrayList<KeySource>();
        for (int i = 0; i < said.size(); i++) {
            String at = "key_sources[" + i + "]";
            var source = said.get(i);
            findings.fields(at, source, Set.of("header", "query", "cookie"));
            if (!source.getHeader().isEmpty()) {
                header(join(at, "header"), source.getHeader(), findings)
                        .ifPresent(name -> sources.add(new KeySource.Header(name)));
            } else if (!source.getQuery().isEmpty()) {
                sources.add(new KeySource.Parameter(bytes(source.getQuery())));
            } else if (!source.getCookie().isEmpty()) {
                sources.add(new KeySource.Cookie(bytes(source.getCookie())));
            } else {
                findings.reject(at, "nothing (expected: header, query or cookie)");
            }
        }
        return sources;
    }

    private static ApiKeyConfig.Forwarding forwarding(Forwarding said, Findings findings) {
        findings.fields("forwarding", said, Set.of("header", "hide_credentials"));
        return new ApiKeyConfig.Forwarding(
                header("forwarding.header", said.getHeader(), findings), said.getHideCredentials());
    }

    private static Optional<HeaderName> header(String path, String name, Findings findings) {
        try {
            return name.isEmpty() ? Optional.empty() : Optional.of(HeaderName.of(name));
        } catch (IllegalArgumentException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }
}
