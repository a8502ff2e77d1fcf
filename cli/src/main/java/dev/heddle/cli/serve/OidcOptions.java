package dev.heddle.cli.serve;

import dev.heddle.cli.text.Failure;
import dev.heddle.control.access.Accounts;
import dev.heddle.control.access.oidc.GroupRole;
import dev.heddle.control.access.oidc.People;
import dev.heddle.control.access.oidc.Provider;
import dev.heddle.control.access.oidc.ProviderLogins;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/// What a command line says of the provider at which people sign in, too.
///
/// @param tls with whom is believed to be the provider; empty for whom the Java runtime believes
public record OidcOptions(Provider provider, Optional<SSLContext> tls) {
    private static final long LONGEST_SECRET = 4_096;

    /// As it was said, option by option.
    public record Said(
            Optional<String> issuer,
            Optional<String> client,
            Optional<Path> secret,
            Optional<List<String>> scopes,
            Optional<String> nameClaim,
            Optional<String> groupsClaim,
            Optional<List<String>> roles,
            Optional<String> page,
            Optional<Path> roots) {

        private boolean isSilent() {
            return Stream.of(client, secret, scopes, nameClaim, groupsClaim, roles, page, roots)
                    .allMatch(Optional::isEmpty);
        }
    }

    /// What is to be done; empty where no provider is named.
    ///
    /// @param api where the console is
    /// @throws Failure where something is missing or does not fit
    public static Optional<OidcOptions> of(Said said, ApiOptions.Serving api) {
        if (said.issuer().isEmpty()) {
            if (!said.isSilent()) {
                throw Failure.usage(
                        "--oidc-…: there is no --oidc-issuer, so no provider",
                        "name its address, or leave the other options out");
            }
            return Optional.empty();
        }
        if (said.client().isEmpty() || said.secret().isEmpty() || said.roles().isEmpty()) {
            throw Failure.usage(
                    "--oidc-issuer needs --oidc-client, --oidc-secret and --oidc-role",
                    "for example --oidc-client heddle --oidc-secret secret.txt --oidc-role"
                            + " mesh-admins=admin");
        }
        try {
            return Optional.of(
                    new OidcOptions(
                            provider(said, api),
                            said.roots().map(it -> TrustedRoots.of("--oidc-ca", it))));
        } catch (IllegalArgumentException e) {
            throw Failure.usage("--oidc: " + e.getMessage(), "see 'heddle control --help'");
        }
    }

    private static Provider provider(Said said, ApiOptions.Serving api) {
        return new Provider(
                said.issuer().orElseThrow(),
                new Provider.Client(
                        said.client().orElseThrow(),
                        secret(said.secret().orElseThrow()),
                        said.scopes().orElse(List.of("profile"))),
                new People(
                        said.nameClaim().orElse("preferred_username"),
                        said.groupsClaim().orElse("groups"),
                        said.roles().orElseThrow().stream().map(GroupRole::of).toList()),
                URI.create(said.page().orElseGet(() -> page(api))));
    }

    /// Where a browser of this machine finds the console, if nobody says it.
    private static String page(ApiOptions.Serving api) {
        boolean isOwn =
                api instanceof ApiOptions.Serving.Plain
                        && api.address().getAddress().isLoopbackAddress()
                        && api.address().getPort() > 0;
        if (!isOwn) {
            throw Failure.usage(
                    "--oidc-page: nobody says where browsers find the console",
                    "for example --oidc-page https://mesh.example.com:15080");
        }
        return "http://localhost:" + api.address().getPort();
    }

    private static String secret(Path file) {
        try {
            if (Files.size(file) > LONGEST_SECRET) {
                throw Failure.usage(
                        "--oidc-secret: %s has %d bytes (expected: a secret, up to %d)"
                                .formatted(file, Files.size(file), LONGEST_SECRET),
                        "");
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw Failure.usage(
                    "--oidc-secret: %s cannot be read (%s)"
                            .formatted(file, e.getClass().getSimpleName()),
                    "name a file with the secret that the provider gave to the client");
        }
    }

    /// Begins to take logins.
    ProviderLogins start(Accounts accounts, LongSupplier nanos) {
        return new ProviderLogins(provider, accounts, tls, InstantSource.system(), nanos);
    }
}
