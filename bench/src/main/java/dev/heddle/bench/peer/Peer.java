package dev.heddle.bench.peer;

import java.util.Locale;

/// Who can be measured.
public enum Peer {
    /// The yardstick: a relay in C that copies bytes and understands none.
    RELAY,
    /// What the kernel makes possible for bulk: a relay in C whose bytes stay in the kernel.
    SPLICE,
    HAPROXY,
    NGINX,
    ENVOY,
    HEDDLE;

    /// Whether it is a program of the bench, which is always there.
    public boolean isOurs() {
        return this == RELAY || this == SPLICE;
    }

    /// As it is written in options and tables.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
