package dev.heddle.cli.warm;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.cli.demo.DemoPlan;
import dev.heddle.cli.demo.Workload;
import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Analyze;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.samples.bookinfo.BookServer;
import dev.heddle.samples.bookinfo.Details;
import dev.heddle.samples.bookinfo.Peers;
import dev.heddle.samples.bookinfo.ProductPage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Runs a small mesh inside this process for a moment: everything that the demo's processes load is
/// loaded once. What it prints is of no interest.
public final class Rehearsal {
    private static final int PAGES = 20;

    private Rehearsal() {}

    /// Runs it.
    public static int run(Machine machine) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("heddle-rehearsal");
        Path config = Files.createDirectories(directory.resolve("mesh"));
        Path sample = machine.home().resolve("samples/bookinfo/config");
        Analyze.run(List.of(sample), true, machine);

        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var bootstrap = ControlBootstrap.of(config, directory.resolve("control"), loopback);
        try (var control = ControlPlane.start(bootstrap);
                var details = serve(new Details(), "details-v1");
                var page = serve(new ProductPage("page", to(details)), "productpage-v1")) {
            var plan = DemoPlan.on(8080, 15080, _ -> true);
            for (Workload workload : plan.workloads()) {
                Files.writeString(
                        config.resolve(workload.name() + ".yaml"), workload.workloadEntry());
                Bootstrap.sidecar(workload, control.xdsAddress().getPort()).text();
            }
            try (var client = HttpClient.newHttpClient()) {
                for (int i = 0; i < PAGES; i++) {
                    visit(client, page);
                }
            }
        }
        return 0;
    }

    private static BookServer serve(dev.heddle.samples.bookinfo.BookService service, String pod)
            throws IOException {
        return BookServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                service,
                pod,
                System.out);
    }

    /// Peers that are all the same server.
    private static Peers to(BookServer server) {
        return Peers.through("http://127.0.0.1:" + server.address().getPort());
    }

    private static void visit(HttpClient client, BookServer page)
            throws IOException, InterruptedException {
        var uri = URI.create("http://127.0.0.1:" + page.address().getPort() + "/productpage");
        var request = HttpRequest.newBuilder(uri).headers("cookie", "user=jason").build();
        var _ = client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
