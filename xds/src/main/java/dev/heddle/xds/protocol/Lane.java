package dev.heddle.xds.protocol;

import dev.heddle.xds.Confined;
import dev.heddle.xds.NamedResources;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What one stream knows of one type: what the client wants, what it was offered, what is on its
/// way. What is owed is the difference to the newest snapshot and worked out when asked for.
///
/// ```
///   idle ──send──▶ in flight ──ACK or NACK──▶ idle
///                     └─ no answer for long ─▶ overdue: others no longer wait for it
/// ```
///
/// @param <R> the protocol's response
@Confined("xds stream")
abstract sealed class Lane<R> permits DeltaLane, SotwLane {
    /// More than this nobody remembers of a client that does not answer.
    private static final int MAX_UNANSWERED = 16;

    final XdsType type;

    /// By name, what was sent last and not taken back since.
    final Map<String, XdsResource> offered = new HashMap<>();

    private final Set<String> rejected = new HashSet<>();
    private final Suspects suspects = new Suspects();
    private final Unsettled unsettled = new Unsettled();
    private final Deque<Flight> flights = new ArrayDeque<>();
    private Set<String> refusedClusters = Set.of();
    private boolean isOverdue;
    private Optional<String> reported = Optional.empty();
    private Optional<Snapshot> target = Optional.empty();

    Lane(XdsType type) {
        this.type = type;
    }

    /// The names that the client wants beside `*`, in order; empty for none.
    abstract SortedSet<String> named();

    /// What is to be sent now, by kind.
    ///
    /// @param updates names whose resource is new, changed or wanted again
    /// @param isAwaited whether the client would see one of them for the first time
    /// @param removals names that the client has and that are no more, in order
    record Debt(boolean updates, boolean isAwaited, List<String> removals) {
        static final Debt NONE = new Debt(false, false, List.of());
    }

    /// What the client is owed, as of now.
    abstract Debt debt();

    /// Whether the client wants that resource.
    abstract boolean wants(String name);

    /// Whether the client ever asked for this type.
    abstract boolean isInUse();

    /// Makes the response that pays what [#debt()] calls updates.
    abstract Departure<R> sendUpdates(String nonce);

    /// Makes the response that says that these are no more.
    ///
    /// @param names some or all of what [#debt()] calls removals
    abstract Departure<R> sendRemovals(String nonce, List<String> names);

    /// Names of what the client would be owed if it had the clusters in it ([#holdBack]).
    abstract List<String> held();

    /// Owes those of the names that the client subscribed to once more, changed or not.
    abstract void repeat(Collection<String> names);

    /// Forgets whatever was worked out from the target before.
    abstract void onTarget();

    /// A response and what it carries.
    record Departure<R>(R response, Flight flight) {}

    final void aim(Snapshot snapshot) {
        target = Optional.of(snapshot);
        onTarget();
    }

    final boolean hasTarget() {
        return target.isPresent();
    }

    final String version() {
        return target.map(Snapshot::version).orElse("");
    }

    final NamedResources resources() {
        return target.map(s -> s.of(type)).orElse(NamedResources.NONE);
    }

    /// Has changes wait that would lead to clusters that the client refused and does not have: it
    /// goes on with what it runs now.
    final void holdBack(Set<String> refused) {
        if (!refused.equals(refusedClusters)) {
            refusedClusters = Set.copyOf(refused);
            onHeld();
        }
    }

    /// Forgets whatever was worked out from what was held back before.
    abstract void onHeld();

    /// Whether that must wait. What is new to the client need not: a part of it is better than
    /// nothing. What the client runs may have led there already; then waiting mends nothing.
    final boolean isHeld(XdsResource resource) {
        if (refusedClusters.isEmpty()) {
            return false;
        }
        Optional<XdsResource> before =
                unsettled.holds(resource.name())
                        ? unsettled.likely(resource.name())
                        : Optional.ofNullable(offered.get(resource.name()));
        return before.isPresent()
                && refusedClusters.stream().anyMatch(Mentions.of(resource)::has)
                && Collections.disjoint(refusedClusters, Mentions.of(before.get()).names());
    }

    /// What the client refused and has nothing in the place of.
    final Set<String> refused() {
        return rejected.isEmpty()
                ? Set.of()
                : rejected.stream().filter(this::isNothing).collect(Collectors.toSet());
    }

    /// Notes that this is sent.
    final void offer(XdsResource resource) {
        XdsResource before = offered.put(resource.name(), resource);
        unsettled.onSent(resource.name(), Optional.ofNullable(before));
    }

    /// Notes that the client loses what is called so, or at least shall.
    final void offerNone(String name) {
        unsettled.onSent(name, Optional.ofNullable(offered.remove(name)));
    }

    /// Forgets what is called so, because the client no longer wants it.
    void drop(String name) {
        offered.remove(name);
        unsettled.settle(name);
        forget(name);
    }

    final void dropUnwanted() {
        offered.keySet().stream().filter(n -> !wants(n)).toList().forEach(this::drop);
        unsettled.dropIf(n -> !wants(n));
    }

    /// Whatever the client may be running that is not as it is in the newest snapshot.
    final List<XdsResource> outdated() {
        return Stream.of(
                        unsettled.all().stream(),
                        flights.stream().flatMap(f -> f.changed().stream()),
                        Stream.concat(debt().removals().stream(), held().stream())
                                .filter(name -> !unsettled.holds(name))
                                .map(offered::get))
                .flatMap(all -> all)
                .filter(r -> !isCurrent(r))
                .toList();
    }

