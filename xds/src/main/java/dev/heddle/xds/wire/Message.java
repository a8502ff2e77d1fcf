package dev.heddle.xds.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A message as it travels: its bytes, and where each of its fields lies in them. Immutable.
///
/// A class for each type names the fields; the numbers of the methods below are those of the fields
/// in the `.proto` files. Reading follows protobuf: the last value of a field counts, a message
/// that comes in pieces is the sum of them, and of a `oneof` the last member is set.
///
/// A message's fields are found when it is made, those of the messages inside when somebody looks.
public abstract class Message {
    private static final int STRIDE = 3;
    private static final int DELIMITED = 2;
    private static final int GREATEST_WIRE_TYPE = 5;
    private static final int[] NOTHING = new int[0];

    private final Bytes bytes;

    /// For each occurrence of a field, by fields: its tag, and the range of its value in the array.
    private final int[] index;

    /// @throws WireException when the bytes are no message
    protected Message(Bytes bytes) {
        this.bytes = bytes;
        this.index = indexed(bytes);
    }

    /// The full name, as in `envoy.config.route.v3.Route`.
    public abstract String typeName();

    /// The same type from other bytes.
    ///
    /// @throws WireException when they are no message
    public abstract Message read(Bytes other);

    /// The fields of the type, one `name,number,arity and kind` after the other.
    protected abstract String schema();

    /// An empty message of the type that a field holds.
    ///
    /// @throws IllegalArgumentException when it holds none
    protected Message prototype(int number) {
        throw new IllegalArgumentException(
                typeName() + ": field " + number + " (expected: one that holds a message)");
    }

    /// The message as it travels.
    public final Bytes bytes() {
        return bytes;
    }

    /// Packed under its type's URL.
    public final Any packed() {
        return Any.of(Any.URL_PREFIX + typeName(), bytes);
    }

    /// The name of a field; empty when the type has none of that number.
    public final String fieldName(int number) {
        String schema = schema();
        String wanted = "," + number + ",";
        for (int at = 0; at < schema.length(); ) {
            int comma = schema.indexOf(',', at);
            if (schema.startsWith(wanted, comma)) {
                return schema.substring(at, comma);
            }
            at = schema.indexOf(';', comma) + 1;
        }
        return "";
    }

    /// The numbers of the fields that are set.
    public final SortedSet<Integer> numbers() {
        var numbers = new TreeSet<Integer>();
        for (int i = 0; i < index.length; i += STRIDE) {
            int number = index[i] >>> 3;
            if (!isDefault(i) || !isPlain(number)) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    /// Whether a field is set.
    ///
    /// @throws IllegalArgumentException when the type has none of that name
    public final boolean isSet(String field) {
        return numbers().contains(field(field).number());
    }

    /// The message that a field holds; an empty one when it is not set.
    ///
    /// @throws IllegalArgumentException when the type has no such field, or it holds none
    public final Message inside(String field) {
        int number = field(field).number();
        return prototype(number).read(part(number));
    }

    /// The bytes of this message with other values of one field, of messages or texts.
    ///
    /// @throws IllegalArgumentException when the type has none of that name
    public final Bytes replacing(String field, List<Bytes> values) {
        int number = field(field).number();
        var out = new WireWriter();
        for (int i = 0; i < index.length; i += STRIDE) {
            if (index[i] >>> 3 != number) {
                out.field(index[i], new Bytes(bytes.array, index[i + 1], index[i + 2]));
            }
        }
        values.forEach(value -> out.bytes(number, value));
        return out.toBytes();
    }

    private Field field(String name) {
        return Field.all(schema()).stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "field: '" + name + "' (expected: one of " + typeName() + ")"));
    }

    private boolean isDefault(int at) {
        return switch (index[at] & 7) {
            case 0 -> varint(bytes.array, index[at + 1], index[at + 2]) == 0;
            case 1, 5 -> isZero(index[at + 1], index[at + 2]);
            default -> index[at + 1] == index[at + 2];
        };
    }

