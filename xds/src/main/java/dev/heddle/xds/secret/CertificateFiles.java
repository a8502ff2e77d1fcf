package dev.heddle.xds.secret;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/// A certificate in two files in PEM. They may be links that are changed all at once, as Kubernetes
/// does it.
///
/// @param chain the certificate, then what leads from it to a root
/// @param key of the first of them
public record CertificateFiles(Path chain, Path key) {
    /// What tells whether there is another certificate than before.
    ///
    /// @throws IOException when a file cannot be looked at
    public String mark() throws IOException {
        return mark(chain) + " " + mark(key);
    }

    private static String mark(Path file) throws IOException {
        var seen = Files.readAttributes(file, BasicFileAttributes.class);
        return seen.lastModifiedTime() + " " + seen.size() + " " + seen.fileKey();
    }

    /// Reads it.
    ///
    /// @throws IOException when it cannot be used; the message says which files, and why
    public TlsCertificate read() throws IOException {
        try {
            return TlsCertificate.parse(Files.readString(chain), Files.readString(key));
        } catch (UnusableMaterial e) {
            throw new IOException("%s and %s: %s".formatted(chain, key, e.getMessage()), e);
        }
    }
}
