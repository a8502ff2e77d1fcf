package dev.heddle.cli.online;

import java.util.List;
import java.util.stream.Collectors;

/// What is told of requests, as lines and tables print it. What proxies say may be anything: no
/// control characters reach a terminal.
final class RequestLines {
    private static final String NOTHING = "-";

    private RequestLines() {}

    static String said(Answer answer) {
        return answer.text().isEmpty() ? NOTHING : clean(answer.text());
    }

    static String clean(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    /// A workload; its service where that is all that is known.
    static String party(Answer party) {
        Answer workload = party.at("workload");
        return said(workload.text().isEmpty() ? party.at("service") : workload);
    }

    static String request(Answer log) {
        return clean((log.at("method").text() + " " + log.at("path").text()).strip());
    }

    static String flags(Answer log) {
        List<Answer> flags = log.at("flags").items();
        return flags.isEmpty()
                ? NOTHING
                : clean(flags.stream().map(Answer::text).collect(Collectors.joining(",")));
    }

    static String took(Answer log) {
        return said(log.at("durationMillis")) + " ms";
    }
}
