package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The header fields of one message, in order, names in lower case.
///
/// Received fields are five numbers each: a hash and where name and value lie in the received
/// block. Edits lie over them as text. Writing copies each run of untouched fields in one go, so a
/// message that nobody edits costs one copy, and nothing is allocated. Instances are used again for
/// the next message of a connection: whoever wants to keep a value past the exchange keeps its
/// text.
///
/// Values are bytes; as text each byte is one character (ISO 8859-1), both ways.
@Confined("worker")
public final class Headers {
    private static final int STRIDE = 5;
    private static final int HASH = 0;
    private static final int NAME_AT = 1;
    private static final int NAME_LENGTH = 2;
    private static final int VALUE_AT = 3;
    private static final int VALUE_LENGTH = 4;
    private static final int TEXT = -1;

    /// Where fields that came over the wire lie.
    private ByteBuf block = Unpooled.EMPTY_BUFFER;

    /// Where in the block the head begins: positions in the index count from here.
    private int base;

    /// A bit for each name's hash, so that asking for a name that is not there costs one look.
    private long present;

    private int[] index = new int[STRIDE * 16];
    private int used;
    private int live;

    /// The names that were added as text, by field; null where the name lies in the block.
    private @Nullable HeaderName[] names = new HeaderName[16];

    /// The values that were set as text, or that were already decoded.
    private @Nullable String[] values = new String[16];

    /// How many fields there are, repeated ones counted each.
    public int size() {
        return live;
    }

    /// The first value of that name, or null.
    public @Nullable String get(HeaderName name) {
        int at = find(name, 0);
        return at < 0 ? null : value(at);
    }

    /// Every value of that name, in order.
    public List<String> getAll(HeaderName name) {
        int at = find(name, 0);
        if (at < 0) {
            return List.of();
        }
        var all = new ArrayList<String>();
        for (; at >= 0; at = find(name, at + 1)) {
            all.add(value(at));
        }
        return all;
    }

    public boolean contains(HeaderName name) {
        return find(name, 0) >= 0;
    }

    /// Makes this the only field of its name: in place of the first one, or at the end.
    ///
    /// @throws IllegalArgumentException if the value holds a control character
    public void set(HeaderName name, String value) {
        int at = find(name, 0);
        if (at < 0) {
            add(name, value);
            return;
        }
        values[at] = checked(name, value);
        index[at * STRIDE + VALUE_AT] = TEXT;
        for (int more = find(name, at + 1); more >= 0; more = find(name, more + 1)) {
            drop(more);
        }
    }

    /// Adds a field at the end, whatever there is already.
    ///
    /// @throws IllegalArgumentException if the value holds a control character
    public void add(HeaderName name, String value) {
        int at = next();
        names[at] = name;
        values[at] = checked(name, value);
        present |= bit(name.hashCode());
        int i = at * STRIDE;
        index[i + HASH] = name.hashCode();
        index[i + NAME_AT] = TEXT;
        index[i + NAME_LENGTH] = name.length();
        index[i + VALUE_AT] = TEXT;
        live++;
    }

    /// Removes every field of that name; says whether there was one.
    public boolean remove(HeaderName name) {
        boolean found = false;
        for (int at = find(name, 0); at >= 0; at = find(name, at + 1)) {
            drop(at);
            found = true;
        }
        return found;
    }

    /// Shows each field in order, name in lower case first.
    public void forEach(BiConsumer<String, String> seen) {
        for (int at = 0; at < used; at++) {
            if (isLive(at)) {
                seen.accept(name(at), value(at));
            }
        }
    }

    /// Forgets everything, ready for the next message.
    public void clear() {
        Arrays.fill(names, 0, used, null);
        Arrays.fill(values, 0, used, null);
        used = 0;
        live = 0;
        present = 0;
        block.release();
        block = Unpooled.EMPTY_BUFFER;
    }

    /// Says where received fields lie. The block is retained until [#clear].
    ///
    /// @param at position in the block that [#received] counts from
    void over(ByteBuf received, int at) {
        block.release();
        block = received.retain();
        base = at;
    }

    /// Notes a received field, whose name is in lower case.
    void received(int hash, int nameAt, int nameLength, int valueAt, int valueLength) {
        int at = next();
        int i = at * STRIDE;
        present |= bit(hash);
        index[i + HASH] = hash;
        index[i + NAME_AT] = nameAt;
        index[i + NAME_LENGTH] = nameLength;
        index[i + VALUE_AT] = valueAt;
        index[i + VALUE_LENGTH] = valueLength;
        live++;
    }

    /// The text of some received bytes, as of a start line.
    String received(int at, int length) {
        return text(at, length);
    }

    /// Copies some received bytes, as of a start line.
    void copyReceived(int at, int length, ByteBuf out) {
        out.writeBytes(block, base + at, length);
    }

    /// Whether some name has an underscore, which some servers take for a dash.
    public boolean hasUnderscore() {
        for (int at = 0; at < used; at++) {
            if (isLive(at) && name(at).indexOf('_') >= 0) {
                return true;
            }
        }
        return false;
    }

