package dev.heddle.control.meter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.XdsType;
import dev.heddle.xds.identity.CertificateCall;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

class ControlMetersTest {
    private final ControlMeters meters = new ControlMeters(() -> 0);

    @Test
    void whatWasSentIsCountedByType() {
        meters.onSent(XdsType.CLUSTER, 500, 2_000_000);
        meters.onSent(XdsType.CLUSTER, 50_000, 700_000_000);
        meters.onSent(XdsType.ROUTE, 1, 0);
        assertThat(meters.print().lines())
                .contains(
                        "pilot_xds_pushes{type=\"cds\"} 2",
                        "pilot_xds_pushes{type=\"rds\"} 1",
                        "pilot_xds_config_size_bytes_bucket{type=\"cds\",le=\"10000\"} 1",
                        "pilot_xds_config_size_bytes_bucket{type=\"cds\",le=\"1000000\"} 2",
                        "pilot_xds_config_size_bytes_sum{type=\"cds\"} 50500",
                        "pilot_xds_send_time_bucket{le=\"0.01\"} 2",
                        "pilot_xds_send_time_bucket{le=\"+Inf\"} 3",
                        "pilot_xds_send_time_sum 0.702",
                        "pilot_xds_send_time_count 3");
    }

    @Test
    void certificatesAreCountedByHowTheCallEnded() {
        for (Status status :
                new Status[] {
                    Status.OK, Status.OK, Status.UNAUTHENTICATED, Status.INVALID_ARGUMENT
                }) {
            meters.onCall(CertificateCall.METHOD);
            meters.onEnd(CertificateCall.METHOD, status);
        }
        meters.onCall("other/Call");
        meters.onEnd("other/Call", Status.OK);
        assertThat(meters.print().lines())
                .contains(
                        "citadel_server_csr_count 4",
                        "citadel_server_success_cert_issuance_count 2",
                        "citadel_server_authentication_failure_count 1",
                        "citadel_server_csr_parsing_err_count 1",
                        "citadel_server_csr_sign_err_count 0");
    }
}
