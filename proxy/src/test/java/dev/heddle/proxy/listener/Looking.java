package dev.heddle.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.sim.SimLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.function.Function;

/// Shows bytes to a filter, in pieces.
///
/// @param outcome of the last look
/// @param arrival that it told
/// @param log in which it counted
/// @param looks how many pieces it was shown until it knew
record Looking(Peek.Outcome outcome, Arrival arrival, SimLog log, int looks) {

    /// Shows everything at once.
    static Looking whole(Function<SimLog, Peek> filter, byte[] bytes) {
        return at(filter, bytes, bytes.length);
    }

    /// Shows a first piece, then everything.
    static Looking at(Function<SimLog, Peek> filter, byte[] bytes, int first) {
        return shown(filter, bytes, new int[] {first, bytes.length});
    }

    /// Shows one byte more each time.
    static Looking bytewise(Function<SimLog, Peek> filter, byte[] bytes) {
        var ends = new int[bytes.length];
        Arrays.setAll(ends, i -> i + 1);
        return shown(filter, bytes, ends);
    }

    private static Looking shown(Function<SimLog, Peek> filter, byte[] bytes, int[] ends) {
        var log = new SimLog();
        var arrival = new Arrival(new StillWire());
        Peek peek = filter.apply(log);
        Peek.Outcome outcome = Peek.Outcome.MORE;
        int looks = 0;
        for (int end : ends) {
            // Not at index 0, as after a filter that took bytes.
            ByteBuf shown = Unpooled.buffer().writeZero(7).writeBytes(bytes, 0, end);
            shown.skipBytes(7);
            outcome = peek.look(shown, arrival);
            assertThat(shown.readableBytes()).as("bytes are looked at, not taken").isEqualTo(end);
            shown.release();
            looks++;
            if (!(outcome instanceof Peek.Outcome.More)) {
                break;
            }
        }
        return new Looking(outcome, arrival, log, looks);
    }
}
