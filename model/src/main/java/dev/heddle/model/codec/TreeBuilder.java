package dev.heddle.model.codec;

import dev.heddle.model.Confined;
import dev.heddle.model.Position;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;

/// Builds the tree of one document from its events.
///
/// The size that a tree has when its aliases are followed is counted while it is built: aliases of
/// aliases can make a text of a few lines a tree of billions of values, and whoever walks it would
/// not come back.
@Confined("the caller of build")
final class TreeBuilder {
    /// The deepest nesting that is read. Istio's deepest field is at 14.
    static final int MAX_DEPTH = 100;

    /// The most values of one document, with every alias counted as what it stands for.
    static final int MAX_VALUES = 1_000_000;

    private final Iterator<Event> events;
    private final int linesBefore;
    private final Map<Anchor, Node> anchors = new HashMap<>();
    private final IdentityHashMap<Node, Integer> sizes = new IdentityHashMap<>();
    private int depth;

    /// @param linesBefore lines of the file before the document
    TreeBuilder(Iterator<Event> events, int linesBefore) {
        this.events = events;
        this.linesBefore = linesBefore;
    }

    /// The tree; empty when the document holds nothing but comments.
    ///
    /// @throws BrokenYaml when the text is YAML that is not allowed here
    Optional<Node> build() {
        while (events.hasNext()) {
            if (events.next() instanceof NodeEvent first) {
                if (first instanceof ScalarEvent scalar
                        && scalar.isPlain()
                        && scalar.getValue().isEmpty()) {
                    return Optional.empty();
                }
                return Optional.of(node(first));
            }
        }
        return Optional.empty();
    }

    private Node node(NodeEvent event) {
        if (event instanceof AliasEvent alias) {
            Node node = anchors.get(alias.getAlias());
            if (node == null) {
                throw new BrokenYaml(
                        position(event),
                        "there is no anchor '&" + alias.getAlias() + "' above this alias",
                        "");
            }
            return node;
        }
        Node node = value(event);
        event.getAnchor().ifPresent(anchor -> anchors.put(anchor, node));
        return node;
    }

    private Node value(NodeEvent event) {
        return switch (event) {
            case ScalarEvent scalar -> counted(scalar(scalar), 1);
            case SequenceStartEvent start -> nested(start, this::sequence);
            case MappingStartEvent start -> nested(start, this::mapping);
            default -> throw new IllegalStateException("event: " + event);
        };
    }

    private interface Nested<E> {
        Node build(E start);
    }

    private <E extends NodeEvent> Node nested(E start, Nested<E> builder) {
        if (depth == MAX_DEPTH) {
            throw new BrokenYaml(
                    position(start), "nested deeper than " + MAX_DEPTH + " levels", "");
        }
        depth++;
        Node node = builder.build(start);
        depth--;
        return node;
    }

    private Node scalar(ScalarEvent scalar) {
        Position position = position(scalar);
        String tag = scalar.getTag().orElse("");
        if (!tag.isEmpty() && !tag.equals("!") && !tag.startsWith("tag:yaml.org,2002:")) {
            throw new BrokenYaml(
                    position, "the tag '" + tag + "' has no meaning here", "Remove it.");
        }
        boolean text = tag.equals("!") || tag.endsWith(":str");
        return scalar.isPlain() && !text
                ? Scalars.plain(scalar.getValue(), position)
                : new Node.Text(scalar.getValue(), position);
    }

    private Node sequence(SequenceStartEvent start) {
        var items = new ArrayList<Node>();
        int size = 1;
        while (events.next() instanceof NodeEvent item) {
            Node node = node(item);
            items.add(node);
            size = plus(size, node, item);
        }
        return counted(new Node.Sequence(items, position(start)), size);
    }

    private Node mapping(MappingStartEvent start) {
        var entries = new LinkedHashMap<String, Node.Entry>();
        var merged = new ArrayList<Node>();
        int size = 1;
        while (events.next() instanceof NodeEvent keyEvent) {
            String key = key(keyEvent);
            Position position = position(keyEvent);
            Node value = node((NodeEvent) events.next());
            size = plus(size, value, keyEvent);
            if (key.equals("<<")) {
                merged.add(value);
            } else if (entries.put(key, new Node.Entry(key, value, position)) != null) {
                throw new BrokenYaml(
                        position,
                        "the key '" + key + "' is here for the second time",
                        "Keep one of the two.");
            }
        }
        merged.forEach(m -> merge(m, entries));
        return counted(new Node.Mapping(List.copyOf(entries.values()), position(start)), size);
    }

    private String key(NodeEvent event) {
        if (event instanceof ScalarEvent scalar) {
            return scalar.getValue();
        }
        if (event instanceof AliasEvent && node(event) instanceof Node.Text(String text, _)) {
            return text;
        }
        throw new BrokenYaml(
                position(event),
                "a key is a word (found: a list or a mapping)",
                "If this is a template, write the value in quotes.");
    }

    /// `<<: *defaults`, which YAML 1.1 had and `kubectl` still has: what is there already, stays.
    private void merge(Node source, Map<String, Node.Entry> entries) {
        switch (source) {
            case Node.Mapping mapping ->
                    mapping.entries().forEach(e -> entries.putIfAbsent(e.key(), e));
            case Node.Sequence sequence -> sequence.items().forEach(s -> merge(s, entries));
            case Node.Text _, Node.Numeric _, Node.Bool _, Node.Null _ ->
                    throw new BrokenYaml(
                            source.position(), "'<<' merges a mapping (found: a word)", "");
        }
    }

    private Node counted(Node node, int size) {
        sizes.put(node, size);
        return node;
    }

    private int plus(int size, Node node, Event event) {
        int sum = size + sizes.getOrDefault(node, 1);
        if (sum > MAX_VALUES) {
            throw new BrokenYaml(
                    position(event),
                    "the document has more than " + MAX_VALUES + " values",
                    "Aliases count as what they stand for.");
        }
        return sum;
    }

    private Position position(Event event) {
        return event.getStartMark()
                .map(mark -> YamlReader.position(mark, linesBefore))
                .orElse(Position.UNKNOWN);
    }
}
