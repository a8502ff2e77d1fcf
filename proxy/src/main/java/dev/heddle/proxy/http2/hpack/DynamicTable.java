package dev.heddle.proxy.http2.hpack;

import dev.heddle.proxy.runtime.Confined;
import java.util.Arrays;

/// The fields that one side has told the other on this connection (RFC 7541, section 2.3.2): a
/// queue that drops the oldest when it is full.
///
/// Names and values lie one behind the other in a ring of bytes; an entry is never split, so the
/// ring leaves a gap at its end when an entry does not fit there. With twice the table's size there
/// is always room: the gap is smaller than an entry and the live bytes are at most the size. The
/// ring starts small and doubles, so that a connection with few fields stays small.
@Confined("worker")
@SuppressWarnings("EnumOrdinal") // ordinals stay within this process, in numbers
final class DynamicTable {
    /// What an entry counts beside its bytes.
    static final int OVERHEAD = 32;

    private static final int INITIAL_BYTES = 512;
    private static final int INITIAL_ENTRIES = 8;

    private static final int STRIDE = 6;
    private static final int AT = 0;
    private static final int NAME_LENGTH = 1;
    private static final int VALUE_LENGTH = 2;
    private static final int HASH = 3;
    private static final int KIND = 4;
    private static final int LINK = 5;

    private byte[] ring = {};

    /// Where the next entry's bytes go.
    private int head;

    private int[] entries = {};

    /// How many entries there ever were: the number of the next one. May wrap around.
    private int added;

    private int count;
    private int size;
    private int maxSize;

    DynamicTable(int maxSize) {
        this.maxSize = maxSize;
    }

    int count() {
        return count;
    }

    int maxSize() {
        return maxSize;
    }

    /// As RFC 7541, section 4.1 counts it.
    int size() {
        return size;
    }

    /// Changes how much it may hold and drops what is too much.
    void resize(int max) {
        maxSize = max;
        while (size > maxSize) {
            dropOldest();
        }
    }

    byte[] bytes() {
        return ring;
    }

    /// Where the name of an entry begins in [#bytes]; its value follows. The newest entry is 1.
    int nameAt(int age) {
        return entries[slot(age) + AT];
    }

    int nameLength(int age) {
        return entries[slot(age) + NAME_LENGTH];
    }

    int valueLength(int age) {
        return entries[slot(age) + VALUE_LENGTH];
    }

    int hash(int age) {
        return entries[slot(age) + HASH];
    }

    FieldKind kind(int age) {
        return FieldKind.at(entries[slot(age) + KIND]);
    }

    /// The number that whoever added the entry gave it.
    int link(int age) {
        return entries[slot(age) + LINK];
    }

    /// The number by which an entry is remembered.
    int numberOfNext() {
        return added;
    }

    /// The age of an entry by its number; outside 1 to [#count] if it is gone.
    int age(int number) {
        return added - number;
    }

    /// Adds a field, dropping old ones. One that is larger than the table empties it.
    ///
    /// @return whether it was added
    boolean add(
            byte[] text,
            int nameAt,
            int nameLength,
            int valueAt,
            int valueLength,
            int hash,
            FieldKind kind,
            int link) {
        int bytes = nameLength + valueLength;
        while (count > 0 && size + bytes + OVERHEAD > maxSize) {
            dropOldest();
        }
        if (bytes + OVERHEAD > maxSize) {
            return false;
        }
        int at = place(bytes);
        System.arraycopy(text, nameAt, ring, at, nameLength);
        System.arraycopy(text, valueAt, ring, at + nameLength, valueLength);
        head = at + bytes;
        if ((count + 1) * STRIDE > entries.length) {
            growEntries();
        }
        added++;
        count++;
        size += bytes + OVERHEAD;
        int slot = slot(1);
        entries[slot + AT] = at;
        entries[slot + NAME_LENGTH] = nameLength;
        entries[slot + VALUE_LENGTH] = valueLength;
        entries[slot + HASH] = hash;
        entries[slot + KIND] = kind.ordinal();
        entries[slot + LINK] = link;
        return true;
    }

    private void dropOldest() {
        size -= OVERHEAD + nameLength(count) + valueLength(count);
        count--;
        if (count == 0) {
            head = 0;
        }
    }

    private int place(int bytes) {
        while (true) {
            int tail = count == 0 ? 0 : nameAt(count);
            boolean isWrapped = count > 0 && (head < tail || (head == tail && isFull()));
            if (isWrapped) {
                if (head + bytes <= tail) {
                    return head;
                }
            } else if (head + bytes <= ring.length) {
                return head;
            } else if (count > 0 && bytes <= tail) {
                return 0;
            }
            grow(bytes);
        }
    }

    /// Head meets tail both when the ring is full and when all entries are empty texts.
    private boolean isFull() {
        return size > count * OVERHEAD;
    }

    /// Doubles the ring and puts the entries into its beginning, oldest first.
    private void grow(int bytes) {
        int live = size - count * OVERHEAD;
        int wanted = Math.max(Math.max(INITIAL_BYTES, ring.length * 2), (live + bytes) * 2);
        var larger = new byte[wanted];
        int at = 0;
        for (int age = count; age >= 1; age--) {
            int slot = slot(age);
            int length = entries[slot + NAME_LENGTH] + entries[slot + VALUE_LENGTH];
            System.arraycopy(ring, entries[slot + AT], larger, at, length);
            entries[slot + AT] = at;
            at += length;
        }
        ring = larger;
        head = at;
    }

    private void growEntries() {
        int capacity = Math.max(INITIAL_ENTRIES, entries.length / STRIDE * 2);
        var larger = new int[capacity * STRIDE];
        for (int age = count; age >= 1; age--) {
            int to = (added - age & capacity - 1) * STRIDE;
            System.arraycopy(entries, slot(age), larger, to, STRIDE);
        }
        entries = larger;
    }

    private int slot(int age) {
        return (added - age & entries.length / STRIDE - 1) * STRIDE;
    }

    @Override
    public String toString() {
        return count + " fields, " + size + " of " + maxSize + " " + Arrays.toString(entries);
    }
}
