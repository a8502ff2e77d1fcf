package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.filter.transcoder.MessageType.Field;
import dev.heddle.proxy.runtime.Confined;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Builds a message of JSON, whose objects are messages or maps, but for the messages that have a
/// JSON of their own ([WellKnown]).
///
/// One thing of JSON may be more than one of the message: a `google.protobuf.Value` that is an
/// object is a message in a message with a map in it. What is begun with something else ends with
/// it.
@Confined("worker")
final class MessageBuilder extends MessageWriter implements JsonEvents {
    private static final String NULL_VALUE = "google.protobuf.NullValue";

    private enum Shape {
        MESSAGE,
        MAP,
        ANY
    }

    /// Something that was begun.
    @Confined("worker")
    private static final class Item {
        private final Shape shape;
        private final boolean isList;

        /// Whether it ends with what it is in.
        private final boolean isPart;

        private final @Nullable AnyBuilder any;
        private final Set<String> keys = new HashSet<>();

        Item(Shape shape, boolean isPart, boolean isList, @Nullable AnyBuilder any) {
            this.shape = shape;
            this.isPart = isPart;
            this.isList = isList;
            this.any = any;
        }
    }

    private final ArrayDeque<Item> items = new ArrayDeque<>();

    MessageBuilder(Types types, MessageType root, MessageErrors errors, boolean isCaseIgnored) {
        super(types, root, errors, isCaseIgnored);
    }

    private boolean isMap() {
        return !items.isEmpty() && items.element().shape == Shape.MAP;
    }

    private @Nullable AnyBuilder any() {
        return items.isEmpty() ? null : items.element().any;
    }

    private void push(String name, Shape shape, boolean isPart, boolean isList) {
        if (isList) {
            beginList(name);
        } else {
            begin(name);
        }
        if (!isLeftOut()) {
            item(shape, isPart, isList);
        }
    }

    private void item(Shape shape, boolean isPart, boolean isList) {
        items.push(
                new Item(shape, isPart, isList, shape == Shape.ANY ? new AnyBuilder(this) : null));
    }

    /// Ends what was begun last, and what that is part of.
    private void pop() {
        boolean isPart = true;
        while (isPart && !items.isEmpty()) {
            Item item = items.pop();
            isPart = item.isPart;
            if (item.isList) {
                finishList();
            } else {
                finish();
            }
        }
    }

    private Shape shapeOf(Field field) {
        return types().wellKnown(field) == WellKnown.ANY ? Shape.ANY : Shape.MESSAGE;
    }

    private WellKnown innermostKnown() {
        Field field = innermost();
        return field == null ? WellKnown.NONE : types().wellKnown(field);
    }

    // --- objects -----------------------------------------------------------------------------

    @Override
    public void startObject(String name) {
        AnyBuilder any = any();
        if (isLeftOut()) {
            leaveOut();
        } else if (!isBegun()) {
            startRoot(name);
        } else if (any != null) {
            any.startObject(name);
        } else if (isMap()) {
            startEntry(name);
        } else {
            startField(name);
        }
    }

    private void startRoot(String name) {
        begin(name);
        item(root().wellKnown() == WellKnown.ANY ? Shape.ANY : Shape.MESSAGE, false, false);
        switch (root().wellKnown()) {
            case STRUCT -> push("fields", Shape.MAP, true, true);
            case VALUE -> structInValue();
            case LIST ->
                    badValue(
                            "google.protobuf.ListValue",
                            "Cannot start root message with ListValue.");
            default -> {}
        }
    }

    private void structInValue() {
        push("struct_value", Shape.MESSAGE, true, false);
        push("fields", Shape.MAP, true, true);
    }

    private void startEntry(String key) {
        if (!beginEntry(key)) {
            leaveOut();
            return;
        }
        Field value = lookUp("value");
        push("value", value == null ? Shape.MESSAGE : shapeOf(value), true, false);
        if (isLeftOut() || value == null) {
            return;
        }
        if (!value.kind().isMessage()) {
            badValue(value.name(), "Starting an object on a scalar field");
        }
        switch (innermostKnown()) {
            case STRUCT -> push("fields", Shape.MAP, true, true);
            case VALUE -> structInValue();
            default -> {}
        }
    }

    /// Begins an entry of a map, and writes its key; says whether that was not there yet.
    private boolean beginEntry(String key) {
        if (!isNewKey(key)) {
            return false;
        }
        push("", Shape.MESSAGE, false, false);
        write("key", new JsonValue.Str(key));
        return true;
    }

    private boolean isNewKey(String key) {
        boolean isNew = items.element().keys.add(key);
        if (!isNew) {
            badName("Repeated map key: '" + key + "' is already set.");
        }
        return isNew;
    }

    private void startField(String name) {
        Field field = lookUp(name);
        if (field == null) {
            leaveOut();
            return;
        }
        if (types().isMap(field)) {
            push(name, Shape.MAP, false, true);
            return;
        }
        if (!field.kind().isMessage()) {
            leaveOut();
            badValue(field.name(), "Starting an object on a scalar field");
            return;
        }
        push(name, shapeOf(field), false, false);
        if (isLeftOut()) {
            return;
        }
        switch (types().wellKnown(field)) {
            case STRUCT -> push("fields", Shape.MAP, true, true);
            case VALUE -> structInValue();
            default -> {}
        }
    }

    @Override
    public void endObject() {
        AnyBuilder any = any();
        if (isLeftOut()) {
            leftOutEnds();
        } else if (!items.isEmpty() && (any == null || any.endObject())) {
            pop();
        }
    }

