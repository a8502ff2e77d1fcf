package dev.heddle.cli.demo;

import dev.heddle.cli.process.PortRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// What runs in a demo, and on which ports of the loopback interface.
///
/// @param gatewayPort where the mesh is entered
/// @param gatewayAdmin the gateway's admin port
/// @param consolePort the control plane's API
/// @param xdsPort where whoever asks is told a proxy's configuration, in plain text
/// @param caPort where proxies get their certificates, and by them their configuration
public record DemoPlan(
        int gatewayPort,
        int gatewayAdmin,
        int consolePort,
        int xdsPort,
        int caPort,
        List<Workload> workloads) {
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

    /// The Bookinfo workloads on free ports of a range: each has ten of them to itself.
    ///
    /// @param range first port of the range
    /// @param xdsWish where proxies shall get their configuration if that port is free
    /// @param free tells whether a port can be taken
    /// @throws IllegalStateException when there are not enough free ports
    public static DemoPlan on(
            int gatewayPort, int consolePort, int range, int xdsWish, IntPredicate free) {
        IntPredicate ours = port -> port != gatewayPort && port != consolePort && free.test(port);
        int admin = block(ours, range, range, 3);
        int xds = ours.test(xdsWish) ? xdsWish : admin + 1;
        int ca = admin + 2;
        var workloads = new ArrayList<Workload>();
        int from = admin + STEP;
        for (var workload : WORKLOADS) {
            int ports = block(ours, range, from, 4);
            workloads.add(
                    new Workload(
                            workload.getFirst(), workload.getLast(), Workload.Ports.from(ports)));
            from = ports + STEP;
        }
        return new DemoPlan(gatewayPort, admin, consolePort, xds, ca, workloads);
    }

    /// The first block of ten from a port on whose first ports are free.
    private static int block(IntPredicate free, int range, int from, int ports) {
        int end = range + PortRange.SIZE;
        return IntStream.iterate(from, port -> port < end, port -> port + STEP)
                .filter(first -> IntStream.range(first, first + ports).allMatch(free))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException(
                                "too few free ports between %d and %d".formatted(range, end)));
    }

    /// Where the mesh is entered, as in `http://127.0.0.1:8080`.
    public String gatewayUrl() {
        return "http://127.0.0.1:" + gatewayPort;
    }

    /// The certificate authority, as `--ca` says it.
    public String authority() {
        return "127.0.0.1:" + caPort;
    }

    /// The control plane's page and API.
    public String consoleUrl() {
        return "http://127.0.0.1:" + consolePort;
    }
}
