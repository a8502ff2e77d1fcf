package dev.heddle.proxy.upstream.balance;

import dev.heddle.proxy.upstream.Host;

/// How the share of a new host grows with its age (Envoy, "Slow start mode"): to `age / window`,
/// raised to `1 / aggression`, of what is its own, and never below a least part; nor below 1 %, so
/// that its first turn is not put off for longer than it is new.
///
/// @param windowNanos after which a host has all of its share, more than 0
/// @param aggression 1 grows evenly, more grows fast at first, less grows slowly at first; more
///   than 0
/// @param leastPercent of its share in the beginning, from 0 to 100; Envoy's default is 10
public record SlowStart(long windowNanos, double aggression, double leastPercent) {
    private static final long NANOS_PER_MILLI = 1_000_000;

    public SlowStart {
        if (windowNanos < 1) {
            throw new IllegalArgumentException("windowNanos: " + windowNanos + " (expected: > 0)");
        }
        if (!(aggression > 0)) {
            throw new IllegalArgumentException("aggression: " + aggression + " (expected: > 0)");
        }
        if (!(leastPercent >= 0 && leastPercent <= 100)) {
            throw new IllegalArgumentException(
                    "leastPercent: " + leastPercent + " (expected: from 0 to 100)");
        }
    }

    /// Whether a host has not all of its share yet.
    boolean isOn(Host host, long now) {
        return host.isStarted() && now - host.startNanos() <= windowNanos;
    }

    /// What part of its share a host has now, from 0 to 1.
    double part(Host host, long now) {
        if (!host.isStarted()) {
            return 1;
        }
        long millis = (now - host.startNanos()) / NANOS_PER_MILLI;
        long window = windowNanos / NANOS_PER_MILLI;
        if (millis >= window) {
            return 1;
        }
        double age = (double) Math.max(1, millis) / window;
        return Math.max(
                aggression == 1 ? age : Math.pow(age, 1 / aggression),
                Math.max(1, leastPercent) / 100);
    }
}
