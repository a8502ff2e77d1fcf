package dev.heddle.proxy.listener;

import io.netty.buffer.ByteBuf;

/// Looks at the first bytes of one connection without taking them.
///
/// It is shown the same bytes again with more behind them, so it remembers where it stopped: a
/// client that sends byte by byte costs what one costs that sends all at once.
interface Peek {
    /// How far a look got.
    sealed interface Outcome {
        /// It cannot tell yet.
        record More() implements Outcome {}

        /// It knows, or knows that there is nothing to know.
        ///
        /// @param taken bytes at the front that nobody else is to see
        record Done(int taken) implements Outcome {}

        /// The connection is to be closed.
        record Broken(String why) implements Outcome {}

        Outcome MORE = new More();
        Outcome DONE = new Done(0);
    }

    /// Whether it only finds out what the client speaks, which may stay unknown.
    default boolean isDetection() {
        return false;
    }

    /// Looks.
    ///
    /// @param bytes all that came so far, from the reader index on; stay the caller's
    /// @param arrival is told what was found
    Outcome look(ByteBuf bytes, Arrival arrival);
}
