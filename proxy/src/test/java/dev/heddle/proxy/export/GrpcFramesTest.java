package dev.heddle.proxy.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GrpcFramesTest {
    @Test
    void aMessageIsPrecededByItsLength() {
        assertThat(GrpcFrames.frame(new byte[] {7, 8})).containsExactly(0, 0, 0, 0, 2, 7, 8);
        assertThat(Arrays.copyOf(GrpcFrames.frame(new byte[0x10203]), 5))
                .containsExactly(0, 0, 1, 2, 3);
    }
}
