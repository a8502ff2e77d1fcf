package dev.heddle.control.serving;

import dev.heddle.control.ca.CaServer;
import dev.heddle.xds.secret.CertificateFiles;
import dev.heddle.xds.secret.TlsCertificate;
import java.io.IOException;
import java.nio.file.Path;
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
        private CertificateFiles files() {
            return new CertificateFiles(chain, key);
        }

        @Override
        public String mark() throws IOException {
            return files().mark();
        }

        @Override
        public TlsCertificate read() throws IOException {
            return files().read();
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
