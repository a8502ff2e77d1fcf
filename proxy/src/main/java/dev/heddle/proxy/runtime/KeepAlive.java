package dev.heddle.proxy.runtime;

/// TCP's own probes of a silent connection (`tcp_keepalive`); zero for what the system does.
///
/// @param probes that may stay unanswered
/// @param idleSeconds of silence before the first
/// @param intervalSeconds between them
public record KeepAlive(int probes, int idleSeconds, int intervalSeconds) {
    public KeepAlive {
        if (probes < 0 || idleSeconds < 0 || intervalSeconds < 0) {
            throw new IllegalArgumentException(
                    "probes, idleSeconds, intervalSeconds: %d, %d, %d (expected: >= 0)"
                            .formatted(probes, idleSeconds, intervalSeconds));
        }
    }
}
