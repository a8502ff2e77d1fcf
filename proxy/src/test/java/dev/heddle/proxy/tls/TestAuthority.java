package dev.heddle.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.TlsCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A certificate authority of a test, made by `openssl` in a directory of its own. Everything ends
/// with the test.
public final class TestAuthority {
    private final Path directory;
    private final String name;
    private int serial;

    private TestAuthority(Path directory, String name) {
        this.directory = directory;
        this.name = name;
    }

    /// A root that nobody signed.
    public static TestAuthority root(Path directory, String name) throws Exception {
        var authority = new TestAuthority(directory, name);
        authority.key(name, "ec");
        authority.extensions(
                name, "basicConstraints=critical,CA:true\nkeyUsage=keyCertSign,cRLSign");
        authority.request(name, "/CN=" + name);
        authority.openssl(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-signkey",
                name + ".key",
                "-out",
                name + ".crt",
                "-days",
                "30",
                "-extfile",
                name + ".ext");
        return authority;
    }

    /// An authority that this one signed.
    public TestAuthority intermediate(String child) throws Exception {
        issue(child, "ec", "basicConstraints=critical,CA:true\nkeyUsage=keyCertSign,cRLSign");
        return new TestAuthority(directory, child);
    }

    /// A leaf for servers and clients with a key of P-256.
    ///
    /// @param names as in `DNS:a,URI:spiffe://b`
    public Leaf leaf(String leaf, String names) throws Exception {
        return leaf(leaf, "ec", "subjectAltName=" + names);
    }

    /// A leaf with a key and extensions of one's own.
    ///
    /// @param key `ec`, or `rsa:` and a number of bits
    public Leaf leaf(String leaf, String key, String extensions) throws Exception {
        return issue(leaf, key, extensions);
    }

    private Leaf issue(String leaf, String key, String extensions) throws Exception {
        key(leaf, key);
        extensions(leaf, extensions);
        request(leaf, "/O=test/CN=" + leaf);
        serial++;
        openssl(
                "x509",
                "-req",
                "-in",
                leaf + ".csr",
                "-CA",
                name + ".crt",
                "-CAkey",
                name + ".key",
                "-set_serial",
                Integer.toString(0x1000 + serial),
                "-out",
                leaf + ".crt",
                "-days",
                "20",
                "-extfile",
                leaf + ".ext");
        return new Leaf(directory.resolve(leaf + ".crt"), directory.resolve(leaf + ".key"));
    }

    /// A list that has these revoked.
    public String revoking(Leaf... leaves) throws Exception {
        Files.writeString(directory.resolve("index.txt"), "");
        Files.writeString(directory.resolve("crlnumber"), "01\n");
        Files.writeString(
                directory.resolve("ca.cnf"),
                """
                [ca]
                default_ca = d
                [d]
                database = index.txt
                crlnumber = crlnumber
                default_md = sha256
                default_crl_days = 20
                """);
        for (Leaf leaf : leaves) {
            openssl(
                    "ca",
                    "-config",
                    "ca.cnf",
                    "-cert",
                    name + ".crt",
                    "-keyfile",
                    name + ".key",
                    "-revoke",
                    leaf.certificate().toString());
        }
        openssl(
                "ca",
                "-config",
                "ca.cnf",
                "-cert",
                name + ".crt",
                "-keyfile",
                name + ".key",
                "-gencrl",
                "-out",
                name + ".crl");
        return Files.readString(directory.resolve(name + ".crl"));
    }

    /// The authority's own certificate, in PEM.
    public Path certificate() {
        return directory.resolve(name + ".crt");
    }

    /// The authority's own certificate.
    public X509Certificate x509() throws Exception {
        return PemText.certificates(Files.readString(certificate())).getFirst();
    }

    /// A certificate with its key.
    ///
    /// @param certificate in PEM
    /// @param key in PEM
    public record Leaf(Path certificate, Path key) {
        public List<X509Certificate> chain() throws Exception {
            return PemText.certificates(Files.readString(certificate));
        }

        public TlsCertificate read() throws Exception {
            return TlsCertificate.parse(Files.readString(certificate), Files.readString(key));
        }
    }

    private void key(String file, String kind) throws Exception {
        if (kind.equals("ec")) {
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file + ".key");
        } else {
            String bits = kind.substring("rsa:".length());
            openssl("genrsa", "-traditional", "-out", file + ".key", bits);
        }
    }

    private void request(String file, String subject) throws Exception {
        openssl("req", "-new", "-key", file + ".key", "-subj", subject, "-out", file + ".csr");
    }

    private void extensions(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file + ".ext"), text + "\n");
    }

    private void openssl(String... arguments) throws Exception {
        var command = new ArrayList<String>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(command + ": " + said).isZero();
    }
}