    private boolean isZero(int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes.array[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean isPlain(int number) {
        return schema().contains("," + number + ",-");
    }

    // --- values ------------------------------------------------------------------------------

    /// Whether a field occurs.
    protected final boolean has(int number) {
        return count(number) > 0;
    }

    /// Which of some fields came last; 0 for none.
    protected final int lastOf(int... numbers) {
        int found = 0;
        int place = -1;
        for (int number : numbers) {
            int at = last(number);
            if (at >= 0 && index[at + 1] > place) {
                place = index[at + 1];
                found = number;
            }
        }
        return found;
    }

    /// An integer, a truth or the number of a constant; 0 when it is not set.
    protected final long number(int number) {
        int at = last(number);
        if (at < 0) {
            return 0;
        }
        return switch (index[at] & 7) {
            case 0 -> varint(bytes.array, index[at + 1], index[at + 2]);
            case 1, 5 -> little(index[at + 1], index[at + 2]);
            default -> throw wrongKind(number);
        };
    }

    /// A truth.
    protected final boolean truth(int number) {
        return number(number) != 0;
    }

    /// A text; empty when it is not set.
    protected final String text(int number) {
        return blob(number).text();
    }

    /// Bytes; empty when they are not set.
    protected final Bytes blob(int number) {
        int at = last(number);
        return at < 0 ? Bytes.EMPTY : value(at);
    }

    /// The bytes of a message; empty when it is not set. Pieces are put together.
    protected final Bytes part(int number) {
        if (count(number) <= 1) {
            return blob(number);
        }
        var whole = new WireWriter();
        for (Bytes piece : parts(number)) {
            whole.raw(piece);
        }
        return whole.toBytes();
    }

    // --- lists -------------------------------------------------------------------------------

    /// How many messages, texts or byte strings a list has.
    protected final int count(int number) {
        return (first(number + 1) - first(number)) / STRIDE;
    }

    /// One of a list of messages, texts or byte strings.
    protected final Bytes part(int number, int which) {
        return value(first(number) + Objects.checkIndex(which, count(number)) * STRIDE);
    }

    /// A list of messages, texts or byte strings.
    protected final Bytes[] parts(int number) {
        var parts = new Bytes[count(number)];
        int at = first(number);
        for (int i = 0; i < parts.length; i++, at += STRIDE) {
            parts[i] = value(at);
        }
        return parts;
    }

    /// A list of texts.
    protected final List<String> texts(int number) {
        var texts = new ArrayList<String>();
        for (Bytes part : parts(number)) {
            texts.add(part.text());
        }
        return Collections.unmodifiableList(texts);
    }

    /// A list of numbers, packed or not.
    ///
    /// @param width of one in a packed list, in bytes; 0 when each ends itself
    protected final List<Long> numbers(int number, int width) {
        var list = new ArrayList<Long>();
        int end = first(number + 1);
        for (int i = first(number); i < end; i += STRIDE) {
            if ((index[i] & 7) != DELIMITED) {
                list.add(
                        (index[i] & 7) == 0
                                ? varint(bytes.array, index[i + 1], index[i + 2])
                                : little(index[i + 1], index[i + 2]));
                continue;
            }
            int to = index[i + 2];
            for (int at = index[i + 1]; at < to; ) {
                int next = width > 0 ? at + width : endOfVarint(bytes.array, at, to);
                if (next > to) {
                    throw wrongKind(number);
                }
                list.add(width > 0 ? little(at, next) : varint(bytes.array, at, next));
                at = next;
            }
        }
        return Collections.unmodifiableList(list);
    }

    /// A text that is in bytes.
    protected static String text(Bytes bytes) {
        return bytes.text();
    }

    /// A signed number of the kinds `sint32` and `sint64`.
    protected static long zigzag(long value) {
        return (value >>> 1) ^ -(value & 1);
    }

    /// The key of an entry of a map.
    protected static String key(Bytes entry) {
        return new Entry(entry).text(1);
    }

    /// The value of an entry of a map, of messages or texts.
    protected static Bytes value(Bytes entry) {
        return new Entry(entry).part(2);
    }

    private static final class Entry extends Message {
        Entry(Bytes bytes) {
            super(bytes);
        }

        @Override
        public String typeName() {
            return "";
        }

        @Override
        public Message read(Bytes other) {
            return new Entry(other);
        }

        @Override
        protected String schema() {
            return "";
        }
    }

    // --- bytes -------------------------------------------------------------------------------

    private Bytes value(int at) {
        if ((index[at] & 7) != DELIMITED) {
            throw wrongKind(index[at] >>> 3);
        }
        return new Bytes(bytes.array, index[at + 1], index[at + 2]);
    }

    private WireException wrongKind(int number) {
        return new WireException(typeName() + ": field " + number + " is of another kind");
    }

    private int last(int number) {
        int end = first(number + 1);
        return end > 0 && index[end - STRIDE] >>> 3 == number ? end - STRIDE : -1;
    }

    /// Where the first occurrence of a field is, or of the next greater one.
    private int first(int number) {
        int low = 0;
        int high = index.length / STRIDE;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (index[middle * STRIDE] >>> 3 < number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low * STRIDE;
    }

    private long little(int from, int to) {
        long value = 0;
        for (int i = to - 1; i >= from; i--) {
            value = (value << 8) | (bytes.array[i] & 0xff);
        }
        return value;
    }

    private static int[] indexed(Bytes bytes) {
        if (bytes.isEmpty()) {
            return NOTHING;
        }
        byte[] array = bytes.array;
        int to = bytes.to;
        var found = new int[STRIDE * 8];
        int count = 0;
        for (int at = bytes.from; at < to; ) {
            int afterTag = endOfVarint(array, at, to);
            long tag = varint(array, at, afterTag);
            int type = (int) tag & 7;
            if (tag >>> 3 == 0 || tag > Integer.toUnsignedLong(-1) || type > GREATEST_WIRE_TYPE) {
                throw new WireException("a tag is " + tag + " (expected: a field and its kind)");
            }
            int from = afterTag;
            int end =
                    switch (type) {
                        case 0 -> endOfVarint(array, from, to);
                        case 1 -> from + Long.BYTES;
                        case 2 -> {
                            int afterLength = endOfVarint(array, from, to);
                            long length = varint(array, from, afterLength);
                            from = afterLength;
                            yield length < 0 || length > to - from ? -1 : from + (int) length;
                        }
                        case 5 -> from + Integer.BYTES;
                        default -> throw new WireException("groups are not read");
                    };
            if (end < 0 || end > to) {
                throw new WireException("it ends in the middle of field " + (tag >>> 3));
            }
            if (count == found.length) {
                found = Arrays.copyOf(found, count * 2);
            }
            found[count] = (int) tag;
            found[count + 1] = from;
            found[count + 2] = end;
            count += STRIDE;
            at = end;
        }
        return sorted(found, count);
    }

    /// By field, and each field's occurrences as they came. Most messages are written so.
    private static int[] sorted(int[] found, int length) {
        boolean isSorted = true;
        for (int i = STRIDE; i < length && isSorted; i += STRIDE) {
            isSorted = found[i - STRIDE] >>> 3 <= found[i] >>> 3;
        }
        if (isSorted) {
            return length == found.length ? found : Arrays.copyOf(found, length);
        }
        var order = new long[length / STRIDE];
        for (int i = 0; i < order.length; i++) {
            order[i] = ((long) (found[i * STRIDE] >>> 3) << Integer.SIZE) | i;
        }
        Arrays.sort(order);
        var sorted = new int[length];
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(found, (int) order[i] * STRIDE, sorted, i * STRIDE, STRIDE);
        }
        return sorted;
    }

    private static int endOfVarint(byte[] array, int from, int to) {
        int limit = Math.min(to, from + 10);
        for (int i = from; i < limit; i++) {
            if (array[i] >= 0) {
                return i + 1;
            }
        }
        throw new WireException("a number does not end");
    }

    private static long varint(byte[] array, int from, int to) {
        long value = 0;
        int shift = 0;
        for (int i = from; i < to; i++) {
            value |= (long) (array[i] & 0x7f) << shift;
            shift += 7;
        }
        return value;
    }

    /// Equal types with equal bytes are equal.
    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof Message that
                && getClass() == that.getClass()
                && bytes.equals(that.bytes);
    }

    @Override
    public final int hashCode() {
        return bytes.hashCode();
    }

    @Override
    public final String toString() {
        return typeName() + " of " + bytes.size() + " bytes";
    }
}
