package dev.heddle.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// A proxy that runs from an Envoy bootstrap.
public interface DataPlane {
    /// Starts a proxy; it need not serve yet when this returns.
    ///
    /// @param bootstrap a file that the proxy reads
    AutoCloseable start(Path bootstrap) throws IOException;

    /// The same with a time for drains other than the proxy's own, in whole seconds.
    AutoCloseable start(Path bootstrap, Duration drain) throws IOException;

    /// Whether the proxy whose admin pages are on that port of the loopback interface says that it
    /// serves all that it was given first.
    static boolean isLive(int admin) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), admin)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(HttpText.request("GET", "/ready", "localhost", Map.of()));
            return HttpText.answer(socket).filter(it -> it.status() == 200).isPresent();
        } catch (IOException _) {
            return false;
        }
    }
}
