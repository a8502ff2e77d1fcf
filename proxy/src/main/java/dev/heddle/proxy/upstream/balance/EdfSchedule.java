package dev.heddle.proxy.upstream.balance;

import dev.heddle.proxy.runtime.Confined;
import java.util.function.IntToDoubleFunction;
import java.util.random.RandomGenerator;

/// Gives turns to entries in proportion to their weights, evenly spread: earliest deadline first.
///
/// Each entry has a deadline; the earliest is next, and gets a new one that is `1 / weight` later.
/// With weights 3 and 1 the turns are `a a b a`, never `a a a b a a a b` nor by chance. The idea is
/// Envoy's (its `EdfScheduler`); ours is a binary heap in two arrays, so a turn allocates nothing
/// and costs O(log n).
@Confined("worker")
final class EdfSchedule {

    private final IntToDoubleFunction weight;
    private final double[] deadlines;
    private final long[] order;
    private final int[] heap;
    private long turns;

    /// @param count how many entries; they are the numbers from 0 on
    /// @param weight of an entry, greater than 0; asked anew at each turn
    /// @param random for the first deadlines, so that many balancers do not march in step
    EdfSchedule(int count, IntToDoubleFunction weight, RandomGenerator random) {
        this.weight = weight;
        this.deadlines = new double[count];
        this.order = new long[count];
        this.heap = new int[count];
        for (int entry = 0; entry < count; entry++) {
            heap[entry] = entry;
            deadlines[entry] = random.nextDouble() / weight.applyAsDouble(entry);
            order[entry] = turns++;
        }
        for (int at = count / 2 - 1; at >= 0; at--) {
            sink(at);
        }
    }

    /// The entry whose turn it is.
    int next() {
        int entry = heap[0];
        deadlines[entry] += 1 / weight.applyAsDouble(entry);
        order[entry] = turns++;
        sink(0);
        return entry;
    }

    private void sink(int from) {
        int at = from;
        int moving = heap[at];
        while (true) {
            int child = 2 * at + 1;
            if (child >= heap.length) {
                break;
            }
            if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) {
                child++;
            }
            if (!isBefore(heap[child], moving)) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = moving;
    }

    /// Entries with equal deadlines take turns in the order in which they had their last.
    private boolean isBefore(int one, int other) {
        double difference = deadlines[one] - deadlines[other];
        return difference < 0 || (difference == 0 && order[one] < order[other]);
    }
}
