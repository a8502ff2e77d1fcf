package dev.heddle.e2e;

import dev.heddle.proxy.Proxy;
import dev.heddle.proxy.ProxySettings;
import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.drain.DrainPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/// Our own proxy as the data plane, inside the test's process.
public record HeddleProxy() implements DataPlane {
    @Override
    public AutoCloseable start(Path bootstrap) throws IOException {
        return start(bootstrap, ProxySettings.ofProcess().withWorkers(1));
    }

    @Override
    public AutoCloseable start(Path bootstrap, Duration drain) throws IOException {
        return start(
                bootstrap,
                ProxySettings.ofProcess().withWorkers(1).withDrain(DrainPlan.gradual(drain)));
    }

    private static AutoCloseable start(Path bootstrap, ProxySettings settings) throws IOException {
        try {
            return Proxy.start(BootstrapParser.read(bootstrap), settings);
        } catch (BootstrapException e) {
            throw new IOException(e);
        }
    }
}
