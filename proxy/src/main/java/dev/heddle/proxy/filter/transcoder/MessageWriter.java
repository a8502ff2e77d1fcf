package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.filter.transcoder.MessageType.Field;
import dev.heddle.proxy.runtime.Confined;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes a message, told of its fields by name, in the order in which they are told.
///
/// The length of a message within stands before it and is known only behind it. So the fields are
/// written without, and where a length belongs is remembered; in the end all is copied once, with
/// the lengths in between. That costs one copy, however deep messages are in each other.
///
/// What cannot be written is left out, with all that is within it, and is an error.
@Confined("worker")
class MessageWriter {
    private static final int SLOT = 2;

    private final Types types;
    private final MessageType root;
    private final MessageErrors errors;
    private final boolean isCaseIgnored;

    private byte[] out = new byte[128];
    private int size;

    /// For each message within: where its length belongs, and the length.
    private int[] lengths = new int[SLOT * 8];

    private int lengthCount;

    private @Nullable Element element;

    /// How many objects and lists are open that are left out.
    private int leftOut;

    /// Whether the whole message was written.
    private boolean isDone;

    /// A message or list that is being written.
    @Confined("worker")
    private static final class Element {
        private final @Nullable Element parent;

        /// Null for the whole message.
        private final @Nullable Field field;

        private final MessageType type;

        /// In the lengths; -1 where there is none.
        private final int length;

        /// Which of a list was begun last, from 1; 0 for none, -1 where this is no list.
        private int index;

        private final BitSet oneofs = new BitSet();

        /// Fields that are to be there and were not yet.
        private final Set<String> missing = new HashSet<>();

        Element(
                @Nullable Element parent,
                @Nullable Field field,
                MessageType type,
                boolean isList,
                int length) {
            this.parent = parent;
            this.field = field;
            this.type = type;
            this.length = length;
            this.index = isList ? 0 : -1;
        }
    }

    /// @param isCaseIgnored whether constants of enums may be written in any case
    MessageWriter(Types types, MessageType root, MessageErrors errors, boolean isCaseIgnored) {
        this.types = types;
        this.root = root;
        this.errors = errors;
        this.isCaseIgnored = isCaseIgnored;
    }

    final Types types() {
        return types;
    }

    final MessageType root() {
        return root;
    }

    final MessageErrors errors() {
        return errors;
    }

    final boolean isCaseIgnored() {
        return isCaseIgnored;
    }

    final boolean isLeftOut() {
        return leftOut > 0;
    }

    /// Leaves out what comes, up to the end of what begins.
    final void leaveOut() {
        leftOut++;
    }

    final void leftOutEnds() {
        leftOut--;
    }

    /// Whether the whole message was written.
    final boolean isDone() {
        return isDone;
    }

    /// How many bytes are held.
    final int size() {
        return size;
    }

    /// The field that the innermost element is; null for the whole message, or where there is none.
    final @Nullable Field innermost() {
        return element == null ? null : element.field;
    }

    final boolean isBegun() {
        return element != null;
    }

    // --- errors ------------------------------------------------------------------------------

    final void badName(String message) {
        errors.set(location() + ": " + message);
    }

    final void badValue(String type, String value) {
        errors.set(location() + ": invalid value " + value + " for type " + type);
    }

    /// As in `shelf.books[1]`.
    private String location() {
        var path = new StringBuilder();
        locate(element, path);
        return path.toString();
    }

    // No deeper than what is open.
    private static void locate(@Nullable Element at, StringBuilder path) {
        if (at == null || at.field == null || at.parent == null) {
            return;
        }
        locate(at.parent, path);
        Field field = at.field;
        boolean isInList = field.isRepeated() && field.equals(at.parent.field);
        if (!isInList) {
            boolean isPlain = field.name().matches("[A-Za-z0-9_]+");
            if (!isPlain) {
                path.append("[\"").append(field.name()).append("\"]");
            } else {
                path.append(path.isEmpty() ? "" : ".").append(field.name());
            }
        }
        if (field.isRepeated() && at.index > 0) {
            path.append('[').append(at.index - 1).append(']');
        }
    }

