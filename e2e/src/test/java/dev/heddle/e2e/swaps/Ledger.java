package dev.heddle.e2e.swaps;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/// A line for each request: what was sent by whom, what came of it, and how often a backend heard
/// of it. Lines are kept until they end. Any thread may write.
final class Ledger {
    /// The request header that names the line.
    static final String ID = "x-ledger-id";

    private static final int MOST_SHOWN = 20;

    private final Timeline timeline;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<String, Line> open = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> mistakes = new ConcurrentLinkedQueue<>();
    private final AtomicInteger mistaken = new AtomicInteger();
    private final Map<String, AtomicLong> counts = new ConcurrentHashMap<>();
    private final Set<String> statesSeen = ConcurrentHashMap.newKeySet();
    private final BitSet answered = new BitSet();

    Ledger(Timeline timeline) {
        this.timeline = timeline;
    }

    /// A request on its way. It ends once, by one of its methods.
    final class Line {
        private final String caller;
        private final int number;
        private final String id;
        private final int oldest;
        private final AtomicInteger heard = new AtomicInteger();

        private Line(String caller, int number, int oldest) {
            this.caller = caller;
            this.number = number;
            this.id = caller + "-" + number;
            this.oldest = oldest;
        }

        String id() {
            return id;
        }

        /// The states that may have been in force during the request.
        List<MeshState> states() {
            return timeline.since(oldest);
        }

        /// An HTTP request was answered as it may be, which proxies log.
        ///
        /// @param by the backend, or empty for the proxy
        /// @param state whose route it took
        void answered(String by, String state) {
            statesSeen.add(state);
            synchronized (answered) {
                answered.set(number);
            }
            served(by);
        }

        /// Something else than HTTP was served as it may be.
        ///
        /// @param by the backend, or empty for the proxy
        void served(String by) {
            int expected = by.isEmpty() ? 0 : 1;
            if (heard.get() != expected) {
                mistake("answered by '%s', was heard %d times".formatted(by, heard.get()));
            }
            end();
        }

        /// It was not answered, or not as any state in force would have it.
        void failed(String why) {
            mistake(why);
            end();
        }

        private void mistake(String what) {
            Ledger.this.mistake("%s: %s; in force: %s".formatted(id, what, states()));
        }

        private void end() {
            if (open.remove(id) == null) {
                throw new IllegalStateException(id + " ended twice");
            }
            counts.computeIfAbsent(caller, _ -> new AtomicLong()).incrementAndGet();
        }
    }

    private void mistake(String text) {
        if (mistaken.getAndIncrement() < MOST_SHOWN) {
            mistakes.add(text);
        }
    }

    /// A new request.
    Line begin(String caller) {
        var line = new Line(caller, ids.incrementAndGet(), timeline.oldest());
        open.put(line.id, line);
        return line;
    }

    /// The number of the oldest state that may be in force now.
    int oldest() {
        return timeline.oldest();
    }

    /// The states that may have been in force at some time since that one was the oldest.
    List<MeshState> since(int number) {
        return timeline.since(number);
    }

    /// A backend has a request.
    void heard(String id) {
        Line line = open.get(id);
        if (line == null) {
            mistake("'" + id + "' was heard, and has ended or was never sent");
        } else {
            line.heard.incrementAndGet();
        }
    }

    /// All that is wrong, once no request is on its way: what failed, what has no end, what a
    /// backend did not hear exactly as often as it answered.
    List<String> mistakes() {
        var all = new ArrayList<String>(mistakes);
        open.keySet().forEach(id -> all.add(id + " has no end"));
        if (mistaken.get() > MOST_SHOWN) {
            all.add(mistaken.get() + " in all");
        }
        return all;
    }

    /// What is wrong with the proxies' log: each HTTP request that was answered has one line there.
    ///
    /// @param logged the ids of lines, in any order
    List<String> mistakes(Stream<String> logged) {
        var found = new BitSet();
        var wrong = new ArrayList<String>();
        logged.forEach(id -> {
            int number = Integer.parseInt(id.substring(id.lastIndexOf('-') + 1));
            if (found.get(number)) {
                wrong.add(id + " is logged twice");
            }
            found.set(number);
        });
        var missing = (BitSet) answered.clone();
        missing.andNot(found);
        if (!missing.isEmpty()) {
            wrong.add(
                    missing.cardinality() + " are not logged, the first: " + missing.nextSetBit(0));
        }
        return wrong;
    }

    /// How many requests of each caller have ended.
    Map<String, Long> counts() {
        var all = new TreeMap<String, Long>();
        counts.forEach((caller, count) -> all.put(caller, count.get()));
        return all;
    }

    /// How many different states answers were of.
    int states() {
        return statesSeen.size();
    }
}
