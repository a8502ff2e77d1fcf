package dev.heddle.xds.protocol;

import dev.heddle.xds.Confined;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.Stream;

/// What must stay although it is no more, because something that the client may still run uses it.
///
/// Who rejects a change of a route table goes on with the one before, and that one's clusters must
/// be there. The same goes for an answer that never came. Only what differs from the newest
/// snapshot is looked at: whatever is as it shall be refers to nothing that shall go.
///
/// Reading a resource costs some 10 µs for each kilobyte, so it is done only while there is
/// something to remove, and remembered for as long as the same resources are in the way.
@Confined("xds stream")
final class InUse {
    private IdentityHashMap<XdsResource, Mentions> read = new IdentityHashMap<>();
    private boolean hasReturned;
    private boolean hasAnswered;

    /// The client comes from another stream and begins to say what it has, type by type.
    void onReturn() {
        hasReturned = true;
    }

    /// The client answered. What it had to say of itself it said before.
    void onAnswer() {
        hasAnswered = true;
    }

    /// What is mentioned by whatever may still be in force, by the type that mentions it.
    ///
    /// @param listeners by listeners
    /// @param routes by route tables that a listener may have
    /// @param clusters by clusters
    record Uses(Mentions listeners, Mentions routes, Mentions clusters) {
        boolean has(XdsType type, String name) {
            return switch (type) {
                case LISTENER, RUNTIME -> false;
                case ROUTE -> listeners.has(name);
                case CLUSTER -> listeners.has(name) || routes.has(name);
                case ENDPOINT -> clusters.has(name);
                case SECRET -> listeners.has(name) || clusters.has(name);
            };
        }
    }

    Uses of(Lane<?> listeners, Lane<?> routes, Lane<?> clusters) {
        var now = new IdentityHashMap<XdsResource, Mentions>();
        Mentions byListeners = mentions(listeners.outdated().stream(), now);
        // Of a state of the world a route table goes away without a word: who still has it may
        // have no listener for it.
        Mentions byRoutes =
                mentions(
                        routes.outdated().stream()
                                .filter(r ->
                                        routes.resources().containsKey(r.name())
                                                || byListeners.has(r.name())),
                        now);
        Mentions byClusters = mentions(clusters.outdated().stream(), now);
        read = now;
        return new Uses(byListeners, byRoutes, byClusters);
    }

    /// Whether the client has said what it has of those types. What it says after the first answer
    /// is news.
    boolean isIntroduced(Lane<?> listeners, Lane<?> routes) {
        return !hasReturned
                || hasAnswered
                || (listeners.isInUse() && (routes.isInUse() || routes.resources().isEmpty()));
    }

    private Mentions mentions(
            Stream<XdsResource> resources, IdentityHashMap<XdsResource, Mentions> now) {
        List<Mentions> all =
                resources
                        .map(r ->
                                now.computeIfAbsent(r, _ -> read.computeIfAbsent(r, Mentions::of)))
                        .toList();
        return Mentions.join(all);
    }

    /// Forgets what was read.
    void clear() {
        read = new IdentityHashMap<>();
    }
}
