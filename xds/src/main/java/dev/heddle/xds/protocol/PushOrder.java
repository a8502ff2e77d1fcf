package dev.heddle.xds.protocol;

import dev.heddle.xds.XdsType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Decides what may go out next, so that nothing refers to what is not there: make before break.
///
/// Changes go in the order of [XdsType]; the package's description says what waits for what.
final class PushOrder {
    /// Users before what they use, so that nothing in use goes away.
    private static final List<XdsType> REMOVALS =
            List.of(
                    XdsType.LISTENER,
                    XdsType.ROUTE,
                    XdsType.CLUSTER,
                    XdsType.ENDPOINT,
                    XdsType.SECRET,
                    XdsType.RUNTIME);

    private PushOrder() {}

    /// What to send.
    sealed interface Step {
        /// What is new, changed or wanted again.
        record Updates(XdsType type) implements Step {}

        /// Names that are no more.
        record Removals(XdsType type, List<String> names) implements Step {}
    }

    /// The next response to send; empty while the client has to answer first, has everything, or
    /// may still use what is to be removed.
    static Optional<Step> next(Map<XdsType, ? extends Lane<?>> lanes, InUse inUse) {
        boolean warm = isWarm(lanes);
        for (XdsType type : XdsType.values()) {
            Lane<?> lane = get(lanes, type);
            boolean mayGo = warm || !waitsForClusters(type);
            if (mayGo && !lane.isInFlight() && lane.debt().updates()) {
                return Optional.of(new Step.Updates(type));
            }
        }
        if (!warm || isBusy(lanes, XdsType.LISTENER) || isBusy(lanes, XdsType.ROUTE)) {
            return Optional.empty();
        }
        return removals(lanes, inUse);
    }

    private static Optional<Step> removals(Map<XdsType, ? extends Lane<?>> lanes, InUse inUse) {
        Optional<XdsType> first =
                REMOVALS.stream()
                        .filter(type -> !get(lanes, type).debt().removals().isEmpty())
                        .findFirst();
        if (first.isEmpty()) {
            inUse.clear();
            return Optional.empty();
        }
        Lane<?> listeners = get(lanes, XdsType.LISTENER);
        Lane<?> routes = get(lanes, XdsType.ROUTE);
        if (!inUse.isIntroduced(listeners, routes)) {
            // Something must be answered to know that the client has said all: nothing is enough.
            return lanes.values().stream().anyMatch(Lane::isInFlight)
                    ? Optional.empty()
                    : Optional.of(new Step.Removals(first.get(), List.of()));
        }
        InUse.Uses uses = inUse.of(listeners, routes, get(lanes, XdsType.CLUSTER));
        for (XdsType type : REMOVALS) {
            Lane<?> lane = get(lanes, type);
            List<String> free =
                    lane.debt().removals().stream()
                            .filter(name -> lane.isNothing(name) || !uses.has(type, name))
                            .toList();
            if (!free.isEmpty()) {
                return lane.isInFlight()
                        ? Optional.empty()
                        : Optional.of(new Step.Removals(type, free));
            }
        }
        return Optional.empty();
    }

    private static boolean waitsForClusters(XdsType type) {
        return switch (type) {
            case CLUSTER, ENDPOINT, SECRET, RUNTIME -> false;
            case LISTENER, ROUTE -> true;
        };
    }

    /// Whether whatever routes may refer to is with the client, answered.
    private static boolean isWarm(Map<XdsType, ? extends Lane<?>> lanes) {
        return !isBusy(lanes, XdsType.CLUSTER)
                && !isAwaited(get(lanes, XdsType.ENDPOINT))
                && !isAwaited(get(lanes, XdsType.SECRET));
    }

    private static boolean isBusy(Map<XdsType, ? extends Lane<?>> lanes, XdsType type) {
        Lane<?> lane = get(lanes, type);
        return lane.isInFlight() || lane.debt().updates();
    }

    private static boolean isAwaited(Lane<?> lane) {
        return lane.isAwaitedInFlight() || lane.debt().isAwaited();
    }

    private static Lane<?> get(Map<XdsType, ? extends Lane<?>> lanes, XdsType type) {
        Lane<?> lane = lanes.get(type);
        if (lane == null) {
            throw new IllegalStateException("no lane for " + type);
        }
        return lane;
    }
}
