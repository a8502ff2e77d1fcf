package dev.heddle.model.istio;

import dev.heddle.model.schema.Inline;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Required;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// How requests are spread over the endpoints of a destination.
///
/// @param policy least request when absent
/// @param warmupDurationSecs Istio's older form of `warmup.duration`
public record LoadBalancerSettings(
        @Inline Optional<Policy> policy,
        Optional<LocalityLoadBalancerSetting> localityLbSetting,
        Optional<Duration> warmupDurationSecs,
        Optional<WarmupConfiguration> warmup,
        Optional<ZoneAwareLbSetting> zoneAwareLbSetting) {

    /// Which endpoint is next.
    public sealed interface Policy {
        /// One of the policies without settings.
        record Simple(SimpleLb simple) implements Policy {}

        /// The same key goes to the same endpoint, as long as it is there.
        record Hashed(ConsistentHashLb consistentHash) implements Policy {}
    }

    /// The policies without settings.
    public enum SimpleLb {
        /// As LEAST_REQUEST.
        UNSPECIFIED,
        /// The older name of LEAST_REQUEST.
        LEAST_CONN,
        /// Any endpoint.
        RANDOM,
        /// The address that the client called.
        PASSTHROUGH,
        /// One after the other.
        ROUND_ROBIN,
        /// The less busy of two random ones.
        LEAST_REQUEST
    }

    /// Consistent hashing: of what, and how.
    ///
    /// @param minimumRingSize Istio's older form of `ringHash.minimumRingSize`
    public record ConsistentHashLb(
            @Inline Optional<HashKey> hashKey,
            @Inline Optional<HashAlgorithm> hashAlgorithm,
            OptionalLong minimumRingSize) {}

    /// What is hashed.
    public sealed interface HashKey {
        /// The value of a header.
        record Header(String httpHeaderName) implements HashKey {}

        /// A cookie, which is made if it is absent and has a time to live.
        record Cookie(HttpCookie httpCookie) implements HashKey {}

        /// The client's address.
        record SourceIp(boolean useSourceIp) implements HashKey {}

        /// A parameter of the query.
        record QueryParameter(String httpQueryParameterName) implements HashKey {}
    }

    /// How the hash leads to an endpoint.
    public sealed interface HashAlgorithm {
        /// A ring of points (ketama).
        record Ring(RingHash ringHash) implements HashAlgorithm {}

        /// A look-up table.
        record Table(Maglev maglev) implements HashAlgorithm {}
    }

    /// @param minimumRingSize points on the ring at least; 1024 when absent
    public record RingHash(OptionalLong minimumRingSize) {}

    /// @param tableSize a prime; 65537 when absent
    public record Maglev(OptionalLong tableSize) {}

    /// A cookie that requests are hashed by.
    ///
    /// @param ttl zero makes a session cookie; absent means that it is never made
    public record HttpCookie(
            @Required String name,
            String path,
            Optional<Duration> ttl,
            List<CookieAttribute> attributes) {

        public HttpCookie {
            attributes = List.copyOf(attributes);
        }
    }

    /// An attribute of a cookie that is made.
    public record CookieAttribute(@Required String name, String value) {}

    /// Preferring endpoints that are near. Of the first three at most one may be set.
    public record LocalityLoadBalancerSetting(
            List<Distribute> distribute,
            List<Failover> failover,
            List<String> failoverPriority,
            Optional<Boolean> enabled) {

        public LocalityLoadBalancerSetting {
            distribute = List.copyOf(distribute);
            failover = List.copyOf(failover);
            failoverPriority = List.copyOf(failoverPriority);
        }
    }

    /// Where the traffic of one locality goes, in percent.
    ///
    /// @param from as in `us-west/zone1/*`
    public record Distribute(String from, Map<String, Integer> to) {
        public Distribute {
            to = Ordered.copyOf(to);
        }
    }

    /// The region that takes over when `from` has no healthy endpoints.
    public record Failover(String from, String to) {}

    /// A new endpoint's share grows with its age.
    ///
    /// @param minimumPercent share at the beginning; 10 when absent
    /// @param aggression shape of the growth; 1 is linear
    public record WarmupConfiguration(
            @Required Duration duration,
            OptionalDouble minimumPercent,
            OptionalDouble aggression) {}

    /// Preferring endpoints of the same zone, as far as they can bear it.
    ///
    /// @param minClusterSize with fewer endpoints there is no preference
    public record ZoneAwareLbSetting(
            Optional<Boolean> enabled,
            List<Failover> failover,
            List<String> failoverPriority,
            OptionalLong minClusterSize) {

        public ZoneAwareLbSetting {
            failover = List.copyOf(failover);
            failoverPriority = List.copyOf(failoverPriority);
        }
    }
}
