package dev.heddle.signals.intake;

import dev.heddle.signals.record.Told;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What was told and is not written yet, and questions to who writes it, in one order.
///
/// Of each kind so much may wait; what comes when there is no room is dropped and counted, so that
/// one kind takes no room of another. Callable from any thread.
public final class Intake {

    /// What the writer is to do next.
    public sealed interface Event {
        /// Writes those.
        ///
        /// @param told at least one
        record Came(Kind kind, List<Told> told) implements Event {}

        /// Answers something.
        record Asked(Runnable question) implements Event {}

        /// Ends.
        record Stop() implements Event {}
    }

    /// How it stands with a kind.
    ///
    /// @param waiting now
    /// @param room how many may
    /// @param received since the start, dropped ones too
    /// @param dropped since the start
    public record Counts(int waiting, int room, long received, Map<Reason, Long> dropped) {
        public Counts {
            dropped = Map.copyOf(dropped);
        }

        /// For whatever reason.
        public long allDropped() {
            return dropped.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /// Bounded by the room of each kind; questions are bounded by those who wait for an answer.
    private final BlockingQueue<Event> queue = new LinkedBlockingQueue<>();

    private final int room;
    private final Consumer<List<? extends Told>> heard;
    private final Map<Kind, AtomicInteger> waiting = new EnumMap<>(Kind.class);
    private final Map<Kind, LongAdder> received = new EnumMap<>(Kind.class);
    private final Map<Kind, Map<Reason, LongAdder>> dropped = new EnumMap<>(Kind.class);

    /// @param room how many of each kind may wait
    public Intake(int room) {
        this(room, _ -> {});
    }

    /// @param room how many of each kind may wait
    /// @param heard told what comes, also what there is no room for
    public Intake(int room, Consumer<List<? extends Told>> heard) {
        this.room = room;
        this.heard = heard;
        for (Kind kind : Kind.values()) {
            waiting.put(kind, new AtomicInteger());
            received.put(kind, new LongAdder());
            var reasons = new EnumMap<Reason, LongAdder>(Reason.class);
            for (Reason reason : Reason.values()) {
                reasons.put(reason, new LongAdder());
            }
            dropped.put(kind, reasons);
        }
    }

    /// Takes as many as there is room for, the first ones.
    ///
    /// @return how many those are; the rest is dropped
    public int offer(Kind kind, List<? extends Told> told) {
        received(kind, told.size());
        heard.accept(told);
        int taken = reserve(kind, told.size());
        if (taken > 0) {
            queue.add(new Event.Came(kind, List.copyOf(told.subList(0, taken))));
        }
        dropped(kind, Reason.QUEUE_FULL, told.size() - taken);
        return taken;
    }

    private int reserve(Kind kind, int wanted) {
        AtomicInteger count = count(waiting, kind);
        while (true) {
            int now = count.get();
            int taken = Math.min(wanted, room - now);
            if (taken <= 0 || count.compareAndSet(now, now + taken)) {
                return Math.max(0, taken);
            }
        }
    }

    /// Counts what came and was not offered.
    public void received(Kind kind, int count) {
        count(received, kind).add(count);
    }

    /// Counts what is not kept.
    public void dropped(Kind kind, Reason reason, long count) {
        if (count > 0) {
            count(count(dropped, kind), reason).add(count);
        }
    }

    /// Has the writer answer a question when it has written what was told before.
    public <T> CompletableFuture<T> ask(Supplier<T> question) {
        var answer = new CompletableFuture<T>();
        queue.add(
                new Event.Asked(() -> {
                    try {
                        answer.complete(question.get());
                    } catch (RuntimeException e) {
                        answer.completeExceptionally(e);
                    }
                }));
        return answer;
    }

    /// Has the writer end when it has written what was told before.
    public void stop() {
        queue.add(new Event.Stop());
    }

    /// The next event; null when none came in time. For the writer.
    public @Nullable Event next(long millis) throws InterruptedException {
        return queue.poll(millis, TimeUnit.MILLISECONDS);
    }

    /// Makes room again. For the writer, when it has written them.
    public void written(Event.Came came) {
        count(waiting, came.kind()).addAndGet(-came.told().size());
    }

    /// How it stands with a kind.
    public Counts counts(Kind kind) {
        var reasons = new EnumMap<Reason, Long>(Reason.class);
        count(dropped, kind)
                .forEach((reason, count) -> {
                    if (count.sum() > 0) {
                        reasons.put(reason, count.sum());
                    }
                });
        return new Counts(count(waiting, kind).get(), room, count(received, kind).sum(), reasons);
    }

    private static <K, V> V count(Map<K, V> counts, K key) {
        V count = counts.get(key);
        if (count == null) {
            throw new AssertionError(key + " has a count");
        }
        return count;
    }
}
