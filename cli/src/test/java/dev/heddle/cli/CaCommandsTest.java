package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.serve.CaOptions;
import dev.heddle.control.ca.CaServer;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.token.JsonText;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaCommandsTest {
    @TempDir Path data = Path.of("");

    /// An authority that has signed one certificate.
    private void anAuthority() throws IOException {
        var options =
                new CaOptions(
                        data,
                        "cluster.local",
                        Optional.empty(),
                        Duration.ofDays(1),
                        "",
                        "",
                        Optional.empty());
        Files.createDirectories(options.directory());
        CaServer.root(options.at(new InetSocketAddress(0)), InstantSource.system());
        Files.writeString(
                options.directory().resolve("issued"),
                "a1 spiffe://cluster.local/ns/default/sa/web 2026-01-01T00:00:00Z"
                        + " 2126-01-01T00:00:00Z 00 00 -\n");
    }

    @Test
    void whatIsRevokedIsListed() throws IOException {
        anAuthority();
        String at = data.toString();
        assertThat(run("ca", "list", "--data", at).out())
                .containsPattern("a1 +spiffe://cluster.local/ns/default/sa/web +2126-\\S+ +in use");

        TestCommand revoked = run("ca", "revoke", "--data", at, "--account", "web");

        assertThat(revoked.err()).isEmpty();
        assertThat(revoked.code()).isZero();
        assertThat(revoked.out())
                .isEqualTo("revoked: a1 of spiffe://cluster.local/ns/default/sa/web\n");
        assertThat(data.resolve("ca/ca-crl.pem")).content().contains("BEGIN X509 CRL");
        assertThat(run("ca", "revoke", "--data", at, "--account", "web").code()).isEqualTo(1);
        assertThat(run("ca", "revoke", "--data", at, "--serial", "B:2").out())
                .isEqualTo("revoked: b2 of nobody known here\n");
        assertThat(run("ca", "list", "--data", at).out())
                .containsPattern("a1 .*revoked")
                .containsPattern("b2 +nobody known here .*revoked")
                .doesNotContain("in use");
    }

    @Test
    void theRootIsABundleForOthers() throws Exception {
        anAuthority();
        X509Certificate root =
                PemText.certificates(Files.readString(data.resolve("ca/root-cert.pem"))).getFirst();

        String bundle = run("ca", "bundle", "--data", data.toString()).out();

        var read = JsonText.object(bundle).orElseThrow();
        assertThat(read.keySet())
                .containsExactlyInAnyOrder("keys", "spiffe_sequence", "spiffe_refresh_hint");
        List<?> keys = (List<?>) Objects.requireNonNull(read.get("keys"));
        Map<?, ?> key = (Map<?, ?>) keys.getFirst();
        assertThat(key.get("use")).isEqualTo("x509-svid");
        assertThat(key.get("crv")).isEqualTo("P-256");
        assertThat((List<?>) key.get("x5c"))
                .singleElement()
                .isEqualTo(Base64.getEncoder().encodeToString(root.getEncoded()));
        var point = ((ECPublicKey) root.getPublicKey()).getW();
        assertThat(number(key.get("x"))).isEqualTo(point.getAffineX());
        assertThat(number(key.get("y"))).isEqualTo(point.getAffineY());
    }

    private static BigInteger number(@Nullable Object text) {
        byte[] bytes = Base64.getUrlDecoder().decode(String.valueOf(text));
        assertThat(bytes).hasSize(32);
        return new BigInteger(1, bytes);
    }

    @Test
    void whatCannotBeRevokedIsSaid() throws IOException {
        String at = data.toString();
        assertThat(run("ca", "revoke", "--data", at, "--serial", "a1"))
                .matches(c -> c.code() == 1)
                .extracting(TestCommand::err)
                .asString()
                .contains("ca-cert.pem", "missing");
        anAuthority();
        assertThat(run("ca", "revoke", "--data", at).err())
                .contains("--account or --serial: one of them is needed");
        assertThat(run("ca", "revoke", "--data", at, "--serial", "web").err())
                .contains("'web' (expected: a serial number in hex)");
        assertThat(run("ca", "revoke", "--data", at, "--serial", "1", "--ca-certs", at).err())
                .contains("that issuer is somebody else's", "ca-crl.pem");
    }
}
