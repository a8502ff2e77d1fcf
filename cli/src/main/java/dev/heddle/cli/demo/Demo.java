package dev.heddle.cli.demo;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Configuration;
import dev.heddle.cli.online.Credentials;
import dev.heddle.cli.online.Dashboard;
import dev.heddle.cli.process.Backoff;
import dev.heddle.cli.process.JavaRuntime;
import dev.heddle.cli.process.PortHolder;
import dev.heddle.cli.process.PortRange;
import dev.heddle.cli.process.StopSignal;
import dev.heddle.cli.process.Supervisor;
import dev.heddle.cli.text.Failure;
import dev.heddle.cli.text.Screen;
import dev.heddle.compiler.world.World;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Runs the demo from the first check to the last process gone. Read [#run] from top to bottom.
public final class Demo {
    private static final int XDS_PORT = 15_010; // as istiod's
    private static final Duration LONGEST_START = Duration.ofSeconds(90);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int TOO_MANY_DEATHS = 4;

    private final DemoOptions options;
    private final Machine machine;
    private final String mainClass;
    private final Screen screen;

    private Demo(DemoOptions options, Machine machine, String mainClass) {
        this.options = options;
        this.machine = machine;
        this.mainClass = mainClass;
        this.screen = new Screen(machine.out(), machine.terminal());
    }

    /// Runs the demo until it is told to stop.
    ///
    /// @param mainClass of the command line tool, which the demo starts for the other roles
    /// @return the exit code
    /// @throws Failure when it cannot start
    public static int run(DemoOptions options, Machine machine, String mainClass) {
        return new Demo(options, machine, mainClass).run();
    }

    private int run() {
        // What would go wrong later is said now.
        Doors.of(options, mainClass).requireFree();
        Optional<Path> envoy =
                options.dataPlane() == DataPlane.ENVOY
                        ? Optional.of(EnvoyFinder.find(machine.home()))
                        : Optional.empty();

        var stop = StopSignal.ofThisProcess();
        try (var ports = PortRange.take();
                var data = DataDirectory.open(options.data().toAbsolutePath().normalize())) {
            Path config = configuration(data);
            var plan =
                    DemoPlan.on(
                            options.gatewayPort(),
                            options.consolePort(),
                            ports.first(),
                            ports.isLowest() ? XDS_PORT : ports.first() + 1,
                            PortHolder::isFree);
            plan.workloads()
                    .forEach(w ->
                            data.write("mesh/workloads", w.name() + ".yaml", w.workloadEntry()));

            var java = JavaRuntime.ofThisProcess(machine.build());
            World world =
                    Configuration.read(List.of(data.mesh()), InputStream.nullInputStream()).world();
            var programs =
                    new Programs(
                            java,
                            mainClass,
                            envoy,
                            data,
                            machine.searchPath(),
                            world,
                            new Identities(data));
            var proxies = new ArrayList<Programs.Proxy>();
            var narrator = new Narrator(screen, data);
            try (var supervisor = new Supervisor(machine.nanos(), Backoff.QUICK, narrator);
                    var readiness = new Readiness()) {
                try {
                    if (start(
                            plan,
                            programs,
                            new Cast(supervisor, narrator, readiness, data, stop, proxies))) {
                        introduce(plan, config, data);
                        watch(plan, stop);
                    }
                } finally {
                    stop(plan, supervisor, new Goodbyes(supervisor, readiness, proxies, envoy));
                }
            }
        } catch (IOException e) {
            throw Failure.of(String.valueOf(e.getMessage()), "");
        } finally {
            stop.done();
        }
        return 0;
    }

    /// What a start needs.
    ///
    /// @param proxies that were started, the gateway first
    private record Cast(
            Supervisor supervisor,
            Narrator narrator,
            Readiness readiness,
            DataDirectory data,
            StopSignal stop,
            List<Programs.Proxy> proxies) {}

    /// Prepares the directory that the control plane watches.
    ///
    /// @return the part of it that is the user's
    private Path configuration(DataDirectory data) {
        Path sample = machine.home().resolve("samples/bookinfo/config");
        Optional<Path> own = options.config().map(path -> path.toAbsolutePath().normalize());
        if (own.isPresent() && !Files.isDirectory(own.get())) {
            throw Failure.usage(
                    "--config: %s is no directory".formatted(own.get()),
                    "name a directory of YAML files, or leave the option out for the sample");
        }
        own.map(path -> data.linkConfig(sample, path))
                .orElseGet(() -> data.copyConfig(sample))
                .ifPresent(before ->
                        screen.line(
                                "heddle: the last run's configuration was changed;"
                                        + " it is kept in "
                                        + before));
        return own.orElse(data.mesh().resolve("config"));
    }

    /// Starts everything and waits until it is ready.
    ///
    /// @return false when the user has had enough before
    private boolean start(DemoPlan plan, Programs programs, Cast cast) {
        long from = machine.nanos().getAsLong();
        screen.line(
                "heddle: starting %d processes, %s as the data plane …"
                        .formatted(
                                2 + 2 * plan.workloads().size(),
                                options.dataPlane() == DataPlane.ENVOY ? "Envoy" : "Heddle"));
        var supervisor = cast.supervisor();
        supervisor.start(programs.control(plan, options.control()));
        plan.workloads().forEach(w -> supervisor.start(programs.application(w)));
        var control = new Readiness.Probe(Programs.CONTROL, plan.consoleUrl() + "/healthz");
        if (!awaitReady("control plane", List.of(control), cast)) {
            return false;
        }

        cast.proxies().add(programs.gateway(plan));
        plan.workloads().forEach(w -> cast.proxies().add(programs.sidecar(w, plan)));
        cast.proxies().forEach(proxy -> supervisor.start(proxy.program()));
        var applications = new ArrayList<Readiness.Probe>();
        var proxies = new ArrayList<Readiness.Probe>();
        proxies.add(ready(Programs.GATEWAY, plan.gatewayAdmin(), "/ready"));
        for (var workload : plan.workloads()) {
            var ports = workload.ports();
            applications.add(ready(workload.name(), ports.application(), "/health"));
            proxies.add(ready(Programs.sidecarName(workload), ports.admin(), "/ready"));
        }
        if (!awaitReady("applications", applications, cast)
                || !awaitReady("gateway and sidecars", proxies, cast)) {
            return false;
        }
        return awaitPage(plan, cast, from);
    }

    private static Readiness.Probe ready(String name, int port, String path) {
        return new Readiness.Probe(name, "http://127.0.0.1:" + port + path);
    }

    /// Waits until every probe is ready, with a line when it is so.
    private boolean awaitReady(String what, List<Readiness.Probe> probes, Cast cast) {
        long from = machine.nanos().getAsLong();
        var missing = new ArrayList<>(probes);
        while (!missing.isEmpty()) {
            missing.removeIf(cast.readiness()::isReady);
            for (var probe : missing) {
                if (cast.narrator().deaths(probe.name()) >= TOO_MANY_DEATHS) {
                    throw doesNotStart(probe.name(), cast.data(), "it dies again and again");
                }
            }
            if (machine.nanos().getAsLong() - from > LONGEST_START.toNanos()) {
                throw doesNotStart(missing.getFirst().name(), cast.data(), "it does not get ready");
            }
            if (screen.isTerminal() && !missing.isEmpty()) {
                screen.status(
                        "  waiting for the %s: %d of %d ready"
                                .formatted(what, probes.size() - missing.size(), probes.size()));
            }
            if (!missing.isEmpty() && cast.stop().await(PAUSE)) {
                return false;
            }
        }
        screen.line("  %s ready%s".formatted(what, probes.size() > 1 ? ": " + probes.size() : ""));
        return true;
    }

    private static Failure doesNotStart(String name, DataDirectory data, String why) {
        return Failure.of(
                "%s does not start: %s. Its last words:%n    %s"
                        .formatted(name, why, String.join("\n    ", data.logTail(name, 12))),
                "see its whole log in " + data.log(name));
    }

    /// Waits for the first page to come all the way through the mesh. With a configuration of the
    /// user's own that need not ever happen.
    private boolean awaitPage(DemoPlan plan, Cast cast, long from) {
        String page = plan.gatewayUrl() + "/productpage";
        long patience = Duration.ofSeconds(options.config().isPresent() ? 5 : 20).toNanos();
        long waitingSince = machine.nanos().getAsLong();
        while (machine.nanos().getAsLong() - waitingSince < patience) {
            var answer = cast.readiness().get(page);
            if (answer.isPresent()
                    && answer.get().statusCode() == 200
                    && !answer.get().body().contains("Error fetching product")) {
                screen.line(
                        String.format(
                                Locale.ROOT,
                                "  first page served, %.1f s after the start",
                                (machine.nanos().getAsLong() - from) / 1e9));
                return true;
            }
            if (cast.stop().await(PAUSE)) {
                return false;
            }
        }
        screen.line("  %s does not answer with a whole page; the logs may say why".formatted(page));
        return true;
    }

    private void introduce(DemoPlan plan, Path config, DataDirectory data) {
        var admin = new StringBuilder("gateway " + plan.gatewayAdmin());
        plan.workloads()
                .forEach(w ->
                        admin.append(", ").append(w.name()).append(' ').append(w.ports().admin()));
        Path example = machine.home().resolve("samples/bookinfo/try/reviews-80-20.yaml");
        screen.line(
                """

                  productpage    %1$s/productpage
                  gateway        %1$s
                  console        %2$s
                  xDS            127.0.0.1:%3$d   (proxies of the demo: %8$s, by their certificates)
                  admin ports    %4$s
                  configuration  %5$s   (watched: edit it, see it take effect)
                  logs           %6$s

                  Try:  cp %7$s %5$s/
                  Ctrl-C stops everything.
                """
                        .formatted(
                                plan.gatewayUrl(),
                                machine.terminal()
                                        ? Dashboard.link(
                                                Credentials.api(
                                                        Credentials.Said.of(plan.consoleUrl()),
                                                        machine))
                                        : plan.consoleUrl() + "/   ('heddle dashboard' signs in)",
                                plan.xdsPort(),
                                admin,
                                config,
                                data.root().resolve("logs"),
                                example,
                                plan.authority()));
    }

    /// Shows what the traffic meets, until the user has seen enough.
    private void watch(DemoPlan plan, StopSignal stop) {
        if (!options.traffic()) {
            stop.await();
            return;
        }
        var page = URI.create(plan.gatewayUrl() + "/productpage");
        try (var traffic = TrafficStream.start(page, machine.nanos())) {
            Duration beat = Duration.ofSeconds(screen.isTerminal() ? 1 : 10);
            while (!stop.await(beat)) {
                screen.status(traffic.summary().line());
            }
            screen.line(
                    "  %d requests answered, %d of them failed"
                            .formatted(traffic.total(), traffic.failures()));
        }
    }

    /// Stops in the order of the requests' way, so that nothing that is under way fails.
    private void stop(DemoPlan plan, Supervisor supervisor, Goodbyes goodbyes) {
        screen.line("heddle: stopping …");
        supervisor.retire();
        goodbyes.gateway();
        goodbyes.sidecars();
        supervisor.stop(
                plan.workloads().stream().map(Workload::name).toList(), Duration.ofMillis(800));
        supervisor.stop(List.of(Programs.CONTROL), Duration.ofMillis(1200));
        screen.line("heddle: stopped; no process is left.");
    }
}
