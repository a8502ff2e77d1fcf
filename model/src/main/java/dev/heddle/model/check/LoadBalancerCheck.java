package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.LoadBalancerSettings;
import dev.heddle.model.istio.LoadBalancerSettings.ConsistentHashLb;
import dev.heddle.model.istio.LoadBalancerSettings.Distribute;
import dev.heddle.model.istio.LoadBalancerSettings.Failover;
import dev.heddle.model.istio.LoadBalancerSettings.HashAlgorithm;
import dev.heddle.model.istio.LoadBalancerSettings.HashKey;
import dev.heddle.model.istio.LoadBalancerSettings.HttpCookie;
import dev.heddle.model.istio.LoadBalancerSettings.LocalityLoadBalancerSetting;
import dev.heddle.model.istio.LoadBalancerSettings.Maglev;
import dev.heddle.model.istio.LoadBalancerSettings.Policy;
import dev.heddle.model.istio.LoadBalancerSettings.RingHash;
import dev.heddle.model.istio.LoadBalancerSettings.WarmupConfiguration;
import dev.heddle.model.istio.LoadBalancerSettings.ZoneAwareLbSetting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Looks at how requests are spread.
record LoadBalancerCheck(LoadBalancerSettings settings, FieldPath path, Findings findings) {
    /// Envoy's limits.
    private static final long MOST_POINTS = 8L * 1024 * 1024;

    private static final long MOST_PLACES = 5_000_011;

    private static final String REGION = "topology.kubernetes.io/region";
    private static final String ZONE = "topology.kubernetes.io/zone";

    void check() {
        if (settings.policy().orElse(null) instanceof Policy.Hashed(ConsistentHashLb hash)) {
            checkHash(hash, path.field("consistentHash"));
        }
        Values.checkDuration(
                settings.warmupDurationSecs(), path.field("warmupDurationSecs"), findings);
        settings.warmup().ifPresent(w -> checkWarmup(w, path.field("warmup")));
        settings.localityLbSetting()
                .ifPresent(l -> checkLocality(l, path.field("localityLbSetting")));
        settings.zoneAwareLbSetting()
                .ifPresent(z -> checkZoneAware(z, path.field("zoneAwareLbSetting")));
        if (settings.localityLbSetting().isPresent() && settings.zoneAwareLbSetting().isPresent()) {
            findings.exclusive(
                    path.field("zoneAwareLbSetting"), "localityLbSetting", "zoneAwareLbSetting");
        }
    }

    private void checkHash(ConsistentHashLb hash, FieldPath at) {
        if (hash.hashKey().isEmpty()) {
            findings.missing(
                    at,
                    "it hashes nothing (expected: httpHeaderName, httpCookie,"
                            + " useSourceIp or httpQueryParameterName)");
        }
        if (hash.minimumRingSize().isPresent() && hash.hashAlgorithm().isPresent()) {
            findings.exclusive(
                    at.field("minimumRingSize"), "ringHash or maglev", "minimumRingSize");
        }
        switch (hash.hashAlgorithm().orElse(null)) {
            case HashAlgorithm.Ring(RingHash ring) ->
                    checkRing(
                            ring.minimumRingSize(), at.field("ringHash").field("minimumRingSize"));
            case HashAlgorithm.Table(Maglev maglev) -> {
                long size = maglev.tableSize().orElse(2);
                if (size != 0 && (size > MOST_PLACES || !isPrime(size))) {
                    findings.invalid(
                            at.field("maglev").field("tableSize"),
                            size,
                            "a prime, at most " + MOST_PLACES);
                }
            }
            case null -> checkRing(hash.minimumRingSize(), at.field("minimumRingSize"));
        }
        if (hash.hashKey().orElse(null) instanceof HashKey.Cookie(HttpCookie cookie)) {
            if (cookie.name().isEmpty()) {
                findings.invalid(at.field("httpCookie").field("name"), "", "a cookie");
            }
            Set<String> names = new HashSet<>();
            FieldPath attributes = at.field("httpCookie").field("attributes");
            for (int i = 0; i < cookie.attributes().size(); i++) {
                String name = cookie.attributes().get(i).name();
                if (!names.add(name)) {
                    findings.error(
                            attributes.index(i), "'" + name + "' is here for the second time");
                }
            }
        }
    }

