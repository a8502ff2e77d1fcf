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
                    XdsType.SECRET);

    private PushOrder() {}

    /// @param isRemoval whether it is the turn of what is no more
    record Step(XdsType type, boolean isRemoval) {}

    /// The next response to send; empty while the client has to answer first, or has everything.
    static Optional<Step> next(Map<XdsType, ? extends Lane<?>> lanes) {
        boolean warm = isWarm(lanes);
        for (XdsType type : XdsType.values()) {
            Lane<?> lane = get(lanes, type);
            boolean mayGo = warm || !waitsForClusters(type);
            if (mayGo && !lane.isInFlight() && lane.debt().updates()) {
                return Optional.of(new Step(type, false));
            }
        }
        if (!warm || isBusy(lanes, XdsType.LISTENER) || isBusy(lanes, XdsType.ROUTE)) {
            return Optional.empty();
        }
        return REMOVALS.stream()
                .filter(type -> get(lanes, type).debt().removals())
                .findFirst()
                .filter(type -> !get(lanes, type).isInFlight())
                .map(type -> new Step(type, true));
    }

    private static boolean waitsForClusters(XdsType type) {
        return switch (type) {
            case CLUSTER, ENDPOINT, SECRET -> false;
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
