package dev.heddle.proxy.http2.hpack;

import java.util.List;

/// Whether a field is worth remembering, or may be.
///
/// A value that differs each time pushes useful ones out of the table; a secret in the table can be
/// guessed byte by byte by who controls other fields (RFC 7541, section 7.1).
enum Indexing {
    ALWAYS,
    /// The value is different every time.
    WITHOUT,
    /// The value is a secret that no hop may put into a table.
    NEVER;

    private static final List<String> SECRETS = List.of("authorization", "proxy-authorization");

    private static final List<String> UNIQUE =
            List.of(
                    ":path",
                    "age",
                    "content-length",
                    "etag",
                    "if-modified-since",
                    "if-none-match",
                    "location",
                    "set-cookie",
                    "x-request-id",
                    "traceparent",
                    "tracestate",
                    "x-b3-traceid",
                    "x-b3-spanid",
                    "x-b3-parentspanid",
                    "b3",
                    "grpc-message",
                    "x-envoy-upstream-service-time",
                    "x-envoy-expected-rq-timeout-ms");

    private static final int SLOTS = 256;
    private static final int[] HASHES = new int[SLOTS];
    private static final Indexing[] OF_SLOT = new Indexing[SLOTS];

    static {
        SECRETS.forEach(name -> put(name.hashCode(), NEVER));
        UNIQUE.forEach(name -> put(name.hashCode(), WITHOUT));
    }

    private static void put(int hash, Indexing indexing) {
        int slot = slot(hash);
        while (OF_SLOT[slot] != null) {
            slot = slot + 1 & SLOTS - 1;
        }
        HASHES[slot] = hash;
        OF_SLOT[slot] = indexing;
    }

    /// By the hash of the name alone: another name with the same hash is treated alike, which costs
    /// bytes and nothing else.
    static Indexing of(int hash) {
        int slot = slot(hash);
        for (Indexing found = OF_SLOT[slot]; found != null; found = OF_SLOT[slot]) {
            if (HASHES[slot] == hash) {
                return found;
            }
            slot = slot + 1 & SLOTS - 1;
        }
        return ALWAYS;
    }

    private static int slot(int hash) {
        return (hash ^ hash >>> 8 ^ hash >>> 16) & SLOTS - 1;
    }
}
