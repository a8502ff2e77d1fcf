package dev.heddle.cli.demo;

import dev.heddle.cli.offline.Start;
import dev.heddle.cli.process.JavaRuntime;
import dev.heddle.cli.process.Program;
import dev.heddle.cli.process.Role;
import dev.heddle.compiler.world.ProcessOptions;
import dev.heddle.compiler.world.World;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The command lines of a demo's processes.
///
/// @param mainClass of the command line tool
/// @param envoy the executable, where Envoy is the data plane
/// @param tools where `setsid` and `setpriv` may be
/// @param world what proxies are to be started with
/// @param identities what proxies prove who they are by
public record Programs(
        JavaRuntime java,
        String mainClass,
        Optional<Path> envoy,
        DataDirectory data,
        List<Path> tools,
        World world,
        Identities identities) {
    /// A proxy's process, and what whoever starts it must know.
    ///
    /// @param adminPort of the loopback interface
    /// @param farewell how it is stopped
    public record Proxy(Program program, int adminPort, Farewell farewell) {}

    /// The name of the control plane's process.
    public static final String CONTROL = "control";

    /// The name of the gateway's process.
    public static final String GATEWAY = "gateway";

    private static final String BOOKINFO = "dev.heddle.samples.bookinfo.BookinfoMain";

    /// One compiler instead of two: half the processor time of a start, and seven proxies start at
    /// once here. A request then costs 1.6 times as much, which a few requests a second don't show.
    private static final String ONE_COMPILER = "-XX:TieredStopAtLevel=1";

    private static final String STDIN_WATCH = "--exit-on-stdin-eof";

    /// Runs a command and ends it when standard input does, for machines without `setpriv`.
    private static final String LEASH =
            """
            exec 3<&0; "$@" </dev/null & child=$!
            trap 'kill -TERM $child' TERM; trap '' INT
            { cat <&3 >/dev/null; kill -TERM $child; } 2>/dev/null &
            wait $child; code=$?; wait $child 2>/dev/null; kill $! 2>/dev/null; exit $code\
            """;

    /// The control plane.
    ///
    /// @param more options of its command line
    public Program control(DemoPlan plan, List<String> more) {
        var arguments = new ArrayList<>(more);
        arguments.addAll(
                0,
                List.of(
                        "control",
                        "--config",
                        data.mesh().toString(),
                        "--data",
                        data.control().toString(),
                        "--xds",
                        "127.0.0.1:" + plan.xdsPort(),
                        "--ca",
                        plan.authority(),
                        "--api",
                        "127.0.0.1:" + plan.consolePort(),
                        STDIN_WATCH));
        return program(
                CONTROL,
                java.command(
                        Role.TOOL,
                        List.of(
                                "-Xmx192m",
                                "-Xmn16m",
                                "-Xss512k",
                                "-XX:TrimNativeHeapInterval=1000",
                                ONE_COMPILER),
                        mainClass,
                        arguments),
                java.environment());
    }

    /// The gateway.
    ///
    /// @throws dev.heddle.cli.text.Failure when what it is to be started with cannot be used
    public Proxy gateway(DemoPlan plan) {
        return proxy(GATEWAY, Bootstrap.gateway(plan), identities.gateway(plan, GATEWAY));
    }

    /// The name of a workload's sidecar.
    public static String sidecarName(Workload workload) {
        return workload.name() + "-proxy";
    }

    /// The sidecar of a workload.
    ///
    /// @throws dev.heddle.cli.text.Failure when what it is to be started with cannot be used
    public Proxy sidecar(Workload workload, DemoPlan plan) {
        String name = sidecarName(workload);
        return proxy(
                name,
                Bootstrap.sidecar(workload, plan.xdsPort()),
                identities.sidecar(plan, name, workload));
    }

    /// The application of a workload.
    public Program application(Workload workload) {
        return program(
                workload.name(),
                java.command(
                        Role.APPLICATION,
                        List.of(),
                        BOOKINFO,
                        List.of(
                                workload.service(),
                                "--version",
                                workload.version(),
                                "--address",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(workload.ports().application()),
                                "--pod",
                                workload.name(),
                                STDIN_WATCH)),
                with(
                        java.environment(),
                        "HTTP_PROXY",
                        "http://127.0.0.1:" + workload.ports().httpProxy()));
    }

    private Proxy proxy(String name, Bootstrap bootstrap, Identities.Identity identity) {
        Start start = Start.of(world, name, bootstrap.text(), Optional.of(identity.control()));
        Path file = data.write("bootstrap", name + ".json", start.bootstrap());
        ProcessOptions process = start.process();
        List<String> command =
                envoy.map(executable ->
                                agentCommand(identity, envoyCommand(executable, file, process)))
                        .orElseGet(() -> heddleCommand(file, process, identity));
        var environment = new HashMap<>(java.environment());
        environment.putAll(process.environment());
        return new Proxy(
                program(name, command, environment), bootstrap.adminPort(), Farewell.of(process));
    }

    /// What the bootstrap says of the process, the proxy reads itself.
    private List<String> heddleCommand(
            Path bootstrap, ProcessOptions process, Identities.Identity identity) {
        var arguments =
                new ArrayList<>(
                        List.of("proxy", "--profile", "sidecar", "-c", bootstrap.toString()));
        if (process.concurrency().isEmpty()) {
            arguments.addAll(List.of("--concurrency", "1"));
        }
        if (process.drain().isEmpty()) {
            arguments.addAll(List.of("--drain-time-s", "1"));
        }
        if (!Farewell.of(process).isAsked()) {
            arguments.addAll(List.of("--termination-drain-time-s", "1"));
        }
        arguments.addAll(identity.options());
        arguments.add(STDIN_WATCH);
        return java.command(Role.PROXY, List.of(ONE_COMPILER), mainClass, arguments);
    }

    /// Envoy keeps no identity itself.
    private List<String> agentCommand(Identities.Identity identity, List<String> proxy) {
        var arguments = new ArrayList<>(List.of("agent"));
        arguments.addAll(identity.options());
        arguments.add(STDIN_WATCH);
        arguments.add("--");
        arguments.addAll(proxy);
        return java.command(Role.PROXY, List.of(ONE_COMPILER), mainClass, arguments);
    }

    private static Map<String, String> with(
            Map<String, String> environment, String name, String value) {
        var more = new HashMap<>(environment);
        more.put(name, value);
        return more;
    }

    private List<String> envoyCommand(Path executable, Path bootstrap, ProcessOptions process) {
        int workers = process.concurrency().orElse(1);
        // Without the option Envoy has a worker for each processor, as 0 means.
        List<String> concurrency =
                workers == 0 ? List.of() : List.of("--concurrency", Integer.toString(workers));
        long drain = process.drain().orElse(Duration.ofSeconds(2)).toSeconds();
        var envoyItself =
                new ArrayList<>(List.of(executable.toString(), "-c", bootstrap.toString()));
        envoyItself.addAll(concurrency);
        envoyItself.addAll(
                List.of(
                        "--disable-hot-restart",
                        "--log-level",
                        "warning",
                        "--drain-time-s",
                        Long.toString(drain)));
        Stream<String> leash =
                tool("setpriv")
                        .map(setpriv -> Stream.of(setpriv.toString(), "--pdeathsig", "TERM"))
                        .orElseGet(() -> Stream.of("/bin/sh", "-c", LEASH, "sh"));
        return Stream.concat(leash, envoyItself.stream()).toList();
    }

    /// Where the machine can, a process gets a session of its own, so that Ctrl-C at the terminal
    /// reaches the demo alone, which then stops the others in order.
    private Program program(String name, List<String> command, Map<String, String> environment) {
        List<String> inSession =
                tool("setsid")
                        .map(setsid ->
                                Stream.concat(Stream.of(setsid.toString()), command.stream())
                                        .toList())
                        .orElse(command);
        return new Program(name, inSession, environment, data.log(name));
    }

    private Optional<Path> tool(String name) {
        return tools.stream().map(dir -> dir.resolve(name)).filter(Files::isExecutable).findFirst();
    }
}
