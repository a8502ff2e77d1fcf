package dev.heddle.xds.protocol;

import dev.heddle.xds.Confined;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

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
    private final Map<String, XdsResource> offered = new HashMap<>();
    private final Map<String, XdsResource> accepted = new HashMap<>();
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

    private record Plan(List<XdsResource> updates, boolean isAwaited, Set<String> removals) {}

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
        dropIf(name -> !wants(name));
        plan = Optional.empty();
    }

    private void dropIf(Predicate<String> isGone) {
        for (String name : List.copyOf(offered.keySet())) {
            if (isGone.test(name)) {
                offered.remove(name);
                accepted.remove(name);
                repeats.remove(name);
                forget(name);
            }
        }
    }

    @Override
    boolean wants(String name) {
        return wildcard || names.contains(name);
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
            // The client is not told, so a name that comes back is news to it.
            dropIf(name -> !resources().containsKey(name));
        }
        plan = Optional.empty();
    }

    @Override
    Debt debt() {
        Plan now = plan();
        return new Debt(
                (owesAnswer && hasTarget()) || hasSuspects() || !now.updates().isEmpty(),
                now.isAwaited(),
                !now.removals().isEmpty());
    }

    private Plan plan() {
        if (plan.isEmpty()) {
            plan = Optional.of(difference());
        }
        return plan.get();
    }

    private Plan difference() {
        if (!inUse || !hasTarget()) {
            return new Plan(List.of(), false, Set.of());
        }
        var updates = new ArrayList<XdsResource>();
        boolean isAwaited = false;
        int offersThere = 0;
        for (XdsResource resource : resources().values()) {
            boolean isOffered = offered.containsKey(resource.name());
            offersThere += isOffered ? 1 : 0;
            if (wants(resource.name()) && isOwed(resource)) {
                updates.add(resource);
                isAwaited |= !isOffered || repeats.contains(resource.name());
            }
        }
        var removals = new TreeSet<String>();
        if (offersThere < offered.size()) {
            removals.addAll(offered.keySet());
            removals.removeAll(resources().keySet());
        }
        return new Plan(updates, isAwaited, removals);
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
            return send(nonce, new Plan(takeSuspects(), true, Set.of()));
        }
        Departure<SotwResponse> departure = send(nonce, plan());
        repeats.clear();
        owesAnswer = false;
        return departure;
    }

    private Departure<SotwResponse> send(String nonce, Plan now) {
        var sent = new HashSet<String>();
        for (XdsResource resource : now.updates()) {
            offered.put(resource.name(), resource);
            sent.add(resource.name());
        }
        List<XdsResource> contents = type.wildcardByDefault() ? wholeState(sent) : now.updates();
        String version = now.removals().isEmpty() ? version() : version() + MAKING;
        return new Departure<>(
                depart(nonce, version, contents),
                new Flight(nonce, version(), List.copyOf(sent), now.isAwaited()),
                now.updates());
    }

    @Override
    Departure<SotwResponse> sendRemovals(String nonce) {
        Set<String> removals = plan().removals();
        dropIf(removals::contains);
        return new Departure<>(
                depart(nonce, version(), wholeState(Set.of())),
                new Flight(nonce, version(), List.copyOf(removals), false),
                List.of());
    }

    private SotwResponse depart(String nonce, String version, List<XdsResource> contents) {
        lastNonce = nonce;
        plan = Optional.empty();
        return new SotwResponse(type, version, nonce, contents);
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
            Optional.ofNullable(isTaken ? offered.get(name) : accepted.get(name))
                    .ifPresent(contents::add);
        }
        return contents;
    }

    @Override
    void onAccepted(Flight flight) {
        for (String name : flight.names()) {
            XdsResource resource = offered.get(name);
            if (resource != null) {
                accepted.put(name, resource);
            }
        }
    }

    @Override
    void onRejected(Flight flight, List<String> named) {
        for (String name : flight.names()) {
            XdsResource resource = offered.get(name);
            if (resource != null && !named.contains(name)) {
                accepted.put(name, resource);
            }
        }
    }
}
