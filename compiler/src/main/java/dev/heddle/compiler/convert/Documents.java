package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.Conversion.Document;
import dev.heddle.compiler.select.MadeResource;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.Metadata;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Resources;
import dev.heddle.model.Severity;
import dev.heddle.model.SourceText;
import dev.heddle.model.codec.RecordWriter;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.gatewayapi.ReferenceGrant;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a conversion has made so far. Used by one conversion.
final class Documents {
    private static final int LONGEST_NAME = 253;
    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    private final Resources there;
    private final Losses losses;
    private final Map<ResourceId, Made> made = new LinkedHashMap<>();
    private final SortedMap<String, SortedMap<From, SortedSet<To>>> grants = new TreeMap<>();

    /// @param of what it was made of, the first first
    private record Made(Node.Mapping tree, List<Resource<?>> of) {}

    /// Who names something.
    private record From(String namespace, String group, String kind) implements Comparable<From> {
        @Override
        public int compareTo(From other) {
            int order = namespace.compareTo(other.namespace);
            return order == 0 ? kind.compareTo(other.kind) : order;
        }
    }

    /// What is named.
    private record To(String group, String kind, String name) implements Comparable<To> {
        @Override
        public int compareTo(To other) {
            int order = kind.compareTo(other.kind);
            return order == 0 ? name.compareTo(other.name) : order;
        }
    }

    /// @param there resources whose names are taken
    Documents(Resources there, Losses losses) {
        this.there = there;
        this.losses = losses;
    }

    /// A name that no other resource of that kind has there.
    String name(Kind<?> kind, String namespace, String wanted) {
        String base = wanted.toLowerCase(Locale.ROOT);
        base = base.length() > LONGEST_NAME ? base.substring(0, LONGEST_NAME) : base;
        String name = base;
        for (int i = 2; isTaken(kind, namespace, name); i++) {
            // Of routes that are equally specific the first by name counts, so numbers sort.
            name = "%s-%02d".formatted(base, i);
        }
        return name;
    }

    private boolean isTaken(Kind<?> kind, String namespace, String name) {
        return made.containsKey(new ResourceId(kind, namespace, name))
                || there.find(kind, namespace, name).isPresent();
    }

    /// Adds a resource.
    ///
    /// @param of what it was made of, whose labels and annotations it gets
    <S> void add(Kind<S> kind, String namespace, String name, S spec, Resource<?> of) {
        var annotations = new TreeMap<>(of.metadata().annotations());
        annotations.remove(LAST_APPLIED);
        annotations.keySet().removeIf(key -> key.startsWith("internal.istio.io/"));
        var metadata =
                new Metadata(
                        name,
                        namespace,
                        of.metadata().labels(),
                        annotations,
                        Optional.empty(),
                        OptionalLong.empty());
        add(
                new ResourceId(kind, namespace, name),
                RecordWriter.tree(new Resource<>(kind, metadata, spec, of.source())),
                of);
    }

    /// Adds a resource.
    ///
    /// @param of what it was made of
    void add(ResourceId id, Node.Mapping tree, Resource<?> of) {
        made.put(id, new Made(tree, new ArrayList<>(List.of(of))));
    }

    /// Says that something else is made of the resource, too, if it is one that was made.
    void need(ResourceId id, Resource<?> by) {
        Made there = made.get(id);
        if (there != null && there.of().stream().noneMatch(r -> r.id().equals(by.id()))) {
            there.of().add(by);
        }
    }

    /// Lets resources of one kind and namespace name something in another one.
    void grant(Kind<?> from, String namespace, Kind<?> to, String name, String in) {
        if (!namespace.equals(in)) {
            grants.computeIfAbsent(in, _ -> new TreeMap<>())
                    .computeIfAbsent(
                            new From(namespace, from.group(), from.name()), _ -> new TreeSet<>())
                    .add(new To(to.group(), to.name(), name));
        }
    }

    /// Everything, as far as the Gateway API's own rules let it pass.
    List<Document> all() {
        var all = new ArrayList<Document>();
        made.forEach((id, one) -> {
            List<String> refused = refused(one.tree());
            if (refused.isEmpty()) {
                all.add(new Document(id, one.tree(), originals(one.of())));
            } else {
                losses.add(
                        MadeResource.origin(one.of().getFirst(), FieldPath.ROOT),
                        id + " cannot be: " + String.join("; ", refused),
                        "Nothing is made in its place");
            }
        });
        grants.forEach((in, by) ->
                by.forEach((from, names) -> {
                    String name = name(Kinds.REFERENCE_GRANT, in, name(from));
                    var id = new ResourceId(Kinds.REFERENCE_GRANT, in, name);
                    all.add(new Document(id, grant(in, name, from, names), List.of()));
                }));
        return all;
    }

    private static List<ResourceId> originals(List<Resource<?>> of) {
        return of.stream().map(r -> MadeResource.original(r).id()).distinct().toList();
    }

    private static String name(From from) {
        return from.kind() + "s-of-" + from.namespace();
    }

    private static Node.Mapping grant(String in, String name, From from, SortedSet<To> names) {
        return RecordWriter.tree(
                new Resource<>(
                        Kinds.REFERENCE_GRANT,
                        Metadata.of(in, name),
                        new ReferenceGrant(
                                List.of(
                                        new ReferenceGrant.From(
                                                Optional.of(from.group()),
                                                from.kind(),
                                                from.namespace())),
                                names.stream()
                                        .map(to ->
                                                new ReferenceGrant.To(
                                                        Optional.of(to.group()),
                                                        to.kind(),
                                                        Optional.of(to.name())))
                                        .toList()),
                        SourceText.NONE));
    }

    private static List<String> refused(Node.Mapping tree) {
        return ResourceReader.read("made", YamlWriter.write(tree)).diagnostics().stream()
                .filter(d -> d.severity() == Severity.ERROR)
                .map(Documents::shown)
                .toList();
    }

    private static String shown(Diagnostic finding) {
        return finding.origin().path() + ": " + finding.message();
    }
}
