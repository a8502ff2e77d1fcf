package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;

import dev.heddle.console.ConsoleServer;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.LocalToken;
import dev.heddle.testkit.Parts;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A control plane of this process with Bookinfo's configuration, and its API.
///
/// @param api where that is
record TestMesh(String api, Parts parts) implements AutoCloseable {
    static final Path BOOKINFO = Repository.root().resolve("samples/bookinfo");

    /// @param directory gets the configuration in `config`, and state in `data`
    static TestMesh start(Path directory) throws IOException {
        Path config = Files.createDirectories(directory.resolve("config"));
        try (Stream<Path> samples = Files.list(BOOKINFO.resolve("config"))) {
            for (Path sample : samples.toList()) {
                Files.copy(sample, config.resolve(sample.getFileName()));
            }
        }
        var parts = new Parts();
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var control =
                parts.add(
                        ControlPlane.start(
                                ControlBootstrap.of(config, directory.resolve("data"), loopback)));
        var console =
                parts.add(
                        ConsoleServer.start(
                                loopback,
                                control.mesh(),
                                control.configStore(),
                                control.accounts(),
                                control.audit()));
        int port = console.address().getPort();
        parts.add(LocalToken.keep(control.accounts(), LocalToken.file(TestCommand.HOME, port)));
        String api = "http://127.0.0.1:" + port;
        long until = System.nanoTime() + 5_000_000_000L;
        while (run("get", "vs", "--api", api).out().isEmpty() && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        return new TestMesh(api, parts);
    }

    @Override
    public void close() {
        parts.close();
    }
}
