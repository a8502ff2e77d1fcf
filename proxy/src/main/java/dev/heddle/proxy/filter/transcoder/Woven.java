package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.filter.transcoder.MessageType.Field;
import dev.heddle.proxy.runtime.Confined;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Adds to a message what the path and the query say, where the message's object ends.
///
/// What the body says by the same name counts instead, unless the field is a list, which gets both;
/// or it is an error that they say different things.
@Confined("worker")
final class Woven implements JsonEvents {
    /// Floating numbers that differ by less are equal: 32 times the epsilon of a float.
    private static final float CLOSE = 32 * 1.1920929e-7f;

    /// A value for a field.
    ///
    /// @param path of the field, not empty
    /// @param value one character a byte
    record Binding(List<Field> path, String value) {
        Binding {
            path = List.copyOf(path);
        }
    }

    /// What is to be added to one message, by the fields' names: a client may say thousands of
    /// values, and thousands of names in the body that each might be one of them.
    private static final class Node {
        private final Map<String, List<Leaf>> leaves = new LinkedHashMap<>();
        private final Map<String, Node> branches = new LinkedHashMap<>();

        boolean isEmpty() {
            return leaves.isEmpty() && branches.isEmpty();
        }
    }

    private record Leaf(Field field, String value) {}

    private final JsonEvents to;
    private final MessageErrors errors;
    private final boolean isCollisionError;
    private final Node root = new Node();
    private final ArrayDeque<Node> open = new ArrayDeque<>();

    /// How many objects and lists are open to which nothing is added.
    private int beside;

    /// @param isCollisionError whether body and path may not differ
    Woven(List<Binding> bindings, JsonEvents to, MessageErrors errors, boolean isCollisionError) {
        this.to = to;
        this.errors = errors;
        this.isCollisionError = isCollisionError;
        bindings.forEach(this::bind);
    }

    private void bind(Binding binding) {
        Node node = root;
        for (Field field : binding.path().subList(0, binding.path().size() - 1)) {
            node = node.branches.computeIfAbsent(field.name(), _ -> new Node());
        }
        Field last = binding.path().getLast();
        node.leaves
                .computeIfAbsent(last.name(), _ -> new ArrayList<>())
                .add(new Leaf(last, binding.value()));
    }

    @Override
    public void startObject(String name) {
        to.startObject(name);
        if (open.isEmpty()) {
            open.push(root);
            return;
        }
        Node inner = beside == 0 ? open.element().branches.get(name) : null;
        if (inner == null) {
            beside++;
        } else {
            open.push(inner);
        }
    }

    @Override
    public void endObject() {
        if (beside > 0) {
            beside--;
        } else {
            add(open.pop());
        }
        to.endObject();
    }

    @Override
    public void startList(String name) {
        to.startList(name);
        beside++;
    }

    @Override
    public void endList() {
        to.endList();
        beside--;
    }

    @Override
    public void value(String name, JsonValue value) {
        if (beside == 0 && !open.isEmpty() && !(value instanceof JsonValue.Null)) {
            collide(open.element(), name, value);
        }
        to.value(name, value);
    }

    // No deeper than bindings may be.
    private void add(Node node) {
        node.leaves.forEach((name, leaves) ->
                leaves.forEach(leaf -> to.value(name, new JsonValue.Str(leaf.value()))));
        node.leaves.clear();
        node.branches.forEach((name, inner) -> {
            if (!inner.isEmpty()) {
                to.startObject(name);
                add(inner);
                to.endObject();
            }
        });
        node.branches.clear();
    }

    private void collide(Node node, String name, JsonValue inBody) {
        List<Leaf> leaves = node.leaves.remove(name);
        if (leaves == null) {
            return;
        }
        for (Leaf leaf : leaves) {
            if (leaf.field().isRepeated()) {
                to.value(name, new JsonValue.Str(leaf.value()));
            } else if (isCollisionError) {
                compare(name, new JsonValue.Str(leaf.value()), inBody);
            }
        }
    }

    private void compare(String name, JsonValue inPath, JsonValue inBody) {
        String type = "";
        try {
            boolean isSame;
            switch (inBody) {
                // Envoy looks at the lower half of an integer from the path alone.
                case JsonValue.Int(long value) -> {
                    type = "int64";
                    isSame = (inPath.toInt64() & 0xffffffffL) == value;
                }
                case JsonValue.UInt(long value) -> {
                    type = "uint64";
                    isSame = (inPath.toUint64() & 0xffffffffL) == value;
                }
                case JsonValue.Dbl(double value) -> {
                    type = "double";
                    isSame = Math.abs((float) inPath.toDouble() - (float) value) < CLOSE;
                }
                case JsonValue.Bool(boolean value) -> {
                    type = "bool";
                    isSame = inPath.toBool() == value;
                }
                default -> isSame = inPath.equals(inBody);
            }
            if (!isSame) {
                errors.set(
                        "The binding value "
                                + inPath.shown()
                                + " of the field "
                                + name
                                + " is conflicting with the value "
                                + inBody.shown()
                                + " in the body.");
            }
        } catch (BadMessage _) {
            errors.set(
                    "Failed to convert binding value "
                            + name
                            + ":"
                            + inPath.shown()
                            + " to "
                            + type);
        }
    }
}
