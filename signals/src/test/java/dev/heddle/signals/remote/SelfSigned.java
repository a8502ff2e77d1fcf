package dev.heddle.signals.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.secret.CertificateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/// A certificate that its own key has signed, for localhost.
public record SelfSigned(X509Certificate certificate, PrivateKey key) {
    private static final String PASSWORD = "of-a-test";

    /// Makes one.
    ///
    /// @param directory for the files of the tool that makes it
    /// @param name of it, another each time
    public static SelfSigned make(Path directory, String name)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path keys = directory.resolve(name + ".p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                name,
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=" + name,
                                "-ext",
                                "san=dns:localhost",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                PASSWORD,
                                "-keystore",
                                keys.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve(name + ".log").toFile())
                        .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return new SelfSigned(
                (X509Certificate) store.getCertificate(name),
                (PrivateKey) store.getKey(name, PASSWORD.toCharArray()));
    }

    /// Writes it in PEM, in the place of what was there.
    public CertificateFiles write(Path directory, String name)
            throws IOException, GeneralSecurityException {
        return new CertificateFiles(
                Files.writeString(
                        directory.resolve(name + ".pem"),
                        SigningRequest.pem("CERTIFICATE", certificate.getEncoded())),
                Files.writeString(
                        directory.resolve(name + ".key"),
                        SigningRequest.pem("PRIVATE KEY", key.getEncoded())));
    }
}
