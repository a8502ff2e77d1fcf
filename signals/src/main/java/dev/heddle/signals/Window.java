package dev.heddle.signals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;

/// A time that is looked at.
///
/// @param from its first moment
/// @param to the moment after the last
public record Window(Instant from, Instant to) {
    public Window {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException(
                    "from: %s (expected: before to, %s)".formatted(from, to));
        }
    }

    /// This in steps of one length, the oldest first; the last may be shorter.
    ///
    /// @param most how many there may be
    /// @param grain steps are as long as some of these, and begin where one does
    public List<Window> steps(int most, Duration grain) {
        long unit = grain.toSeconds();
        long begin = Math.floorDiv(from.getEpochSecond(), unit) * unit;
        long whole = Math.max(1, to.getEpochSecond() - begin);
        long length = Math.ceilDiv(Math.ceilDiv(whole, most), unit) * unit;
        return LongStream.range(0, Math.ceilDiv(whole, length))
                .mapToObj(i -> Instant.ofEpochSecond(begin + i * length))
                .map(start -> new Window(start, earlier(start.plusSeconds(length), to)))
                .toList();
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    /// What passed until now.
    public static Window last(Duration length, Instant now) {
        return new Window(now.minus(length), now);
    }
}
