package dev.heddle.signals.prometheus;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// A Prometheus, or who answers as one, and how one gets in.
///
/// @param url as in `http://prometheus:9090`, maybe with a path before `/api/v1`
/// @param pass what is shown with each question
/// @param trust whom TLS believes; the machine's roots where it is empty
public record PrometheusServer(URI url, Pass pass, Optional<SSLContext> trust) {
    /// One that lets everybody in.
    public static PrometheusServer open(URI url) {
        return new PrometheusServer(url, new Pass.None(), Optional.empty());
    }

    /// What is shown. Files are read for each question, so who renews one is done.
    public sealed interface Pass {
        /// Nothing.
        record None() implements Pass {}

        /// A token (RFC 6750).
        ///
        /// @param file has it, and nothing else but blanks around it
        record Token(Path file) implements Pass {}

        /// A name and a password (RFC 7617).
        ///
        /// @param file has them in one line, with a colon between them
        record Password(Path file) implements Pass {}
    }

    /// The value of the header `authorization`; empty for none.
    ///
    /// @throws IOException when the file cannot be read, or does not have what it should; the
    ///   message says which, and not what it has
    public Optional<String> authorization() throws IOException {
        return switch (pass) {
            case Pass.None() -> Optional.empty();
            case Pass.Token(Path file) -> {
                String token = line(file);
                if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
                    throw new IOException(file + " has no token (expected: one, in one line)");
                }
                yield Optional.of("Bearer " + token);
            }
            case Pass.Password(Path file) -> {
                String said = line(file);
                if (said.indexOf(':') < 1 || said.indexOf('\n') >= 0) {
                    throw new IOException(
                            file + " has no password (expected: NAME:PASSWORD, in one line)");
                }
                yield Optional.of(
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(said.getBytes(StandardCharsets.UTF_8)));
            }
        };
    }

    private static String line(Path file) throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new IOException(file + " cannot be read (" + e + ")", e);
        }
    }
}
