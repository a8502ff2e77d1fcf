package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.testkit.NetworkNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A sidecar with Istio's listeners, whose connections the kernel redirects: our proxy, and stock
/// Envoy beside it.
class RedirectedSidecarTest {

    private static final String OUTCOMES =
            """
            bytes to anybody = one sees 10.9.1.1: hi
            bytes to nobody = closed
            bytes to anybody, refused = closed
            to the sidecar itself = closed
            bytes at a port of HTTP = 200 web sees 10.9.1.1
            a known host = 200 known sees 10.9.1.2
            an unknown host = 200 web sees 10.9.1.1
            a port of its own = 200 moved sees 10.9.1.1
            a header's address = 200 moved sees 10.9.1.1
            a header without an address = 503 upstream connect error or disconnect/reset before \
            headers. reset reason: remote connection failure
            bytes by TPROXY = one sees 10.9.1.1: hi
            a known host by TPROXY = 200 known sees 10.9.1.2
            an unknown host by TPROXY = 200 web sees 10.9.1.1
            bytes in = one sees 127.0.0.6: hi
            a request in = 200 web sees 127.0.0.6
            bytes in by TPROXY = one sees 10.9.0.5: hi
            a request in by TPROXY = 200 web sees 10.9.0.5
            bytes of a load balancer's client = one sees 203.0.113.9: hi
            bytes over IPv6 = six sees fd09:0:0:0:0:0:0:1: hi
            """;

    private static final String SERVERS_THAT_SPEAK_FIRST =
            """
            a server that speaks first = first sees 10.9.1.1: hi
            the same again = first sees 10.9.1.1: hi
            """;

    @TempDir Path directory;

    @Test
    void redirectedConnectionsGoWhereTheyWereMadeTo() throws Exception {
        assertThat(
                        NetworkNamespace.run(
                                RedirectedSidecar.class,
                                directory,
                                Duration.ofMinutes(1),
                                "heddle",
                                "."))
                .isEqualTo(OUTCOMES + SERVERS_THAT_SPEAK_FIRST);
    }

    @Test
    void stockEnvoySendsThemToTheSamePlaces() throws Exception {
        String envoy = System.getenv("HEDDLE_ENVOY");
        assumeTrue(envoy != null && Files.isExecutable(Path.of(envoy)), "HEDDLE_ENVOY");
        assertThat(
                        NetworkNamespace.run(
                                RedirectedSidecar.class,
                                directory,
                                Duration.ofMinutes(1),
                                envoy,
                                directory.toString()))
                .isEqualTo(OUTCOMES);
    }
}
