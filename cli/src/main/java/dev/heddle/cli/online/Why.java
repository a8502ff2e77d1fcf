package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Table;
import java.util.List;
import java.util.stream.Collectors;

/// `heddle why`: why a request ended as it did.
public final class Why {
    private static final String NOTHING = "-";

    private Why() {}

    /// Prints it.
    ///
    /// @return 1 when nothing is known of it
    public static int run(Api api, String id, boolean json, Machine machine) {
        Api.Reply reply = api.get(Api.path("why", id));
        Answer answer = reply.answer();
        if (json) {
            machine.out().print(reply.body());
            return 0;
        }
        machine.out().println(clean(answer.at("sentence").text()));
        List<Answer> logs = answer.at("logs").items();
        if (!logs.isEmpty()) {
            machine.out().println();
            machine.out()
                    .print(
                            new Table(
                                            List.of(
                                                    "TIME",
                                                    "TOLD BY",
                                                    "FROM",
                                                    "TO",
                                                    "REQUEST",
                                                    "CODE",
                                                    "FLAGS",
                                                    "TOOK",
                                                    "HOST",
                                                    "ROUTE",
                                                    "CONFIGURATION",
                                                    "DETAILS"),
                                            logs.stream().map(Why::row).toList())
                                    .print());
        }
        List<Answer> spans = answer.at("spans").items();
        if (!spans.isEmpty()) {
            machine.out().println();
            machine.out()
                    .print(
                            new Table(
                                            List.of("TIME", "SPAN", "KIND", "SERVICE", "TOOK"),
                                            spans.stream().map(Why::spanRow).toList())
                                    .print());
        }
        return 0;
    }

    private static List<String> row(Answer log) {
        return List.of(
                said(log.at("time")),
                said(log.at("reporter")),
                party(log.at("source")),
                party(log.at("destination")),
                clean((log.at("method").text() + " " + log.at("path").text()).strip()),
                said(log.at("code")),
                log.at("flags").items().stream()
                        .map(Answer::text)
                        .collect(
                                Collectors.collectingAndThen(
                                        Collectors.joining(","),
                                        flags -> flags.isEmpty() ? "-" : flags)),
                said(log.at("durationMillis")) + " ms",
                said(log.at("upstreamHost")),
                said(log.at("route")),
                said(log.at("configVersion")),
                said(log.at("details")));
    }

    private static List<String> spanRow(Answer span) {
        return List.of(
                said(span.at("time")),
                said(span.at("name")),
                said(span.at("spanKind")),
                said(span.at("service")),
                said(span.at("durationMillis")) + " ms");
    }

    private static String party(Answer party) {
        Answer workload = party.at("workload");
        return said(workload.text().isEmpty() ? party.at("service") : workload);
    }

    private static String said(Answer answer) {
        return answer.text().isEmpty() ? NOTHING : clean(answer.text());
    }

    /// What proxies say is printed on a terminal: no control characters.
    private static String clean(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
