package dev.heddle.signals.golden;

import dev.heddle.signals.rollup.Tally;

/// What a group of calls looks like over a time.
///
/// @param requests how many, of TCP connections
/// @param perSecond the same by second
/// @param errors how many failed by the mesh's or the service's fault
/// @param errorShare the same as a share, 0 to 1
/// @param callersFaults how many were answered 4xx
/// @param p50Millis what half of them did not exceed; 0 where nothing is known
/// @param p90Millis what nine of ten did not
/// @param p99Millis what ninety-nine of a hundred did not
/// @param received bytes from callers
/// @param sent bytes to callers
/// @param secureShare how many came by mutual TLS, 0 to 1; -1 where that is not known of any
public record GoldenSignals(
        Group group,
        long requests,
        double perSecond,
        long errors,
        double errorShare,
        long callersFaults,
        double p50Millis,
        double p90Millis,
        double p99Millis,
        long received,
        long sent,
        double secureShare) {

    /// @param secure how many came by mutual TLS
    /// @param plain how many did not
    static GoldenSignals of(Group group, Tally tally, long secure, long plain, double seconds) {
        var latencies = tally.latencies();
        return new GoldenSignals(
                group,
                tally.requests(),
                tally.requests() / seconds,
                tally.errors(),
                tally.requests() == 0 ? 0 : (double) tally.errors() / tally.requests(),
                tally.callersFaults(),
                latencies.quantile(0.5) / 1e3,
                latencies.quantile(0.9) / 1e3,
                latencies.quantile(0.99) / 1e3,
                tally.received(),
                tally.sent(),
                secure + plain == 0 ? -1 : (double) secure / (secure + plain));
    }
}
