package dev.heddle.compiler.select;

import dev.heddle.model.Resource;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.istio.LoadBalancerSettings;
import dev.heddle.model.istio.LoadBalancerSettings.LocalityLoadBalancerSetting;
import dev.heddle.model.istio.LoadBalancerSettings.ZoneAwareLbSetting;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What DestinationRules ask about where a proxy is. Where none asks, proxies in different places
/// have the same configuration, and it is made once for all of them.
///
/// @param anyAsks whether any rule prefers endpoints, or watches them so that the mesh's own
///   preference counts
/// @param zonesFirst whether any rule has zones come first
/// @param labels by which rules prefer endpoints
public record LocalityQuestions(boolean anyAsks, boolean zonesFirst, Set<String> labels) {
    public LocalityQuestions {
        labels = Set.copyOf(labels);
    }

    static LocalityQuestions of(Collection<Resource<DestinationRule>> rules) {
        List<TrafficPolicy> policies =
                rules.stream()
                        .map(Resource::spec)
                        .flatMap(rule ->
                                Stream.concat(
                                        rule.trafficPolicy().stream(),
                                        rule.subsets().stream()
                                                .flatMap(s -> s.trafficPolicy().stream())))
                        .toList();
        List<LoadBalancerSettings> balancers =
                policies.stream()
                        .flatMap(policy ->
                                Stream.concat(
                                        policy.loadBalancer().stream(),
                                        policy.portLevelSettings().stream()
                                                .flatMap(p -> p.loadBalancer().stream())))
                        .toList();
        boolean isWatching =
                policies.stream()
                        .anyMatch(policy ->
                                policy.outlierDetection().isPresent()
                                        || policy.portLevelSettings().stream()
                                                .anyMatch(p -> p.outlierDetection().isPresent()));
        boolean zonesFirst = balancers.stream().anyMatch(it -> it.zoneAwareLbSetting().isPresent());
        return new LocalityQuestions(
                isWatching
                        || zonesFirst
                        || balancers.stream().anyMatch(it -> it.localityLbSetting().isPresent()),
                zonesFirst,
                balancers.stream()
                        .flatMap(it -> labels(it.localityLbSetting(), it.zoneAwareLbSetting()))
                        .collect(Collectors.toSet()));
    }

    /// The labels by which endpoints are preferred.
    public static Stream<String> labels(
            Optional<LocalityLoadBalancerSetting> locality, Optional<ZoneAwareLbSetting> zones) {
        return Stream.concat(
                        locality.stream().flatMap(it -> it.failoverPriority().stream()),
                        zones.stream().flatMap(it -> it.failoverPriority().stream()))
                .map(it -> it.split("=", 2)[0]);
    }
}
