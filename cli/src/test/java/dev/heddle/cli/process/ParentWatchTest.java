package dev.heddle.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ParentWatchTest {
    @Test
    void theActionRunsWhenTheInputEndsAndNotBefore() throws Exception {
        var ended = new CountDownLatch(1);
        var parent = new PipedOutputStream();
        try (var input = new PipedInputStream(parent)) {
            ParentWatch.onEnd(input, ended::countDown);
            parent.write('x');
            parent.flush();
            assertThat(ended.await(50, TimeUnit.MILLISECONDS)).isFalse();
            parent.close();
            assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }
}
