package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.serve.TrustedRoots;
import dev.heddle.cli.text.Failure;
import dev.heddle.control.access.LocalToken;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/// Which token goes to which control plane: the one of a file that was named; else the one that
/// `heddle user login` put beside; else, to a control plane on this machine, the one that it put
/// there for its own user.
public final class Credentials {
    private static final Pattern THIS_MACHINE =
            Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");
    private static final int USUAL_PORT = 15_080;

    private Credentials() {}

    /// What a command line says of the API.
    ///
    /// @param base its address
    /// @param token file with a token; empty to look for one
    /// @param roots file with whom to believe; empty for those of the Java runtime
    /// @param allowsPlaintext whether tokens and passwords may be read by the network
    public record Said(
            String base, Optional<Path> token, Optional<Path> roots, boolean allowsPlaintext) {
        /// An address, and nothing else.
        public static Said of(String base) {
            return new Said(base, Optional.empty(), Optional.empty(), false);
        }
    }

    /// The API at an address, with the token that belongs to it.
    ///
    /// @throws Failure where the token would go over a network in plain text
    public static Api api(Said said, Machine machine) {
        URI base = URI.create(new Api(said.base(), Optional.empty()).base());
        boolean isSecure = "https".equalsIgnoreCase(base.getScheme());
        if (!isSecure && !isHere(base) && !said.allowsPlaintext()) {
            throw Failure.usage(
                    "--api: %s would be called in plain text, with a token or a password that the"
                                    .formatted(base)
                            + " network could read",
                    "call it as https://; or add --allow-plaintext-api, if the network is safe");
        }
        if (!isSecure && said.roots().isPresent() && !isHere(base)) {
            throw Failure.usage(
                    "--api-ca: %s is called without TLS".formatted(base), "call it as https://");
        }
        try {
            return new Api(
                    said.base(),
                    token(base, said.token(), machine),
                    isSecure
                            ? said.roots().map(it -> TrustedRoots.of("--api-ca", it))
                            : Optional.empty());
        } catch (IOException e) {
            throw Failure.of("the token cannot be read: " + e.getMessage(), "");
        }
    }

    private static Optional<String> token(URI base, Optional<Path> file, Machine machine)
            throws IOException {
        if (file.isPresent()) {
            return Optional.of(
                    LocalToken.read(file.get())
                            .orElseThrow(() ->
                                    Failure.usage(
                                            "--token-file: %s is no file that only its owner may"
                                                            .formatted(file.get())
                                                    + " read",
                                            "'chmod 600 FILE' makes it one")));
        }
        Optional<String> login = LocalToken.read(ofLogin(base, machine));
        boolean isHere = isHere(base);
        return login.isPresent() || !isHere
                ? login
                : LocalToken.read(LocalToken.file(machine.userHome(), port(base)));
    }

    /// Whether that address is this machine's.
    static boolean isHere(URI base) {
        return THIS_MACHINE.matcher(base.getHost()).matches();
    }

    /// Where the token of somebody who signed in at that address is.
    static Path ofLogin(URI base, Machine machine) {
        String host = isHere(base) ? "localhost" : base.getHost().replaceAll("[^a-zA-Z0-9.-]", "_");
        return machine.userHome().resolve(".heddle/tokens/login-%s-%d".formatted(host, port(base)));
    }

    private static int port(URI base) {
        return base.getPort() < 0 ? USUAL_PORT : base.getPort();
    }
}
