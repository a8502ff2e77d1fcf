package dev.heddle.bench.load;

import dev.heddle.bench.system.BenchException;
import dev.heddle.bench.system.Child;
import dev.heddle.bench.system.Children;
import dev.heddle.bench.system.NativePrograms;
import dev.heddle.bench.system.Tools;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Runs loads: the bench's own generator for HTTP/1.1, h2load for HTTP/2.
public final class Generators {
    private final NativePrograms programs;
    private final Tools tools;
    private final Children children;

    /// @param programs where the bench's own generator comes from
    /// @param tools where h2load is looked for
    /// @param children what starts and stops them
    public Generators(NativePrograms programs, Tools tools, Children children) {
        this.programs = programs;
        this.tools = tools;
        this.children = children;
    }

    /// Why a load cannot be run on this machine; empty when it can.
    public Optional<String> lacking(Load load) {
        if (load.version() == Load.Version.HTTP2) {
            return tools.find("h2load").isPresent()
                    ? Optional.empty()
                    : Optional.of(Tools.missing("h2load"));
        }
        return load.tls().isPresent() && programs.tlsLoad().isEmpty()
                ? Optional.of("not run: no OpenSSL headers (apt install libssl-dev)")
                : Optional.empty();
    }

    /// Runs a load for a time; h2load knows whole seconds only, and at least one.
    ///
    /// @param core the core to run on; absent for all of them
    public LoadReport forSeconds(Load load, int port, Optional<Integer> core, double seconds) {
        if (load.version() == Load.Version.HTTP2) {
            String whole = Long.toString(Math.max(1, Math.round(seconds)));
            return h2load(load, port, core, List.of("-D", whole, "--warm-up-time", "0"));
        }
        String limit = String.format(Locale.ROOT, "%.3f", seconds);
        return own(load, port, core, List.of("--seconds", limit));
    }

    /// Runs a load until so many requests are answered, for ten minutes at most.
    public LoadReport forRequests(Load load, int port, Optional<Integer> core, long requests) {
        String limit = Long.toString(requests);
        return load.version() == Load.Version.HTTP2
                ? h2load(load, port, core, List.of("-n", limit))
                : own(load, port, core, List.of("--requests", limit, "--seconds", "600"));
    }

    /// Opens the load's connections, asks once on each, and leaves them open until the returned
    /// process is stopped.
    public Child hold(Load load, int port, Optional<Integer> core) {
        List<String> command = ownCommand(load, port);
        command.add("--hold");
        // Two thousand handshakes take longer than the program's own three seconds, if it shares
        // its core.
        command.addAll(List.of("--seconds", "25"));
        return children.start("hold", core, Map.of(), command);
    }

    private List<String> ownCommand(Load load, int port) {
        Path program = load.tls().isEmpty() ? programs.load() : programs.tlsLoad().orElseThrow();
        var command = new ArrayList<>(List.of(program.toString()));
        command.addAll(load.arguments(port));
        return command;
    }

    private LoadReport own(Load load, int port, Optional<Integer> core, List<String> limit) {
        List<String> command = ownCommand(load, port);
        command.addAll(limit);
        return LoadReport.parse(finish("load", core, command));
    }

    private LoadReport h2load(Load load, int port, Optional<Integer> core, List<String> limit) {
        if (!(load.pace() instanceof Load.Pace.Multiplexed(int streams))) {
            throw new IllegalStateException("h2load needs streams");
        }
        var command = new ArrayList<>(List.of(tools.find("h2load").orElseThrow().toString()));
        command.addAll(List.of("-t", "1", "-c", Integer.toString(load.connections())));
        command.addAll(List.of("-m", Integer.toString(streams)));
        command.add("--connect-to=127.0.0.1:" + port);
        command.addAll(limit);
        command.add("http://" + load.host() + load.path());
        return LoadReport.parseH2load(finish("h2load", core, command), load.connections());
    }

    private String finish(String name, Optional<Integer> core, List<String> command) {
        Child child = children.run(name, core, 700, command);
        if (child.process().exitValue() != 0) {
            throw new BenchException(name + " failed: " + child.complaint());
        }
        return child.printed();
    }
}
