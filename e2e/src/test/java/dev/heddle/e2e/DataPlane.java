package dev.heddle.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/// A proxy that runs from an Envoy bootstrap.
public interface DataPlane {
    /// Starts a proxy; it need not serve yet when this returns.
    ///
    /// @param bootstrap a file that the proxy reads
    AutoCloseable start(Path bootstrap) throws IOException;

    /// The same with a time for drains other than the proxy's own, in whole seconds.
    AutoCloseable start(Path bootstrap, Duration drain) throws IOException;
}
