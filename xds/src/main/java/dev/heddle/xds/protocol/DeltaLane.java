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
import java.util.SortedMap;

/// One type of one stream of delta xDS.
@Confined("xds stream")
final class DeltaLane extends Lane<DeltaResponse> {
    /// The version of what the client was told does not exist.
    private static final String ABSENT = "";

    /// The version of what the client may have dropped. No resource has it.
    private static final String UNSURE = "\0";

    private final Set<String> names = new HashSet<>();
    private final Map<String, String> offered = new HashMap<>();
    private final Set<String> repeats = new HashSet<>();
    private boolean inUse;
    private boolean wildcard;
    private boolean owesFirstAnswer;
    private Optional<Plan> plan = Optional.empty();

    DeltaLane(XdsType type) {
        super(type);
    }

    /// @param updates resources to send
    /// @param missing names to be told that they do not exist
    /// @param removals names that the client has and that are no more
    private record Plan(
            List<XdsResource> updates,
            List<String> missing,
            boolean isAwaited,
            List<String> removals) {}

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
                        offered.put(name, sendsHeld ? UNSURE : version);
                    }
                });
        owesFirstAnswer = wildcard && offered.isEmpty();
        plan = Optional.empty();
    }

    /// What the client wants from now on, after its first words.
    void resubscribe(DeltaRequest request) {
        if (request.subscribe().isEmpty() && request.unsubscribe().isEmpty()) {
            return;
        }
        for (String name : request.subscribe()) {
            if (!name.equals("*") && offered.containsKey(name)) {
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
            List.copyOf(offered.keySet()).stream().filter(n -> !wants(n)).forEach(this::dropOffer);
        } else if (names.remove(name) && wildcard) {
            // It may or may not be part of "everything": the client wants to hear which.
            offered.computeIfPresent(name, (_, _) -> UNSURE);
        } else if (!wants(name)) {
            dropOffer(name);
        }
    }

    private void dropOffer(String name) {
        offered.remove(name);
        repeats.remove(name);
        forget(name);
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
        plan = Optional.empty();
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
                !now.removals().isEmpty());
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
            return new Plan(List.of(), List.of(), false, List.of());
        }
        var updates = new ArrayList<XdsResource>();
        boolean isAwaited = false;
        int namesThere = 0;
        int offersThere = 0;
        for (XdsResource resource : resources().values()) {
            String name = resource.name();
            boolean isNamed = names.contains(name);
            boolean isOffered = offered.containsKey(name);
            namesThere += isNamed ? 1 : 0;
            offersThere += isOffered ? 1 : 0;
            if ((isNamed || wildcard) && isOwed(resource)) {
                updates.add(resource);
                isAwaited |= !isOffered || repeats.contains(name);
            }
        }
        List<String> missing = namesThere == names.size() ? List.of() : missing();
        List<String> removals = offersThere == offered.size() ? List.of() : removals();
        return new Plan(updates, missing, isAwaited || !missing.isEmpty(), removals);
    }

    private List<String> missing() {
        SortedMap<String, XdsResource> target = resources();
        return names.stream()
                .filter(name -> !target.containsKey(name))
                .filter(name ->
                        !offered.containsKey(name)
                                || (repeats.contains(name) && ABSENT.equals(offered.get(name))))
                .sorted()
                .toList();
    }

    private List<String> removals() {
        SortedMap<String, XdsResource> target = resources();
        return offered.entrySet().stream()
                .filter(e -> !e.getValue().equals(ABSENT) && !target.containsKey(e.getKey()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private boolean isOwed(XdsResource resource) {
        return !resource.version().equals(offered.get(resource.name()))
                || repeats.contains(resource.name());
    }

    @Override
    Departure<DeltaResponse> sendUpdates(String nonce) {
        return hasSuspects()
                ? send(nonce, new Plan(takeSuspects(), List.of(), true, List.of()))
                : sendPlanned(nonce);
    }

    private Departure<DeltaResponse> sendPlanned(String nonce) {
        Departure<DeltaResponse> departure = send(nonce, plan());
        repeats.clear();
        owesFirstAnswer = false;
        return departure;
    }

    private Departure<DeltaResponse> send(String nonce, Plan now) {
        var sent = new ArrayList<String>(now.missing());
        for (XdsResource resource : now.updates()) {
            sent.add(resource.name());
            offered.put(resource.name(), resource.version());
        }
        now.missing().forEach(name -> offered.put(name, ABSENT));
        plan = Optional.empty();
        return new Departure<>(
                new DeltaResponse(type, version(), nonce, now.updates(), now.missing()),
                new Flight(nonce, version(), sent, now.isAwaited()),
                now.updates());
    }

    @Override
    Departure<DeltaResponse> sendRemovals(String nonce) {
        List<String> removals = plan().removals();
        for (String name : removals) {
            if (names.contains(name)) {
                offered.put(name, ABSENT);
            } else {
                offered.remove(name);
            }
        }
        plan = Optional.empty();
        return new Departure<>(
                new DeltaResponse(type, version(), nonce, List.of(), removals),
                new Flight(nonce, version(), removals, false),
                List.of());
    }

    @Override
    void onAccepted(Flight flight) {}

    @Override
    void onRejected(Flight flight, List<String> named) {}
}
