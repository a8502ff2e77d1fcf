package dev.heddle.cli.explain;

import dev.heddle.compiler.explain.FeatureText;
import dev.heddle.compiler.explain.RateText;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.HttpFeature.AbortAnswer;
import dev.heddle.compiler.ir.HttpFeature.Cors;
import dev.heddle.compiler.ir.HttpFeature.ExtAuthz;
import dev.heddle.compiler.ir.HttpFeature.Fault;
import dev.heddle.compiler.ir.HttpFeature.StatefulSession;
import dev.heddle.compiler.ir.Portion;
import dev.heddle.compiler.ir.RateLimits;
import dev.heddle.compiler.ir.Retry;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Optional;

/// What a route does beside routing, for programs: each kind under its own name, empty where the
/// route has none.
final class FeatureNodes {
    private FeatureNodes() {}

    static Optional<Node> fault(List<HttpFeature> features) {
        return features.stream()
                .filter(Fault.class::isInstance)
                .map(Fault.class::cast)
                .findFirst()
                .map(FeatureNodes::node);
    }

    private static Node node(Fault fault) {
        Node.Mapping node = Node.Mapping.EMPTY;
        if (fault.delay().isPresent()) {
            node =
                    node.with(
                            "delay",
                            Node.Mapping.EMPTY
                                    .with("fixedDelay", FeatureText.of(fault.delay().get().time()))
                                    .with("percent", percent(fault.delay().get().of())));
        }
        if (fault.abort().isPresent()) {
            Node.Mapping abort =
                    switch (fault.abort().get().answer()) {
                        case AbortAnswer.Http(int status) ->
                                Node.Mapping.EMPTY.with("httpStatus", status);
                        case AbortAnswer.Grpc(_, String name) ->
                                Node.Mapping.EMPTY.with("grpcStatus", name);
                    };
            node = node.with("abort", abort.with("percent", percent(fault.abort().get().of())));
        }
        return node;
    }

    static Node retries(Retry retry) {
        return Node.Mapping.EMPTY
                .with("attempts", retry.retries())
                .with("retryOn", String.join(",", retry.on()))
                .with("statuses", retry.statuses().stream().map(Node::of).toList())
                .with("perTryTimeout", FeatureText.of(retry.perTryTimeout()))
                .with("backoff", FeatureText.of(retry.backoff().orElse(Retry.ENVOYS_BACKOFF)))
                .with("retryIgnorePreviousHosts", retry.avoidsPreviousHosts())
                .with("retryRemoteLocalities", retry.triesOtherPriorities());
    }

    /// As in `12.5`.
    static String percent(Portion portion) {
        return portion.toString().replace(" %", "");
    }

    static Optional<Node> session(List<HttpFeature> features) {
        return features.stream()
                .filter(StatefulSession.class::isInstance)
                .map(it -> Node.of(FeatureText.lines(List.of(it)).getFirst()))
                .findFirst();
    }

    /// The limits that the request counts against.
    static List<Node> limits(List<HttpFeature> features) {
        return RateText.limits(features).stream()
                .flatMap(limits -> limits.rules().stream().map(rule -> limit(limits, rule)))
                .toList();
    }

    private static Node limit(RateLimits limits, RateLimits.Rule rule) {
        return Node.Mapping.EMPTY
                .with("policy", limits.policy())
                .with("rule", rule.name())
                .with("requests", rule.limit().requests())
                .with("unit", RateText.unit(rule.limit().per()).name())
                .with("burst", rule.limit().burst())
                .with("shadowMode", limits.isShadow())
                .with("origin", rule.origin().toString());
    }

    /// Whom the route has asked whether the request may pass.
    static List<Node> asked(List<HttpFeature> features) {
        return features.stream()
                .filter(ExtAuthz.class::isInstance)
                .map(it -> Node.of(FeatureText.lines(List.of(it)).getFirst()))
                .toList();
    }

    static Optional<Node> cors(List<HttpFeature> features) {
        return features.stream()
                .filter(Cors.class::isInstance)
                .map(it -> Node.of(FeatureText.lines(List.of(it)).getFirst()))
                .findFirst();
    }
}
