package dev.heddle.proxy.config;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.Latency;
import dev.heddle.proxy.upstream.balance.Hashing;
import dev.heddle.proxy.upstream.balance.SlowStart;
import dev.heddle.proxy.upstream.balance.ZoneAware;
import dev.heddle.proxy.upstream.health.ClusterHealth;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Hosts that requests can go to (`envoy.config.cluster.v3.Cluster`).
///
/// @param settings its name and how its connections are
/// @param altStatName under which it is counted; the name when none was given
/// @param discovery where its hosts come from
/// @param balancing how a host is chosen
/// @param byPlace whether a place is chosen by its weight before a host in it
///   (`locality_weighted_lb_config`)
/// @param panicPercent below this share of usable hosts all hosts are used; 0 for never
/// @param sockets how its connections are secured
/// @param zones how the proxy's own locality goes before others; empty for not at all
/// @param health how it knows whether its hosts are well
/// @param sessionHosts in which state hosts keep the sessions that are with them
///   (`override_host_status`)
/// @param metadata what it says of itself, for logs
public record ClusterConfig(
        ClusterSettings settings,
        String altStatName,
        Discovery discovery,
        Balancing balancing,
        boolean byPlace,
        double panicPercent,
        UpstreamSockets sockets,
        Optional<ZoneAware> zones,
        ClusterHealth.Rules health,
        Set<Assignment.Health> sessionHosts,
        Metadata metadata) {
    /// Envoy's `override_host_status` when none is set.
    public static final Set<Assignment.Health> USABLE =
            Set.of(Assignment.Health.HEALTHY, Assignment.Health.DEGRADED);

    public ClusterConfig {
        sessionHosts = Set.copyOf(sessionHosts);
    }

    /// One that says nothing of itself.
    public ClusterConfig(
            ClusterSettings settings,
            String altStatName,
            Discovery discovery,
            Balancing balancing,
            boolean byPlace,
            double panicPercent,
            UpstreamSockets sockets,
            Optional<ZoneAware> zones,
            ClusterHealth.Rules health,
            Set<Assignment.Health> sessionHosts) {
        this(
                settings,
                altStatName,
                discovery,
                balancing,
                byPlace,
                panicPercent,
                sockets,
                zones,
                health,
                sessionHosts,
                Metadata.NONE);
    }

    /// One with plain connections, that neither watches nor checks its hosts.
    public ClusterConfig(
            ClusterSettings settings,
            String altStatName,
            Discovery discovery,
            Balancing balancing,
            boolean byPlace,
            double panicPercent) {
        this(
                settings,
                altStatName,
                discovery,
                balancing,
                byPlace,
                panicPercent,
                UpstreamSockets.PLAIN,
                Optional.empty(),
                ClusterHealth.Rules.NONE,
                USABLE,
                Metadata.NONE);
    }

    /// The cluster's name.
    public String name() {
        return settings.name();
    }

    /// Where a cluster's hosts come from.
    public sealed interface Discovery {
        /// Known here and now.
        record Fixed(Assignment hosts) implements Discovery {}

        /// By EDS.
        ///
        /// @param serviceName what to ask for
        /// @param fetchTimeout how long the first answer is waited for; zero for as long as it
        ///   takes
        record Eds(String serviceName, Duration fetchTimeout) implements Discovery {}

        /// By names, resolved again and again.
        ///
        /// @param hosts whose addresses may be names
        /// @param isLogical whether all of an answer is one host, whose new connections go where
        ///   the last answer says (`LOGICAL_DNS`); else each address is a host (`STRICT_DNS`)
        record Dns(Assignment hosts, boolean isLogical, Timing timing, Family family)
                implements Discovery {}

        /// How often a name is resolved.
        ///
        /// @param refresh after an answer (`dns_refresh_rate`)
        /// @param jitter by how much longer it may be, at random (`dns_jitter`)
        /// @param respectsTtl whether the answer's own time to live goes before it, where the
        ///   resolver tells it
        /// @param failure after there was no answer (`dns_failure_refresh_rate`)
        record Timing(Duration refresh, Duration jitter, boolean respectsTtl, Retry failure) {
            /// Envoy's when nothing is said.
            public static final Duration REFRESH = Duration.ofSeconds(5);

            public Timing {
                if (!refresh.isPositive()) {
                    throw new IllegalArgumentException("refresh: " + refresh + " (expected: > 0)");
                }
                if (jitter.isNegative()) {
                    throw new IllegalArgumentException("jitter: " + jitter + " (expected: >= 0)");
                }
            }

            /// Again and again after the same time.
            public static Timing every(Duration refresh) {
                return new Timing(refresh, Duration.ZERO, false, new Retry(refresh, refresh));
            }
        }

        /// How soon is tried again what failed: after the first failure in a row at random up to
        /// the first time, then up to twice as long, and so on up to the longest. Where both are
        /// the same, after exactly that time.
        record Retry(Duration first, Duration longest) {
            public Retry {
                if (!first.isPositive() || longest.compareTo(first) < 0) {
                    throw new IllegalArgumentException(
                            "first, longest: %s, %s (expected: > 0, and the second no less)"
                                    .formatted(first, longest));
                }
            }
        }

        /// Those of the first of some other clusters that has one that may be used
        /// (`envoy.clusters.aggregate`), else those of the first that there is.
        record FirstOf(List<String> clusters) implements Discovery {
            public FirstOf {
                clusters = List.copyOf(clusters);
            }
        }

        /// Whatever hosts requests name, looked up when they do
        /// (`envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig`).
        ///
        /// @param family which addresses of a name are used (`dns_lookup_family`)
        /// @param refresh how often a name is looked up again (`dns_refresh_rate`)
        /// @param unusedFor after which a name is forgotten (`host_ttl`)
        /// @param maxHosts names at one time, for each worker (`max_hosts`)
        /// @param maxWaiting requests that wait for one name
        ///   (`dns_cache_circuit_breaker.max_pending_requests`)
        record Dynamic(
                Family family, Duration refresh, Duration unusedFor, int maxHosts, int maxWaiting)
                implements Discovery {
            public Dynamic {
                if (!refresh.isPositive()) {
                    throw new IllegalArgumentException("refresh: " + refresh + " (expected: > 0)");
                }
            }
        }

        /// Where each connection was made to before it was redirected here
        /// (`original_dst_lb_config`).
        ///
        /// @param header of requests that says where they go instead; absent for none
        /// @param port to which all of them go instead; absent for their own
        /// @param cleanup how often hosts that nobody uses are forgotten
        record OriginalDestination(Optional<HeaderName> header, OptionalInt port, Duration cleanup)
                implements Discovery {
            /// Envoy's `cleanup_interval` when none is set.
            public static final Duration CLEANUP = Duration.ofSeconds(5);

            public OriginalDestination {
                if (!cleanup.isPositive()) {
                    throw new IllegalArgumentException("cleanup: " + cleanup + " (expected: > 0)");
                }
            }
        }
    }

    /// Which addresses of a name are used (`dns_lookup_family`).
    public enum Family {
        /// IPv6 if there are any, else IPv4.
        AUTO,
        /// IPv4 if there are any, else IPv6.
        V4_PREFERRED,
        /// IPv4.
        V4_ONLY,
        /// IPv6.
        V6_ONLY,
        /// Both.
        ALL
    }

    /// How a host is chosen.
    public sealed interface Balancing {
        /// One after the other, by weight.
        ///
        /// @param slowStart of new hosts; empty for none
        record RoundRobin(Optional<SlowStart> slowStart) implements Balancing {
            /// Without slow start.
            public RoundRobin() {
                this(Optional.empty());
            }
        }

        /// The least busy of some chosen at random.
        ///
        /// @param choices how many, at least 2
        /// @param bias of a host's load where weights differ, at least 0; Envoy's default is 1
        /// @param slowStart of new hosts; empty for none
        record LeastRequest(int choices, double bias, Optional<SlowStart> slowStart)
                implements Balancing {
            /// Without slow start.
            public LeastRequest(int choices) {
                this(choices, 1, Optional.empty());
            }
        }

        /// The one of two from which an answer is to be expected sooner. Stock Envoy has none.
        ///
        /// @param rules how latencies are looked at
        /// @param slowStart of new hosts; empty for none
        record PeakEwma(Latency.Rules rules, Optional<SlowStart> slowStart) implements Balancing {}

        /// The one to which the request's hash leads (`RING_HASH`, `MAGLEV`).
        record Hashed(Hashing hashing) implements Balancing {}

        /// Any.
        record Random() implements Balancing {}

        /// The way in which hosts are found leaves no choice (`CLUSTER_PROVIDED`).
        record ByDiscovery() implements Balancing {}
    }
}
