package dev.heddle.cli.plan;

import dev.heddle.model.Confined;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The lines of a stream, none longer than a bound, however long they are.
@Confined("one thread")
final class Lines {
    /// The longest line that is read, in bytes: twice what the heads of a request may have.
    static final int LONGEST = 128 * 1024;

    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    private final byte[] buffer = new byte[64 * 1024];
    private int at;
    private int end;
    private boolean isTooLong;

    Lines(InputStream in) {
        this.in = in;
    }

    /// The next line, without its end; what is beyond the bound is left out. Empty at the end.
    Optional<String> next() throws IOException {
        line.reset();
        isTooLong = false;
        boolean isAny = false;
        while (at < end || fill()) {
            isAny = true;
            int stop = at;
            while (stop < end && buffer[stop] != '\n') {
                stop++;
            }
            take(stop);
            if (stop < end) {
                at = stop + 1;
                break;
            }
            at = stop;
        }
        return isAny
                ? Optional.of(line.toString(StandardCharsets.UTF_8).stripTrailing())
                : Optional.empty();
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, in.read(buffer));
        return end > 0;
    }

    private void take(int stop) {
        int room = LONGEST - line.size();
        isTooLong |= stop - at > room;
        line.write(buffer, at, Math.min(stop - at, room));
    }

    /// Whether a part of the last line was left out.
    boolean isTooLong() {
        return isTooLong;
    }
}
