package dev.heddle.telemetry;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Where one thread counts.
///
/// Only the owner writes, so an addition is a plain read and an opaque write: no atomic instruction
/// and no cache line shared with another worker. Readers may see a value a moment late, never a
/// torn one. Slots come in chunks made on first use, so a shard costs what it counts.
public final class MeterShard {

    private static final int CHUNK_BITS = 9;
    private static final int CHUNK = 1 << CHUNK_BITS;

    /// A process may have that many counters and gauges: enough for 20,000 clusters.
    static final int MAX_SLOTS = 1 << 20;

    /// And that many histograms.
    static final int MAX_HISTOGRAMS = 1 << 17;

    private final AtomicReferenceArray<AtomicLongArray> chunks =
            new AtomicReferenceArray<>(MAX_SLOTS / CHUNK);
    private final AtomicReferenceArray<AtomicReferenceArray<AtomicLongArray>> histograms =
            new AtomicReferenceArray<>(MAX_HISTOGRAMS / CHUNK);

    MeterShard() {}

    /// Adds to a counter. Owner's thread only.
    public void add(Counter counter, long amount) {
        add(counter.slot(), amount);
    }

    /// Adds one to a counter. Owner's thread only.
    public void increment(Counter counter) {
        add(counter.slot(), 1);
    }

    /// Moves a gauge up or, by a negative amount, down. Owner's thread only.
    public void add(Gauge gauge, long amount) {
        add(gauge.slot(), amount);
    }

    /// Records one value. Owner's thread only.
    public void record(Histogram histogram, long value) {
        AtomicLongArray buckets = bucketsOf(histogram.slot());
        plus(buckets, Histogram.bucketOf(value), 1);
        plus(buckets, Histogram.BUCKETS, Math.max(0, value));
    }

    private void add(int slot, long amount) {
        int chunk = slot >>> CHUNK_BITS;
        AtomicLongArray slots = chunks.getPlain(chunk);
        if (slots == null) {
            slots = new AtomicLongArray(CHUNK);
            chunks.setRelease(chunk, slots);
        }
        plus(slots, slot & (CHUNK - 1), amount);
    }

    private AtomicLongArray bucketsOf(int slot) {
        int chunk = slot >>> CHUNK_BITS;
        AtomicReferenceArray<AtomicLongArray> slots = histograms.getPlain(chunk);
        if (slots == null) {
            slots = new AtomicReferenceArray<>(CHUNK);
            histograms.setRelease(chunk, slots);
        }
        AtomicLongArray buckets = slots.getPlain(slot & (CHUNK - 1));
        if (buckets == null) {
            buckets = new AtomicLongArray(Histogram.BUCKETS + 1);
            slots.setRelease(slot & (CHUNK - 1), buckets);
        }
        return buckets;
    }

    private static void plus(AtomicLongArray slots, int index, long amount) {
        slots.setOpaque(index, slots.getPlain(index) + amount);
    }

    /// What this shard counted in a slot. Any thread.
    long read(int slot) {
        AtomicLongArray slots = chunks.getAcquire(slot >>> CHUNK_BITS);
        return slots == null ? 0 : slots.getOpaque(slot & (CHUNK - 1));
    }

    /// Adds what this shard recorded to the given buckets, the sum of the values being the last
    /// one.
    void readInto(int slot, long[] buckets) {
        AtomicReferenceArray<AtomicLongArray> slots = histograms.getAcquire(slot >>> CHUNK_BITS);
        AtomicLongArray mine = slots == null ? null : slots.getAcquire(slot & (CHUNK - 1));
        if (mine != null) {
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] += mine.getOpaque(i);
            }
        }
    }
}
