package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Table;
import java.util.List;
import java.util.Locale;

/// `heddle cost`: what proxies cost, by workload.
public final class Cost {
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

    private Cost() {}

    /// Prints it.
    ///
    /// @param namespace empty for all
    public static int run(Api api, int hours, String namespace, boolean json, Machine machine) {
        Api.Reply reply =
                api.get("cost?hours=%d&namespace=%s".formatted(hours, Api.path(namespace)));
        if (json) {
            machine.out().print(reply.body());
            return 0;
        }
        Answer answer = reply.answer();
        List<Answer> workloads = answer.at("workloads").items();
        machine.out()
                .print(
                        workloads.isEmpty()
                                ? "no proxy told anything in this time\n"
                                : new Table(
                                                List.of(
                                                        "NAMESPACE",
                                                        "WORKLOAD",
                                                        "CPU",
                                                        "CORES",
                                                        "MEMORY",
                                                        "REQUESTS",
                                                        "CPU/1000",
                                                        "RECEIVED",
                                                        "SENT",
                                                        "ACROSS ZONES"),
                                                workloads.stream().map(Cost::row).toList())
                                        .print());
        machine.out()
                .println(
                        "from %s to %s"
                                .formatted(answer.at("from").text(), answer.at("to").text()));
        return 0;
    }

    private static List<String> row(Answer workload) {
        double cpu = number(workload, "cpuSeconds");
        double requests = number(workload, "requests");
        return List.of(
                workload.at("namespace").text().isEmpty() ? "-" : workload.at("namespace").text(),
                said(workload.at("workload").text()),
                shown("%.1f s", cpu),
                shown("%.3f", cpu / number(workload, "proxySeconds")),
                bytes(number(workload, "memoryBytes")),
                shown("%.0f", requests),
                shown("%.2f s", cpu / requests * 1_000),
                bytes(number(workload, "receivedBytes")),
                bytes(number(workload, "sentBytes")),
                bytes(number(workload, "crossZoneBytes")));
    }

    /// What is not known is no number.
    private static double number(Answer workload, String name) {
        String digits = workload.at(name).text();
        return digits.isEmpty() ? Double.NaN : Double.parseDouble(digits);
    }

    private static String shown(String format, double number) {
        return Double.isFinite(number) ? String.format(Locale.ROOT, format, number) : "-";
    }

    private static String bytes(double number) {
        double rest = number;
        int unit = 0;
        while (rest >= 1_024 && unit < UNITS.size() - 1) {
            rest /= 1_024;
            unit++;
        }
        return shown(unit == 0 ? "%.0f " : "%.1f ", rest)
                + (Double.isFinite(rest) ? UNITS.get(unit) : "");
    }

    /// What proxies say is printed on a terminal: no control characters.
    private static String said(String text) {
        return text.isEmpty() ? "-" : text.replaceAll("\\p{Cntrl}", "?");
    }
}
