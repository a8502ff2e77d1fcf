package dev.heddle.proxy.filter.basicauth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.filter.basicauth.BasicAuthConfig.Hash;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.RequestHead;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Refuses requests without a name and its password.
///
/// It takes as long to refuse a name that there is not as a wrong password: who may pass is not to
/// be guessed.
public final class BasicAuthFilter implements HttpFilter {
    /// Where names and passwords usually are.
    public static final HeaderName AUTHORIZATION = HeaderName.of("authorization");

    private static final HeaderName AUTHENTICATE = HeaderName.of("www-authenticate");
    private static final String SCHEME = "Basic ";
    private static final String FAILED = "User authentication failed. ";

    /// Of somebody whom there is not.
    private static final Hash NOBODY = new Hash(new byte[20]);

    private final BasicAuthConfig config;

    public BasicAuthFilter(BasicAuthConfig config) {
        this.config = config;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        RequestHead request = exchange.request();
        String said = said(request);
        if (said == null) {
            return refusal(exchange, "Missing username and password.", "no_credential");
        }
        if (!said.startsWith(SCHEME)) {
            return refusal(exchange, "Expected 'Basic' authentication scheme.", "invalid_scheme");
        }
        String pair = decoded(said.substring(SCHEME.length()));
        int colon = pair.indexOf(':');
        if (colon < 0) {
            return refusal(exchange, "Invalid basic credential format.", "invalid_format");
        }
        String name = pair.substring(0, colon);
        Hash hash = config.users().getOrDefault(name, NOBODY);
        boolean isRight = hash.is(sha1(pair.substring(colon + 1)));
        if (!isRight || !config.users().containsKey(name)) {
            return refusal(
                    exchange, "Invalid username/password combination.", "invalid_credential");
        }
        config.told().ifPresent(header -> request.headers().set(header, name));
        exchange.stats().count("basic_auth.allowed");
        return Verdict.CONTINUE;
    }

    /// What is said; of several headers all, as Envoy joins them, which is no name then.
    private @Nullable String said(RequestHead request) {
        HeaderName asked = config.asked();
        return asked.equals(AUTHORIZATION) && request.headers().isRepeated(asked)
                ? String.join(",", request.headers().getAll(asked))
                : request.headers().get(asked);
    }

    /// The bytes, each a character; empty where it is no base64. As with Envoy, padding is not
    /// counted, and bits that mean nothing must not be set.
    private static String decoded(String base64) {
        String bare = base64.endsWith("=") ? base64.substring(0, base64.length() - 1) : base64;
        bare = bare.endsWith("=") ? bare.substring(0, bare.length() - 1) : bare;
        try {
            byte[] bytes = Base64.getDecoder().decode(bare);
            return bare.equals(Base64.getEncoder().withoutPadding().encodeToString(bytes))
                    ? new String(bytes, ISO_8859_1)
                    : "";
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    private static byte[] sha1(String password) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(password.getBytes(ISO_8859_1));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private Verdict refusal(Exchange exchange, String why, String details) {
        exchange.stats().count("basic_auth.denied");
        String realm = config.realm().isEmpty() ? exchange.request().shownUri() : config.realm();
        return new Verdict.Reply(
                new LocalReply(
                        401,
                        Optional.empty(),
                        details + "_for_basic_auth",
                        FAILED + why,
                        List.of(
                                new LocalReply.Field(
                                        AUTHENTICATE, "Basic realm=\"" + quoted(realm) + "\"")),
                        false));
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    @Override
    public boolean isReusable() {
        return true;
    }
}
