package dev.heddle.proxy.recording;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.ByteText;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The series that requests of one way had lately, by the labels in which they can differ: what
/// they share need not be written to find one.
@Confined("worker")
final class RecentSeries {
    private static final int ROOM = 4;

    /// Of so many that are not here one takes another's place, so that a label with a new value
    /// each time costs little.
    private static final int PATIENCE = 64;

    private final byte[][] keys = new byte[ROOM][];
    private final @Nullable Series[] series = new @Nullable Series[ROOM];
    private long edition;
    private int size;
    private int oldest;
    private int missed;

    /// @param key the values of those labels
    /// @param current which series there are: others are forgotten
    @Nullable Series find(ByteText key, long current) {
        if (current != edition) {
            edition = current;
            size = 0;
            Arrays.fill(series, null);
            return null;
        }
        for (int i = 0; i < size; i++) {
            byte[] known = keys[i];
            if (known.length == key.length()
                    && Arrays.equals(known, 0, known.length, key.bytes(), 0, known.length)) {
                return series[i];
            }
        }
        return null;
    }

    /// Remembers one that was not found, perhaps.
    void add(ByteText key, Series found) {
        int at = size;
        if (size < ROOM) {
            size++;
        } else if (++missed == PATIENCE) {
            missed = 0;
            at = oldest;
            oldest = (oldest + 1) % ROOM;
        } else {
            return;
        }
        keys[at] = Arrays.copyOf(key.bytes(), key.length());
        series[at] = found;
    }
}
