package dev.heddle.proxy.http;

import dev.heddle.proxy.http2.FieldWriter;
import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.ByteText;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
///
/// This file is long because finding, editing and writing share the five numbers of a field, which
/// nobody else may see.
@Confined("worker")
public final class Headers {
    /// So many fields have room without another array.
    private static final int FIRST_ROOM = 16;

    private static final int STRIDE = 5;
    private static final int HASH = 0;
    private static final int NAME_AT = 1;
    private static final int NAME_LENGTH = 2;
    private static final int VALUE_AT = 3;
    private static final int VALUE_LENGTH = 4;
    private static final int TEXT = -1;

    /// A value that lies at place n of [#made] has this minus n as its position.
    private static final int MADE = -2;

    private static final int COLON_SPACE = (':' << 8) | ' ';
    private static final int CRLF = ('\r' << 8) | '\n';

    /// More than any number here has, and far from an overflow.
    private static final int MAX_DIGITS = 18;

    /// What has no place in HTTP/2 (RFC 9113, section 8.2.2): it is about one HTTP/1 connection.
    private static final HeaderName[] HTTP1_ONLY = {
        HeaderName.CONNECTION,
        HeaderName.HOST,
        HeaderName.KEEP_ALIVE,
        HeaderName.PROXY_CONNECTION,
        HeaderName.TRANSFER_ENCODING,
        HeaderName.UPGRADE
    };

    /// Where fields that came over the wire lie.
    private final ReceivedBlock block = new ReceivedBlock();

    /// A bit for each name's hash, so that asking for a name that is not there costs one look.
    private long present;

    /// All three are made with the first field: most trailers have none.
    private int[] index = {};

    private int used;
    private int live;

    /// The names that were added as text, by field; null where the name lies in the block.
    private @Nullable HeaderName[] names = {};

    /// The values that were set as text, or that were already decoded.
    private @Nullable String[] values = {};

    /// The values that were set as bytes or numbers.
    private final MadeValues made = new MadeValues();

    /// How many fields there are, repeated ones counted each.
    public int size() {
        return live;
    }

    /// The first value of that name, or null.
    public @Nullable String get(HeaderName name) {
        int at = find(name, 0);
        return at < 0 ? null : value(at);
    }

    /// The first value of that name, or null; the known text itself if it is equal to that, which
    /// saves making it another time.
    @Nullable String get(HeaderName name, String known) {
        int at = find(name, 0);
        if (at >= 0 && values[at] == null && isValue(at, known)) {
            values[at] = known;
        }
        return at < 0 ? null : value(at);
    }

    /// Whether there is more than one field of that name.
    public boolean isRepeated(HeaderName name) {
        int at = find(name, 0);
        return at >= 0 && find(name, at + 1) >= 0;
    }

