package dev.heddle.cli.online;

import dev.heddle.cli.text.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// When certificates end and who uses them, in the words of `heddle get`.
///
/// @param answer of `/api/v1/certificates`
record CertificateUse(Answer answer) {
    /// How somebody asks for them.
    static final Set<String> WORDS = Set.of("certificates", "certificate", "certs", "cert");

    /// So many users are named where the table is not wide.
    private static final int MOST_USES = 2;

    private static final String NOBODY = "-";

    /// A line for each of a Secret or a ConfigMap.
    ///
    /// @param name of the Secret; empty for all
    Table table(String name, boolean everywhere, boolean isWide) {
        var headings = new ArrayList<String>();
        if (everywhere) {
            headings.add("NAMESPACE");
        }
        headings.addAll(List.of("NAME", "ENTRY", "NAMES", "ISSUER", "UNTIL", "LEFT"));
        if (isWide) {
            headings.addAll(List.of("SUBJECT", "SINCE", "PROXIES", "SOURCE"));
        }
        headings.add("USED BY");
        var rows = new ArrayList<List<String>>();
        for (Answer one : answer.at("certificates").items()) {
            if (name.isEmpty() || one.at("name").text().equals(name)) {
                rows.add(row(one, everywhere, isWide));
            }
        }
        return new Table(headings, rows);
    }

    private static List<String> row(Answer one, boolean everywhere, boolean isWide) {
        var row = new ArrayList<String>();
        if (everywhere) {
            row.add(one.at("namespace").text());
        }
        row.add(one.at("name").text());
        String number = one.at("number").text();
        row.add(one.at("entry").text() + (number.equals("1") ? "" : " #" + number));
        List<String> names = one.at("names").items().stream().map(Answer::text).toList();
        row.add(printable(names.isEmpty() ? NOBODY : String.join(",", names)));
        row.add(printable(one.at("issuer").text()));
        row.add(one.at("notAfter").text());
        row.add(left(one));
        if (isWide) {
            row.add(printable(one.at("subject").text()));
            row.add(one.at("notBefore").text());
            row.add(proxies(one.at("proxies").items()));
            row.add(source(one));
        }
        row.add(uses(one.at("uses").items(), isWide));
        return row;
    }

    /// As in `29d EXPIRES SOON`.
    private static String left(Answer one) {
        String validity = one.at("validity").text();
        String word = validity.toUpperCase(Locale.ROOT);
        return switch (validity) {
            case "valid" -> time(one);
            case "expired" -> word;
            default -> time(one) + " " + word;
        };
    }

    private static String time(Answer one) {
        String seconds = one.at("secondsLeft").text();
        return seconds.isEmpty()
                ? NOBODY
                : Age.of(Duration.ofSeconds(Math.max(0, Long.parseLong(seconds))));
    }

    private static String proxies(List<Answer> ids) {
        return ids.isEmpty()
                ? NOBODY
                : ids.stream()
                        .map(id -> ProxyStatus.shortName(id.text()))
                        .collect(Collectors.joining(","));
    }

    private static String uses(List<Answer> uses, boolean isWide) {
        if (uses.isEmpty()) {
            return NOBODY;
        }
        int most = isWide ? uses.size() : MOST_USES;
        String named =
                uses.stream()
                        .limit(most)
                        .map(CertificateUse::use)
                        .collect(Collectors.joining(", "));
        return uses.size() > most ? named + ", and %d more".formatted(uses.size() - most) : named;
    }

    /// As in `Gateway default/shop https (shop.yaml:12)`.
    private static String use(Answer use) {
        String listener = use.at("listener").text();
        return "%s %s/%s%s (%s)"
                .formatted(
                        use.at("kind").text(),
                        use.at("namespace").text(),
                        use.at("name").text(),
                        listener.isEmpty() ? "" : " " + listener,
                        source(use));
    }

    private static String source(Answer place) {
        return place.at("file").text() + ":" + place.at("line").text();
    }

    /// Who made a certificate may have put anything in it.
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    /// A line for each that the authority has signed.
    Table workloads() {
        return new Table(
                List.of("IDENTITY", "NUMBER", "UNTIL", "LEFT", "STATE"),
                answer.at("workloads").items().stream()
                        .map(one ->
                                List.of(
                                        one.at("identity").text(),
                                        one.at("number").text(),
                                        one.at("notAfter").text(),
                                        time(one),
                                        one.at("state").text()))
                        .toList());
    }
}
