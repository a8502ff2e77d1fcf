package dev.heddle.compiler.lower.alike;

import dev.heddle.compiler.ir.Resilience;
import dev.heddle.compiler.ir.Retry;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.RouteMatch.HeaderMatch;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Sees to it that a retry does nothing twice.
///
/// A request whose method has an effect each time (RFC 9110, section 9.2.2), as POST, is retried
/// only where the upstream did nothing of it for certain, or answered what the rule names: a
/// status, a gRPC status, a header. A lost connection, a timeout or any 5xx may have come after the
/// work was done. Where the request has an `Idempotency-Key`, the upstream knows a second one, and
/// the rule holds as it is.
///
/// A policy of retries asks for no method, so such requests have a route of their own before the
/// rule's.
public final class OnceOnly {
    private static final String REPEATABLE = "GET|HEAD|OPTIONS|TRACE|PUT|DELETE";
    private static final Set<String> UNCERTAIN = Set.of("5xx", "gateway-error", "reset");
    private static final List<String> CERTAIN =
            List.of("connect-failure", "refused-stream", "reset-before-request");

    private OnceOnly() {}

    /// The route, after the one for requests that must not be done twice, where it needs one.
    public static List<Route> routes(Route route) {
        if (!(route.action() instanceof RouteAction.Forward forward)) {
            return List.of(route);
        }
        Optional<Retry> once = forward.resilience().retry().flatMap(OnceOnly::once);
        if (once.isEmpty()) {
            return List.of(route);
        }
        var action =
                new RouteAction.Forward(
                        forward.destinations(),
                        forward.rewrite(),
                        new Resilience(forward.resilience().timeout(), once),
                        forward.mirrors(),
                        forward.hash());
        var first =
                new Route(
                        route.name(),
                        effective(route.match()),
                        action,
                        route.headers(),
                        route.statPrefix(),
                        route.features(),
                        route.config(),
                        route.rule(),
                        route.origin());
        return List.of(first, route);
    }

    private static RouteMatch effective(RouteMatch match) {
        var headers = new ArrayList<>(match.headers());
        headers.add(new HeaderMatch(":method", new ValueMatch.Regex(REPEATABLE), true));
        headers.add(new HeaderMatch("idempotency-key", new ValueMatch.Present(), true));
        return match.with(headers);
    }

    /// The same policy without what is uncertain; empty where nothing is.
    private static Optional<Retry> once(Retry retry) {
        if (retry.on().stream().noneMatch(UNCERTAIN::contains)) {
            return Optional.empty();
        }
        var on = new LinkedHashSet<>(retry.on());
        on.removeAll(UNCERTAIN);
        on.addAll(CERTAIN);
        return Optional.of(
                new Retry(
                        retry.retries(),
                        List.copyOf(on),
                        retry.statuses(),
                        retry.perTryTimeout(),
                        retry.backoff(),
                        retry.avoidsPreviousHosts(),
                        retry.triesOtherPriorities()));
    }
}
