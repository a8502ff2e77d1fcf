package dev.heddle.proxy.identity;

import dev.heddle.xds.secret.UnusableMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// An identity in a directory, where proxies look for it, under the names that Istio's agent gives
/// its files. Only their owner may read them.
///
/// Each file is replaced at once. Between two of them certificate and key may not fit: proxies then
/// stay with the pair that they have, and look again when the next file changes.
///
/// Beside them are two files of resources (SDS) that name these, for a proxy that needs its
/// identity before it can ask a control plane for anything, and again when it was renewed.
///
/// @param directory made when it is not there
public record IdentityFiles(Path directory) {
    private static final String CHAIN = "cert-chain.pem";
    private static final String KEY = "key.pem";
    private static final String ROOTS = "root-cert.pem";
    private static final String SECRET =
            "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

    /// Keeps an identity.
    void write(Identity identity) throws IOException {
        Files.createDirectories(directory);
        keep(
                "sds-certificate.json",
                """
                {"resources": [{"@type": "%s", "name": "default", "tls_certificate": {
                  "certificate_chain": {"filename": "%s"},
                  "private_key": {"filename": "%s"},
                  "watched_directory": {"path": "%s"}}}]}
                """
                        .formatted(SECRET, path(CHAIN), path(KEY), path("")));
        keep(
                "sds-roots.json",
                """
                {"resources": [{"@type": "%s", "name": "ROOTCA", "validation_context": {
                  "trusted_ca": {"filename": "%s"},
                  "watched_directory": {"path": "%s"}}}]}
                """
                        .formatted(SECRET, path(ROOTS), path("")));
        replace(ROOTS, identity.rootText());
        replace(KEY, identity.keyText());
        replace(CHAIN, identity.chainText());
    }

    /// Touches nothing that is so already.
    private void keep(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        if (!Files.isReadable(file) || !Files.readString(file).equals(text)) {
            replace(name, text);
        }
    }

    /// Within quotes of JSON.
    private String path(String name) {
        return directory
                .toAbsolutePath()
                .normalize()
                .resolve(name)
                .toString()
                .replace("\\", "\\\\")
                .replace("\"", "\\\"");
    }

    private void replace(String name, String text) throws IOException {
        Path next = directory.resolve("." + name + ".next");
        Files.deleteIfExists(next);
        Files.createFile(
                next,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(next, text, StandardOpenOption.WRITE);
        Files.move(
                next,
                directory.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /// The identity that is there and good; empty where there is none, or none that is.
    Optional<Identity> read(Instant now) {
        try {
            for (String name : Set.of(CHAIN, KEY, ROOTS)) {
                if (!Files.isReadable(directory.resolve(name))) {
                    return Optional.empty();
                }
            }
            return Optional.of(
                    Identity.read(
                            Files.readString(directory.resolve(CHAIN)),
                            Files.readString(directory.resolve(KEY)),
                            Files.readString(directory.resolve(ROOTS)),
                            now));
        } catch (IOException | UnusableMaterial _) {
            return Optional.empty();
        }
    }
}
