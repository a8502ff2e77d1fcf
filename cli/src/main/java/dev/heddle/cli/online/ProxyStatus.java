package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Table;
import java.util.ArrayList;
import java.util.List;

/// `heddle proxy-status`: which proxy runs which version of what.
public final class ProxyStatus {
    private static final List<String> TYPES = List.of("CDS", "EDS", "LDS", "RDS");

    private ProxyStatus() {}

    /// Prints a line for each proxy.
    ///
    /// @return 1 when a connected proxy refuses something, 0 otherwise
    public static int run(Api api, boolean json, Machine machine) {
        Api.Reply reply = api.get("proxies");
        Answer answer = reply.answer();
        List<Answer> proxies = answer.at("proxies").items();
        if (json) {
            machine.out().print(reply.body());
        } else {
            machine.out().print(table(proxies).print());
            machine.out().println();
            machine.out().println(summary(answer.at("version").text(), proxies));
            refusals(proxies).forEach(machine.out()::println);
        }
        return refusals(proxies).isEmpty() ? 0 : 1;
    }

    /// The workloads whose proxies are connected, as in `reviews-v1.default`.
    public static List<String> connected(Api api) {
        return api.get("proxies").answer().at("proxies").items().stream()
                .filter(it -> it.at("connected").isTrue())
                .map(it -> shortName(it.at("id").text()))
                .distinct()
                .sorted()
                .toList();
    }

    private static Table table(List<Answer> proxies) {
        var headings = new ArrayList<String>(List.of("PROXY", "ROLE", "KIND"));
        headings.addAll(TYPES);
        headings.addAll(List.of("VERSION", "STATUS"));
        return new Table(headings, proxies.stream().map(ProxyStatus::row).toList());
    }

    private static List<String> row(Answer proxy) {
        var row = new ArrayList<String>();
        row.add(shortName(proxy.at("id").text()));
        row.add(proxy.at("role").text());
        row.add(proxy.at("kind").text());
        TYPES.forEach(type -> row.add(cell(proxy, type)));
        row.add(proxy.at("sent").text());
        row.add(status(proxy));
        return row;
    }

    private static String cell(Answer proxy, String type) {
        for (Answer state : proxy.at("types").items()) {
            if (state.at("type").text().equals(type)) {
                String acked = state.at("acked").text();
                return state.at("nack").isAbsent()
                        ? (acked.isEmpty() ? "-" : acked)
                        : acked + " refuses " + state.at("nack", "version").text();
            }
        }
        return "-";
    }

    private static String status(Answer proxy) {
        if (!proxy.at("connected").isTrue()) {
            return "gone: " + proxy.at("reason").text();
        }
        return (proxy.at("inSync").isTrue() ? "in sync" : "not in sync")
                + (proxy.at("inStage").isTrue() ? ", ahead" : "");
    }

    private static String summary(String version, List<Answer> proxies) {
        long connected = proxies.stream().filter(p -> p.at("connected").isTrue()).count();
        long applied =
                proxies.stream()
                        .filter(p -> p.at("connected").isTrue() && p.at("inSync").isTrue())
                        .filter(p -> !p.at("inStage").isTrue())
                        .count();
        return Stage.applied(Long.toString(applied), Long.toString(connected), version);
    }

    private static List<String> refusals(List<Answer> proxies) {
        var texts = new ArrayList<String>();
        for (Answer proxy : proxies) {
            for (Answer type : proxy.at("types").items()) {
                if (proxy.at("connected").isTrue() && !type.at("nack").isAbsent()) {
                    texts.add(
                            "%s refuses %s of version %s: %s"
                                    .formatted(
                                            shortName(proxy.at("id").text()),
                                            type.at("type").text(),
                                            type.at("nack", "version").text(),
                                            type.at("nack", "text").text()));
                }
            }
        }
        return texts;
    }

    /// The part of a node's id that names the workload: `reviews-v1.default`.
    static String shortName(String id) {
        String[] parts = id.split("~", -1);
        return parts.length == 4 ? parts[2] : id;
    }
}
