package dev.heddle.proxy.upstream.health;

import java.time.Duration;

/// When a host that keeps failing is left alone for a while
/// (`envoy.config.cluster.v3.OutlierDetection`).
///
/// @param interval between two looks at rates, and at who may come back; 10 s by default
/// @param ejection for how long and how many
/// @param consecutive errors in a row that eject
/// @param successRate hosts that are worse than the others are ejected
/// @param failurePercentage hosts that fail too often are ejected
/// @param splitsLocalOrigin whether errors of connections are counted apart from those of answers
///   (`split_external_local_origin_errors`)
/// @param unejectsOnPassedCheck whether a passed health check ends an ejection
public record OutlierDetection(
        Duration interval,
        Ejection ejection,
        Consecutive consecutive,
        SuccessRate successRate,
        FailurePercentage failurePercentage,
        boolean splitsLocalOrigin,
        boolean unejectsOnPassedCheck) {

    /// For how long hosts are ejected, and how many at once.
    ///
    /// @param base of a first ejection; each repeat adds the same again; 30 s by default
    /// @param most the longest; 300 s or the base, whatever is longer, by default
    /// @param jitter at random on top of it; none by default
    /// @param maxPercent of the hosts that may be out, from 0 to 100; 10 by default
    /// @param alwaysOne whether one may be, whatever the share
    public record Ejection(
            Duration base, Duration most, Duration jitter, int maxPercent, boolean alwaysOne) {
        public Ejection {
            if (most.compareTo(base) < 0) {
                throw new IllegalArgumentException(
                        "most: " + most + " (expected: no less than base, " + base + ")");
            }
            percent("maxPercent", maxPercent);
        }
    }

    /// How many errors in a row eject; each with the share of cases in which it does.
    ///
    /// @param http of answers, from 500 to 599
    /// @param gateway of those, 502, 503 and 504
    /// @param localOrigin of connections, where they are counted apart
    public record Consecutive(Threshold http, Threshold gateway, Threshold localOrigin) {}

    /// A number of errors.
    ///
    /// @param errors in a row; 0 for never
    /// @param enforcingPercent in how many cases the host is ejected, and not only counted
    public record Threshold(int errors, int enforcingPercent) {
        public Threshold {
            if (errors < 0) {
                throw new IllegalArgumentException("errors: " + errors + " (expected: >= 0)");
            }
            percent("enforcingPercent", enforcingPercent);
        }
    }

    /// Compares the hosts of a cluster with each other.
    ///
    /// @param minimumHosts that must have had enough requests
    /// @param requestVolume how many requests of an interval are enough
    /// @param stdevFactor thousandths of the standard deviation that a host may be below the mean
    /// @param enforcingPercent in how many cases the host is ejected
    /// @param enforcingPercentLocalOrigin the same for errors of connections
    public record SuccessRate(
            int minimumHosts,
            int requestVolume,
            int stdevFactor,
            int enforcingPercent,
            int enforcingPercentLocalOrigin) {
        public SuccessRate {
            percent("enforcingPercent", enforcingPercent);
            percent("enforcingPercentLocalOrigin", enforcingPercentLocalOrigin);
        }
    }

    /// Looks at each host by itself.
    ///
    /// @param threshold percent of failures from which on a host is ejected
    /// @param minimumHosts that must have had enough requests
    /// @param requestVolume how many requests of an interval are enough
    /// @param enforcingPercent in how many cases the host is ejected
    /// @param enforcingPercentLocalOrigin the same for errors of connections
    public record FailurePercentage(
            int threshold,
            int minimumHosts,
            int requestVolume,
            int enforcingPercent,
            int enforcingPercentLocalOrigin) {
        public FailurePercentage {
            percent("threshold", threshold);
            percent("enforcingPercent", enforcingPercent);
            percent("enforcingPercentLocalOrigin", enforcingPercentLocalOrigin);
        }
    }

    public OutlierDetection {
        if (!interval.isPositive()) {
            throw new IllegalArgumentException("interval: " + interval + " (expected: > 0)");
        }
    }

    private static void percent(String name, int value) {
        if (value < 0 || value > 100) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: from 0 to 100)");
        }
    }
}
