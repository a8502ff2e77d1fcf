package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Table;
import java.util.List;

/// `heddle mtls status`: which proxies have an identity, what they take, who calls in plain text,
/// and what would break if everything were STRICT.
public final class MtlsStatus {
    private MtlsStatus() {}

    /// Prints a line for each proxy, and what stands against STRICT.
    ///
    /// @return 1 when something does, 0 otherwise
    public static int run(Api api, Machine machine) {
        MtlsReadiness readiness = MtlsReadiness.of(api);
        machine.out()
                .print(
                        new Table(
                                        List.of("PROXY", "IDENTITY", "TAKES"),
                                        readiness.proxies().stream()
                                                .map(l ->
                                                        List.of(
                                                                l.proxy(),
                                                                l.hasIdentity() ? "yes" : "no",
                                                                l.takes()))
                                                .toList())
                                .print());
        List<String> against = readiness.against();
        machine.out().println();
        machine.out()
                .println(
                        against.isEmpty()
                                ? "Nothing stands against STRICT."
                                : "Against STRICT for the whole mesh:");
        against.forEach(line -> machine.out().println("  " + line));
        return against.isEmpty() ? 0 : 1;
    }
}
