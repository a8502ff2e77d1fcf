package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.HashKey;
import dev.heddle.compiler.ir.LoadBalancing;
import dev.heddle.compiler.ir.LoadBalancing.Table;
import dev.heddle.compiler.ir.LoadBalancing.Warmup;
import dev.heddle.compiler.ir.Places;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// Prints how hosts are chosen.
final class BalancingText {
    private BalancingText() {}

    static String of(LoadBalancing balancing) {
        return switch (balancing) {
            case LoadBalancing.RoundRobin(var warmup) -> ", round robin" + of(warmup);
            case LoadBalancing.LeastRequest(var warmup) -> ", least request" + of(warmup);
            case LoadBalancing.PeakEwma(Duration decay, Duration rest, var warmup) ->
                    ", the faster of two over "
                            + decay
                            + (rest.isZero()
                                    ? ""
                                    : ", hosts left alone on Retry-After up to " + rest)
                            + of(warmup)
                            + " (least request in Envoy)";
            case LoadBalancing.Random() -> ", random";
            case LoadBalancing.Hashed(Table.Ring(OptionalLong least)) ->
                    ", by hash on a ring" + of(" of at least ", least);
            case LoadBalancing.Hashed(Table.Maglev(OptionalLong size)) ->
                    ", by hash in a table" + of(" of ", size);
            case LoadBalancing.ByCluster() -> "";
        };
    }

    static String of(Places places) {
        return switch (places) {
            case Places.Alike() -> "";
            case Places.Weighted() -> ", places by weight";
            case Places.ZoneAware(boolean enabled, OptionalInt leastHosts) ->
                    enabled
                            ? ", own zone first"
                                    + (leastHosts.isPresent()
                                            ? " from " + leastHosts.getAsInt() + " hosts on"
                                            : "")
                            : ", zones alike";
        };
    }

    private static String of(String what, OptionalLong number) {
        return number.isPresent() ? what + number.getAsLong() : "";
    }

    private static String of(Optional<Warmup> warmup) {
        return warmup.map(it ->
                        ", new hosts warm up for "
                                + it.duration()
                                + it.shape()
                                        .map(shape ->
                                                " from "
                                                        + shape.leastPercent()
                                                        + " % with aggression "
                                                        + shape.aggression())
                                        .orElse(""))
                .orElse("");
    }

    /// What a route hashes.
    static String of(List<HashKey> keys) {
        return keys.stream().map(BalancingText::of).collect(Collectors.joining(", then "));
    }

    private static String of(HashKey key) {
        return switch (key) {
            case HashKey.Header(String name) -> "header " + name;
            case HashKey.Cookie cookie -> "cookie " + cookie.name() + made(cookie);
            case HashKey.SourceIp() -> "the client's address";
            case HashKey.QueryParameter(String name) -> "query parameter " + name;
        };
    }

    private static String made(HashKey.Cookie cookie) {
        if (cookie.ttl().isEmpty()) {
            return "";
        }
        var text = new StringBuilder(", made if missing, ");
        Duration ttl = cookie.ttl().get();
        text.append(ttl.isZero() ? "for the session" : "for " + ttl);
        if (!cookie.path().isEmpty()) {
            text.append(", path ").append(cookie.path());
        }
        for (HashKey.Attribute attribute : cookie.attributes()) {
            text.append(", ").append(attribute.name());
            if (!attribute.value().isEmpty()) {
                text.append('=').append(attribute.value());
            }
        }
        return text.toString();
    }
}
