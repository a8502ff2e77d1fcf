package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.process.StopSignal;
import dev.heddle.cli.text.Table;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// `heddle top`: what calls look like now.
public final class Top {
    private static final Duration AGAIN = Duration.ofSeconds(2);

    /// To the upper left corner, and what was there away.
    private static final String CLEAR = "\u001b[H\u001b[2J";

    private Top() {}

    /// A line for each of what.
    public enum By {
        SERVICE,
        VERSION,
        WORKLOAD,
        EDGE,
        ROUTE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What is asked.
    ///
    /// @param namespace empty for all, as is `service`
    /// @param seconds until now
    public record Question(By by, String namespace, String service, int seconds) {
        String path() {
            return "signals?by=%s&namespace=%s&service=%s&seconds=%d"
                    .formatted(by, encoded(namespace), encoded(service), seconds);
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }
    }

    /// Prints it; on a terminal again and again, unless it is to be printed once.
    public static int run(Api api, Question question, boolean once, boolean json, Machine machine) {
        if (once || json || !machine.terminal()) {
            print(api, question, json, machine);
            return 0;
        }
        var stop = StopSignal.ofThisProcess();
        try {
            do {
                String text = text(api.get(question.path()), question.by());
                machine.out().print(CLEAR + text);
                machine.out().flush();
            } while (!stop.await(AGAIN));
        } finally {
            stop.done();
        }
        return 0;
    }

    private static void print(Api api, Question question, boolean json, Machine machine) {
        Api.Reply reply = api.get(question.path());
        machine.out().print(json ? reply.body() : text(reply, question.by()));
    }

    private static String text(Api.Reply reply, By by) {
        Answer answer = reply.answer();
        List<Answer> signals = answer.at("signals").items();
        var headings = new ArrayList<String>(headings(by));
        headings.addAll(List.of("REQ/S", "ERRORS", "P50", "P90", "P99", "MTLS"));
        var rows = signals.stream().map(it -> row(by, it)).toList();
        String table =
                signals.isEmpty()
                        ? "no calls were told of in this time\n"
                        : new Table(headings, rows).print();
        return table
                + "from %s to %s%n".formatted(answer.at("from").text(), answer.at("to").text());
    }

    private static List<String> headings(By by) {
        return switch (by) {
            case SERVICE -> List.of("SERVICE");
            case VERSION -> List.of("SERVICE", "VERSION");
            case WORKLOAD -> List.of("WORKLOAD", "NAMESPACE");
            case EDGE -> List.of("FROM", "TO", "SERVICE");
            case ROUTE -> List.of("SERVICE", "ROUTE");
        };
    }

    private static List<String> row(By by, Answer signals) {
        var row = new ArrayList<String>();
        switch (by) {
            case SERVICE -> row.add(said(signals.at("service")));
            case VERSION -> {
                row.add(said(signals.at("service")));
                row.add(said(signals.at("version")));
            }
            case WORKLOAD -> {
                row.add(said(signals.at("workload")));
                row.add(said(signals.at("namespace")));
            }
            case EDGE -> {
                row.add(said(signals.at("source", "workload")));
                row.add(said(signals.at("destination", "workload")));
                row.add(said(signals.at("destination", "service")));
            }
            case ROUTE -> {
                row.add(said(signals.at("service")));
                row.add(said(signals.at("route")));
            }
        }
        row.add(number("%.1f", signals.at("perSecond"), 1));
        row.add(number("%.1f %%", signals.at("errorShare"), 100));
        for (String share : List.of("p50Millis", "p90Millis", "p99Millis")) {
            row.add(number("%.1f ms", signals.at(share), 1));
        }
        Answer secure = signals.at("secureShare");
        row.add(secure.isAbsent() ? "-" : number("%.0f %%", secure, 100));
        return row;
    }

    /// What proxies say is printed on a terminal: no control characters.
    private static String said(Answer answer) {
        String text = answer.text();
        return text.isEmpty() ? "-" : text.replaceAll("\\p{Cntrl}", "?");
    }

    private static String number(String format, Answer answer, double times) {
        String digits = answer.text();
        return digits.isEmpty()
                ? "-"
                : String.format(Locale.ROOT, format, Double.parseDouble(digits) * times);
    }
}
