package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.HashKey;
import dev.heddle.compiler.ir.LoadBalancing;
import dev.heddle.compiler.ir.LoadBalancing.Table;
import dev.heddle.compiler.ir.LoadBalancing.Warmup;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.model.istio.LoadBalancerSettings;
import dev.heddle.model.istio.LoadBalancerSettings.ConsistentHashLb;
import dev.heddle.model.istio.LoadBalancerSettings.HashAlgorithm;
import dev.heddle.model.istio.LoadBalancerSettings.HttpCookie;
import dev.heddle.model.istio.LoadBalancerSettings.Maglev;
import dev.heddle.model.istio.LoadBalancerSettings.Policy;
import dev.heddle.model.istio.LoadBalancerSettings.RingHash;
import dev.heddle.model.istio.LoadBalancerSettings.SimpleLb;
import dev.heddle.model.policy.BackendTrafficPolicy.PeakEwma;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/// Lowers `loadBalancer`.
final class Balancing {
    /// Istio writes it out where only the key is said.
    private static final long RING_SIZE = 1024;

    /// Envoy's limits.
    private static final long MOST_POINTS = 8L * 1024 * 1024;

    private static final long MOST_PLACES = 5_000_011;

    private static final Duration DECAY = Duration.ofSeconds(10);
    private static final Duration REST = Duration.ofSeconds(60);

    private Balancing() {}

    /// Istio's default is least request.
    static LoadBalancing lower(Optional<LoadBalancerSettings> settings) {
        Optional<Warmup> warmup = settings.flatMap(Balancing::warmup);
        return switch (settings.flatMap(LoadBalancerSettings::policy).orElse(null)) {
            case Policy.Simple(SimpleLb simple) ->
                    switch (simple) {
                        case ROUND_ROBIN -> new LoadBalancing.RoundRobin(warmup);
                        case RANDOM -> new LoadBalancing.Random();
                        case UNSPECIFIED, LEAST_CONN, LEAST_REQUEST, PASSTHROUGH ->
                                new LoadBalancing.LeastRequest(warmup);
                    };
            case Policy.Hashed(ConsistentHashLb hash) -> new LoadBalancing.Hashed(table(hash));
            case null -> new LoadBalancing.LeastRequest(warmup);
        };
    }

    /// As a service's policy says, but where a client's rule says what is hashed.
    static LoadBalancing lower(Optional<LoadBalancerSettings> settings, Optional<PeakEwma> policy) {
        LoadBalancing said = lower(settings);
        if (policy.isEmpty()) {
            return said;
        }
        return switch (said) {
            case LoadBalancing.RoundRobin(var warmup) -> peak(policy.get(), warmup);
            case LoadBalancing.LeastRequest(var warmup) -> peak(policy.get(), warmup);
            case LoadBalancing.Random() -> peak(policy.get(), Optional.empty());
            case LoadBalancing.Hashed _, LoadBalancing.PeakEwma _, LoadBalancing.ByCluster() ->
                    said;
        };
    }

    private static LoadBalancing peak(PeakEwma policy, Optional<Warmup> warmup) {
        return new LoadBalancing.PeakEwma(
                policy.decayTime().filter(Balancing::isUsable).orElse(DECAY),
                policy.maxRetryAfter().filter(it -> it.isZero() || isUsable(it)).orElse(REST),
                warmup);
    }

    private static boolean isUsable(Duration time) {
        return time.compareTo(Duration.ofMillis(1)) >= 0 && time.compareTo(Duration.ofDays(1)) <= 0;
    }

    /// Whether connections go to the address that the client called.
    static boolean passesThrough(Optional<LoadBalancerSettings> settings) {
        return settings.flatMap(LoadBalancerSettings::policy).orElse(null)
                        instanceof Policy.Simple(SimpleLb simple)
                && simple == SimpleLb.PASSTHROUGH;
    }

    private static Table table(ConsistentHashLb hash) {
        return switch (hash.hashAlgorithm().orElse(null)) {
            case HashAlgorithm.Ring(RingHash(OptionalLong least)) -> new Table.Ring(points(least));
            case HashAlgorithm.Table(Maglev(OptionalLong size)) -> new Table.Maglev(places(size));
            case null -> {
                OptionalLong least = points(hash.minimumRingSize());
                yield new Table.Ring(OptionalLong.of(least.orElse(RING_SIZE)));
            }
        };
    }

    /// Zero is as if nothing was said, as Istio has it; and what Envoy does not take.
    private static OptionalLong points(OptionalLong said) {
        return said.orElse(0) > 0 && said.orElse(0) <= MOST_POINTS ? said : OptionalLong.empty();
    }

    /// As with a ring; a table's size must be a prime.
    private static OptionalLong places(OptionalLong said) {
        boolean isPossible =
                said.orElse(0) > 1 && said.orElse(0) <= MOST_PLACES && isPrime(said.getAsLong());
        return isPossible ? said : OptionalLong.empty();
    }

    private static boolean isPrime(long number) {
        for (long divisor = 2; divisor * divisor <= number; divisor++) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return number > 1;
    }

    private static Optional<Warmup> warmup(LoadBalancerSettings settings) {
        return settings.warmup()
                .map(it ->
                        new Warmup(
                                it.duration(),
                                Optional.of(
                                        new LoadBalancing.Shape(
                                                Math.clamp(it.minimumPercent().orElse(10), 0, 100),
                                                it.aggression().orElse(1) > 0
                                                        ? it.aggression().orElse(1)
                                                        : 1))))
                .or(() -> settings.warmupDurationSecs().map(it -> new Warmup(it, Optional.empty())))
                .filter(it -> it.duration().compareTo(Duration.ofMillis(1)) >= 0);
    }

    /// What of a request is hashed; empty where nothing is.
    static Optional<HashKey> key(Optional<LoadBalancerSettings> settings) {
        if (!(settings.flatMap(LoadBalancerSettings::policy).orElse(null)
                instanceof Policy.Hashed(ConsistentHashLb hash))) {
            return Optional.empty();
        }
        return switch (hash.hashKey().orElse(null)) {
            case LoadBalancerSettings.HashKey.Header(String name) ->
                    EnvoySyntax.isHeaderName(name)
                            ? Optional.of(new HashKey.Header(name))
                            : Optional.empty();
            case LoadBalancerSettings.HashKey.Cookie(HttpCookie cookie) ->
                    Optional.of(
                            new HashKey.Cookie(
                                    cookie.name(),
                                    cookie.ttl(),
                                    cookie.path(),
                                    cookie.attributes().stream()
                                            .map(a -> new HashKey.Attribute(a.name(), a.value()))
                                            .toList()));
            case LoadBalancerSettings.HashKey.SourceIp(boolean isUsed) ->
                    isUsed ? Optional.of(new HashKey.SourceIp()) : Optional.empty();
            case LoadBalancerSettings.HashKey.QueryParameter(String name) ->
                    Optional.of(new HashKey.QueryParameter(name));
            case null -> Optional.empty();
        };
    }
}
