package dev.heddle.e2e.swaps;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/// Which states may be in force: from the last that is known to be at every proxy, with nothing
/// left of those before, to the last that was written. Any thread may ask.
final class Timeline {
    private final Map<Integer, MeshState> states = new ConcurrentHashMap<>();
    private volatile int settled;
    private volatile int written;

    /// Called before a state is written.
    void write(MeshState state) {
        states.put(state.number(), state);
        written = state.number();
    }

    /// Called when a state is in force everywhere.
    void settle(int number) {
        settled = number;
    }

    /// The oldest that may be in force now.
    int oldest() {
        return settled;
    }

    /// The states that may have been in force at some time since that one was the oldest.
    List<MeshState> since(int oldest) {
        return IntStream.rangeClosed(Math.max(1, oldest), written).mapToObj(states::get).toList();
    }
}
