package dev.heddle.xds.protocol;

import dev.heddle.xds.Confined;
import dev.heddle.xds.NamedResources;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.wire.Any;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/// One type of one stream of delta xDS.
@Confined("xds stream")
final class DeltaLane extends Lane<DeltaResponse> {
    /// The version of what the client may have dropped. No resource has it.
    private static final String UNSURE = "\0";

    private final Set<String> names = new HashSet<>();
    private final Set<String> absent = new HashSet<>();
    private final Set<String> repeats = new HashSet<>();
    private boolean inUse;
    private boolean wildcard;
    private boolean owesFirstAnswer;
    private boolean hasClaims;
    private Optional<Plan> plan = Optional.empty();

    DeltaLane(XdsType type) {
        super(type);
    }

    /// @param updates resources to send
    /// @param missing names to be told that they do not exist
    /// @param removals names that the client has and that are no more
    /// @param held names of what would be sent if it had not to wait
    /// @param target resources that it leads to; empty for none that are known
    private record Plan(
            List<XdsResource> updates,
            List<String> missing,
            boolean isAwaited,
            List<String> removals,
            List<String> held,
            Optional<NamedResources> target) {
        static final Plan NOTHING =
                new Plan(List.of(), List.of(), false, List.of(), List.of(), Optional.empty());

        /// Only some resources.
        static Plan of(List<XdsResource> updates) {
            return new Plan(updates, List.of(), true, List.of(), List.of(), Optional.empty());
        }

        boolean owesNothing(NamedResources resources) {
            return updates.isEmpty()
                    && missing.isEmpty()
                    && removals.isEmpty()
                    && held.isEmpty()
                    && target.filter(t -> t.isSame(resources)).isPresent();
        }
    }

    /// The client's first words about this type on this stream.
    ///
    /// @param sendsHeld whether to send what it has already, too
    void open(DeltaRequest request, boolean sendsHeld) {
        inUse = true;
        if (request.subscribe().isEmpty() && type.wildcardByDefault()) {
            wildcard = true;
        }
        request.subscribe().forEach(this::addName);
        request.initialVersions()
                .forEach((name, version) -> {
                    if (wants(name)) {
                        offered.put(name, claim(name, sendsHeld ? UNSURE : version));
                    }
                });
        hasClaims = !offered.isEmpty();
        recognize();
        owesFirstAnswer = wildcard && offered.isEmpty();
        plan = Optional.empty();
    }

    /// What the client says it has. What is in there nobody knows, but its version may tell.
    private static XdsResource claim(String name, String version) {
        return new XdsResource(name, version, Any.getDefaultInstance());
    }

    /// Finds the contents of what the client says it has.
    private void recognize() {
        if (hasClaims && hasTarget()) {
            NamedResources target = resources();
            offered.replaceAll((name, claimed) -> {
                XdsResource now = target.get(name);
                return now != null && now.version().equals(claimed.version()) ? now : claimed;
            });
            hasClaims = false;
        }
    }

    /// What the client wants from now on, after its first words.
    void resubscribe(DeltaRequest request) {
        if (request.subscribe().isEmpty() && request.unsubscribe().isEmpty()) {
            return;
        }
        for (String name : request.subscribe()) {
            if (!name.equals("*") && isKnown(name)) {
                repeats.add(name);
            }
            addName(name);
        }
        request.unsubscribe().forEach(this::dropName);
        plan = Optional.empty();
    }

    private void addName(String name) {
        if (name.equals("*")) {
            wildcard = true;
        } else {
            names.add(name);
        }
    }

    private void dropName(String name) {
        if (name.equals("*")) {
            wildcard = false;
            owesFirstAnswer = false;
            absent.removeIf(n -> !wants(n));
            dropUnwanted();
        } else if (names.remove(name) && wildcard) {
            // It may or may not be part of "everything": the client wants to hear which.
            offered.computeIfPresent(
                    name, (_, there) -> new XdsResource(name, UNSURE, there.body()));
            if (absent.contains(name)) {
                repeats.add(name);
            }
        } else if (!wants(name)) {
            drop(name);
        }
    }

    @Override
    void drop(String name) {
        super.drop(name);
        absent.remove(name);
        repeats.remove(name);
    }