    // --- objects and lists -------------------------------------------------------------------

    /// Begins a message. A field that is none may be begun, too: who does that says what is wrong.
    final void begin(String name) {
        if (element == null) {
            if (!name.isEmpty()) {
                badName("Root element should not be named.");
            }
            element = new Element(null, null, root, false, -1);
            require(element);
            return;
        }
        Field field = named(name, false);
        if (field == null) {
            return;
        }
        if (!takesOneof(field, name)) {
            leaveOut();
            return;
        }
        if (field.kind().isMessage()) {
            tag(field);
        }
        push(field, typeWithin(field), false);
    }

    final void finish() {
        if (leftOut > 0) {
            leftOut--;
            return;
        }
        if (element != null) {
            pop();
        }
        if (element == null) {
            isDone = true;
        }
    }

    final void beginList(String name) {
        Field field = named(name, true);
        if (field == null) {
            return;
        }
        if (!takesOneof(field, name)) {
            leaveOut();
            return;
        }
        push(field, typeWithin(field), true);
    }

    final void finishList() {
        if (leftOut > 0) {
            leftOut--;
        } else if (element != null) {
            pop();
        }
    }

    private MessageType typeWithin(Field field) {
        Element current = element;
        if (field.kind().isMessage() || current == null) {
            return types.messageOf(field);
        }
        return current.type;
    }

    private void require(Element begun) {
        for (Field field : begun.type.fields()) {
            if (field.isRequired()) {
                begun.missing.add(field.name());
            }
        }
    }

    private void push(Field field, MessageType type, boolean isList) {
        Element parent = element;
        boolean isMessage = !isList && field.kind() == Kind.MESSAGE;
        var begun = new Element(parent, field, type, isList, isMessage ? lengthCount : -1);
        element = begun;
        if (isList) {
            return;
        }
        if (parent != null) {
            if (field.isRepeated()) {
                parent.index += parent.index >= 0 ? 1 : 0;
            } else {
                parent.missing.remove(field.name());
            }
        }
        if (isMessage) {
            require(begun);
            if (lengthCount * SLOT == lengths.length) {
                lengths = Arrays.copyOf(lengths, lengths.length * 2);
            }
            lengths[lengthCount * SLOT] = size;
            lengths[lengthCount * SLOT + 1] = -size;
            lengthCount++;
        }
    }

    private void pop() {
        Element popped = element;
        if (popped == null) {
            return;
        }
        popped.missing.stream()
                .sorted()
                .forEach(name -> errors.set(location() + ": missing field " + name));
        if (popped.length >= 0) {
            int at = popped.length * SLOT + 1;
            lengths[at] += size;
            int width = widthOf(lengths[at]);
            for (Element outer = popped.parent; outer != null; outer = outer.parent) {
                if (outer.length >= 0) {
                    lengths[outer.length * SLOT + 1] += width;
                }
            }
        }
        element = popped.parent;
    }

    private @Nullable Field named(String name, boolean isList) {
        if (leftOut > 0) {
            leftOut++;
            return null;
        }
        Field field = lookUp(name);
        if (field == null) {
            leftOut++;
            return null;
        }
        if (isList && !field.isRepeated()) {
            leftOut++;
            badName("Proto field is not repeating, cannot start list.");
            return null;
        }
        return field;
    }

    /// A field of the innermost message by its name; within a list, the list's. Null for none,
    /// which is no error: who calls may be newer than the descriptor.
    final @Nullable Field lookUp(String name) {
        Element current = element;
        if (current == null) {
            badName("Root element must be a message.");
            return null;
        }
        if (!name.isEmpty()) {
            return current.type.find(name);
        }
        if (current.field == null || !current.field.isRepeated()) {
            badName("Proto fields must have a name.");
            return null;
        }
        return current.field;
    }

    private boolean takesOneof(Field field, String name) {
        Element current = element;
        if (current == null || field.oneof() < 0) {
            return true;
        }
        if (current.oneofs.get(field.oneof())) {
            badValue(
                    "oneof",
                    "oneof field '"
                            + current.type.oneofs().get(field.oneof())
                            + "' is already set. Cannot set '"
                            + name
                            + "'");
            return false;
        }
        current.oneofs.set(field.oneof());
        return true;
    }