    private boolean isCurrent(XdsResource resource) {
        XdsResource now = resources().get(resource.name());
        return now != null && now.version().equals(resource.version());
    }

    /// Whether an answer is awaited.
    final boolean isInFlight() {
        return !flights.isEmpty() && !isOverdue;
    }

    /// Whether something is on its way that others may not refer to yet.
    final boolean isAwaitedInFlight() {
        return isInFlight() && flights.getLast().isAwaited();
    }

    final void depart(Flight departing) {
        rejected.removeAll(departing.names());
        if (flights.size() == MAX_UNANSWERED) {
            flights.removeFirst();
        }
        flights.addLast(departing);
        isOverdue = false;
    }

    /// Nothing waits for that response's answer any longer.
    final void onUnanswered(String nonce) {
        isOverdue |= !flights.isEmpty() && flights.getLast().nonce().equals(nonce);
    }

    /// Whether resources of a rejected response are to be sent again, by themselves.
    final boolean hasSuspects() {
        return suspects.isAny(name -> wants(name) && resources().containsKey(name));
    }

    /// The next of them. Only after [#hasSuspects].
    final List<XdsResource> takeSuspects() {
        return suspects.take().stream().map(this::resource).toList();
    }

    private XdsResource resource(String name) {
        XdsResource resource = resources().get(name);
        if (resource == null) {
            throw new IllegalStateException(type + " '" + name + "' is not in the snapshot");
        }
        return resource;
    }

    /// Whether that resource was rejected as it is now.
    final boolean isRejected(String name) {
        return rejected.contains(name);
    }

    final void forget(String name) {
        rejected.remove(name);
    }

    /// Takes the client's answer; empty when it accepts, or answers nothing that is unanswered.
    ///
    /// @param isWhole whether who refuses one resource has taken none of the others
    final Optional<ServerEffect<R>> onAnswer(
            String nonce, Optional<String> error, boolean isWhole) {
        Optional<Flight> landing =
                flights.stream().filter(f -> f.nonce().equals(nonce)).findFirst();
        if (landing.isEmpty()) {
            return Optional.empty();
        }
        Flight landed = landing.get();
        // Answers come in order, so what was sent before this one will not be answered any more.
        for (Flight lost = flights.removeFirst();
                !lost.equals(landed);
                lost = flights.removeFirst()) {
            lost.changed().forEach(unsettled::onUncertain);
        }
        if (error.isEmpty()) {
            accept(landed, landed.names());
            return Optional.empty();
        }
        List<String> named = landed.namedIn(error.get());
        reject(landed, named, isWhole);
        // When it has come back to the version before, that is news.
        reported = Optional.empty();
        return Optional.of(new ServerEffect.Nacked<>(type, landed.version(), error.get(), named));
    }

    private void accept(Flight landed, List<String> names) {
        for (String name : names) {
            Optional<XdsResource> taken = landed.changed(name);
            if (!wants(name) || isLastOffer(name, taken)) {
                unsettled.settle(name);
            } else {
                unsettled.onPassed(name, taken);
            }
        }
    }

    private boolean isLastOffer(String name, Optional<XdsResource> taken) {
        return taken.equals(Optional.ofNullable(offered.get(name)))
                && flights.stream().noneMatch(later -> later.carries(name));
    }

    private void reject(Flight landed, List<String> named, boolean isWhole) {
        var current = new LinkedHashSet<>(landed.names());
        // What was sent once more since will be answered once more.
        flights.forEach(later -> later.names().forEach(current::remove));
        // What nobody wanted any more when its refusal came is no longer offered, bad or not.
        current.removeIf(
                n -> !wants(n) || (landed.changed(n).isPresent() && !offered.containsKey(n)));
        List<String> bad = named.stream().filter(current::contains).toList();
        if (!isWhole) {
            rejected.addAll(bad);
            var refused = new HashSet<>(named);
            accept(landed, landed.names().stream().filter(n -> !refused.contains(n)).toList());
        } else {
            int all = landed.names().size();
            boolean isVague = all > 1 && named.size() == all;
            rejected.addAll(
                    isVague && current.size() < all
                            ? suspects.again(List.copyOf(current))
                            : suspects.sift(List.copyOf(current), isVague ? List.of() : bad));
            for (XdsResource resource : landed.changed()) {
                if (isRejected(resource.name())) {
                    unsettled.onRefused(resource);
                } else {
                    unsettled.onUncertain(resource);
                }
            }
        }
    }

    /// Whether the client never took anything under that name, so that nothing can use it.
    final boolean isNothing(String name) {
        return isRejected(name) && unsettled.likely(name).isEmpty();
    }

    /// What the client most likely runs under a name whose last offer it did not accept.
    final Optional<XdsResource> likely(String name) {
        return unsettled.likely(name);
    }

    /// The version that the client has come to since this was last asked; empty when it is still on
    /// its way there, or was told already.
    final Optional<String> arrived() {
        if (!isInUse()
                || !hasTarget()
                || !flights.isEmpty()
                || !rejected.isEmpty()
                || !held().isEmpty()
                || !debt().equals(Debt.NONE)
                || reported.equals(Optional.of(version()))) {
            return Optional.empty();
        }
        reported = Optional.of(version());
        return reported;
    }
}
