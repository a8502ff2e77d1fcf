package dev.heddle.signals.ingest;

import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsServer;
import dev.heddle.xds.server.XdsService;
import dev.heddle.xds.server.XdsStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Signals, served in plain text as a control plane serves them.
record TestServer(Signals signals, XdsServer server) implements AutoCloseable {
    private static final XdsHandler SILENT =
            new XdsHandler() {
                @Override
                public void onOpened(XdsStream stream) {}

                @Override
                public void onAck(XdsStream stream, XdsType type, String version) {}

                @Override
                public void onNack(
                        XdsStream stream,
                        XdsType type,
                        String version,
                        String text,
                        List<String> resources) {}

                @Override
                public void onClosed(XdsStream stream, String reason) {}
            };

    static TestServer start(Path directory) throws IOException {
        var signals = Signals.start(SignalsBootstrap.in(directory));
        var service =
                new XdsService(
                        SILENT,
                        Optional.empty(),
                        Duration.ofSeconds(5),
                        signals.services(),
                        Optional.empty());
        return new TestServer(
                signals,
                XdsServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), service));
    }

    int port() {
        return server.address().getPort();
    }

    @Override
    public void close() {
        server.close();
        signals.close();
    }
}
