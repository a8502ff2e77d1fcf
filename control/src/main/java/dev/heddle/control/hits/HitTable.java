package dev.heddle.control.hits;

import dev.heddle.compiler.select.RuleNames.Rule;
import dev.heddle.model.Confined;
import dev.heddle.xds.server.HitsHandler.Hits;
import dev.heddle.xds.server.HitsHandler.Report;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The hits of the rules in force, and which reports are in them.
///
/// What proxies say is bounded by what is known without them: there is a number for each rule of
/// the world and for no other, and the last number of a report for each of so many runs of proxies.
@Confined("rule hits")
final class HitTable {
    /// Of so many processes it is known which of their reports are counted. Who lost his answer
    /// comes back within minutes; by then nobody else takes his place.
    static final int MOST_RUNS = 10_000;

    /// More than any proxy chooses one rule in the time between two reports.
    private static final long MOST_HITS = 1_000_000_000_000L;

    private final Map<Key, Count> counts = new HashMap<>();

    /// The last report that was counted, by run; who reported last is the last.
    private final LinkedHashMap<Long, Long> reports = new LinkedHashMap<>();

    private List<Rule> rules = List.of();
    private long unknown;

    /// @param rule its name among those of the resource
    record Key(String resource, String rule) {
        static Key of(Rule rule) {
            return new Key(rule.origin().resource(), rule.id());
        }
    }

    /// @param lastHit in seconds since 1970 began; 0 for none
    record Count(long hits, long lastHit, Instant since) {
        private Count plus(long more, long last) {
            long sum = hits + more;
            return new Count(sum < 0 ? Long.MAX_VALUE : sum, Math.max(lastHit, last), since);
        }
    }

    /// Takes what an earlier run of the control plane knew. Called first.
    void restore(HitsRecord kept) {
        counts.putAll(kept.counts());
        kept.reports().forEach((run, sequence) -> note(run, sequence));
    }

    /// Takes the rules of a new world: others are forgotten.
    ///
    /// @return whether anything changed
    boolean inForce(Collection<Rule> now, Instant at) {
        rules = List.copyOf(now);
        var keys = new HashSet<Key>();
        boolean isNew = false;
        for (Rule rule : rules) {
            Key key = Key.of(rule);
            keys.add(key);
            isNew |= counts.putIfAbsent(key, new Count(0, 0, at)) == null;
        }
        return counts.keySet().retainAll(keys) || isNew;
    }

    /// Counts a report, unless that was done before.
    ///
    /// @return whether it was not
    boolean take(long run, Report report, Instant now) {
        Long last = reports.get(run);
        if (last != null && report.sequence() <= last) {
            note(run, last);
            return false;
        }
        note(run, report.sequence());
        report.rules().forEach(it -> add(it, now));
        return true;
    }

    private void note(long run, long sequence) {
        reports.remove(run);
        reports.put(run, sequence);
        if (reports.size() > MOST_RUNS) {
            reports.pollFirstEntry();
        }
    }

    private void add(Hits said, Instant now) {
        var key = new Key(said.resource(), said.rule());
        Count count = counts.get(key);
        long hits = Math.clamp(said.hits(), 0, MOST_HITS);
        if (count == null || hits == 0) {
            unknown += hits;
            return;
        }
        long last =
                Math.clamp(
                        said.lastHit(),
                        Math.min(count.since().getEpochSecond(), now.getEpochSecond()),
                        now.getEpochSecond());
        counts.put(key, count.plus(hits, last));
    }

    /// The rules in force with their numbers.
    List<RuleCount> shown() {
        var shown = new ArrayList<RuleCount>();
        for (Rule rule : rules) {
            @Nullable Count count = counts.get(Key.of(rule));
            if (count != null) {
                shown.add(
                        new RuleCount(
                                rule.origin(),
                                rule.id(),
                                count.hits(),
                                count.hits() == 0
                                        ? Optional.empty()
                                        : Optional.of(Instant.ofEpochSecond(count.lastHit())),
                                count.since()));
            }
        }
        return shown;
    }

    /// Hits of rules that are not in force.
    long unknown() {
        return unknown;
    }

    /// All that is to survive.
    HitsRecord record() {
        return new HitsRecord(counts, reports);
    }
}
