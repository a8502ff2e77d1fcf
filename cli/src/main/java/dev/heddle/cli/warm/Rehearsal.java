package dev.heddle.cli.warm;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.cli.demo.DemoPlan;
import dev.heddle.cli.demo.Workload;
import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Analyze;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.ProxyStatus;
import dev.heddle.cli.process.PortHolder;
import dev.heddle.cli.process.PortRange;
import dev.heddle.console.ConsoleServer;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.proxy.Proxy;
import dev.heddle.proxy.ProxySettings;
import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.samples.bookinfo.BookServer;
import dev.heddle.samples.bookinfo.BookService;
import dev.heddle.samples.bookinfo.Call;
import dev.heddle.samples.bookinfo.Details;
import dev.heddle.samples.bookinfo.Peers;
import dev.heddle.samples.bookinfo.ProductPage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Runs a small mesh inside this process for a moment: everything that the demo's processes load is
/// loaded once. What it prints is of no interest.
public final class Rehearsal {
    private static final int PAGES = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Rehearsal() {}

    /// Runs it.
    public static int run(Machine machine) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("heddle-rehearsal");
        Path config = Files.createDirectories(directory.resolve("mesh"));
        Path sample = machine.home().resolve("samples/bookinfo/config");
        Analyze.run(List.of(sample), true, machine);
        Files.copy(sample.resolve("01-services.yaml"), config.resolve("services.yaml"));

        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var bootstrap = ControlBootstrap.of(config, directory.resolve("control"), loopback);
        try (var range = PortRange.take();
                var control = ControlPlane.start(bootstrap);
                var console =
                        ConsoleServer.start(loopback, control.mesh(), control.configStore())) {
            var plan = DemoPlan.on(0, 0, range.first(), 0, PortHolder::isFree);
            Workload workload = plan.workloads().get(1);
            Files.writeString(config.resolve("workload.yaml"), workload.workloadEntry());
            int xds = control.xdsAddress().getPort();
            Path file = directory.resolve("sidecar.yaml");
            Files.writeString(file, Bootstrap.sidecar(workload, xds).text());
            try (var _ = serve(new Details(), workload, machine);
                    var proxy =
                            Proxy.start(
                                    BootstrapParser.read(file),
                                    ProxySettings.ofProcess().withWorkers(1))) {
                visit(proxy, workload, machine);
            } catch (BootstrapException e) {
                machine.err().println(e.getMessage());
            }
            ProxyStatus.run(
                    new Api("http://127.0.0.1:" + console.address().getPort()), true, machine);
        }
        return 0;
    }

    private static BookServer serve(BookService service, Workload workload, Machine machine)
            throws IOException {
        return BookServer.start(
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), workload.ports().application()),
                service,
                workload.name(),
                machine.out());
    }

    /// Looks at a page whose parts come through the proxy, out by one of its doors and in by the
    /// other.
    private static void visit(Proxy proxy, Workload workload, Machine machine) {
        long until = machine.nanos().getAsLong() + PATIENCE.toNanos();
        while (!proxy.isLive() && machine.nanos().getAsLong() < until) {
            Thread.onSpinWait();
        }
        var peers = Peers.through("http://127.0.0.1:" + workload.ports().httpProxy());
        var page = new ProductPage("productpage-v1", peers);
        for (int i = 0; i < PAGES; i++) {
            page.answer(new Call("GET", "/productpage", Map.of("cookie", "user=jason"), ""));
        }
    }
}
