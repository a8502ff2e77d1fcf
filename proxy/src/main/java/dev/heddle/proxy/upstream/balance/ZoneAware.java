package dev.heddle.proxy.upstream.balance;

/// How the proxy's own locality goes before others (Envoy, "Zone aware routing"). It needs to know
/// how the proxies beside this one are spread over localities: those of the bootstrap's
/// `local_cluster_name`.
///
/// @param percent of the requests that it is done for, from 0 to 100
/// @param leastHosts below which all localities are alike; Envoy's default is 6
/// @param failsInPanic whether there is no host in panic (`fail_traffic_on_panic`)
/// @param isDirect whether the own locality gets all, however little it can bear
///   (`force_locality_direct_routing`)
public record ZoneAware(double percent, long leastHosts, boolean failsInPanic, boolean isDirect) {
    /// Envoy's `min_cluster_size`.
    public static final long LEAST_HOSTS = 6;

    public ZoneAware {
        if (!(percent >= 0 && percent <= 100)) {
            throw new IllegalArgumentException(
                    "percent: " + percent + " (expected: from 0 to 100)");
        }
    }
}
