package dev.heddle.e2e;

import dev.heddle.proxy.Proxy;
import dev.heddle.proxy.ProxySettings;
import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import java.io.IOException;
import java.nio.file.Path;

/// Our own proxy as the data plane, inside the test's process.
record HeddleProxy() implements DataPlane {
    @Override
    public AutoCloseable start(Path bootstrap) throws IOException {
        try {
            return Proxy.start(
                    BootstrapParser.read(bootstrap), ProxySettings.ofProcess().withWorkers(1));
        } catch (BootstrapException e) {
            throw new IOException(e);
        }
    }
}
