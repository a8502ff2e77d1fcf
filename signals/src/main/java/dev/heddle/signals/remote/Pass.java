package dev.heddle.signals.remote;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/// What is shown to a server with each request. Files are read for each of them, so who renews one
/// is done.
public sealed interface Pass {
    /// The value of the header `authorization`; empty for none.
    ///
    /// @throws IOException when the file cannot be read, or does not have what it should; the
    ///   message says which, and not what it has
    Optional<String> authorization() throws IOException;

    /// Nothing.
    record None() implements Pass {
        @Override
        public Optional<String> authorization() {
            return Optional.empty();
        }
    }

    /// A token (RFC 6750).
    ///
    /// @param file has it, and nothing else but blanks around it
    record Token(Path file) implements Pass {
        @Override
        public Optional<String> authorization() throws IOException {
            String token = line(file);
            if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
                throw new IOException(file + " has no token (expected: one, in one line)");
            }
            return Optional.of("Bearer " + token);
        }
    }

    /// A name and a password (RFC 7617).
    ///
    /// @param file has them in one line, with a colon between them
    record Password(Path file) implements Pass {
        @Override
        public Optional<String> authorization() throws IOException {
            String said = line(file);
            if (said.indexOf(':') < 1 || said.indexOf('\n') >= 0) {
                throw new IOException(
                        file + " has no password (expected: NAME:PASSWORD, in one line)");
            }
            byte[] bytes = said.getBytes(StandardCharsets.UTF_8);
            return Optional.of("Basic " + Base64.getEncoder().encodeToString(bytes));
        }
    }

    private static String line(Path file) throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new IOException(file + " cannot be read (" + e + ")", e);
        }
    }
}
