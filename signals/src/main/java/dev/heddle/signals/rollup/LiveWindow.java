package dev.heddle.signals.rollup;

import dev.heddle.signals.record.Edge;
import dev.heddle.xds.Confined;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// The last quarter of an hour by ten seconds, in memory.
///
/// What all slots hold is bounded: of too much the oldest slot goes, and the window is shorter.
@Confined("signals writer")
final class LiveWindow {
    static final int SLOT_SECONDS = 10;
    static final int SECONDS = 900;

    private final int mostTallies;
    private final TreeMap<Long, Map<Edge, Tally>> slots = new TreeMap<>();
    private int tallies;

    /// The first second that is known whole.
    private long knownFrom;

    /// @param startSecond what was before is not known
    LiveWindow(long startSecond, int mostTallies) {
        this.knownFrom = startSecond;
        this.mostTallies = mostTallies;
    }

    /// Adds to the slot of that second. What is too old is left out.
    void add(Edge edge, long second, Tally tally, long nowSecond) {
        forget(nowSecond);
        if (second < knownFrom) {
            return;
        }
        Map<Edge, Tally> slot = slots.computeIfAbsent(second / SLOT_SECONDS, _ -> new HashMap<>());
        Tally there = slot.get(edge);
        if (there == null) {
            there = new Tally();
            slot.put(edge, there);
            tallies++;
        }
        there.add(tally);
        while (tallies > mostTallies && slots.size() > 1) {
            dropOldest();
        }
    }

    private void forget(long nowSecond) {
        while (!slots.isEmpty() && (slots.firstKey() + 1) * SLOT_SECONDS <= nowSecond - SECONDS) {
            dropOldest();
        }
        knownFrom = Math.max(knownFrom, nowSecond - SECONDS);
    }

    private void dropOldest() {
        Map.Entry<Long, Map<Edge, Tally>> oldest = slots.pollFirstEntry();
        tallies -= oldest.getValue().size();
        knownFrom = Math.max(knownFrom, (oldest.getKey() + 1) * SLOT_SECONDS);
    }

    /// Whether all from that second on is here.
    boolean knows(long fromSecond, long nowSecond) {
        forget(nowSecond);
        return fromSecond >= knownFrom;
    }

    /// What the slots from that second, down to the start of its slot, up to another one come to.
    Map<Edge, Tally> sum(long fromSecond, long toSecond) {
        var sum = new HashMap<Edge, Tally>();
        slots.subMap(
                        fromSecond / SLOT_SECONDS,
                        true,
                        (toSecond + SLOT_SECONDS - 1) / SLOT_SECONDS,
                        false)
                .values()
                .forEach(slot ->
                        slot.forEach((edge, tally) ->
                                sum.computeIfAbsent(edge, _ -> new Tally()).add(tally)));
        return sum;
    }

    /// How many tallies there are.
    int size() {
        return tallies;
    }
}
