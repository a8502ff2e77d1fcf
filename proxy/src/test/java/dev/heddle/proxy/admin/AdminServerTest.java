package dev.heddle.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which pages answer whom.
class AdminServerTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, /config_dump, true",
        "127.9.9.9, /quitquitquit, true",
        "::1, /certs, true",
        "::ffff:127.0.0.1, /certs, true",
        "10.0.0.1, /ready, true",
        "10.0.0.1, /stats, true",
        "fe80::1, /stats/prometheus, true",
        "10.0.0.1, /config_dump, false",
        "10.0.0.1, /quitquitquit, false",
        "10.0.0.1, /server_info, false",
        "10.0.0.1, /stats/, false",
        "10.0.0.1, /, false",
        "fe80::1, /certs, false",
        "0.0.0.0, /certs, false",
    })
    void othersGetWhatMonitoringReads(String peer, String path, boolean isFor) throws Exception {
        assertThat(AdminServer.isFor(InetAddress.getByName(peer), path)).isEqualTo(isFor);
    }
}