    // --- values ------------------------------------------------------------------------------

    final void write(String name, JsonValue value) {
        if (leftOut > 0) {
            return;
        }
        Field field = lookUp(name);
        Element current = element;
        if (field == null || current == null || !takesOneof(field, name)) {
            return;
        }
        current.missing.remove(field.name());
        try {
            put(field, value);
        } catch (BadMessage e) {
            push(field, typeWithin(field), false);
            badValue(field.typeText(), e.text());
            pop();
        }
    }

    private void put(Field field, JsonValue value) throws BadMessage {
        switch (field.kind()) {
            case INT32 -> number(field, value.toInt32());
            case SINT32 -> {
                int number = value.toInt32();
                number(field, Integer.toUnsignedLong((number << 1) ^ (number >> 31)));
            }
            case UINT32 -> number(field, Integer.toUnsignedLong(value.toUint32()));
            case INT64 -> number(field, value.toInt64());
            case SINT64 -> {
                long number = value.toInt64();
                number(field, (number << 1) ^ (number >> 63));
            }
            case UINT64 -> number(field, value.toUint64());
            case BOOL -> number(field, value.toBool() ? 1 : 0);
            case ENUM -> number(field, value.toEnum(types.enumOf(field), isCaseIgnored));
            case SFIXED32 -> fixed(field, value.toInt32(), Integer.BYTES);
            case FIXED32 -> fixed(field, value.toUint32(), Integer.BYTES);
            case FLOAT -> fixed(field, Float.floatToRawIntBits(value.toFloat()), Integer.BYTES);
            case SFIXED64 -> fixed(field, value.toInt64(), Long.BYTES);
            case FIXED64 -> fixed(field, value.toUint64(), Long.BYTES);
            case DOUBLE -> fixed(field, Double.doubleToRawLongBits(value.toDouble()), Long.BYTES);
            case STRING -> bytes(field, Types.bytes(value.toText()));
            case BYTES -> bytes(field, value.toBytes());
            case MESSAGE, GROUP -> throw new BadMessage(value.shown());
        }
    }

    private void number(Field field, long value) {
        tag(field);
        varint(value);
    }

    private void fixed(Field field, long value, int width) {
        tag(field);
        room(width);
        for (int i = 0; i < width; i++) {
            out[size++] = (byte) (value >>> (i * Byte.SIZE));
        }
    }

    private void bytes(Field field, byte[] value) {
        tag(field);
        varint(value.length);
        raw(value);
    }

    /// A field of the innermost message, whatever the descriptor says of it.
    final void bytes(int number, byte[] value) {
        varint(((long) number << 3) | 2);
        varint(value.length);
        raw(value);
    }

    private void tag(Field field) {
        varint(((long) field.number() << 3) | field.kind().wireType());
    }

    private void varint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[size++] = (byte) rest;
    }

    private void raw(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, out, size, value.length);
        size += value.length;
    }

    private void room(int more) {
        if (out.length - size < more) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
        }
    }

    private static int widthOf(int value) {
        return value == 0 ? 1 : (38 - Integer.numberOfLeadingZeros(value)) / 7;
    }

    /// The message, which [#isDone].
    ///
    /// @param before how many bytes are left free at the beginning
    final byte[] message(int before) {
        int whole = before + size;
        for (int i = 0; i < lengthCount; i++) {
            whole += widthOf(lengths[i * SLOT + 1]);
        }
        byte[] message = new byte[whole];
        int to = before;
        int from = 0;
        for (int i = 0; i < lengthCount; i++) {
            int up = lengths[i * SLOT];
            System.arraycopy(out, from, message, to, up - from);
            to += up - from;
            from = up;
            for (int rest = lengths[i * SLOT + 1]; ; rest >>>= 7) {
                boolean isMore = (rest & ~0x7f) != 0;
                message[to++] = (byte) (isMore ? rest | 0x80 : rest);
                if (!isMore) {
                    break;
                }
            }
        }
        System.arraycopy(out, from, message, to, size - from);
        return message;
    }
}