    private void checkRing(OptionalLong size, FieldPath at) {
        if (size.orElse(0) < 0 || size.orElse(0) > MOST_POINTS) {
            findings.invalid(at, size.getAsLong(), "at most " + MOST_POINTS);
        }
    }

    /// Whether a table of that size can be filled.
    private static boolean isPrime(long number) {
        for (long divisor = 2; divisor * divisor <= number; divisor++) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return number > 1;
    }

    private void checkWarmup(WarmupConfiguration warmup, FieldPath at) {
        Values.checkDuration(Optional.of(warmup.duration()), at.field("duration"), findings);
        Values.checkPercent(
                warmup.minimumPercent().orElse(0), at.field("minimumPercent"), findings);
        if (!(warmup.aggression().orElse(1) > 0)) {
            findings.invalid(at.field("aggression"), warmup.aggression().getAsDouble(), "> 0");
        }
    }

    private void checkLocality(LocalityLoadBalancerSetting locality, FieldPath at) {
        if (!locality.distribute().isEmpty() && !locality.failover().isEmpty()) {
            findings.exclusive(at.field("failover"), "distribute", "failover");
        }
        if (!locality.distribute().isEmpty() && !locality.failoverPriority().isEmpty()) {
            findings.exclusive(at.field("failoverPriority"), "distribute", "failoverPriority");
        }
        checkDistribute(locality.distribute(), at.field("distribute"));
        checkFailover(locality.failover(), locality.failoverPriority(), at);
    }

    private void checkZoneAware(ZoneAwareLbSetting zones, FieldPath at) {
        if (zones.failoverPriority().contains(ZONE)) {
            findings.invalid(at.field("failoverPriority"), ZONE, "other labels: zones come first");
        }
        checkFailover(zones.failover(), zones.failoverPriority(), at);
    }

    private void checkDistribute(List<Distribute> distribute, FieldPath at) {
        var from = new ArrayList<String>();
        for (int i = 0; i < distribute.size(); i++) {
            Distribute one = distribute.get(i);
            int sum = one.to().values().stream().mapToInt(Integer::intValue).sum();
            if (sum != 100) {
                findings.invalid(at.index(i).field("to"), sum, "100 in sum");
            }
            from.add(one.from());
            checkLocalities(List.copyOf(one.to().keySet()), at.index(i).field("to"));
        }
        checkLocalities(from, at);
    }

    private void checkLocalities(List<String> localities, FieldPath at) {
        for (int i = 0; i < localities.size(); i++) {
            String one = localities.get(i);
            int star = one.indexOf('*');
            if (star >= 0 && star < one.length() - 1) {
                findings.invalid(at, one, "'*' at the end only");
            }
            for (String other : localities.subList(0, i)) {
                if (overlap(one, other)) {
                    findings.error(at, "'" + other + "' and '" + one + "' overlap");
                }
            }
        }
    }

    private static boolean overlap(String one, String other) {
        String a = one.replaceAll("/?\\*$", "");
        String b = other.replaceAll("/?\\*$", "");
        return a.equals(b)
                || a.isEmpty()
                || b.isEmpty()
                || a.startsWith(b + "/")
                || b.startsWith(a + "/");
    }

    private void checkFailover(List<Failover> failover, List<String> priority, FieldPath at) {
        for (int i = 0; i < failover.size(); i++) {
            Failover one = failover.get(i);
            FieldPath where = at.field("failover").index(i);
            boolean plain = !(one.from() + one.to()).contains("/") && !one.to().contains("*");
            if (one.from().equals(one.to()) || !plain) {
                findings.invalid(where, one.from() + " to " + one.to(), "two different regions");
            }
        }
        if (!failover.isEmpty() && priority.contains(REGION)) {
            findings.exclusive(at.field("failoverPriority"), "failover", REGION);
        }
    }
}
