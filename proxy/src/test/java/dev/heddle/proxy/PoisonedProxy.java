package dev.heddle.proxy;

import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import java.io.IOException;
import java.nio.file.Path;

/// A process with a proxy in it that ends at once, as by a bug, when a listener of the name
/// `poison` is in force. Its arguments are a bootstrap and a directory for snapshots.
final class PoisonedProxy {
    private PoisonedProxy() {}

    static final int CRASHED = 134;

    public static void main(String[] args)
            throws BootstrapException, IOException, InterruptedException {
        Proxy proxy =
                Proxy.start(
                        BootstrapParser.read(Path.of(args[0])),
                        ProxyTest.settings().keeping(Path.of(args[1])));
        while (proxy.listenerAddress("poison").isEmpty()) {
            Thread.sleep(5);
        }
        Runtime.getRuntime().halt(CRASHED);
    }
}
