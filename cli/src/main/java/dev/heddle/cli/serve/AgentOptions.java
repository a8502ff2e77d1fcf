package dev.heddle.cli.serve;

import dev.heddle.cli.text.Failure;
import dev.heddle.proxy.identity.CaClient;
import dev.heddle.proxy.identity.IdentityAgent;
import dev.heddle.proxy.identity.IdentityFiles;
import dev.heddle.proxy.identity.IdentityLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;

/// What a command line says of a proxy's identity.
///
/// @param ca where it is asked for, as in `127.0.0.1:15012`
/// @param directory where it is kept, as the proxy's node says in `HEDDLE_IDENTITY`
/// @param token file with what proves who asks first; empty where a certificate does
/// @param roots file with whom to believe as the authority; empty for whom the join token names
/// @param life of certificates; zero for as long as is usual
public record AgentOptions(
        String ca, Path directory, Optional<Path> token, Optional<Path> roots, Duration life) {
    private static final Duration A_WHILE = Duration.ofSeconds(10);

    public AgentOptions {
        var _ = Addresses.parse("--ca", ca);
    }

    /// Starts to keep the identity fresh, and waits until there is one.
    public IdentityLoop start() throws InterruptedException {
        var client =
                new CaClient(
                        new CaClient.Settings(ca, this::readToken, readRoots(), life),
                        InstantSource.system());
        IdentityLoop loop =
                IdentityLoop.start(
                        new IdentityAgent(
                                new IdentityFiles(directory), client, new Random()::nextDouble),
                        InstantSource.system());
        while (!loop.awaitFirst(A_WHILE)) {
            // What is wrong is in the log, each time that it was tried.
        }
        return loop;
    }

    /// A token that is used up may be gone.
    private Optional<String> readToken() throws IOException {
        return token.isPresent() && Files.isReadable(token.get())
                ? Optional.of(Files.readString(token.get()))
                : Optional.empty();
    }

    private Optional<String> readRoots() {
        if (roots.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(roots.get()));
        } catch (IOException e) {
            throw Failure.usage(
                    "--ca-roots: %s cannot be read".formatted(roots.get()),
                    "name a file with the root of the certificate authority in PEM");
        }
    }
}
