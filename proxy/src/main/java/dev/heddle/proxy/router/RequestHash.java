package dev.heddle.proxy.router;

import dev.heddle.proxy.hash.XxHash64;
import dev.heddle.proxy.http.Cookies;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.route.HashPolicy;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.SocketAddressText;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Hashes requests, bit by bit as Envoy does it, and makes the cookies that are missing for that.
/// One instance serves the exchanges of a connection, one after the other.
@Confined("worker")
final class RequestHash {
    private static final HeaderName SET_COOKIE = HeaderName.of("set-cookie");

    private final List<String> cookies = new ArrayList<>(1);

    /// Made once: a request is not to make one.
    private final Cookies.Found inCookie = this::cookieValue;

    private boolean isKnown;
    private long value;
    private boolean isPart;
    private long part;

    /// The last client, whose address needs no text a second time.
    private @Nullable SocketAddress client;

    private long clientPart;

    /// Forgets the request before.
    void clear() {
        isKnown = false;
        value = 0;
        cookies.clear();
    }

    /// Whether there was anything to hash.
    boolean isKnown() {
        return isKnown;
    }

    long value() {
        return value;
    }

    /// Tells the client of the cookies that were made.
    void tell(Headers response) {
        for (String cookie : cookies) {
            response.add(SET_COOKIE, cookie);
        }
    }

    /// Takes a request, as the route has edited it.
    void take(HashPolicy policy, RequestHead request, StreamInfo info) {
        clear();
        for (HashPolicy.Part each : policy.parts()) {
            isPart = false;
            evaluate(each.key(), request, info);
            if (isPart) {
                // Turned, so that two equal parts do not undo each other.
                value = (isKnown ? Long.rotateLeft(value, 1) : 0) ^ part;
                isKnown = true;
            }
            if (each.isTerminal() && isKnown) {
                return;
            }
        }
    }

    private void evaluate(HashPolicy.Key key, RequestHead request, StreamInfo info) {
        switch (key) {
            case HashPolicy.Key.Header(HeaderName name, Optional<HashPolicy.Rewrite> rewrite) ->
                    header(request.headers(), name, rewrite);
            case HashPolicy.Key.Pseudo(String name, Optional<HashPolicy.Rewrite> rewrite) ->
                    found(
                            rewritten(
                                    switch (name) {
                                        case ":path" -> request.path();
                                        case ":authority" -> request.authority();
                                        case ":method" -> request.method();
                                        default -> request.scheme();
                                    },
                                    rewrite));
            case HashPolicy.Key.Cookie(String name, Optional<HashPolicy.NewCookie> made) ->
                    cookie(request.headers(), name, made, info);
            case HashPolicy.Key.SourceIp() -> address(info.downstreamRemote());
            case HashPolicy.Key.QueryParameter(String name) -> parameter(request.path(), name);
        }
    }

    private void found(CharSequence text) {
        found(text, 0, text.length());
    }

    private void found(CharSequence text, int from, int to) {
        part = XxHash64.of(text, from, to, 0);
        isPart = true;
    }

    /// Several values are sorted, and each is hashed with the hash of those before it as seed.
    private void header(Headers headers, HeaderName name, Optional<HashPolicy.Rewrite> rewrite) {
        String first = headers.get(name);
        if (first == null) {
            return;
        }
        if (!headers.isRepeated(name)) {
            found(rewritten(first, rewrite));
            return;
        }
        List<String> sorted =
                headers.getAll(name).stream().map(it -> rewritten(it, rewrite)).sorted().toList();
        part = 0;
        for (String each : sorted) {
            part = XxHash64.of(each, 0, each.length(), part);
        }
        isPart = true;
    }

    private static String rewritten(String text, Optional<HashPolicy.Rewrite> rewrite) {
        return rewrite.isEmpty() ? text : rewrite.get().apply(text);
    }

    private void cookie(
            Headers headers, String name, Optional<HashPolicy.NewCookie> made, StreamInfo info) {
        Cookies.find(headers, name, inCookie);
        if (!isPart && made.isPresent()) {
            SocketAddress remote = info.downstreamDirectRemote();
            SocketAddress local = info.downstreamLocal();
            // The same for all requests of a connection, so that those that come together agree.
            String text =
                    HexFormat.of()
                            .toHexDigits(
                                    XxHash64.of(
                                            SocketAddressText.whole(remote)
                                                    + SocketAddressText.whole(local)));
            cookies.add(made.get().text(name, text));
            found(text);
        }
    }

    private void cookieValue(String text, int from, int to) {
        if (from < to) {
            found(text, from, to);
        }
    }

    private void address(@Nullable SocketAddress remote) {
        String text =
                remote == null || remote.equals(client) ? null : SocketAddressText.host(remote);
        if (text != null) {
            client = remote;
            clientPart = XxHash64.of(text);
        }
        if (remote != null && remote.equals(client)) {
            part = clientPart;
            isPart = true;
        }
    }

    /// The first parameter of that name, as it was sent.
    private void parameter(String path, String name) {
        int at = path.indexOf('?');
        while (at >= 0) {
            int start = at + 1;
            int end = path.indexOf('&', start);
            int stop = end < 0 ? path.length() : end;
            int after = start + name.length();
            if (after <= stop && path.startsWith(name, start)) {
                if (after == stop) {
                    found("");
                    return;
                }
                if (path.charAt(after) == '=') {
                    found(path, after + 1, stop);
                    return;
                }
            }
            at = end;
        }
    }
}
