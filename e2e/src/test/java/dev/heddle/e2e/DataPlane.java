package dev.heddle.e2e;

import java.io.IOException;
import java.nio.file.Path;

/// A proxy that runs from an Envoy bootstrap.
interface DataPlane {
    /// Starts a proxy; it need not serve yet when this returns.
    ///
    /// @param bootstrap a file that the proxy reads
    AutoCloseable start(Path bootstrap) throws IOException;
}
