package dev.heddle.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// What runs in a demo, and on which ports of the loopback interface.
///
/// @param gatewayPort where the mesh is entered
/// @param gatewayAdmin the gateway's admin port
/// @param consolePort the control plane's API
/// @param xdsPort where proxies get their configuration
public record DemoPlan(
        int gatewayPort, int gatewayAdmin, int consolePort, int xdsPort, List<Workload> workloads) {
    private static final int XDS_PORT = 15_010; // as istiod's

    /// Ports are taken from below the range that outgoing connections use, so that a process that
    /// is started anew finds its port free.
    private static final int FIRST_PORT = 20_000;

    private static final int LAST_PORT = 32_000;
    private static final int STEP = 10;

    private static final List<List<String>> WORKLOADS =
            List.of(
                    List.of("productpage", "v1"),
                    List.of("details", "v1"),
                    List.of("reviews", "v1"),
                    List.of("reviews", "v2"),
                    List.of("reviews", "v3"),
                    List.of("ratings", "v1"));

    public DemoPlan {
        workloads = List.copyOf(workloads);
    }

    /// The Bookinfo workloads on free ports.
    ///
    /// @param free tells whether a port can be taken
    /// @throws IllegalStateException when there are not enough free ports
    public static DemoPlan on(int gatewayPort, int consolePort, IntPredicate free) {
        IntPredicate ours = port -> port != gatewayPort && port != consolePort && free.test(port);
        int xds = ours.test(XDS_PORT) ? XDS_PORT : first(ours, FIRST_PORT - 1_000, 1);
        int admin = first(ours, FIRST_PORT, STEP);
        int from = admin + STEP;
        var workloads = new ArrayList<Workload>();
        for (var workload : WORKLOADS) {
            IntPredicate fourFree = p -> IntStream.range(p, p + 4).allMatch(ours);
            int ports = first(fourFree, from, STEP);
            workloads.add(
                    new Workload(
                            workload.getFirst(), workload.getLast(), Workload.Ports.from(ports)));
            from = ports + STEP;
        }
        return new DemoPlan(gatewayPort, admin, consolePort, xds, workloads);
    }

    private static int first(IntPredicate free, int from, int step) {
        return IntStream.iterate(from, port -> port < LAST_PORT, port -> port + step)
                .filter(free)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException(
                                "no free ports between %d and %d".formatted(from, LAST_PORT)));
    }

    /// Where the mesh is entered, as in `http://127.0.0.1:8080`.
    public String gatewayUrl() {
        return "http://127.0.0.1:" + gatewayPort;
    }

    /// The control plane's page and API.
    public String consoleUrl() {
        return "http://127.0.0.1:" + consolePort;
    }
}
