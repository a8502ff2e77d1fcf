package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Opens addresses in the browser of whoever runs a command, where there is one: by `xdg-open`
/// where a display is named, by `open` on a Mac that is not reached by SSH.
///
/// @param opener the executable
record Browser(Path opener) {
    /// The browser of this machine; empty where nobody would see it.
    static Optional<Browser> of(Machine machine) {
        return of(System.getProperty("os.name"), machine);
    }

    /// @param system its name, as in the property `os.name`
    static Optional<Browser> of(String system, Machine machine) {
        boolean isMac = system.startsWith("Mac");
        boolean isSeen =
                isMac
                        ? !isSaid("SSH_CONNECTION", machine)
                        : isSaid("DISPLAY", machine) || isSaid("WAYLAND_DISPLAY", machine);
        return isSeen ? found(isMac ? "open" : "xdg-open", machine) : Optional.empty();
    }

    private static boolean isSaid(String variable, Machine machine) {
        return !machine.environment().getOrDefault(variable, "").isEmpty();
    }

    private static Optional<Browser> found(String name, Machine machine) {
        return machine.searchPath().stream()
                .map(directory -> directory.resolve(name))
                .filter(it -> Files.isRegularFile(it) && Files.isExecutable(it))
                .findFirst()
                .map(it -> new Browser(it.toAbsolutePath()));
    }

    /// Has an address opened, and does not wait for it: an opener may last as long as the browser.
    /// One that fails is told of.
    ///
    /// @param address of the web; a control plane may say anything, so nothing else is opened
    /// @return the opener's exit code, when it has ended and was told of; empty where none started
    Optional<CompletableFuture<Integer>> open(String address, Machine machine) {
        if (!isOfTheWeb(address)) {
            return Optional.empty();
        }
        var builder =
                new ProcessBuilder(opener.toString(), address)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(machine.environment());
        try {
            return Optional.of(
                    builder.start().onExit().thenApply(ended -> told(ended.exitValue(), machine)));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private int told(int code, Machine machine) {
        if (code != 0) {
            machine.err()
                    .println(
                            "heddle: %s opened no browser (exit code %d): open the address above"
                                    .formatted(opener.getFileName(), code));
        }
        return code;
    }

    private static boolean isOfTheWeb(String address) {
        try {
            String scheme = URI.create(address).getScheme();
            return "https".equalsIgnoreCase(scheme) || "http".equalsIgnoreCase(scheme);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
