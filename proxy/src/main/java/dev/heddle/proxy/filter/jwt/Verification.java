package dev.heddle.proxy.filter.jwt;

import dev.heddle.proxy.filter.jwt.Provider.ClaimHeader;
import dev.heddle.proxy.http.Cookies;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Query;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tokens.VerifiedTokens;
import dev.heddle.xds.token.JwtStatus;
import dev.heddle.xds.token.Token;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Looks at the tokens of one request, and has the request say what they say: Envoy's order of
/// looking, and its answers.
@Confined("worker")
final class Verification {
    private static final String BASE64URL =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

    private final Map<String, Provider> providers;
    private final RequestHead request;
    private final VerifiedTokens verified;
    private final long now;
    private final Map<String, @Nullable Object> found = new LinkedHashMap<>();
    private boolean isRouteChanged;

    /// @param now in seconds since 1970
    Verification(
            Map<String, Provider> providers,
            RequestHead request,
            VerifiedTokens verified,
            long now) {
        this.providers = providers;
        this.request = request;
        this.verified = verified;
        this.now = now;
    }

    /// What good tokens say, for filters behind: by the keys of their providers.
    Map<String, @Nullable Object> found() {
        return found;
    }

    /// Whether the route is to be looked for again.
    boolean isRouteChanged() {
        return isRouteChanged;
    }

    /// Whether the request has what it needs. Headers that only we may write are taken away first,
    /// also those of a provider that is not asked.
    JwtStatus begin(Requirement requirement) {
        sanitize(providers.values());
        return check(requirement);
    }

    private JwtStatus check(Requirement requirement) {
        return switch (requirement) {
            case Requirement.Nothing() -> JwtStatus.OK;
            case Requirement.Of(String name, var audiences) -> {
                Provider provider = Provider.named(name, providers);
                sanitize(List.of(provider));
                yield tokens(List.of(provider), audiences.orElse(null));
            }
            case Requirement.Optionally(boolean evenBad) -> {
                Collection<Provider> all = new TreeMap<>(providers).values();
                sanitize(all);
                yield optional(all, evenBad);
            }
            case Requirement.All(List<Requirement> all) -> {
                for (Requirement each : all) {
                    JwtStatus status = check(each);
                    if (status != JwtStatus.OK) {
                        yield status;
                    }
                }
                yield JwtStatus.OK;
            }
            case Requirement.Any(List<Requirement> any, Requirement.Tolerance tolerance) ->
                    any(any, tolerance);
        };
    }

    /// The worst that an alternative has to say, other than that there was no token for it.
    private JwtStatus any(List<Requirement> any, Requirement.Tolerance tolerance) {
        JwtStatus last = JwtStatus.MISSING;
        for (Requirement each : any) {
            JwtStatus status = check(each);
            if (status == JwtStatus.OK) {
                return status;
            }
            boolean isNobodys = status == JwtStatus.MISSING || status == JwtStatus.UNKNOWN_ISSUER;
            if (!isNobodys || last == JwtStatus.MISSING) {
                last = status;
            }
        }
        return switch (tolerance) {
            case NONE -> last;
            case MISSING -> last == JwtStatus.MISSING ? JwtStatus.OK : last;
            case ANY -> JwtStatus.OK;
        };
    }

    /// Takes away what only we may say. A route that was chosen by it is no longer right.
    private void sanitize(Collection<Provider> all) {
        for (Provider provider : all) {
            boolean isThere = false;
            for (HeaderName name : provider.good().written()) {
                isThere |= request.headers().remove(name);
            }
            isRouteChanged |= isThere && provider.good().clearsRoute();
        }
    }

    /// All tokens must be good: somebody behind might take the other one.
    private JwtStatus tokens(List<Provider> of, @Nullable List<String> audiences) {
        List<Found> tokens = tokens(of);
        if (tokens.isEmpty()) {
            return JwtStatus.MISSING;
        }
        for (Found token : tokens.reversed()) {
            JwtStatus status = verify(token, of, audiences);
            if (status != JwtStatus.OK) {
                return status;
            }
        }
        return JwtStatus.OK;
    }

    private JwtStatus optional(Collection<Provider> all, boolean evenBad) {
        JwtStatus last = JwtStatus.OK;
        for (Found token : tokens(all).reversed()) {
            JwtStatus status = verify(token, all, null);
            if (status != JwtStatus.OK) {
                last = status;
            }
        }
        return evenBad ? JwtStatus.OK : last;
    }

    /// A token where it was found.
    ///
    /// @param place header or parameter, to take it away
    private record Found(String text, List<Provider> by, Place place) {}

    private sealed interface Place {
        record InHeader(HeaderName name) implements Place {}

        record InQuery(String name) implements Place {}

        record InCookie() implements Place {}
    }

