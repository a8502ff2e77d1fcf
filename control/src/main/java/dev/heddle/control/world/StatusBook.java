package dev.heddle.control.world;

import dev.heddle.compiler.attach.Statuses;
import dev.heddle.compiler.attach.Statuses.Told;
import dev.heddle.compiler.select.IngressStatus;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Kind;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.ResourceWriter;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What statuses have beside what a world says: how often each resource's `spec` has changed, and
/// since when each condition is as it is. Immutable; kept over restarts as a text of lines.
///
/// ```
/// heddle-statuses 1
/// resource 3 9f86… gateway.networking.k8s.io HTTPRoute shop cart
/// since 2026-11-21T04:00:00Z True parents/…|Accepted
/// ```
///
/// A resource's generation is what its `metadata.generation` says, as Kubernetes counts it; where a
/// file says none, it is counted here: 1 at first, and one more with each change of the `spec`.
///
/// @param entries by resource, only those that have a status
public record StatusBook(Map<ResourceId, Entry> entries) {
    /// Nothing known.
    public static final StatusBook EMPTY = new StatusBook(Map.of());

    private static final String HEAD = "heddle-statuses 1";

    /// What is known of one resource.
    ///
    /// @param spec hash of what it asks for
    /// @param generation how often that changed, counted from 1
    /// @param since by the place and the type of a condition
    public record Entry(String spec, long generation, Map<String, Since> since) {
        public Entry {
            since = Map.copyOf(since);
        }
    }

    /// Since when a condition is as it is.
    ///
    /// @param truth `True`, `False` or `Unknown`
    public record Since(String truth, Instant at) {}

    public StatusBook {
        entries = Map.copyOf(entries);
    }

    /// What is known once that world is in force.
    ///
    /// @param now the time of conditions that are not as they were
    StatusBook next(World world, Instant now) {
        Instant second = now.truncatedTo(ChronoUnit.SECONDS);
        Map<Resource<?>, Map<String, String>> said = new LinkedHashMap<>();
        for (Told told : world.index().gatewayApi().statuses().told()) {
            said.computeIfAbsent(told.resource(), _ -> new TreeMap<>())
                    .put(
                            key(told.where(), told.condition().type()),
                            told.condition().status().name());
        }
        var next = new LinkedHashMap<ResourceId, Entry>();
        said.forEach((resource, conditions) -> {
            Entry before = entries.get(resource.id());
            String spec = hash(resource);
            long generation =
                    before == null ? 1 : before.generation() + (before.spec().equals(spec) ? 0 : 1);
            var since = new TreeMap<String, Since>();
            conditions.forEach((key, truth) -> {
                Since was = before == null ? null : before.since().get(key);
                since.put(
                        key,
                        was != null && was.truth().equals(truth) ? was : new Since(truth, second));
            });
            next.put(resource.id(), new Entry(spec, generation, since));
        });
        return next.equals(entries) ? this : new StatusBook(next);
    }

    private static String key(String where, String type) {
        return where + "|" + type;
    }

    private static String hash(Resource<?> resource) {
        return ContentHash.of(
                ResourceWriter.written(resource)
                        .flatMap(root -> root.get("spec"))
                        .map(Json::compact)
                        .orElse(""));
    }

    /// The status of a resource of that world; empty where it has none.
    public Optional<Node.Mapping> status(World world, ResourceId id) {
        return IngressStatus.of(world.index(), id).or(() -> ofGatewayApi(world, id));
    }

    private Optional<Node.Mapping> ofGatewayApi(World world, ResourceId id) {
        Statuses statuses = world.index().gatewayApi().statuses();
        return statuses.of(
                id,
                (resource, where, condition) -> {
                    Entry entry = entries.get(resource.id());
                    long counted = entry == null ? 1 : entry.generation();
                    Node.Mapping written =
                            Statuses.written(
                                    condition, resource.metadata().generation().orElse(counted));
                    Since since =
                            entry == null ? null : entry.since().get(key(where, condition.type()));
                    return since == null
                            ? written
                            : written.with("lastTransitionTime", since.at().toString());
                });
    }

    String print() {
        var lines = new ArrayList<String>();
        new TreeMap<>(entries)
                .forEach((id, entry) -> {
                    lines.add(
                            String.join(
                                    " ",
                                    "resource",
                                    Long.toString(entry.generation()),
                                    entry.spec(),
                                    word(id.kind().group()),
                                    id.kind().name(),
                                    word(id.namespace()),
                                    word(id.name())));
                    new TreeMap<>(entry.since())
                            .forEach((key, since) ->
                                    lines.add(
                                            String.join(
                                                    " ",
                                                    "since",
                                                    since.at().toString(),
                                                    since.truth(),
                                                    word(key))));
                });
        return SealedText.seal(HEAD, lines);
    }

    private static String word(String text) {
        return "=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String text(String word) {
        return URLDecoder.decode(word.substring(1), StandardCharsets.UTF_8);
    }

    /// What was printed; empty when the text is anything else.
    static Optional<StatusBook> parse(String text) {
        try {
            return SealedText.open(HEAD, text).map(StatusBook::read);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static StatusBook read(List<String> lines) {
        var entries = new LinkedHashMap<ResourceId, Entry>();
        int i = 0;
        while (i < lines.size()) {
            String[] words = lines.get(i++).split(" ", -1);
            var since = new TreeMap<String, Since>();
            while (i < lines.size() && lines.get(i).startsWith("since ")) {
                String[] parts = lines.get(i++).split(" ", -1);
                since.put(text(parts[3]), new Since(parts[2], Instant.parse(parts[1])));
            }
            Optional<Kind<?>> kind = Kinds.find(text(words[3]), words[4]);
            // A kind that a later version had.
            kind.ifPresent(k ->
                    entries.put(
                            new ResourceId(k, text(words[5]), text(words[6])),
                            new Entry(words[2], Long.parseLong(words[1]), since)));
        }
        return new StatusBook(entries);
    }
}
