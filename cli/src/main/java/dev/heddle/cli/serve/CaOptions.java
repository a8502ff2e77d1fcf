package dev.heddle.cli.serve;

import dev.heddle.cli.text.Failure;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.ca.ServiceAccountTokens;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// What a command line says of the certificate authority.
///
/// @param data directory of the control plane's state
/// @param plugged directory with an issuer of somebody else
/// @param issuer of tokens of service accounts
/// @param audience of those
/// @param jwks file with the keys of those; empty where none are taken
public record CaOptions(
        Path data,
        String trustDomain,
        Optional<Path> plugged,
        Duration life,
        String issuer,
        String audience,
        Optional<Path> jwks) {

    /// Of an authority with a root of its own, as it is where nobody says anything.
    public static CaOptions usual(Path data) {
        return new CaOptions(
                data,
                "cluster.local",
                Optional.empty(),
                Duration.ofDays(1),
                "",
                "",
                Optional.empty());
    }

    /// Where an authority keeps what it has.
    public Path directory() {
        return data.toAbsolutePath().normalize().resolve("ca");
    }

    /// As the authority takes it.
    ///
    /// @param address as `--ca` says it; empty for none
    public Optional<CaServer.Settings> at(Optional<String> address) {
        return address.map(said -> at(Addresses.parse("--ca", said)));
    }

    /// As the authority takes it.
    public CaServer.Settings at(InetSocketAddress address) {
        try {
            return new CaServer.Settings(
                    address, trustDomain, directory(), plugged, accounts(), life);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(String.valueOf(e.getMessage()), "see 'heddle control --help'");
        }
    }

    private Optional<ServiceAccountTokens> accounts() {
        if (jwks.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    ServiceAccountTokens.of(issuer, audience, Files.readString(jwks.get())));
        } catch (IOException e) {
            throw Failure.usage(
                    "--token-jwks: %s cannot be read".formatted(jwks.get()),
                    "'kubectl get --raw /openid/v1/jwks' prints one");
        }
    }
}
