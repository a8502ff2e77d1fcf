package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.RateLimits;
import dev.heddle.compiler.ir.RateLimits.Each;
import dev.heddle.compiler.ir.RateLimits.Limit;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.RouteMatch.PathMatch;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.select.RateLimitPolicies;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.match.IpAddresses;
import dev.heddle.model.policy.RateLimitPolicy;
import dev.heddle.model.policy.RateLimitPolicy.ClientSelector;
import dev.heddle.model.policy.RateLimitPolicy.HeaderMatch;
import dev.heddle.model.policy.RateLimitPolicy.HeaderMatchType;
import dev.heddle.model.policy.RateLimitPolicy.PathMatchType;
import dev.heddle.model.policy.RateLimitPolicy.Rule;
import dev.heddle.model.policy.RateLimitPolicy.SourceMatchType;
import dev.heddle.model.policy.RateLimitPolicy.Unit;
import dev.heddle.model.service.Service.Port;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// How many requests may pass: at gateways route by route, at workloads by the service's port.
final class RateLimitLowering {
    private static final FieldPath LOCAL = FieldPath.of("spec", "local");

    private final RateLimitPolicies policies;

    RateLimitLowering(RateLimitPolicies policies) {
        this.policies = policies;
    }

    /// A gateway's tables with the limits of their routes.
    List<RouteConfiguration> routes(List<RouteConfiguration> tables) {
        return policies.all().isEmpty() ? tables : RouteTargets.edited(tables, this::route);
    }

    private Route route(Route route, VirtualHost host) {
        return limited(route, policies.inForce(RouteTargets.nearestFirst(route, host)));
    }

    /// The route of a service's port at its workloads, with its limits.
    Route inbound(Route route, MeshService service, Port port) {
        return limited(route, policies.inForce(service, port));
    }

    private static Route limited(Route route, Optional<Resource<RateLimitPolicy>> policy) {
        Optional<RateLimits> limits = policy.flatMap(RateLimitLowering::limits);
        if (limits.isEmpty()) {
            return route;
        }
        var features = new ArrayList<>(route.features());
        features.add(new HttpFeature.RateLimit(limits.get()));
        return route.with(features);
    }

    private static Optional<RateLimits> limits(Resource<RateLimitPolicy> policy) {
        return policy.spec()
                .local()
                .map(local -> {
                    var rules = new ArrayList<RateLimits.Rule>();
                    for (int i = 0; i < local.rules().size(); i++) {
                        rules.add(rule(policy, i, local.rules().get(i)));
                    }
                    return new RateLimits(
                            policy.metadata().namespace() + "/" + policy.metadata().name(),
                            rules,
                            local.shadowMode(),
                            policy.origin(LOCAL));
                })
                .filter(it -> !it.rules().isEmpty());
    }

    private static RateLimits.Rule rule(Resource<RateLimitPolicy> policy, int index, Rule said) {
        var headers = new ArrayList<RouteMatch.HeaderMatch>();
        var sources = new ArrayList<String>();
        var each = new ArrayList<Each>();
        PathMatch path = RouteMatch.ALL.path();
        for (ClientSelector selector : said.clientSelectors()) {
            for (HeaderMatch header : selector.headers()) {
                String name = header.name().toLowerCase(Locale.ROOT);
                if (header.type().orElse(HeaderMatchType.Exact) == HeaderMatchType.Distinct) {
                    each.add(new Each.Header(name));
                } else {
                    headers.add(new RouteMatch.HeaderMatch(name, value(header), header.invert()));
                }
            }
            if (!selector.methods().isEmpty()) {
                headers.add(new RouteMatch.HeaderMatch(":method", methods(selector), false));
            }
            path = selector.path().map(RateLimitLowering::path).orElse(path);
            selector.sourceCIDR()
                    .ifPresent(it -> {
                        IpAddresses.range(it.value()).ifPresent(sources::add);
                        if (it.type().orElse(SourceMatchType.Exact) == SourceMatchType.Distinct) {
                            each.add(new Each.Address());
                        }
                    });
        }
        var limit = said.limit().orElseThrow();
        long requests = limit.requests().orElseThrow();
        return new RateLimits.Rule(
                said.name().isEmpty() ? "rule-" + index : said.name(),
                new RouteMatch(path, false, headers, List.of()),
                sources,
                each.stream().distinct().toList(),
                new Limit(
                        requests, time(limit.unit().orElseThrow()), limit.burst().orElse(requests)),
                policy.origin(LOCAL.field("rules").index(index)));
    }

    private static ValueMatch value(HeaderMatch header) {
        String value = header.value().orElse("");
        return header.type().orElse(HeaderMatchType.Exact) == HeaderMatchType.RegularExpression
                ? new ValueMatch.Regex(value)
                : new ValueMatch.Exact(value);
    }

    /// Methods are words of letters and a few signs, of which some mean something in expressions.
    private static ValueMatch methods(ClientSelector selector) {
        List<String> methods =
                selector.methods().stream().map(it -> it.value()).distinct().toList();
        return methods.size() == 1
                ? new ValueMatch.Exact(methods.getFirst())
                : new ValueMatch.Regex(
                        methods.stream()
                                .map(it -> "\\Q" + it + "\\E")
                                .collect(Collectors.joining("|")));
    }

    private static PathMatch path(RateLimitPolicy.PathMatch said) {
        return switch (said.type().orElse(PathMatchType.PathPrefix)) {
            case Exact -> new PathMatch.Exact(said.value());
            case PathPrefix ->
                    said.value().endsWith("/")
                            ? new PathMatch.Prefix(said.value())
                            : new PathMatch.Segments(said.value());
            case RegularExpression -> new PathMatch.Regex(said.value());
        };
    }

    private static Duration time(Unit unit) {
        return switch (unit) {
            case Second -> Duration.ofSeconds(1);
            case Minute -> Duration.ofMinutes(1);
            case Hour -> Duration.ofHours(1);
            case Day -> Duration.ofDays(1);
        };
    }
}
