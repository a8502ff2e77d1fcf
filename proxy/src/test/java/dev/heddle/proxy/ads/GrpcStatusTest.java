package dev.heddle.proxy.ads;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class GrpcStatusTest {

    @Test
    void aStatusReadsAsItsNameAndItsMessage() {
        assertThat(new GrpcStatus(14, "going").text()).isEqualTo("UNAVAILABLE: going");
        assertThat(new GrpcStatus(14, "").text()).isEqualTo("UNAVAILABLE");
        assertThat(new GrpcStatus(0, "").text()).isEqualTo("closed by the server");
        assertThat(new GrpcStatus(99, "odd").text()).isEqualTo("status 99: odd");
    }

    @Test
    void percentEncodedUtf8IsDecodedAndNothingElseIsTouched() {
        assertThat(GrpcStatus.decoded("not%20now, caf%C3%A9")).isEqualTo("not now, café");
        assertThat(GrpcStatus.decoded("100%")).isEqualTo("100%");
        assertThat(GrpcStatus.decoded("%zz%4")).isEqualTo("%zz%4");
    }
}
