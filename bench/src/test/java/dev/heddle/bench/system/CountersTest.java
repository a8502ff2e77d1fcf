package dev.heddle.bench.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class CountersTest {

    @Test
    void allocationsOfAllThreadsButTheAnsweringOneAreSummed() {
        String threads =
                """
                "main" #3 [99] prio=5 cpu=1.00ms allocated=1024B defined_classes=1 x
                   java.lang.Thread.State: RUNNABLE

                "worker-1" #9 [98] prio=5 cpu=1.00ms allocated=12K defined_classes=1 x
                "Attach Listener" #7 [97] cpu=0.40ms elapsed=9.1s allocated=500M defined_classes=0 x
                "GC Thread" os_prio=0 cpu=1.2ms elapsed=9.1s tid=0x2 runnable
                """;
        assertThat(HeapAllocation.parse(threads)).isEqualTo(1024 + 12 * 1024);
    }

    @Test
    void thisProcessTellsWhatItsThreadsAllocate() throws IOException, InterruptedException {
        long before = ownAllocation();
        var kept = new ArrayList<byte[]>();
        for (int i = 0; i < 64; i++) {
            kept.add(new byte[1 << 20]);
        }
        assertThat(ownAllocation() - before).isBetween(60L << 20, 100L << 20);
        assertThat(kept).hasSize(64);
    }

    private static long ownAllocation() throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        String pid = Long.toString(ProcessHandle.current().pid());
        Process dump =
                new ProcessBuilder(jcmd.toString(), pid, "Thread.print", "-e")
                        .redirectErrorStream(true)
                        .start();
        String printed = new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        dump.waitFor();
        return HeapAllocation.parse(printed);
    }

    @Test
    void aDumpWithoutThreadsIsNotZero() {
        assertThatThrownBy(() -> HeapAllocation.parse("1234:\nno such process"))
                .hasMessageContaining("Thread.print");
    }

    @Test
    void perfCountsAreReadAndRefusalsAreNot() {
        assertThat(PerfStat.parse("\n1234,,raw_syscalls:sys_enter,500,100.00,,\n")).contains(1234L);
        assertThat(PerfStat.parse("<not supported>,,raw_syscalls:sys_enter,0,100.00,,\n"))
                .isEmpty();
    }
}
