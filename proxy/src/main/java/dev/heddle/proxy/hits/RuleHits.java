package dev.heddle.proxy.hits;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How often one worker chose each rule, and how requests ended, since it was asked last.
///
/// Counted under the rule itself, not under a number that a route table gives it: a table that goes
/// may still be asked by a draining listener, and a number that were given out again would count
/// for somebody else. Finding the counter takes some ten nanoseconds a request and makes nothing;
/// only a rule's first hit makes its counter, so there are no more than rules in force.
@Confined("worker")
public final class RuleHits {
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final int SERVER_ERROR = 500;

    private final Worker worker;
    private final boolean isOn;
    private final Map<Rule, Counter> counters = new HashMap<>();
    private long answers;
    private long errors;

    /// @param isOn whether anybody will ask
    public RuleHits(Worker worker, boolean isOn) {
        this.worker = worker;
        this.isOn = isOn;
    }

    /// Hits of one rule.
    ///
    /// @param hits at least 1
    /// @param last when the last one was, in seconds since 1970 began
    public record Hits(Rule rule, long hits, long last) {}

    @Confined("worker")
    private static final class Counter {
        private long hits;
        private long lastEpochNanos;
    }

    /// A rule was chosen.
    ///
    /// @param rule null for none
    public void hit(@Nullable Rule rule) {
        if (rule == null || !isOn) {
            return;
        }
        Counter counter = counters.get(rule);
        if (counter == null) {
            counter = new Counter();
            counters.put(rule, counter);
        }
        counter.hits++;
        counter.lastEpochNanos = worker.epochNanos();
    }

    /// A request has ended.
    ///
    /// @param status of its answer; 0 for none
    public void answered(int status) {
        if (status > 0) {
            answers++;
            errors += status >= SERVER_ERROR ? 1 : 0;
        }
    }

    /// How requests ended since the last call.
    public Answers takeAnswers() {
        var taken = new Answers(answers, errors);
        answers = 0;
        errors = 0;
        return taken;
    }

    /// What was counted since the last call. Rules without a hit meanwhile are forgotten.
    public List<Hits> take() {
        var taken = new ArrayList<Hits>();
        counters.entrySet()
                .removeIf(entry -> {
                    Counter counter = entry.getValue();
                    if (counter.hits == 0) {
                        return true;
                    }
                    taken.add(
                            new Hits(
                                    entry.getKey(),
                                    counter.hits,
                                    counter.lastEpochNanos / NANOS_PER_SECOND));
                    counter.hits = 0;
                    return false;
                });
        return taken;
    }
}