    /// Removes every field whose name has an underscore.
    public void removeUnderscored() {
        for (int at = 0; at < used; at++) {
            if (isLive(at) && name(at).indexOf('_') >= 0) {
                drop(at);
            }
        }
    }

    /// Writes `name: value CRLF` for each field.
    void writeTo(ByteBuf out) {
        int runFrom = -1;
        int runTo = -1;
        for (int at = 0; at < used; at++) {
            if (!isLive(at)) {
                continue;
            }
            int i = at * STRIDE;
            int nameAt = index[i + NAME_AT];
            if (isVerbatim(i)) {
                int end = index[i + VALUE_AT] + index[i + VALUE_LENGTH] + 2;
                if (nameAt == runTo) {
                    runTo = end;
                    continue;
                }
                writeRun(out, runFrom, runTo);
                runFrom = nameAt;
                runTo = end;
                continue;
            }
            writeRun(out, runFrom, runTo);
            runFrom = -1;
            runTo = -1;
            writeEdited(out, at);
        }
        writeRun(out, runFrom, runTo);
    }

    /// Whether a field lies in the block exactly as it would be written: name, colon, one space,
    /// value, CRLF.
    private boolean isVerbatim(int i) {
        int nameAt = index[i + NAME_AT];
        int valueAt = index[i + VALUE_AT];
        if (nameAt < 0 || valueAt != nameAt + index[i + NAME_LENGTH] + 2) {
            return false;
        }
        int end = base + valueAt + index[i + VALUE_LENGTH];
        return block.getByte(base + valueAt - 1) == ' '
                && block.getByte(end) == '\r'
                && block.getByte(end + 1) == '\n';
    }

    private void writeRun(ByteBuf out, int from, int to) {
        if (from >= 0) {
            out.writeBytes(block, base + from, to - from);
        }
    }

    private void writeEdited(ByteBuf out, int at) {
        int i = at * STRIDE;
        HeaderName name = names[at];
        if (name != null) {
            out.writeBytes(name.bytes());
        } else {
            out.writeBytes(block, base + index[i + NAME_AT], index[i + NAME_LENGTH]);
        }
        out.writeByte(':').writeByte(' ');
        if (index[i + VALUE_AT] >= 0) {
            out.writeBytes(block, base + index[i + VALUE_AT], index[i + VALUE_LENGTH]);
        } else {
            out.writeCharSequence(value(at), StandardCharsets.ISO_8859_1);
        }
        out.writeByte('\r').writeByte('\n');
    }

    private int find(HeaderName name, int from) {
        int hash = name.hashCode();
        if ((present & bit(hash)) == 0) {
            return -1;
        }
        for (int at = from; at < used; at++) {
            if (index[at * STRIDE + HASH] == hash && isLive(at) && isNamed(at, name)) {
                return at;
            }
        }
        return -1;
    }

    private boolean isNamed(int at, HeaderName name) {
        HeaderName text = names[at];
        if (text != null) {
            return text.equals(name);
        }
        int i = at * STRIDE;
        if (index[i + NAME_LENGTH] != name.length()) {
            return false;
        }
        byte[] wanted = name.bytes();
        int nameAt = base + index[i + NAME_AT];
        for (int k = 0; k < wanted.length; k++) {
            if (block.getByte(nameAt + k) != wanted[k]) {
                return false;
            }
        }
        return true;
    }

    private boolean isLive(int at) {
        return index[at * STRIDE + NAME_LENGTH] > 0;
    }

    private void drop(int at) {
        index[at * STRIDE + NAME_LENGTH] = 0;
        live--;
    }

    private String name(int at) {
        HeaderName text = names[at];
        if (text != null) {
            return text.text();
        }
        int i = at * STRIDE;
        return text(index[i + NAME_AT], index[i + NAME_LENGTH]);
    }

    private String value(int at) {
        String text = values[at];
        if (text == null) {
            int i = at * STRIDE;
            text = text(index[i + VALUE_AT], index[i + VALUE_LENGTH]);
            values[at] = text;
        }
        return text;
    }

    private String text(int at, int length) {
        return block.toString(base + at, length, StandardCharsets.ISO_8859_1);
    }

    private static long bit(int hash) {
        return 1L << (hash ^ (hash >>> 6) ^ (hash >>> 12));
    }

    private int next() {
        if (used == names.length) {
            index = Arrays.copyOf(index, index.length * 2);
            names = Arrays.copyOf(names, names.length * 2);
            values = Arrays.copyOf(values, values.length * 2);
        }
        return used++;
    }

    private static String checked(HeaderName name, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (!Ascii.isValue(value.charAt(i))) {
                throw new IllegalArgumentException(
                        "header %s: character %d of the value is 0x%x (expected: no control"
                                        .formatted(name, i, (int) value.charAt(i))
                                + " character, nothing above 0xff)");
            }
        }
        return value;
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
        return text.toString();
    }
}
