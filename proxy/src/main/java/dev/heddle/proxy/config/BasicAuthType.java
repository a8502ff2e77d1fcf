package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.basicauth.BasicAuthConfig;
import dev.heddle.proxy.filter.basicauth.BasicAuthConfig.Hash;
import dev.heddle.proxy.filter.basicauth.BasicAuthFilter;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.xds.wire.Any;
import envoy.config.core.v3.DataSource;
import envoy.extensions.filters.http.basic_auth.v3.BasicAuth;
import envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Names with passwords as a filter (`envoy.extensions.filters.http.basic_auth.v3.BasicAuth`), of
/// whom routes may have others (`envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute`).
final class BasicAuthType implements HttpFilterType<BasicAuthConfig> {
    private static final String SHA = "{SHA}";
    private static final int SHA_BYTES = 20;

    @Override
    public String typeUrl() {
        return "type.googleapis.com/envoy.extensions.filters.http.basic_auth.v3.BasicAuth";
    }

    @Override
    public BasicAuthConfig parse(Any config) {
        return Findings.read(config, BasicAuth.getDefaultInstance(), BasicAuthType::filter);
    }

    @Override
    public String routeTypeUrl() {
        return typeUrl() + "PerRoute";
    }

    @Override
    public BasicAuthConfig parseRoute(Any config) {
        return Findings.read(config, BasicAuthPerRoute.getDefaultInstance(), BasicAuthType::route);
    }

    @Override
    public BasicAuthConfig inFilter(BasicAuthConfig route, BasicAuthConfig filter) {
        return filter.with(route);
    }

    @Override
    public HttpFilter create(BasicAuthConfig config, FilterContext context) {
        return new BasicAuthFilter(config);
    }

    private static BasicAuthConfig filter(BasicAuth said, Findings findings) {
        findings.fields(
                "",
                said,
                Set.of("users", "forward_username_header", "authentication_header", "realm"));
        findings.headerValue("realm", said.getRealm());
        return new BasicAuthConfig(
                users("users", said.getUsers(), findings),
                header("forward_username_header", said.getForwardUsernameHeader(), findings),
                header("authentication_header", said.getAuthenticationHeader(), findings)
                        .orElse(BasicAuthFilter.AUTHORIZATION),
                said.getRealm());
    }

    private static BasicAuthConfig route(BasicAuthPerRoute said, Findings findings) {
        findings.fields("", said, Set.of("users", "realm"));
        findings.headerValue("realm", said.getRealm());
        return new BasicAuthConfig(
                users("users", said.getUsers(), findings),
                Optional.empty(),
                BasicAuthFilter.AUTHORIZATION,
                said.getRealm());
    }

    private static Optional<HeaderName> header(String path, String name, Findings findings) {
        try {
            return name.isEmpty() ? Optional.empty() : Optional.of(HeaderName.of(name));
        } catch (IllegalArgumentException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /// Reads lines as in `ann:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=`. No finding has a byte of a hash.
    private static Map<String, Hash> users(String path, DataSource source, Findings findings) {
        String text =
                switch (source.getSpecifierCase()) {
                    case INLINE_STRING -> source.getInlineString();
                    case INLINE_BYTES ->
                            new String(
                                    source.getInlineBytes().toByteArray(), StandardCharsets.UTF_8);
                    case FILENAME, ENVIRONMENT_VARIABLE -> {
                        findings.notImplemented(path, source.getSpecifierCase());
                        yield "#";
                    }
                    case SPECIFIER_NOT_SET -> "";
                };
        if (text.isEmpty()) {
            findings.reject(path, "is empty (expected: inline_string)");
        }
        var users = new HashMap<String, Hash>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!line.isEmpty() && !line.startsWith("#")) {
                user(join(path, "line " + (i + 1)), line, users, findings);
            }
        }
        return users;
    }

    private static void user(String path, String line, Map<String, Hash> users, Findings findings) {
        int colon = line.indexOf(':');
        String name = colon < 0 ? "" : line.substring(0, colon);
        if (name.isEmpty()) {
            findings.reject(path, "no name (expected: NAME:{SHA}HASH)");
            return;
        }
        findings.headerValue(path, bytes(name));
        byte[] sha1 = sha1(line.substring(colon + 1));
        if (sha1.length != SHA_BYTES) {
            findings.reject(path, "the password of '" + name + "' is not hashed as {SHA}");
        } else if (users.put(bytes(name), new Hash(sha1)) != null) {
            findings.reject(path, "'" + name + "' is there already");
        }
    }

    /// The bytes of a text, each a character, as headers have them.
    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static byte[] sha1(String hash) {
        try {
            return hash.startsWith(SHA)
                    ? Base64.getDecoder().decode(hash.substring(SHA.length()))
                    : new byte[0];
        } catch (IllegalArgumentException _) {
            return new byte[0];
        }
    }
}
