package dev.heddle.compiler.explain;

import dev.heddle.compiler.explain.Explanation.Reply;
import dev.heddle.compiler.explain.Explanation.Tried;
import dev.heddle.compiler.ir.RouteMatch.ClaimMatch;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.compiler.ir.Tokens;
import dev.heddle.compiler.ir.Tokens.Issuer;
import dev.heddle.compiler.ir.Tokens.TokenHeader;
import dev.heddle.model.Confined;
import dev.heddle.xds.token.JwtStatus;
import dev.heddle.xds.token.KeySet;
import dev.heddle.xds.token.Token;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What becomes of a request because of the tokens that it brings. Only their times are left out:
/// nobody knows here what time it is.
///
/// @param reply the answer to a request with a bad token; empty where it may go on
/// @param request as it goes on
/// @param claims what its token says; empty where there is none
/// @param tried what was looked at
record TokenCheck(
        Optional<Reply> reply,
        Request request,
        Map<String, @Nullable Object> claims,
        List<Tried> tried) {
    private static final TokenHeader USUAL = new TokenHeader("authorization", "Bearer ");

    static TokenCheck of(Tokens tokens, Request request) {
        var reading = new Reading(request);
        return tokens.issuers().isEmpty() || isPreflight(request)
                ? reading.outcome(JwtStatus.OK)
                : reading.outcome(reading.check(tokens.issuers()));
    }

    private static boolean isPreflight(Request request) {
        return request.method().equals("OPTIONS")
                && request.header("origin").filter(it -> !it.isEmpty()).isPresent()
                && request.header("access-control-request-method")
                        .filter(it -> !it.isEmpty())
                        .isPresent();
    }

    @Confined("one call")
    private static final class Reading {
        private Request request;
        private Map<String, @Nullable Object> claims = Map.of();
        private final List<Tried> tried = new ArrayList<>();

        Reading(Request request) {
            this.request = request;
        }

        TokenCheck outcome(JwtStatus status) {
            return new TokenCheck(
                    status == JwtStatus.OK
                            ? Optional.empty()
                            : Optional.of(new Reply(status.httpStatus(), "", status.text())),
                    request,
                    claims,
                    tried);
        }

        /// Istio's rule: those that must be there, and a good token of one of them, or none of any.
        JwtStatus check(List<Issuer> issuers) {
            for (Issuer issuer : issuers) {
                JwtStatus status = issuer.isRequired() ? check(issuer) : JwtStatus.OK;
                if (status != JwtStatus.OK) {
                    return status;
                }
            }
            var bad = new ArrayList<JwtStatus>();
            for (Issuer issuer : issuers) {
                JwtStatus status = check(issuer);
                if (status == JwtStatus.OK) {
                    return status;
                }
                if (status != JwtStatus.MISSING) {
                    bad.add(status);
                }
            }
            // That a token is somebody else's counts for less than what else is wrong with one.
            return bad.stream()
                    .filter(status -> status != JwtStatus.UNKNOWN_ISSUER)
                    .findFirst()
                    .orElse(bad.isEmpty() ? JwtStatus.OK : JwtStatus.UNKNOWN_ISSUER);
        }

        private JwtStatus check(Issuer issuer) {
            sanitize(issuer);
            List<String> texts = texts(issuer);
            JwtStatus status = texts.isEmpty() ? JwtStatus.MISSING : JwtStatus.OK;
            for (String text : texts.reversed()) {
                if (status == JwtStatus.OK) {
                    status = check(issuer, text);
                }
            }
            tried.add(
                    new Tried(
                            "token of " + issuer.name(),
                            status == JwtStatus.OK,
                            status == JwtStatus.OK
                                    ? "it is good, if this is its time"
                                    : status.text(),
                            issuer.origin()));
            return status;
        }

        private JwtStatus check(Issuer issuer, String text) {
            return switch (Token.read(text)) {
                case Token.Read.Bad(JwtStatus why) -> why;
                case Token.Read.Good(Token token) -> {
                    if (!issuer.name().isEmpty() && !token.issuer().equals(issuer.name())) {
                        yield JwtStatus.UNKNOWN_ISSUER;
                    }
                    if (!token.isFor(issuer.audiences())) {
                        yield JwtStatus.AUDIENCE_NOT_ALLOWED;
                    }
                    JwtStatus status =
                            issuer.keys()
                                    .map(it -> KeySet.of(it).verify(token))
                                    .orElse(JwtStatus.VERIFICATION_FAILS);
                    if (status == JwtStatus.OK) {
                        accept(issuer, token);
                    }
                    yield status;
                }
            };
        }

        private void sanitize(Issuer issuer) {
            var headers = new HashMap<>(request.headers());
            headers.remove(issuer.payloadHeader().toLowerCase(Locale.ROOT));
            issuer.claims().forEach(it -> headers.remove(it.header().toLowerCase(Locale.ROOT)));
            request = request.with(headers);
        }

        private void accept(Issuer issuer, Token token) {
            var headers = new LinkedHashMap<>(request.headers());
            if (!issuer.payloadHeader().isEmpty()) {
                headers.put(issuer.payloadHeader(), token.payload());
            }
            issuer.claims()
                    .forEach(it -> {
                        String value = token.claimText(it.claim());
                        if (!value.isEmpty()) {
                            headers.put(it.header(), value);
                        }
                    });
            request = request.with(headers);
            claims = token.claims(issuer.lists());
        }

        private List<String> texts(Issuer issuer) {
            Tokens.Places places = issuer.places();
            boolean isUsual =
                    places.headers().isEmpty()
                            && places.parameters().isEmpty()
                            && places.cookies().isEmpty();
            var texts = new ArrayList<String>();
            for (TokenHeader header : isUsual ? List.of(USUAL) : places.headers()) {
                request.header(header.name().toLowerCase(Locale.ROOT))
                        .filter(value -> value.contains(header.prefix()))
                        .ifPresent(value ->
                                texts.add(
                                        value.substring(
                                                        value.indexOf(header.prefix())
                                                                + header.prefix().length())
                                                .strip()));
            }
            for (String name : isUsual ? List.of("access_token") : places.parameters()) {
                request.queryParameter(name).ifPresent(texts::add);
            }
            for (String name : places.cookies()) {
                cookie(name).ifPresent(texts::add);
            }
            return texts;
        }

        private Optional<String> cookie(String name) {
            for (String pair : request.header("cookie").orElse("").split(";", -1)) {
                if (pair.strip().startsWith(name + "=")) {
                    return Optional.of(pair.strip().substring(name.length() + 1));
                }
            }
            return Optional.empty();
        }
    }

    /// Whether a claim, or an item of it where it is a list, is so.
    static boolean test(ClaimMatch match, Map<String, @Nullable Object> claims) {
        Object found = claims;
        boolean isThere = true;
        for (String name : match.path()) {
            isThere &= found instanceof Map<?, ?> map && map.containsKey(name);
            found = found instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return (isThere && isSo(match.value(), found)) != match.inverted();
    }

    private static boolean isSo(ValueMatch match, @Nullable Object found) {
        if (match instanceof ValueMatch.Present) {
            return true;
        }
        return switch (found) {
            case String text -> RequestMatch.value(match, text);
            case List<?> list ->
                    list.stream()
                            .anyMatch(item ->
                                    item instanceof String text && RequestMatch.value(match, text));
            case null, default -> false;
        };
    }
}
