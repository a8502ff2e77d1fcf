package dev.heddle.proxy.http2.hpack;

import dev.heddle.proxy.runtime.Confined;
import java.util.Arrays;

/// Encodes the header blocks of one direction of a connection.
///
/// A block is encoded between [#begin] and the next one, a field at a time, and lies in
/// [#encoded()]. It must be sent before another one is begun on this connection, since the other
/// side's table follows the order of blocks.
@Confined("worker")
public final class HpackEncoder extends BlockEncoder {
    /// However much the other side offers, this is what a connection's table may take here.
    public static final int MAX_TABLE = 4096;

    private static final int BUCKETS = 64;

    /// How many fields of one name are compared before a value is taken for new.
    private static final int MAX_STEPS = 8;

    private final DynamicTable table = new DynamicTable(MAX_TABLE);

    /// By the hash of a name: the number of the newest entry. Entries of one bucket are linked.
    private int[] newest = {};

    /// The least size since the other side was last told, and whether it has to be told.
    private int leastSize = MAX_TABLE;

    private boolean isSizeChanged;

    /// What [#findInTable] found: the age of a field of that name, or 0, and whether it has the
    /// value too.
    private int foundAge;

    private boolean foundValue;

    public HpackEncoder(Scratch scratch) {
        super(scratch);
    }

    /// The other side says how large a table it keeps for us (SETTINGS_HEADER_TABLE_SIZE).
    public void allow(long tableSize) {
        int size = (int) Math.min(tableSize, MAX_TABLE);
        if (size != table.maxSize()) {
            leastSize = isSizeChanged ? Math.min(leastSize, size) : size;
            isSizeChanged = true;
            table.resize(size);
        }
    }

    @Override
    public void begin() {
        at = 0;
        if (isSizeChanged) {
            isSizeChanged = false;
            scratch.encoded(16);
            if (leastSize < table.maxSize()) {
                number(0x20, 5, leastSize);
            }
            number(0x20, 5, table.maxSize());
        }
    }

    @Override
    public void field(
            byte[] text, int hash, int nameAt, int nameLength, int valueAt, int valueLength) {
        // A literal takes at most its text and two lengths.
        scratch.encoded(at + nameLength + valueLength + 16);
        int first = StaticTable.find(text, nameAt, nameLength, hash);
        if (first != 0) {
            int index = StaticTable.findValue(first, text, valueAt, valueLength);
            if (index != 0) {
                number(0x80, 7, index);
                return;
            }
        }
        Indexing indexing = Indexing.of(hash);
        boolean isAdded =
                indexing == Indexing.ALWAYS
                        && nameLength + valueLength + DynamicTable.OVERHEAD
                                <= table.maxSize() * 3 / 4;
        foundAge = 0;
        foundValue = false;
        if (isAdded) {
            findInTable(text, hash, nameAt, nameLength, valueAt, valueLength);
            if (foundValue) {
                number(0x80, 7, StaticTable.SIZE + foundAge);
                return;
            }
        }
        int index = first != 0 ? first : foundAge != 0 ? StaticTable.SIZE + foundAge : 0;
        switch (indexing) {
            case ALWAYS -> number(isAdded ? 0x40 : 0, isAdded ? 6 : 4, index);
            case WITHOUT -> number(0, 4, index);
            case NEVER -> number(0x10, 4, index);
        }
        if (index == 0) {
            string(text, nameAt, nameLength, isAdded);
        }
        string(text, valueAt, valueLength, isAdded);
        if (isAdded) {
            remember(text, hash, nameAt, nameLength, valueAt, valueLength);
        }
    }

    private void findInTable(
            byte[] text, int hash, int nameAt, int nameLength, int valueAt, int valueLength) {
        if (table.count() == 0) {
            return;
        }
        int age = table.age(newest[bucket(hash)]);
        for (int step = 0; step < MAX_STEPS && age >= 1 && age <= table.count(); step++) {
            if (table.hash(age) == hash && table.nameLength(age) == nameLength) {
                int from = table.nameAt(age);
                int middle = from + nameLength;
                if (Arrays.equals(table.bytes(), from, middle, text, nameAt, nameAt + nameLength)) {
                    foundAge = age;
                    if (Arrays.equals(
                            table.bytes(),
                            middle,
                            middle + table.valueLength(age),
                            text,
                            valueAt,
                            valueAt + valueLength)) {
                        foundValue = true;
                        return;
                    }
                }
            }
            int next = table.age(table.link(age));
            if (next <= age) {
                return;
            }
            age = next;
        }
    }

    private void remember(
            byte[] text, int hash, int nameAt, int nameLength, int valueAt, int valueLength) {
        if (newest.length == 0) {
            newest = new int[BUCKETS];
        }
        int bucket = bucket(hash);
        int number = table.numberOfNext();
        boolean isAdded =
                table.add(
                        text,
                        nameAt,
                        nameLength,
                        valueAt,
                        valueLength,
                        hash,
                        FieldKind.PLAIN,
                        newest[bucket]);
        if (isAdded) {
            newest[bucket] = number;
        }
    }

    private static int bucket(int hash) {
        return (hash ^ hash >>> 6 ^ hash >>> 12) & BUCKETS - 1;
    }
}
