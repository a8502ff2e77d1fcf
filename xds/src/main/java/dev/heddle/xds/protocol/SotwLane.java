package dev.heddle.xds.protocol;

import dev.heddle.xds.Confined;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// One type of one stream of state-of-the-world xDS.
///
/// A response about clusters or listeners is the whole state, so what is missing from it is gone.
/// To make before it breaks, a first response still has what the snapshot no longer has; its
/// version says so with [#MAKING]. Other types are sent piece by piece and never removed.
@Confined("xds stream")
final class SotwLane extends Lane<SotwResponse> {
    /// Ends the version of a state that still has what is to be removed.
    static final String MAKING = "+";

    private final Set<String> repeats = new HashSet<>();
    private Set<String> names = Set.of();
    private boolean inUse;
    private boolean hasNamed;
    private boolean wildcard;
    private boolean owesAnswer;
    private String lastNonce = "";
    private Optional<Plan> plan = Optional.empty();

    SotwLane(XdsType type) {
        super(type);
    }

    private record Plan(
            List<XdsResource> updates,
            boolean isAwaited,
            List<String> removals,
            List<String> held) {}

    /// Whether the request answers something older than what was sent last.
    boolean isStale(SotwRequest request) {
        return !request.nonce().isEmpty() && !request.nonce().equals(lastNonce);
    }

    /// Takes all names that the client wants from now on.
    void subscribe(List<String> wanted) {
        boolean wasWildcard = wildcard;
        var now = new HashSet<>(wanted);
        boolean isStar = now.remove("*");
        // Naming nothing means everything only until something was named for the first time.
        hasNamed |= !wanted.isEmpty();
        wildcard = isStar || (type.wildcardByDefault() && !hasNamed);
        var added = new HashSet<>(now);
        added.removeAll(names);
        owesAnswer |= type.wildcardByDefault() && (!added.isEmpty() || (wildcard && !wasWildcard));
        names = now;
        inUse = true;
        dropUnwanted();
        plan = Optional.empty();
    }

    @Override
    void drop(String name) {
        super.drop(name);
        repeats.remove(name);
    }

    @Override
    boolean wants(String name) {
        return wildcard || names.contains(name);
    }

    @Override
    SortedSet<String> named() {
        return new TreeSet<>(names);
    }

    @Override
    List<String> held() {
        return plan().held();
    }

    @Override
    void onHeld() {
        plan = Optional.empty();
    }

    @Override
    boolean isInUse() {
        return inUse;
    }

    @Override
    void repeat(Collection<String> wanted) {
        wanted.stream().filter(offered::containsKey).forEach(repeats::add);
        plan = Optional.empty();
    }

    @Override
    void onTarget() {
        if (!type.wildcardByDefault()) {
            // The client is not told, so it may go on with it, and a name that comes back is news.
            for (String name : List.copyOf(offered.keySet())) {
                if (!resources().containsKey(name)) {
                    offerNone(name);
                    repeats.remove(name);
                    forget(name);
                }
            }
        }
        plan = Optional.empty();
    }

    @Override
    Debt debt() {
        Plan now = plan();
        return new Debt(
                (owesAnswer && hasTarget()) || hasSuspects() || !now.updates().isEmpty(),
                now.isAwaited(),
                now.removals());
    }

    private Plan plan() {
        if (plan.isEmpty()) {
            plan = Optional.of(difference());
        }
        return plan.get();
    }

    private Plan difference() {
        if (!inUse || !hasTarget()) {
            return new Plan(List.of(), false, List.of(), List.of());
        }
        var updates = new ArrayList<XdsResource>();
        var held = new ArrayList<String>();
        boolean isAwaited = false;
        int offersThere = 0;
        for (XdsResource resource : resources().values()) {
            boolean isOffered = offered.containsKey(resource.name());
            offersThere += isOffered ? 1 : 0;
            if (wants(resource.name()) && isOwed(resource)) {
                if (isHeld(resource)) {
                    held.add(resource.name());
                } else {
                    updates.add(resource);
                    isAwaited |= !isOffered || repeats.contains(resource.name());
                }
            }
        }
        var removals = new TreeSet<String>();
        if (offersThere < offered.size()) {
            removals.addAll(offered.keySet());
            removals.removeAll(resources().keySet());
        }
        return new Plan(updates, isAwaited, List.copyOf(removals), held);
    }

    private boolean isOwed(XdsResource resource) {
        XdsResource before = offered.get(resource.name());
        return before == null
                || !before.version().equals(resource.version())
                || repeats.contains(resource.name());
    }

    @Override
    Departure<SotwResponse> sendUpdates(String nonce) {
        if (hasSuspects()) {
            return send(nonce, new Plan(takeSuspects(), true, List.of(), List.of()));
        }
        Departure<SotwResponse> departure = send(nonce, plan());
        repeats.clear();
        owesAnswer = false;
        return departure;
    }

    private Departure<SotwResponse> send(String nonce, Plan now) {
        now.updates().forEach(this::offer);
        Set<String> sent =
                now.updates().stream().map(XdsResource::name).collect(Collectors.toSet());
        List<XdsResource> contents = type.wildcardByDefault() ? wholeState(sent) : now.updates();
        return new Departure<>(
                depart(nonce, now.removals().isEmpty(), contents),
                Flight.of(nonce, version(), now.updates(), List.of(), now.isAwaited()));
    }

    @Override
    Departure<SotwResponse> sendRemovals(String nonce, List<String> removals) {
        boolean isDone = removals.containsAll(plan().removals());
        for (String name : removals) {
            offerNone(name);
            repeats.remove(name);
            forget(name);
        }
        return new Departure<>(
                depart(nonce, isDone, wholeState(Set.of())),
                Flight.of(nonce, version(), List.of(), removals, false));
    }

    private SotwResponse depart(String nonce, boolean isDone, List<XdsResource> contents) {
        lastNonce = nonce;
        plan = Optional.empty();
        return new SotwResponse(type, isDone ? version() : version() + MAKING, nonce, contents);
    }

    /// Everything that was offered; what was rejected stays as it was accepted last, since leaving
    /// it out would remove it.
    private List<XdsResource> wholeState(Set<String> changed) {
        var order = new ArrayList<>(resources().keySet());
        offered.keySet().stream()
                .filter(name -> !resources().containsKey(name))
                .sorted()
                .forEach(order::add);
        var contents = new ArrayList<XdsResource>();
        for (String name : order) {
            boolean isTaken = !isRejected(name) || changed.contains(name);
            (isTaken ? Optional.ofNullable(offered.get(name)) : likely(name))
                    .ifPresent(contents::add);
        }
        return contents;
    }
}
