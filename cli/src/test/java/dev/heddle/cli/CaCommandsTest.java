package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.serve.CaOptions;
import dev.heddle.control.ca.CaServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
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
