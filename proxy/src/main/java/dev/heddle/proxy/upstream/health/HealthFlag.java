package dev.heddle.proxy.upstream.health;

import java.util.Locale;

/// What is held against a host; the words are Envoy's, as on the page `/clusters`.
@SuppressWarnings("EnumOrdinal") // the bits live no longer than the class
public enum HealthFlag {
    /// Health checks fail, or there was none yet.
    FAILED_ACTIVE_HC(true),
    /// Ejected, as it kept failing.
    FAILED_OUTLIER_CHECK(true),
    /// Health checks say that it works badly.
    DEGRADED_ACTIVE_HC(false),
    /// The control plane took it away, and its health checks pass.
    PENDING_DYNAMIC_REMOVAL(false),
    /// A response said that it is to be left out at once.
    EXCLUDED_VIA_IMMEDIATE_HC_FAIL(false),
    /// The last health check had no answer.
    ACTIVE_HC_TIMEOUT(false);

    private final boolean isFailure;

    HealthFlag(boolean isFailure) {
        this.isFailure = isFailure;
    }

    boolean isFailure() {
        return isFailure;
    }

    /// As on the page `/clusters`, `/failed_active_hc`.
    public String text() {
        return "/" + name().toLowerCase(Locale.ROOT);
    }

    int bit() {
        return 1 << ordinal();
    }
}
