package dev.heddle.control.serving;

import dev.heddle.control.ca.CaServer;
import dev.heddle.xds.secret.TlsCertificate;
import dev.heddle.xds.secret.UnusableMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/// Where a server's certificate comes from.
public sealed interface CertificateSource {
    /// What tells whether there is another certificate than before.
    ///
    /// @throws IOException when that cannot be seen
    String mark() throws IOException;

    /// The certificate as it is there.
    ///
    /// @throws IOException when it cannot be used, with what is wrong
    TlsCertificate read() throws IOException;

    /// What people know it by: a file, or the authority.
    String place();

    /// Whether somebody must see to it that it is renewed in time.
    boolean isBrought();

    /// Two files in PEM.
    ///
    /// @param chain the server's certificate, then what leads from it to a root
    /// @param key of the first of them
    record Pair(Path chain, Path key) implements CertificateSource {
        @Override
        public String mark() throws IOException {
            return mark(chain) + " " + mark(key);
        }

        /// They may be links that are changed all at once, as Kubernetes does it.
        private static String mark(Path file) throws IOException {
            var seen = Files.readAttributes(file, BasicFileAttributes.class);
            return seen.lastModifiedTime() + " " + seen.size() + " " + seen.fileKey();
        }

        @Override
        public TlsCertificate read() throws IOException {
            try {
                return TlsCertificate.parse(Files.readString(chain), Files.readString(key));
            } catch (UnusableMaterial e) {
                throw new IOException("%s and %s: %s".formatted(chain, key, e.getMessage()), e);
            }
        }

        @Override
        public String place() {
            return chain.toString();
        }

        @Override
        public boolean isBrought() {
            return true;
        }
    }

    /// The mesh's own authority, which makes a key for each.
    ///
    /// @param hosts names and addresses under which the server is called
    record OfMesh(CaServer authority, List<String> hosts) implements CertificateSource {
        public OfMesh {
            hosts = List.copyOf(hosts);
        }

        @Override
        public String mark() {
            return authority.ownMark();
        }

        @Override
        public TlsCertificate read() {
            return authority.own(hosts);
        }

        @Override
        public String place() {
            return "certificate authority";
        }

        @Override
        public boolean isBrought() {
            return false;
        }
    }
}
