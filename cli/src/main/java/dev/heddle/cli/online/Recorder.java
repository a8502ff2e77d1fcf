package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.tree.Node;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// `heddle recorder`: what proxies remember of their last requests.
public final class Recorder {
    /// How often it is looked whether proxies have told, and how long at most.
    private static final Duration AGAIN = Duration.ofMillis(500);

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Set<RequestColumn> WITHOUT = EnumSet.of(RequestColumn.ROUTE);

    private Recorder() {}

    /// What is asked.
    ///
    /// @param code of answers; empty for all
    /// @param limit how many at most
    public record Question(String namespace, String workload, String code, int limit) {}

    /// Asks for it, waits, and prints it.
    public static int run(Api api, Question question, boolean json, Machine machine) {
        Answer dump =
                api.send(
                                "POST",
                                Api.path(
                                        "workloads",
                                        question.namespace(),
                                        question.workload(),
                                        "flight-recorder"),
                                Node.Mapping.EMPTY)
                        .answer();
        List<Answer> without = dump.at("without").items();
        if (!without.isEmpty()) {
            machine.err()
                    .println(
                            "note: stock Envoy has no flight recorder: "
                                    + RequestLines.clean(
                                            without.stream()
                                                    .map(Answer::text)
                                                    .collect(Collectors.joining(", "))));
        }
        int asked = dump.at("asked").items().size();
        if (asked == 0) {
            return 1;
        }
        Api.Reply found = wait(api, question, dump.at("dump").text(), machine);
        List<Answer> entries = found.answer().at("entries").items();
        if (json) {
            machine.out().print(found.body());
            return 0;
        }
        machine.out()
                .print(
                        entries.isEmpty()
                                ? "%d proxies were asked, and told of no such request%n"
                                        .formatted(asked)
                                : RequestColumn.table(entries, WITHOUT).print());
        return 0;
    }

    /// Proxies tell at once, and what they tell is found a second later. Nobody says how much there
    /// is: what does not grow any more is all.
    private static Api.Reply wait(Api api, Question question, String dump, Machine machine) {
        String path =
                "logs?kind=remembered&dump=%s&code=%s&limit=%d"
                        .formatted(
                                dump,
                                URLEncoder.encode(question.code(), StandardCharsets.UTF_8),
                                question.limit());
        String all = "logs?kind=remembered&limit=1000&dump=" + dump;
        long begin = machine.nanos().getAsLong();
        int before = -1;
        while (machine.nanos().getAsLong() - begin < PATIENCE.toNanos()) {
            int now = api.get(all).answer().at("entries").items().size();
            if (now > 0 && now == before) {
                break;
            }
            before = now;
            pause(AGAIN.multipliedBy(now > 0 ? 3 : 1));
        }
        return api.get(path);
    }

    private static void pause(Duration time) {
        try {
            var _ = new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw Failure.of("interrupted", "");
        }
    }
}