    private List<Found> tokens(Collection<Provider> all) {
        var tokens = new ArrayList<Found>();
        var headers = new TreeMap<String, List<Provider>>();
        var specs = new LinkedHashMap<String, Provider.Header>();
        var parameters = new TreeMap<String, List<Provider>>();
        var cookies = new TreeMap<String, List<Provider>>();
        for (Provider provider : all) {
            for (Provider.Header header : provider.places().headers()) {
                String key = header.name().text() + header.prefix();
                specs.put(key, header);
                add(headers, key, provider);
            }
            provider.places().parameters().forEach(name -> add(parameters, name, provider));
            provider.places().cookies().forEach(name -> add(cookies, name, provider));
        }
        headers.forEach((key, by) -> {
            Provider.Header header = specs.get(key);
            if (header != null) {
                inHeaders(header, by, tokens);
            }
        });
        parameters.forEach((name, by) -> {
            String text = Query.value(request.path(), name);
            if (text != null) {
                tokens.add(new Found(text, by, new Place.InQuery(name)));
            }
        });
        cookies.forEach((name, by) -> {
            String text = Cookies.value(request.headers(), name);
            if (text != null) {
                tokens.add(new Found(text, by, new Place.InCookie()));
            }
        });
        return tokens;
    }

    private static void add(Map<String, List<Provider>> all, String key, Provider provider) {
        all.computeIfAbsent(key, _ -> new ArrayList<>()).add(provider);
    }

    private void inHeaders(Provider.Header header, List<Provider> by, List<Found> tokens) {
        Headers headers = request.headers();
        if (!headers.contains(header.name())) {
            return;
        }
        for (String value : headers.getAll(header.name())) {
            int prefix = value.indexOf(header.prefix());
            if (prefix >= 0) {
                tokens.add(
                        new Found(
                                header.prefix().isEmpty()
                                        ? value
                                        : behind(value, prefix + header.prefix().length()),
                                by,
                                new Place.InHeader(header.name())));
            }
        }
    }

    /// What begins with a character that a token may have.
    private static String behind(String value, int from) {
        for (int i = from; i < value.length(); i++) {
            if (BASE64URL.indexOf(value.charAt(i)) >= 0) {
                return value.substring(i);
            }
        }
        return value;
    }

    private JwtStatus verify(Found at, Collection<Provider> of, @Nullable List<String> audiences) {
        for (Provider provider : of) {
            Token known = verified.find(at.text(), provider.keys());
            if (known != null) {
                return verify(known, at, of, audiences);
            }
        }
        return switch (Token.read(at.text())) {
            case Token.Read.Bad(JwtStatus why) -> why;
            case Token.Read.Good(Token token) -> verify(token, at, of, audiences);
        };
    }

    private JwtStatus verify(
            Token token, Found at, Collection<Provider> of, @Nullable List<String> audiences) {
        if (at.by().stream().noneMatch(it -> isIssuer(it, token))) {
            return JwtStatus.UNKNOWN_ISSUER;
        }
        Provider provider = provider(token, of);
        if (provider == null) {
            return JwtStatus.UNKNOWN_ISSUER;
        }
        JwtStatus time = token.at(now, provider.skewSeconds());
        if (time != JwtStatus.OK) {
            return time;
        }
        List<String> wanted = audiences == null ? provider.audiences() : audiences;
        if (!token.isFor(wanted)) {
            return JwtStatus.AUDIENCE_NOT_ALLOWED;
        }
        if (verified.find(at.text(), provider.keys()) == null) {
            JwtStatus signature = provider.keys().verify(token);
            if (signature != JwtStatus.OK) {
                return signature;
            }
            verified.keep(at.text(), token, provider.keys());
        }
        accept(token, at, provider);
        return JwtStatus.OK;
    }

    private static boolean isIssuer(Provider provider, Token token) {
        return provider.issuer().isEmpty() || provider.issuer().equals(token.issuer());
    }

    /// Of several, the one that the token names, or else the first that takes all.
    private static @Nullable Provider provider(Token token, Collection<Provider> of) {
        if (of.size() == 1) {
            return of.iterator().next();
        }
        return of.stream()
                .filter(it -> !it.issuer().isEmpty() && it.issuer().equals(token.issuer()))
                .findFirst()
                .or(() -> of.stream().filter(it -> it.issuer().isEmpty()).findFirst())
                .orElse(null);
    }

    private void accept(Token token, Found at, Provider provider) {
        Provider.Good good = provider.good();
        Headers headers = request.headers();
        good.payloadHeader()
                .ifPresent(name ->
                        headers.add(
                                name, good.isPadded() ? padded(token.payload()) : token.payload()));
        boolean isSaid = false;
        for (ClaimHeader claim : good.claims()) {
            String text = token.claimText(claim.claim());
            if (!text.isEmpty()) {
                headers.add(claim.header(), text);
                isSaid = true;
            }
        }
        if (!good.forwards()) {
            remove(at.place());
        }
        if (!good.headerKey().isEmpty()) {
            found.put(good.headerKey(), token.header());
        }
        if (!good.payloadKey().isEmpty()) {
            found.put(good.payloadKey(), token.claims(good.lists()));
            isSaid = true;
        }
        isRouteChanged |= good.clearsRoute() && isSaid;
    }

    private void remove(Place place) {
        switch (place) {
            case Place.InHeader(HeaderName name) -> request.headers().remove(name);
            case Place.InQuery(String name) -> request.setPath(Query.without(request.path(), name));
            // As Envoy, which leaves cookies as they are.
            case Place.InCookie() -> {}
        }
    }

    private static String padded(String base64) {
        return base64 + "=".repeat((4 - base64.length() % 4) % 4);
    }
}
