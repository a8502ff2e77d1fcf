package dev.heddle.bench.peer;

import java.util.Locale;

/// Who can be measured.
public enum Peer {
    /// The yardstick: a relay in C that copies bytes and understands none.
    RELAY,
    HAPROXY,
    NGINX,
    ENVOY,
    HEDDLE;

    /// As it is written in options and tables.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
