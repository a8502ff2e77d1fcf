package dev.heddle.control.hits;

import dev.heddle.control.hits.HitTable.Count;
import dev.heddle.control.world.SealedText;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How hits are remembered:
///
/// ```
/// heddle-rule-hits 1
/// rule 6886d4768d0a 1042 1795912345 2026-11-21T04:00:00Z VirtualService+default%2Freviews
/// run 5a7d…01 17
/// end 60303…
/// ```
///
/// A rule has its name, its hits, the second of the last one, since when it is in force, and its
/// resource. Of a run of a proxy it is said which report was counted last; who reported last stands
/// last. The last line is the hash of those before, so that half a file is not taken for a whole.
record HitsRecord(Map<HitTable.Key, Count> counts, LinkedHashMap<Long, Long> reports) {
    private static final String HEAD = "heddle-rule-hits 1";

    HitsRecord {
        counts = Map.copyOf(counts);
        reports = new LinkedHashMap<>(reports);
    }

    String print() {
        var lines = new ArrayList<String>();
        counts.forEach((key, count) ->
                lines.add(
                        "rule %s %d %d %s %s"
                                .formatted(
                                        key.rule(),
                                        count.hits(),
                                        count.lastHit(),
                                        count.since(),
                                        URLEncoder.encode(
                                                key.resource(), StandardCharsets.UTF_8))));
        lines.sort(Comparator.naturalOrder());
        reports.forEach((run, sequence) -> lines.add("run %016x %d".formatted(run, sequence)));
        return SealedText.seal(HEAD, lines);
    }

    /// What was printed; empty when the text is anything else.
    static Optional<HitsRecord> parse(String text) {
        try {
            return SealedText.open(HEAD, text).map(HitsRecord::read);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static HitsRecord read(List<String> lines) {
        var counts = new HashMap<HitTable.Key, Count>();
        var reports = new LinkedHashMap<Long, Long>();
        for (String line : lines) {
            List<String> words = List.of(line.split(" ", -1));
            switch (words.getFirst()) {
                case "rule" ->
                        counts.put(
                                new HitTable.Key(
                                        URLDecoder.decode(words.get(5), StandardCharsets.UTF_8),
                                        words.get(1)),
                                new Count(
                                        Long.parseLong(words.get(2)),
                                        Long.parseLong(words.get(3)),
                                        Instant.parse(words.get(4))));
                case "run" ->
                        reports.put(
                                Long.parseUnsignedLong(words.get(1), 16),
                                Long.parseLong(words.get(2)));
                default -> throw new IllegalArgumentException(line + " (expected: rule or run …)");
            }
        }
        return new HitsRecord(counts, reports);
    }
}
