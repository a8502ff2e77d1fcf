package dev.heddle.proxy.http2;

import dev.heddle.proxy.runtime.Confined;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The streams that are open, by id, and a few that may be used again.
///
/// Open addressing with the next slot as the way out; removing closes the gap, so that no marks
/// stay behind.
@Confined("worker")
final class StreamTable {
    private static final int SPARE = 32;
    private static final int RESETS = 128;

    private @Nullable Http2Stream[] slots = new Http2Stream[8];
    private int count;
    private final ArrayDeque<Http2Stream> spare = new ArrayDeque<>();

    /// The last streams that were reset here: the peer may not know it yet.
    private int[] resets = {};

    private int nextReset;

    int size() {
        return count;
    }

    @Nullable Http2Stream get(int id) {
        int slot = slot(id);
        for (Http2Stream at = slots[slot]; at != null; at = slots[slot]) {
            if (at.id == id) {
                return at;
            }
            slot = slot + 1 & slots.length - 1;
        }
        return null;
    }

    Http2Stream open(Http2Connection connection, int id) {
        if (count * 2 >= slots.length) {
            grow();
        }
        Http2Stream stream = spare.poll();
        if (stream == null) {
            stream = new Http2Stream(connection);
        }
        stream.id = id;
        put(stream);
        count++;
        return stream;
    }

    /// Closes a stream. It may be used again once it was given to [#spare].
    void close(Http2Stream stream) {
        int gap = slot(stream.id);
        while (slots[gap] != stream) {
            gap = gap + 1 & slots.length - 1;
        }
        slots[gap] = null;
        count--;
        int slot = gap + 1 & slots.length - 1;
        for (Http2Stream at = slots[slot]; at != null; at = slots[slot]) {
            slots[slot] = null;
            put(at);
            slot = slot + 1 & slots.length - 1;
        }
    }

    void spare(Http2Stream stream) {
        stream.clear();
        if (spare.size() < SPARE) {
            spare.add(stream);
        }
    }

    void wasReset(int id) {
        if (resets.length == 0) {
            resets = new int[RESETS];
        }
        resets[nextReset++ & RESETS - 1] = id;
    }

    boolean isReset(int id) {
        for (int reset : resets) {
            if (reset == id) {
                return true;
            }
        }
        return false;
    }

    /// Shows each stream that is open now; it may be closed by that, and others too.
    void forEach(Consumer<Http2Stream> seen) {
        for (Http2Stream stream : slots.clone()) {
            if (stream != null && get(stream.id) == stream) {
                seen.accept(stream);
            }
        }
    }

    private void put(Http2Stream stream) {
        int slot = slot(stream.id);
        while (slots[slot] != null) {
            slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = stream;
    }

    private void grow() {
        @Nullable Http2Stream[] old = slots;
        slots = new Http2Stream[old.length * 2];
        for (Http2Stream stream : old) {
            if (stream != null) {
                put(stream);
            }
        }
    }

    /// Ids of one side are all odd or all even.
    private int slot(int id) {
        return id >>> 1 & slots.length - 1;
    }
}
