package dev.heddle.control.stage;

import dev.heddle.control.source.Signature;
import dev.heddle.control.stage.StageState.Holding;
import dev.heddle.control.stage.StageState.Promoted;
import dev.heddle.control.stage.StageState.Promoting;
import dev.heddle.control.stage.StageState.Reverted;
import dev.heddle.control.stage.StageState.Waiting;
import dev.heddle.control.world.FileChange;
import dev.heddle.control.world.SealedText;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// A change in stages as it is remembered: the file `state/stage` of the data directory. What it
/// changes is in it as long as it is not over.
///
/// ```
/// heddle-stage 1
/// version 42
/// plan 1%,25%,100% PT30S PT30S false 5.0
/// by =anna =10.0.0.1 =v3+for+everybody
/// state waiting 1
/// proxy sidecar~10.0.0.1~reviews-v1.shop~shop.svc.cluster.local true
/// file =applied%2Freviews.yaml =9f86… =apiVersion…
/// end 60303…
/// ```
///
/// @param version of the change; another one after each change of what is in force
/// @param change what it is; no files when it is over
/// @param before hashes of what its files said when it began; empty for a file that was not there
record StageRecord(
        long version,
        StagePlan plan,
        FileChange change,
        Map<String, String> before,
        StageState state) {
    private static final String HEAD = "heddle-stage 1";
    private static final String NOTHING = "-";

    StageRecord {
        before = Map.copyOf(before);
    }

    StageRecord with(StageState next) {
        return new StageRecord(version, plan, change, before, next);
    }

    StageRecord numbered(long number) {
        return new StageRecord(number, plan, change, before, state);
    }

    String print() {
        var lines = new ArrayList<String>();
        lines.add("version " + version);
        lines.add(
                "plan %s %s %s %s %s"
                        .formatted(
                                plan.stages(),
                                plan.hold(),
                                plan.patience(),
                                plan.withGateways(),
                                plan.errorJump()));
        Signature by = change.by();
        lines.add("by " + word(by.who()) + " " + word(by.from()) + " " + word(by.message()));
        switch (state) {
            case Waiting(int stage, var proxies, var awaited, _) ->
                    running("waiting " + stage, proxies, awaited, lines);
            case Holding(int stage, var proxies, var awaited, _) ->
                    running("holding " + stage, proxies, awaited, lines);
            case Promoting() -> lines.add("state promoting");
            case Promoted(Instant at) -> lines.add("state promoted " + at);
            case Reverted(String reason, Instant at) ->
                    lines.add("state reverted " + at + " " + word(reason));
        }
        if (!state.isOver()) {
            change.texts()
                    .forEach((name, text) ->
                            lines.add(
                                    "file %s %s %s"
                                            .formatted(
                                                    word(name),
                                                    word(before.getOrDefault(name, "")),
                                                    text.map(StageRecord::word).orElse(NOTHING))));
        }
        return SealedText.seal(HEAD, lines);
    }

    private static void running(
            String state, Set<String> proxies, Set<String> awaited, List<String> lines) {
        lines.add("state " + state);
        new TreeSet<>(proxies)
                .forEach(id -> lines.add("proxy " + word(id) + " " + awaited.contains(id)));
    }

    /// What was printed; empty when the text is anything else.
    ///
    /// @param now from when on proxies' patience counts: they have to come back first
    static Optional<StageRecord> parse(String text, Instant now) {
        try {
            return SealedText.open(HEAD, text).map(lines -> read(lines, now));
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static StageRecord read(List<String> lines, Instant now) {
        long version = Long.parseLong(lines.get(0).split(" ", -1)[1]);
        String[] plan = lines.get(1).split(" ", -1);
        String[] by = lines.get(2).split(" ", -1);
        String[] state = lines.get(3).split(" ", -1);
        var proxies = new TreeSet<String>();
        var awaited = new TreeSet<String>();
        var texts = new LinkedHashMap<String, Optional<String>>();
        var before = new LinkedHashMap<String, String>();
        for (String line : lines.subList(4, lines.size())) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("proxy")) {
                proxies.add(text(words[1]));
                if (words[2].equals("true")) {
                    awaited.add(text(words[1]));
                }
            } else {
                texts.put(
                        text(words[1]),
                        words[3].equals(NOTHING) ? Optional.empty() : Optional.of(text(words[3])));
                before.put(text(words[1]), text(words[2]));
            }
        }
        StageState known =
                switch (state[1]) {
                    case "waiting", "holding" ->
                            new Waiting(Integer.parseInt(state[2]), proxies, awaited, now);
                    case "promoting" -> new Promoting();
                    case "promoted" -> new Promoted(Instant.parse(state[2]));
                    case "reverted" -> new Reverted(text(state[3]), Instant.parse(state[2]));
                    default -> throw new IllegalArgumentException("state " + state[1]);
                };
        return new StageRecord(
                version,
                StagePlan.parse(
                        plan[1],
                        Duration.parse(plan[2]).toMillis() + "ms",
                        Duration.parse(plan[3]).toMillis() + "ms",
                        Boolean.parseBoolean(plan[4]),
                        StagePlan.text(Double.parseDouble(plan[5]))),
                new FileChange(texts, new Signature(text(by[1]), text(by[2]), text(by[3]))),
                before,
                known);
    }

    /// Begins with a sign, so that none is empty or looks like [#NOTHING].
    private static String word(String text) {
        return "=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String text(String word) {
        return URLDecoder.decode(word.substring(1), StandardCharsets.UTF_8);
    }
}
