package dev.heddle.telemetry;

import java.util.function.Consumer;

/// Meters that are kept elsewhere and have names only while somebody reads.
public interface MeterGroup {

    /// Hands over the values of all meters that are in use, in any order. Called on the reader's
    /// thread, so it must be safe there.
    ///
    /// @param readings takes them; no name may come twice, here or from [Meters]
    void read(Consumer<Reading> readings);
}
