package dev.heddle.e2e;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a case's `calls.yaml` says: requests, and what each of them must meet.
public record CallSheet(List<Call> calls) {

    /// @param times how often the call is made; shares are counted over all of them
    /// @param at listener that the connection is made to, as in `127.7.7.7:9080`; empty for the one
    ///   that all calls go to
    /// @param speaks protocols that the caller offers in TLS; none for none
    /// @param client certificate of the case that the caller has; empty for none
    public record Call(
            String method,
            String url,
            Map<String, String> headers,
            int times,
            Optional<String> at,
            Optional<String> client,
            List<String> speaks,
            Expect expect) {
        /// The same of a client that has a cookie.
        Call with(String cookie) {
            var all = new LinkedHashMap<>(headers);
            all.merge("cookie", cookie, (had, more) -> had + "; " + more);
            return new Call(method, url, all, times, at, client, speaks, expect);
        }

        @Override
        public String toString() {
            return method + " " + url + (headers.isEmpty() ? "" : " " + headers);
        }
    }

    /// What a call must meet; of `flags`, too, which only explain tells.
    ///
    /// @param shares percent by destination; empty when one destination or none is expected
    /// @param requestHeaders as the backend saw them; an empty Optional means absent
    /// @param statuses percent by status, where there is more than one
    /// @param mirrored percent of the calls that others hear of, by destination
    /// @param waits milliseconds that the answer takes at least
    /// @param refused whether no connection for it comes about
    /// @param ended whether the proxy ends a connection for it on which nothing is said
    /// @param unsecured whether the proxy finds nobody whom it believes, which is a 503
    /// @param sticks whether one destination answers all of the times, whichever that is, to a
    ///   client that keeps the cookies that it gets
    /// @param hashed whether shares are those of a hash's ring, whose hosts have unequal parts
    public record Expect(
            OptionalInt status,
            Optional<String> destination,
            Map<String, Integer> shares,
            Optional<String> path,
            Optional<String> authority,
            Map<String, Optional<String>> requestHeaders,
            Map<String, Optional<String>> responseHeaders,
            Map<Integer, Integer> statuses,
            Map<String, Integer> mirrored,
            OptionalInt waits,
            boolean refused,
            boolean ended,
            boolean unsecured,
            boolean sticks,
            boolean hashed) {}

    private static final Set<String> CALL_KEYS =
            Set.of("why", "request", "headers", "times", "at", "client", "speaks", "expect");
    private static final Set<String> EXPECT_KEYS =
            Set.of(
                    "status",
                    "destination",
                    "shares",
                    "path",
                    "authority",
                    "requestHeaders",
                    "responseHeaders",
                    "statuses",
                    "mirrored",
                    "flags",
                    "waits",
                    "refused",
                    "ended",
                    "unsecured",
                    "sticks",
                    "hashed");

    /// Reads the parsed YAML of a call sheet. An unknown key is a mistake of the case's author.
    public static CallSheet of(Object yaml) {
        if (!(yaml instanceof List<?> list)) {
            throw new IllegalArgumentException("calls.yaml: not a list (expected: - request: …)");
        }
        return new CallSheet(list.stream().map(CallSheet::call).toList());
    }

    private static Call call(Object yaml) {
        Map<String, Object> map = map(yaml, CALL_KEYS);
        String[] request = text(map, "request").orElseThrow().split(" ", 2);
        var headers = new LinkedHashMap<String, String>();
        map(map.get("headers"), Set.of()).forEach((k, v) -> headers.put(k, String.valueOf(v)));
        int times = map.get("times") instanceof Integer n ? n : 1;
        return new Call(
                request[0],
                request[1],
                headers,
                times,
                text(map, "at"),
                text(map, "client"),
                map.get("speaks") instanceof List<?> list
                        ? list.stream().map(String::valueOf).toList()
                        : List.of(),
                expect(map.get("expect")));
    }

    private static Expect expect(@Nullable Object yaml) {
        Map<String, Object> map = map(yaml, EXPECT_KEYS);
        var shares = new LinkedHashMap<String, Integer>();
        map(map.get("shares"), Set.of()).forEach((k, v) -> shares.put(k, (Integer) v));
        var mirrored = new LinkedHashMap<String, Integer>();
        map(map.get("mirrored"), Set.of()).forEach((k, v) -> mirrored.put(k, (Integer) v));
        var statuses = new LinkedHashMap<Integer, Integer>();
        map(map.get("statuses"), Set.of())
                .forEach((k, v) -> statuses.put(Integer.valueOf(k), (Integer) v));
        return new Expect(
                map.get("status") instanceof Integer s ? OptionalInt.of(s) : OptionalInt.empty(),
                text(map, "destination"),
                shares,
                text(map, "path"),
                text(map, "authority"),
                headers(map.get("requestHeaders")),
                headers(map.get("responseHeaders")),
                statuses,
                mirrored,
                map.get("waits") instanceof Integer w ? OptionalInt.of(w) : OptionalInt.empty(),
                Boolean.TRUE.equals(map.get("refused")),
                Boolean.TRUE.equals(map.get("ended")),
                Boolean.TRUE.equals(map.get("unsecured")),
                Boolean.TRUE.equals(map.get("sticks")),
                Boolean.TRUE.equals(map.get("hashed")));
    }

    private static Map<String, Optional<String>> headers(@Nullable Object yaml) {
        var result = new LinkedHashMap<String, Optional<String>>();
        map(yaml, Set.of())
                .forEach((k, v) -> result.put(k, Optional.ofNullable(v).map(String::valueOf)));
        return result;
    }

    private static Optional<String> text(Map<String, Object> map, String key) {
        return Optional.ofNullable(map.get(key)).map(String::valueOf);
    }

    private static Map<String, Object> map(@Nullable Object yaml, Set<String> allowed) {
        var result = new LinkedHashMap<String, Object>();
        if (yaml instanceof Map<?, ?> map) {
            map.forEach((k, v) -> result.put(String.valueOf(k), v));
        }
        for (String key : result.keySet()) {
            if (!allowed.isEmpty() && !allowed.contains(key)) {
                throw new IllegalArgumentException(
                        "calls.yaml: unknown key '" + key + "' (expected: one of " + allowed + ")");
            }
        }
        return result;
    }
}
