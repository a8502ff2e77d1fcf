package dev.heddle.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AsyncFileTest {

    @TempDir Path directory;

    @Test
    void linesOfManyThreadsAreAllThereAndWhole() throws Exception {
        Path path = directory.resolve("access.log");
        AsyncFile file = AsyncFile.appendingTo(path, 1 << 20);
        var threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            String line = ("line of thread " + t).repeat(5) + "\n";
            threads[t] =
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < 500; i++) {
                                    file.write(line);
                                }
                            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        file.close();

        assertThat(Files.readAllLines(path))
                .hasSize(2_000)
                .allMatch(line -> line.matches("(line of thread \\d)\\1{4}"));
        assertThat(file.written()).isEqualTo(2_000);
        assertThat(file.dropped()).isZero();
    }

    @Test
    void aLineAfterAQuietTimeIsWrittenToo() throws Exception {
        Path path = directory.resolve("access.log");
        try (AsyncFile file = AsyncFile.appendingTo(path, 1 << 20)) {
            for (String line : new String[] {"one\n", "two\n"}) {
                long before = file.written();
                file.write(line);
                while (file.written() == before) {
                    Thread.onSpinWait();
                }
            }
            assertThat(Files.readString(path)).isEqualTo("one\ntwo\n");
        }
    }

    @Test
    void aFileThatIsMovedAwayIsOpenedAnew() throws Exception {
        Path path = directory.resolve("access.log");
        try (AsyncFile file = AsyncFile.appendingTo(path, 1 << 20)) {
            file.write("one\n");
            while (file.written() == 0) {
                Thread.onSpinWait();
            }
            Files.move(path, directory.resolve("access.log.1"));
            file.reopen();
            file.write("two\n");
            while (file.written() == 1) {
                Thread.onSpinWait();
            }
            assertThat(Files.readString(path)).isEqualTo("two\n");
            assertThat(Files.readString(directory.resolve("access.log.1"))).isEqualTo("one\n");
            assertThat(file.reopenFailed()).isZero();
        }
    }

    @Test
    void beyondItsLimitLinesAreDroppedAndCounted() {
        var stuck = new CountDownLatch(1);
        var blocked =
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        try {
                            stuck.await();
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                    }
                };
        AsyncFile file = AsyncFile.over("blocked", blocked, 100);
        for (int i = 0; i < 1_000; i++) {
            file.write("0123456789\n");
        }
        assertThat(file.dropped()).isGreaterThan(900);
        stuck.countDown();
        file.close();
        assertThat(file.written() + file.dropped()).isEqualTo(1_000);
    }

    @Test
    void linesLongerThanAChunkAreWrittenWholeAndInTurn() throws Exception {
        Path path = directory.resolve("access.log");
        String large = "x".repeat(100_000) + "\n";
        try (AsyncFile file = AsyncFile.appendingTo(path, 1 << 24)) {
            for (int i = 0; i < 20; i++) {
                file.write(i + "\n");
                file.write(large);
            }
        }
        var lines = Files.readAllLines(path);
        assertThat(lines).hasSize(40);
        for (int i = 0; i < 20; i++) {
            assertThat(lines.get(2 * i)).isEqualTo(Integer.toString(i));
            assertThat(lines.get(2 * i + 1)).hasSize(100_000);
        }
    }
}