    /// Whether the client was told something under that name.
    private boolean isKnown(String name) {
        return offered.containsKey(name) || absent.contains(name);
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
        wanted.stream().filter(this::isKnown).forEach(repeats::add);
        plan = Optional.empty();
    }

    /// A plan by which nothing is owed stays right while the resources are the very same: of most
    /// changes most types have no part.
    @Override
    void onTarget() {
        boolean isStill = !hasClaims && plan.filter(p -> p.owesNothing(resources())).isPresent();
        recognize();
        if (!isStill) {
            plan = Optional.empty();
        }
    }

    @Override
    Debt debt() {
        Plan now = plan();
        return new Debt(
                (owesFirstAnswer && hasTarget())
                        || hasSuspects()
                        || !now.updates().isEmpty()
                        || !now.missing().isEmpty(),
                now.isAwaited(),
                now.removals());
    }

    private Plan plan() {
        if (plan.isEmpty()) {
            plan = Optional.of(difference());
        }
        return plan.get();
    }

    /// One walk over the snapshot with a look-up by hash for each resource (about 40 ns); what is
    /// missing or gone is looked for only when the counts say that something is.
    private Plan difference() {
        if (!inUse || !hasTarget()) {
            return Plan.NOTHING;
        }
        var updates = new ArrayList<XdsResource>();
        var held = new ArrayList<String>();
        boolean isAwaited = false;
        int namesThere = 0;
        int offersThere = 0;
        for (XdsResource resource : resources().values()) {
            String name = resource.name();
            boolean isNamed = names.contains(name);
            namesThere += isNamed ? 1 : 0;
            offersThere += offered.containsKey(name) ? 1 : 0;
            if ((isNamed || wildcard) && isOwed(resource)) {
                if (isHeld(resource)) {
                    held.add(name);
                } else {
                    updates.add(resource);
                    isAwaited |= !isKnown(name) || repeats.contains(name);
                }
            }
        }
        boolean isAllThere = namesThere == names.size() && absent.isEmpty();
        List<String> missing = isAllThere ? List.of() : missing();
        List<String> removals = offersThere == offered.size() ? List.of() : removals();
        return new Plan(
                updates,
                missing,
                isAwaited || !missing.isEmpty(),
                removals,
                held,
                Optional.of(resources()));
    }

    private List<String> missing() {
        NamedResources target = resources();
        Stream<String> unheard = names.stream().filter(name -> !isKnown(name));
        Stream<String> again = repeats.stream().filter(absent::contains);
        return Stream.concat(unheard, again)
                .filter(name -> !target.containsKey(name))
                .sorted()
                .toList();
    }

    private List<String> removals() {
        NamedResources target = resources();
        return offered.keySet().stream().filter(n -> !target.containsKey(n)).sorted().toList();
    }

    private boolean isOwed(XdsResource resource) {
        XdsResource there = offered.get(resource.name());
        return there == null
                || !there.version().equals(resource.version())
                || repeats.contains(resource.name());
    }

    @Override
    Departure<DeltaResponse> sendUpdates(String nonce) {
        return hasSuspects() ? send(nonce, Plan.of(takeSuspects())) : sendPlanned(nonce);
    }

    private Departure<DeltaResponse> sendPlanned(String nonce) {
        Departure<DeltaResponse> departure = send(nonce, plan());
        repeats.clear();
        absent.retainAll(names);
        owesFirstAnswer = false;
        return departure;
    }

    private Departure<DeltaResponse> send(String nonce, Plan now) {
        for (XdsResource resource : now.updates()) {
            offer(resource);
            absent.remove(resource.name());
        }
        absent.addAll(now.missing());
        plan = Optional.empty();
        return new Departure<>(
                new DeltaResponse(type, version(), nonce, now.updates(), now.missing()),
                Flight.of(nonce, version(), now.updates(), now.missing(), now.isAwaited()));
    }

    @Override
    Departure<DeltaResponse> sendRemovals(String nonce, List<String> removals) {
        for (String name : removals) {
            offerNone(name);
            if (names.contains(name)) {
                absent.add(name);
            }
        }
        plan = Optional.empty();
        return new Departure<>(
                new DeltaResponse(type, version(), nonce, List.of(), removals),
                Flight.of(nonce, version(), List.of(), removals, false));
    }
}
