package dev.heddle.cli.warm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heddle.cli.analyze.Analyze;
import dev.heddle.cli.analyze.Format;
import dev.heddle.cli.analyze.Threshold;
import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.cli.demo.DemoPlan;
import dev.heddle.cli.demo.Workload;
import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.ProxyStatus;
import dev.heddle.cli.process.JavaRuntime;
import dev.heddle.cli.process.PortHolder;
import dev.heddle.cli.process.PortRange;
import dev.heddle.cli.process.Role;
import dev.heddle.cli.verify.ResultFormat;
import dev.heddle.cli.verify.Verify;
import dev.heddle.console.ConsoleServer;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.samples.bookinfo.BookServer;
import dev.heddle.samples.bookinfo.BookService;
import dev.heddle.samples.bookinfo.Call;
import dev.heddle.samples.bookinfo.Details;
import dev.heddle.samples.bookinfo.Peers;
import dev.heddle.samples.bookinfo.ProductPage;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Runs a small mesh for a moment, so that everything that commands and processes load is loaded
/// once: the control plane and the commands in this process, whose JVM then makes the start-up
/// cache for them; a proxy in one of its own, which makes the proxies' (a smaller one: each proxy
/// keeps it in memory). What is printed is of no interest.
public final class Rehearsal {
    private static final int PAGES = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Rehearsal() {}

    /// Runs it.
    ///
    /// @param mainClass of the command line tool
    public static int run(Machine machine, String mainClass)
            throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("heddle-rehearsal");
        Path config = Files.createDirectories(directory.resolve("mesh"));
        Path sample = machine.home().resolve("samples/bookinfo/config");
        Analyze.run(
                new Analyze.Question(
                        List.of(sample),
                        Optional.empty(),
                        Format.JSON,
                        Threshold.INFO,
                        Threshold.WARNING,
                        List.of(),
                        false,
                        Analyze.Fixing.NONE),
                machine);
        Verify.run(
                new Verify.Question(
                        List.of(sample.resolveSibling("tests")),
                        List.of(sample),
                        "",
                        ResultFormat.JSON),
                machine);
        Files.copy(sample.resolve("01-services.yaml"), config.resolve("services.yaml"));

        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var bootstrap = ControlBootstrap.of(config, directory.resolve("control"), loopback);
        try (var range = PortRange.take();
                var signals = Signals.start(SignalsBootstrap.in(directory.resolve("signals")));
                var control = ControlPlane.start(bootstrap, signals.services());
                var console =
                        ConsoleServer.start(
                                loopback,
                                Optional.empty(),
                                control.mesh(),
                                control.configStore(),
                                control.accounts(),
                                control.audit(),
                                Optional.of(signals))) {
            var plan = DemoPlan.on(0, 0, range.first(), 0, PortHolder::isFree);
            Workload workload = plan.workloads().get(1);
            Files.writeString(config.resolve("workload.yaml"), workload.workloadEntry());
            int xds = control.xdsAddress().getPort();
            Path file = directory.resolve("sidecar.yaml");
            int plain = range.first() + PortRange.SIZE - 3;
            String doors = doors(directory, plain, workload.ports().application());
            Files.writeString(file, Bootstrap.sidecar(workload, xds).text() + doors);
            var java = JavaRuntime.ofRehearsal(machine.build());
            var proxy =
                    new ProcessBuilder(
                            java.rehearsal(
                                    Role.PROXY,
                                    mainClass,
                                    List.of(
                                            "proxy",
                                            "-c",
                                            file.toString(),
                                            "--concurrency",
                                            "1",
                                            "--exit-on-stdin-eof")));
            proxy.environment().putAll(java.environment());
            proxy.redirectErrorStream(true)
                    .redirectOutput(directory.resolve("sidecar.log").toFile());
            Process sidecar = proxy.start();
            try (var _ = serve(new Details(), workload, machine)) {
                visit(sidecar, workload, machine);
                for (String version : List.of("http1", "http2")) {
                    ask("http://127.0.0.1:%d/%s/details/0".formatted(plain, version));
                }
                ask(admin(workload) + "/stats/prometheus");
            } finally {
                end(sidecar, workload);
            }
            ProxyStatus.run(
                    new Api(
                            "http://127.0.0.1:" + console.address().getPort(),
                            Optional.of(control.accounts().local())),
                    true,
                    machine);
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

    /// More configuration of the proxy, behind its clusters.
    ///
    /// @param plain a port that is free, as is the next one
    private static String doors(Path directory, int plain, int application) throws IOException {
        Path certificate = directory.resolve("rehearsal.pem");
        Files.writeString(certificate, resource("rehearsal.pem"));
        return resource("doors.yaml")
                .replace("$PLAIN", Integer.toString(plain))
                .replace("$SECURED", Integer.toString(plain + 1))
                .replace("$APPLICATION", Integer.toString(application))
                .replace("$CERTIFICATE", certificate.toString());
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Rehearsal.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
        }
    }

    private static String admin(Workload workload) {
        return "http://127.0.0.1:" + workload.ports().admin();
    }

    /// Asks for a page a few times.
    ///
    /// @throws IOException when it is not there
    private static void ask(String url) throws IOException {
        for (int i = 0; i < PAGES; i++) {
            try (InputStream answer = URI.create(url).toURL().openStream()) {
                answer.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    /// Looks at a page whose parts come through the proxy, out by one of its doors and in by the
    /// other.
    private static void visit(Process sidecar, Workload workload, Machine machine)
            throws InterruptedException {
        String admin = admin(workload);
        long until = machine.nanos().getAsLong() + PATIENCE.toNanos();
        while (sidecar.isAlive()
                && machine.nanos().getAsLong() < until
                && !isReady(admin)
                && !sidecar.waitFor(100, TimeUnit.MILLISECONDS)) {
            // Asks again.
        }
        var peers = Peers.through("http://127.0.0.1:" + workload.ports().httpProxy());
        var page = new ProductPage("productpage-v1", peers);
        for (int i = 0; i < PAGES; i++) {
            page.answer(new Call("GET", "/productpage", Map.of("cookie", "user=jason"), ""));
        }
    }

    private static boolean isReady(String admin) {
        try {
            var connection =
                    (HttpURLConnection) URI.create(admin + "/ready").toURL().openConnection();
            return connection.getResponseCode() == 200;
        } catch (IOException _) {
            return false;
        }
    }

    /// Lets the process end, at which its JVM writes the cache.
    private static void end(Process sidecar, Workload workload)
            throws IOException, InterruptedException {
        var quit =
                (HttpURLConnection)
                        URI.create(admin(workload) + "/quitquitquit").toURL().openConnection();
        quit.setRequestMethod("POST");
        try {
            quit.getResponseCode();
        } catch (IOException _) {
            sidecar.destroy();
        }
        if (!sidecar.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            sidecar.destroyForcibly();
        }
    }
}
