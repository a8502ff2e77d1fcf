package dev.heddle.cli.online;

import dev.heddle.cli.text.Table;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/// Endpoints that get no requests, in the words of `heddle get health`.
///
/// @param answer of `/api/v1/endpoint-health`
record EndpointHealth(Answer answer) {
    /// How somebody asks for it.
    static final String WORD = "health";

    private static final String NOTHING = "-";

    /// What a proxy ejects by, in words.
    private static final Map<String, String> EJECTED_BY =
            Map.of(
                    "consecutive_5xx", "errors in a row",
                    "consecutive_gateway_failure", "gateway errors in a row",
                    "consecutive_local_origin_failure", "connections failed in a row",
                    "success_rate", "too few successes beside the others",
                    "success_rate_local_origin", "too few connections beside the others",
                    "failure_percentage", "too large a share of errors",
                    "failure_percentage_local_origin", "too large a share of failed connections");

    private static final Map<String, String> CHECKED =
            Map.of(
                    "failed", "fails its health checks",
                    "unchecked", "not checked yet",
                    "degraded", "says that it works badly",
                    "excluded", "says that it fails");

    private static final Map<String, String> CHECKED_BY =
            Map.of(
                    "answer", "answers that it is not well",
                    "network", "cannot be reached",
                    "timeout", "does not answer in time");

    /// A line for each thing that a proxy holds against an endpoint.
    Table table() {
        var rows = new ArrayList<List<String>>();
        for (Answer one : answer.at("endpoints").items()) {
            Answer ejection = one.at("ejection");
            if (!ejection.isAbsent()) {
                rows.add(
                        row(
                                one,
                                "ejected" + times(ejection),
                                word(EJECTED_BY, ejection.at("by").text()),
                                ejection.at("since").text(),
                                ejection.at("until").text()));
            }
            Answer check = one.at("check");
            if (!check.isAbsent()) {
                rows.add(
                        row(
                                one,
                                word(CHECKED, check.at("state").text()),
                                word(CHECKED_BY, check.at("by").text()),
                                check.at("since").text(),
                                ""));
            }
        }
        return new Table(
                List.of("SERVICE", "ENDPOINT", "STATE", "SAYS", "WHY", "SINCE", "BACK IN"), rows);
    }

    private static String times(Answer ejection) {
        String times = ejection.at("times").text();
        return times.equals("1") || times.isEmpty() ? "" : " (time " + times + ")";
    }

    private List<String> row(Answer one, String state, String why, String since, String until) {
        String service = one.at("service").text();
        String subset = one.at("subset").text();
        String name = service.isEmpty() ? one.at("cluster").text() : service;
        String address = one.at("address").text();
        return List.of(
                printable(subset.isEmpty() ? name : name + " (" + subset + ")"),
                printable(
                        (address.indexOf(':') >= 0 ? "[" + address + "]" : address)
                                + ":"
                                + one.at("port").text()),
                state,
                printable(ProxyStatus.shortName(one.at("proxy").text())),
                why,
                between(since, (then, now) -> Duration.between(then, now)),
                between(until, (then, now) -> Duration.between(now, then)));
    }

    private String between(String time, BiFunction<Instant, Instant, Duration> length) {
        try {
            Instant now = Instant.parse(answer.at("at").text());
            Duration between = length.apply(Instant.parse(time), now);
            return Age.of(between.isNegative() ? Duration.ZERO : between);
        } catch (DateTimeParseException _) {
            return NOTHING;
        }
    }

    /// What stock Envoy says, which counts and does not name them.
    List<String> counts() {
        var lines = new ArrayList<String>();
        for (Answer one : answer.at("counts").items()) {
            Optional<Long> ejected = number(one.at("ejected"));
            String of =
                    printable(one.at("cluster").text())
                            + ", says "
                            + printable(ProxyStatus.shortName(one.at("proxy").text()))
                            + " (stock Envoy counts them and does not say which)";
            if (ejected.isPresent() && ejected.get() > 0) {
                lines.add(ejected.get() + " ejected of " + of);
            }
            number(one.at("passing")).ifPresent(n -> lines.add(n + " pass health checks of " + of));
        }
        String more = answer.at("more").text();
        if (!more.isEmpty() && !more.equals("0")) {
            lines.add(more + " more are not named, as they are too many");
        }
        return lines;
    }

    private static Optional<Long> number(Answer answer) {
        return answer.isAbsent() ? Optional.empty() : Optional.of(Long.parseLong(answer.text()));
    }

    private static String word(Map<String, String> words, String said) {
        return said.isEmpty() ? NOTHING : printable(words.getOrDefault(said, said));
    }

    /// A proxy may have said anything.
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
