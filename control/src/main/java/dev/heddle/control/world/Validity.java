package dev.heddle.control.world;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/// Where a certificate stands between its dates.
public enum Validity {
    /// Its time has not begun.
    NOT_YET_VALID,
    /// It is good, and will be.
    VALID,
    /// It is good, and ends in less than 30 days.
    EXPIRES_SOON,
    /// Its time is over.
    EXPIRED;

    static final Duration SOON = Duration.ofDays(30);

    /// Where it stands at that time.
    public static Validity of(X509Certificate certificate, Instant now) {
        Instant until = certificate.getNotAfter().toInstant();
        if (now.isAfter(until)) {
            return EXPIRED;
        }
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            return NOT_YET_VALID;
        }
        return now.plus(SOON).isAfter(until) ? EXPIRES_SOON : VALID;
    }
}
