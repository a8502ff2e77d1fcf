package dev.heddle.bench.fleet;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/// What a fleet has received so far.
final class Tally {
    private final CountDownLatch unsynced;
    private final LongAdder bytes = new LongAdder();
    private final LongAdder responses = new LongAdder();

    Tally(int members) {
        unsynced = new CountDownLatch(members);
    }

    void received(long size) {
        bytes.add(size);
        responses.increment();
    }

    void synced() {
        unsynced.countDown();
    }

    /// Waits until every member has received something of every type.
    void awaitAll() throws InterruptedException {
        unsynced.await();
    }

    /// Bytes of resources since the last call.
    long takeBytes() {
        return bytes.sumThenReset();
    }

    /// Responses since the last call.
    long takeResponses() {
        return responses.sumThenReset();
    }
}
