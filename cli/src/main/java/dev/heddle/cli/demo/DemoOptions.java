package dev.heddle.cli.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a user may choose about the demo.
///
/// @param traffic whether the demo makes requests by itself
/// @param gatewayPort of the productpage
/// @param consolePort of the control plane's API and page
/// @param config the directory to watch; empty for a copy of the sample's
/// @param data where logs, bootstraps and the control plane's memory go
/// @param control more options of the control plane, as its command line has them
public record DemoOptions(
        DataPlane dataPlane,
        boolean traffic,
        int gatewayPort,
        int consolePort,
        Optional<Path> config,
        Path data,
        List<String> control) {
    public DemoOptions {
        control = List.copyOf(control);
        checkPort("gateway-port", gatewayPort);
        checkPort("console-port", consolePort);
        if (gatewayPort == consolePort) {
            throw new IllegalArgumentException(
                    "--console-port: %d (expected: another one than --gateway-port)"
                            .formatted(consolePort));
        }
    }

    private static void checkPort(String option, int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "--%s: %d (expected: 1 to 65535)".formatted(option, port));
        }
    }
}
