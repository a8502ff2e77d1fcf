package dev.heddle.proxy.runtime.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class MappedFilesTest {
    @Test
    void onlyLargeFilesThatAreReadAndNotOwnedAreGivenBack() {
        assertThat(
                        MappedFiles.shared(
                                List.of(
                                        "800000000-800d00000 rw-p 0 fe:0 7        /a/proxy.aot",
                                        "Rss:                 900 kB",
                                        "Anonymous:             0 kB",
                                        "800d00000-802000000 r--p 0 fe:0 7        /a/proxy.aot",
                                        "Rss:               20480 kB",
                                        "Anonymous:             0 kB",
                                        "VmFlags: rd mr mw me sd",
                                        "7f0000000000-7f0001000000 r-xp 0 fe:0 8  /b/libjvm.so",
                                        "Anonymous:             0 kB",
                                        "7f0001000000-7f0002000000 r--p 0 fe:0 8  /b/libjvm.so",
                                        "Anonymous:          1024 kB",
                                        "7f0002000000-7f0002010000 r-xp 0 fe:0 9  /b/libc.so",
                                        "Anonymous:             0 kB",
                                        "7f0003000000-7f0004000000 r--s 0 fe:0 9  /b/modules",
                                        "Anonymous:             0 kB",
                                        "7f0005000000-7f0006000000 r-xp 0 00:0 0",
                                        "Anonymous:             0 kB")))
                .containsExactly(
                        new MappedFiles.Range(0x800d00000L, 0x802000000L),
                        new MappedFiles.Range(0x7f0000000000L, 0x7f0001000000L));
    }

    @Test
    void processorTimeIsThatOfUserModeAndKernel() {
        assertThat(
                        ProcessTime.millis(
                                "12 (a b) c) S 1 2 3 4 5 6 7 8 9 10 70 30 1000 1000 20 0 8 0"))
                .isEqualTo(1_000);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aProcessGoesOnWithWhatItGaveBack() throws Exception {
        var files = new MappedFiles();
        files.giveBack();
        // The JVM's own code, on its way here, is not among what it has at present.
        long few = residentKilobytesOfLibjvm();
        for (int i = 0; i < 3; i++) {
            files.giveBack();
            assertThat(Files.readAllLines(Path.of("/proc/self/maps"))).isNotEmpty();
        }
        assertThat(residentKilobytesOfLibjvm()).isPositive().isLessThan(2 * few + 4_096);
    }

    /// Of its code, which is the largest of its mappings.
    private static long residentKilobytesOfLibjvm() throws Exception {
        boolean isCode = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.contains("-") && line.contains(" r-xp ")) {
                isCode = line.endsWith("/libjvm.so");
            } else if (isCode && line.startsWith("Rss:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new AssertionError("no libjvm.so");
    }
}
