package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.codec.Durations;
import dev.heddle.model.codec.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// `heddle tap`: requests while they are made.
public final class Tap {
    private static final Duration LONGEST = Duration.ofHours(1);

    private Tap() {}

    /// What is asked. Whatever is empty does not narrow it.
    ///
    /// @param rate how many a second at most
    public record Question(
            String namespace,
            String workload,
            String from,
            String to,
            String filter,
            int rate,
            Duration time) {
        String path() {
            return "tap?namespace=%s&workload=%s&from=%s&to=%s&filter=%s&rate=%d&seconds=%d"
                    .formatted(
                            encoded(namespace),
                            encoded(workload),
                            encoded(from),
                            encoded(to),
                            encoded(filter),
                            rate,
                            time.toSeconds());
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }
    }

    /// Reads a time, as in `30s` or `5m`.
    ///
    /// @param option for what is wrong with it
    public static Duration time(String option, String text) {
        Duration time = Durations.parse(text).orElse(Duration.ZERO);
        if (time.toSeconds() < 1 || time.compareTo(LONGEST) > 0) {
            throw Failure.usage(
                    "%s: '%s' (expected: 1s to 1h)".formatted(option, text), "as in 30s or 5m");
        }
        return time;
    }

    /// Prints them, a line each.
    public static int run(Api api, Question question, boolean json, Machine machine) {
        var shown = new AtomicInteger();
        listen(
                api,
                question,
                line -> {
                    switch (line.at("kind").text()) {
                        case "begin" -> begin(line, machine);
                        case "log" -> {
                            shown.incrementAndGet();
                            machine.out().println(json ? Json.compact(line.node()) : text(line));
                            machine.out().flush();
                        }
                        case "missed" -> missed(line, machine);
                        case "end" -> {
                            missed(line, machine);
                            machine.err()
                                    .println(
                                            "note: %s, %d requests shown"
                                                    .formatted(
                                                            RequestLines.clean(
                                                                    line.at("why").text()),
                                                            shown.get()));
                        }
                        default -> {
                            // A sign that it goes on.
                        }
                    }
                });
        return 0;
    }

    /// Has each line told, until the control plane says that it is over.
    ///
    /// @throws Failure when it cannot be listened, or the connection breaks
    static void listen(Api api, Question question, Consumer<Answer> each) {
        api.stream(question.path(), each);
    }

    private static void begin(Answer line, Machine machine) {
        List<Answer> proxies = line.at("proxies").items();
        machine.err()
                .println(
                        proxies.isEmpty()
                                ? "note: no connected proxy is asked to tell; those that connect"
                                        + " later are"
                                : "note: %d proxies tell of all of their requests: %s"
                                        .formatted(
                                                proxies.size(),
                                                RequestLines.clean(
                                                        String.join(
                                                                ", ",
                                                                proxies.stream()
                                                                        .limit(10)
                                                                        .map(it ->
                                                                                it.at("name")
                                                                                        .text())
                                                                        .toList()))));
    }

    private static void missed(Answer line, Machine machine) {
        String overRate = line.at("overRate").text();
        String dropped = line.at("dropped").text();
        if (!overRate.equals("0") || !dropped.equals("0")) {
            machine.err()
                    .println(
                            "note: not shown until now: %s over the rate, %s as too many waited"
                                    .formatted(overRate, dropped));
        }
    }

    private static String text(Answer log) {
        return "%s %s -> %s %s %s %s %s %s %s"
                .formatted(
                        RequestLines.said(log.at("time")),
                        RequestLines.party(log.at("source")),
                        RequestLines.party(log.at("destination")),
                        RequestLines.request(log),
                        RequestLines.said(log.at("code")),
                        RequestLines.flags(log),
                        RequestLines.took(log),
                        RequestLines.said(log.at("upstreamHost")),
                        RequestLines.said(log.at("reporter")));
    }
}
