package dev.heddle.compiler.explain;

import dev.heddle.compiler.explain.Explanation.Reply;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.HttpFeature.AbortAnswer;
import dev.heddle.compiler.ir.HttpFeature.Cors;
import dev.heddle.compiler.ir.HttpFeature.Fault;
import dev.heddle.compiler.ir.Route;
import java.util.Optional;
import java.util.OptionalInt;

/// What a proxy answers by itself because of what its route does beside routing.
final class FeatureReplies {
    private FeatureReplies() {}

    /// The answer to a request that would be forwarded; empty where it may be.
    static Optional<Reply> to(Route route, Request request) {
        Optional<Reply> refusal = LoginCheck.refusal(route, request);
        // Where callers must show who they are, preflights are answered before all else.
        return refusal.isPresent()
                ? preflight(route, request).or(() -> refusal)
                : fault(route).or(() -> preflight(route, request));
    }

    /// What every request of the route is answered with on purpose.
    static Optional<Reply> fault(Route route) {
        for (HttpFeature feature : route.features()) {
            if (feature instanceof Fault(_, var abort)
                    && abort.isPresent()
                    && abort.get().of().isAll()) {
                return Optional.of(
                        switch (abort.get().answer()) {
                            case AbortAnswer.Http(int status) ->
                                    new Reply(status, "FI", "the rule's fault");
                            case AbortAnswer.Grpc(int status, String name) ->
                                    new Reply(
                                            200,
                                            "FI",
                                            "the rule's fault, gRPC " + name,
                                            OptionalInt.of(status));
                        });
            }
        }
        return Optional.empty();
    }

    /// The answer to a browser that asks what a page may do.
    static Optional<Reply> preflight(Route route, Request request) {
        Optional<String> origin = request.header("origin").filter(it -> !it.isEmpty());
        boolean isAsked =
                request.method().equals("OPTIONS")
                        && request.header("access-control-request-method")
                                .filter(it -> !it.isEmpty())
                                .isPresent();
        if (origin.isEmpty() || !isAsked) {
            return Optional.empty();
        }
        for (HttpFeature feature : route.features()) {
            if (feature instanceof Cors cors) {
                boolean isAllowed =
                        cors.origins().stream()
                                .anyMatch(it ->
                                        RequestMatch.value(it, "*")
                                                || RequestMatch.value(it, origin.get()));
                return isAllowed || !cors.forwardsUnmatched()
                        ? Optional.of(
                                new Reply(
                                        200,
                                        "",
                                        isAllowed
                                                ? "the preflight request is allowed"
                                                : "the preflight request is not allowed"))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }
}