    /// The first value of that name as a number; -1 if there is none, or if it is not made of 1 to
    /// 18 digits.
    public long number(HeaderName name) {
        int at = find(name, 0);
        int length = at < 0 ? 0 : valueLength(at);
        if (length < 1 || length > MAX_DIGITS) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < length; i++) {
            int c = valueByte(at, i);
            if (!Ascii.isDigit(c)) {
                return -1;
            }
            number = number * 10 + c - '0';
        }
        return number;
    }

    /// Whether the first value of that name has more than one character and begins with a zero.
    boolean isPadded(HeaderName name) {
        int at = find(name, 0);
        return at >= 0 && valueLength(at) > 1 && valueByte(at, 0) == '0';
    }

    /// Writes every value of a name, with commas between; says whether there is one.
    ///
    /// @param name in lower case
    public boolean write(String name, ByteText out) {
        int hash = name.hashCode();
        if ((present & bit(hash)) == 0) {
            return false;
        }
        boolean found = false;
        for (int at = 0; at < used; at++) {
            if (index[at * STRIDE + HASH] == hash && isLive(at) && isNamed(at, name)) {
                if (found) {
                    out.append((byte) ',');
                }
                found = true;
                writeValue(at, out);
            }
        }
        return found;
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

    /// The same with a number for a value, of which no text is made.
    ///
    /// @param number not negative
    public void set(HeaderName name, long number) {
        int from = made.length();
        made.add(number);
        setMade(name, from);
    }

    /// The same with bytes for a value, which are copied.
    ///
    /// @param ascii without control characters
    public void set(HeaderName name, byte[] ascii) {
        int from = made.length();
        made.add(ascii);
        setMade(name, from);
    }

    /// Makes what was made from there on the only value of that name.
    private void setMade(HeaderName name, int from) {
        int at = find(name, 0);
        if (at < 0) {
            at = add(name);
        } else {
            for (int more = find(name, at + 1); more >= 0; more = find(name, more + 1)) {
                drop(more);
            }
        }
        values[at] = null;
        index[at * STRIDE + VALUE_AT] = MADE - from;
        index[at * STRIDE + VALUE_LENGTH] = made.length() - from;
    }

    /// Adds a field at the end, whatever there is already.
    ///
    /// @throws IllegalArgumentException if the value holds a control character
    public void add(HeaderName name, String value) {
        String text = checked(name, value);
        // The place first: it may need other arrays.
        int at = add(name);
        values[at] = text;
    }

    /// Adds a field whose value is still to be said.
    private int add(HeaderName name) {
        int at = next();
        names[at] = name;
        present |= bit(name.hashCode());
        int i = at * STRIDE;
        index[i + HASH] = name.hashCode();
        index[i + NAME_AT] = TEXT;
        index[i + NAME_LENGTH] = name.length();
        index[i + VALUE_AT] = TEXT;
        live++;
        return at;
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
        // A reference that is written costs the collector something, and most are null.
        for (int at = 0; at < used; at++) {
            if (names[at] != null) {
                names[at] = null;
            }
            if (values[at] != null) {
                values[at] = null;
            }
        }
        used = 0;
        live = 0;
        present = 0;
        made.clear();
        block.clear();
    }

    /// Where received fields lie, and the start line before them.
    ReceivedBlock block() {
        return block;
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

    /// The first field of that name, spelled as whoever sent it did; as `name` if nobody sent it.
    String nameAsReceived(HeaderName name) {
        int at = find(name, 0);
        return at < 0 || names[at] != null ? name.text() : nameInBlock(at);
    }

    /// Whether the first field of that name has that value.
    public boolean is(HeaderName name, String value) {
        int at = find(name, 0);
        return at >= 0 && isValue(at, value);
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
    ///
    /// @return how many there were
    public int removeUnderscored() {
        int removed = 0;
        for (int at = 0; at < used; at++) {
            if (isLive(at) && name(at).indexOf('_') >= 0) {
                drop(at);
                removed++;
            }
        }
        return removed;
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

    /// Takes the fields of an HTTP/2 head, in the place of what there is.
    void read(Http2Head head) {
        clear();
        block.over(head.block(), 0);
        int[] fields = head.index();
        for (int at = 0; at < head.size() * Http2Head.STRIDE; at += Http2Head.STRIDE) {
            received(
                    fields[at + Http2Head.HASH],
                    fields[at + Http2Head.NAME_AT],
                    fields[at + Http2Head.NAME_LENGTH],
                    fields[at + Http2Head.VALUE_AT],
                    fields[at + Http2Head.VALUE_LENGTH]);
        }
    }

    /// Takes the fields of others, in the place of what there is; what was received is shared.
    void become(Headers others) {
        clear();
        block.become(others.block);
        made.become(others.made);
        present = others.present;
        index = Arrays.copyOf(others.index, others.index.length);
        names = Arrays.copyOf(others.names, others.names.length);
        values = Arrays.copyOf(others.values, others.values.length);
        used = others.used;
        live = others.live;
    }

    /// Shows a writer what was received, before anything is written.
    ///
    /// @param least how much of it at least
    void lend(FieldWriter out, int least) {
        int end = least;
        for (int i = 0; i < used * STRIDE; i += STRIDE) {
            if (index[i + VALUE_AT] >= 0) {
                end = Math.max(end, index[i + VALUE_AT] + index[i + VALUE_LENGTH]);
            }
            if (index[i + NAME_AT] >= 0) {
                end = Math.max(end, index[i + NAME_AT] + index[i + NAME_LENGTH]);
            }
        }
        block.lend(out, end);
    }

    /// Writes all fields that have a place in HTTP/2, after [#lend].
    void writeTo(FieldWriter out) {
        boolean isHttp1 = false;
        for (HeaderName name : HTTP1_ONLY) {
            isHttp1 |= contains(name);
        }
        for (int at = 0; at < used; at++) {
            if (isLive(at) && !(isHttp1 && isHttp1Only(at))) {
                writeTo(out, at);
            }
        }
    }

    private boolean isHttp1Only(int at) {
        int hash = index[at * STRIDE + HASH];
        for (HeaderName name : HTTP1_ONLY) {
            if (name.hashCode() == hash && isNamed(at, name)) {
                return true;
            }
        }
        return false;
    }

    private void writeTo(FieldWriter out, int at) {
        int i = at * STRIDE;
        HeaderName name = names[at];
        int valueAt = index[i + VALUE_AT];
        int valueLength = index[i + VALUE_LENGTH];
        if (name == null && valueAt >= 0) {
            out.received(
                    index[i + HASH],
                    index[i + NAME_AT],
                    index[i + NAME_LENGTH],
                    valueAt,
                    valueLength);
        } else if (name == null) {
            out.received(index[i + HASH], index[i + NAME_AT], index[i + NAME_LENGTH], value(at));
        } else if (valueAt <= MADE) {
            made.write(name.text(), MADE - valueAt, valueLength, out);
        } else {
            out.add(name.text(), value(at));
        }
    }

    /// Whether a field lies in the block exactly as it would be written: name, colon, one space,
    /// value, CRLF.
    private boolean isVerbatim(int i) {
        int nameAt = index[i + NAME_AT];
        int valueAt = index[i + VALUE_AT];
        if (nameAt < 0 || valueAt != nameAt + index[i + NAME_LENGTH] + 2) {
            return false;
        }
        int end = valueAt + index[i + VALUE_LENGTH];
        return block.byteAt(valueAt - 1) == ' '
                && block.byteAt(end) == '\r'
                && block.byteAt(end + 1) == '\n';
    }

    private void writeRun(ByteBuf out, int from, int to) {
        if (from >= 0) {
            block.write(from, to - from, out);
        }
    }

    private void writeEdited(ByteBuf out, int at) {
        int i = at * STRIDE;
        HeaderName name = names[at];
        if (name != null) {
            out.writeBytes(name.lineStart());
        } else {
            block.write(index[i + NAME_AT], index[i + NAME_LENGTH], out);
            out.writeShort(COLON_SPACE);
        }
        int valueAt = index[i + VALUE_AT];
        if (valueAt >= 0) {
            block.write(valueAt, index[i + VALUE_LENGTH], out);
        } else if (valueAt <= MADE) {
            made.write(MADE - valueAt, index[i + VALUE_LENGTH], out);
        } else {
            out.writeCharSequence(value(at), StandardCharsets.ISO_8859_1);
        }
        out.writeShort(CRLF);
    }

    private void writeValue(int at, ByteText out) {
        int i = at * STRIDE;
        int valueAt = index[i + VALUE_AT];
        if (valueAt >= 0) {
            block.write(valueAt, index[i + VALUE_LENGTH], out);
        } else if (valueAt <= MADE) {
            made.write(MADE - valueAt, index[i + VALUE_LENGTH], out);
        } else {
            out.append(value(at));
        }
    }

    private int valueLength(int at) {
        return index[at * STRIDE + VALUE_AT] == TEXT
                ? value(at).length()
                : index[at * STRIDE + VALUE_LENGTH];
    }

    private int valueByte(int at, int offset) {
        int valueAt = index[at * STRIDE + VALUE_AT];
        if (valueAt >= 0) {
            return block.byteAt(valueAt + offset);
        }
        return valueAt <= MADE ? made.byteAt(MADE - valueAt + offset) : value(at).charAt(offset);
    }

    private boolean isValue(int at, String text) {
        String set = values[at];
        if (set != null) {
            return set.equals(text);
        }
        int i = at * STRIDE;
        return index[i + VALUE_AT] >= 0
                && block.isText(index[i + VALUE_AT], index[i + VALUE_LENGTH], text);
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
        return block.isName(index[i + NAME_AT], index[i + NAME_LENGTH], name.bytes());
    }

    private boolean isNamed(int at, String lowerCase) {
        HeaderName text = names[at];
        int i = at * STRIDE;
        return text != null
                ? text.text().equals(lowerCase)
                : block.isName(index[i + NAME_AT], index[i + NAME_LENGTH], lowerCase);
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
        return nameInBlock(at).toLowerCase(Locale.ROOT);
    }

    private String nameInBlock(int at) {
        int i = at * STRIDE;
        return block.text(index[i + NAME_AT], index[i + NAME_LENGTH]);
    }

    private String value(int at) {
        String text = values[at];
        if (text == null) {
            int i = at * STRIDE;
            int valueAt = index[i + VALUE_AT];
            int length = index[i + VALUE_LENGTH];
            text =
                    valueAt <= MADE
                            ? made.text(MADE - valueAt, length)
                            : block.text(valueAt, length);
            values[at] = text;
        }
        return text;
    }

    private static long bit(int hash) {
        return 1L << (hash ^ (hash >>> 6) ^ (hash >>> 12));
    }

    private int next() {
        if (used == names.length) {
            int room = Math.max(FIRST_ROOM, 2 * used);
            index = Arrays.copyOf(index, STRIDE * room);
            names = Arrays.copyOf(names, room);
            values = Arrays.copyOf(values, room);
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
