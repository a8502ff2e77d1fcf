package dev.heddle.xds.server;

import java.util.List;
import java.util.Optional;

/// What the control plane wants to know about the hosts that proxies send requests to.
///
/// The calls for one stream come one at a time and in order, from any thread; they return at once.
public interface HealthHandler {
    /// A proxy says what is so now, in the place of what the stream said before.
    void onReport(HealthStream stream, Report report);

    /// The stream has ended. The last call for it; nothing it said holds any longer.
    void onClosed(HealthStream stream);

    /// One proxy's call.
    ///
    /// @param id unlike that of any other such stream of this server's life, and larger than those
    ///   of earlier ones
    /// @param node the node's id, as the proxy says it
    record HealthStream(long id, String node) {}

    /// What a proxy says, which need not be true.
    ///
    /// @param more how many hosts it does not name
    record Report(List<UnwellHost> hosts, long more) {
        public Report {
            hosts = List.copyOf(hosts);
        }
    }

    /// A host that a proxy holds something against.
    ///
    /// @param cluster as the proxy names it
    /// @param address of IP
    /// @param ejection empty where it is not ejected
    /// @param check empty where health checks hold nothing against it
    record UnwellHost(
            String cluster,
            String address,
            int port,
            Optional<Ejection> ejection,
            Optional<Check> check) {}

    /// Why a host is ejected as an outlier.
    ///
    /// @param by as in `consecutive_5xx`
    /// @param sinceMillis since 1970 began
    /// @param untilMillis when it comes back at the earliest, since 1970 began
    /// @param times how often it was ejected
    record Ejection(String by, long sinceMillis, long untilMillis, long times) {}

    /// What health checks hold against a host.
    ///
    /// @param state `failed`, `unchecked`, `degraded` or `excluded`
    /// @param by `answer`, `network` or `timeout`; empty for unknown
    /// @param sinceMillis since 1970 began; 0 for unknown
    record Check(String state, String by, long sinceMillis) {}
}
