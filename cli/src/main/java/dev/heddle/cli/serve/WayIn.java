package dev.heddle.cli.serve;

import dev.heddle.cli.text.Failure;
import dev.heddle.signals.remote.Pass;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/// How a server that an option names is got into, as the options say whose names begin with that
/// one's.
///
/// @param option that names the server, as in `--prometheus`
/// @param token a file with a token; empty for none
/// @param password a file with a name and a password; empty for none
/// @param roots a file with certificates that TLS believes; empty for the machine's
public record WayIn(
        String option, Optional<Path> token, Optional<Path> password, Optional<Path> roots) {
    /// One that needs nothing.
    public static WayIn open(String option) {
        return new WayIn(option, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// What is shown to the server.
    ///
    /// @throws Failure when it is said twice, or its file has nothing of the kind
    Pass pass() {
        if (token.isPresent() && password.isPresent()) {
            throw Failure.usage(
                    "%s-token-file and %s-password-file are two ways to get in"
                            .formatted(option, option),
                    "leave one of them out");
        }
        Pass pass =
                token.<Pass>map(Pass.Token::new)
                        .or(() -> password.map(Pass.Password::new))
                        .orElse(new Pass.None());
        try {
            pass.authorization();
        } catch (IOException e) {
            throw Failure.usage("%s: %s".formatted(option, e.getMessage()), "");
        }
        return pass;
    }

    /// @throws Failure when anything is said, as nobody is named
    void expectNothing() {
        alone("-token-file", token);
        alone("-password-file", password);
        alone("-ca", roots);
    }

    /// @throws Failure when an option is given that needs a server, as nobody is named
    void alone(String name, Optional<Path> said) {
        if (said.isPresent()) {
            throw Failure.usage(
                    "%s%s: no server is named".formatted(option, name),
                    "name it with %s URL".formatted(option));
        }
    }

    /// @throws Failure when an option is given that is about TLS, and there is none
    void expectTls(String name, Optional<Path> said, URI url) {
        if (said.isPresent() && !"https".equals(url.getScheme())) {
            throw Failure.usage(
                    "%s%s: %s has no TLS (expected: https://…)".formatted(option, name, url), "");
        }
    }
}