    // --- lists -------------------------------------------------------------------------------

    @Override
    public void startList(String name) {
        AnyBuilder any = any();
        if (isLeftOut()) {
            leaveOut();
        } else if (!isBegun()) {
            startRootList(name);
        } else if (any != null) {
            any.startList(name);
        } else if (isMap()) {
            startEntryList(name);
        } else if (name.isEmpty()) {
            startInnerList();
        } else {
            startFieldList(name);
        }
    }

    private void startRootList(String name) {
        switch (root().wellKnown()) {
            case VALUE -> {
                begin(name);
                item(Shape.MESSAGE, false, false);
                listInValue();
            }
            case LIST -> {
                begin(name);
                item(Shape.MESSAGE, false, false);
                push("values", Shape.MESSAGE, true, true);
            }
            default -> {
                badName("Root element must be a message.");
                leaveOut();
            }
        }
    }

    private void listInValue() {
        push("list_value", Shape.MESSAGE, true, false);
        push("values", Shape.MESSAGE, true, true);
    }

    private void startEntryList(String key) {
        if (!beginEntry(key)) {
            leaveOut();
            return;
        }
        push("value", Shape.MESSAGE, true, false);
        if (isLeftOut()) {
            return;
        }
        switch (innermostKnown()) {
            case VALUE -> listInValue();
            case LIST -> push("values", Shape.MESSAGE, true, true);
            default -> badValue("Map", "Cannot have repeated items ('" + key + "') within a map.");
        }
    }

    private void startInnerList() {
        switch (innermostKnown()) {
            case VALUE -> {
                push("", Shape.MESSAGE, false, false);
                listInValue();
            }
            case LIST -> {
                push("", Shape.MESSAGE, false, false);
                push("values", Shape.MESSAGE, true, true);
            }
            default -> push("", Shape.MESSAGE, false, true);
        }
    }

    private void startFieldList(String name) {
        Field field = lookUp(name);
        if (field == null) {
            leaveOut();
            return;
        }
        WellKnown known = types().wellKnown(field);
        if (field.isRepeated() && !types().isMap(field)) {
            push(name, Shape.MESSAGE, false, true);
        } else if (known == WellKnown.VALUE) {
            push(name, Shape.MESSAGE, false, false);
            listInValue();
        } else if (known == WellKnown.LIST) {
            push(name, Shape.MESSAGE, false, false);
            push("values", Shape.MESSAGE, true, true);
        } else if (field.isRepeated()) {
            badValue("Map", "Cannot bind a list to map for field '" + name + "'.");
            leaveOut();
        } else {
            leaveOut();
            badName("Proto field is not repeating, cannot start list.");
        }
    }

    @Override
    public void endList() {
        AnyBuilder any = any();
        if (isLeftOut()) {
            leftOutEnds();
        } else if (any != null) {
            any.endList();
        } else if (!items.isEmpty()) {
            pop();
        }
    }

    // --- values ------------------------------------------------------------------------------

    @Override
    public void value(String name, JsonValue value) {
        AnyBuilder any = any();
        if (isLeftOut()) {
            return;
        }
        if (!isBegun()) {
            rootValue(name, value);
        } else if (any != null) {
            any.value(name, value);
        } else if (isMap()) {
            entryValue(name, value);
        } else {
            fieldValue(name, value);
        }
    }

    private void rootValue(String name, JsonValue value) {
        if (!root().wellKnown().isRendered()) {
            badName("Root element must be a message.");
            return;
        }
        begin("");
        render(root().wellKnown(), root().name(), name, value);
        finish();
    }

    /// Writes all of a packed message that is a single value of JSON.
    void renderPacked(JsonValue value) {
        begin("");
        try {
            Rendering.render(root().wellKnown(), value, this);
        } catch (BadMessage e) {
            badValue("Any", e.text());
        }
        finish();
    }

    private void render(WellKnown known, String type, String name, JsonValue value) {
        try {
            Rendering.render(known, value, this);
        } catch (BadMessage e) {
            badValue(type, "Field '" + name + "', " + e.text());
        }
    }

    private void entryValue(String key, JsonValue value) {
        if (!isNewKey(key)) {
            return;
        }
        push("", Shape.MESSAGE, false, false);
        write("key", new JsonValue.Str(key));
        Field field = lookUp("value");
        if (field == null) {
            pop();
            return;
        }
        WellKnown known = types().wellKnown(field);
        if (known.isRendered()) {
            push("value", Shape.MESSAGE, true, false);
            render(known, field.typeText(), key, value);
        } else if (!isLeftOutNull(field, value)) {
            write("value", value);
        }
        pop();
    }

    private static boolean isLeftOutNull(Field field, JsonValue value) {
        return value instanceof JsonValue.Null && !field.typeName().equals(NULL_VALUE);
    }

    private void fieldValue(String name, JsonValue value) {
        Field field = lookUp(name);
        if (field == null) {
            return;
        }
        WellKnown known = types().wellKnown(field);
        if (known.isRendered()) {
            if (!(value instanceof JsonValue.Null) || known == WellKnown.VALUE) {
                push(name, Shape.MESSAGE, false, false);
                if (!isLeftOut()) {
                    render(known, field.typeText(), name, value);
                    pop();
                } else {
                    leftOutEnds();
                }
            }
        } else if (!isLeftOutNull(field, value)) {
            write(name, value);
        }
    }
}
