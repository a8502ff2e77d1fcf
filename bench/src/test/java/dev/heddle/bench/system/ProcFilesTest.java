package dev.heddle.bench.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcFilesTest {

    @Test
    void cpuTimesAreFoundAfterANameWithBlanksAndBrackets() {
        String stat =
                "4242 (a (strange) name) S 1 4242 4242 0 -1 4194560 1043 0 0 0 "
                        + "123 45 0 0 20 0 3 0 90210 1000000 500";
        assertThat(CpuTime.parse(stat)).isEqualTo(new CpuTime(1_230_000, 450_000));
    }

    @Test
    void thisProcessHasUsedSomeCpuTimeAndMemory() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String rollup = Files.readString(Path.of("/proc/self/smaps_rollup"));
        assertThat(CpuTime.parse(stat).totalMicros()).isPositive();
        assertThat(Pss.parse(rollup)).isGreaterThan(10_000_000);
    }

    @Test
    void theCompilersOfAJvmAreKnownByTheirNamesAndCountWhileTheyRun(@TempDir Path process)
            throws IOException {
        write(process, 1, "java", 900);
        write(process, 2, "C2 CompilerThre", 100);
        write(process, 3, "C1 CompilerThre", 20);
        CompilerTime before = CompilerTime.of(process);
        write(process, 1, "java", 950);
        write(process, 2, "C2 CompilerThre", 130);
        write(process, 4, "C2 CompilerThre", 7);
        Files.delete(process.resolve("task/3/stat"));
        assertThat(CompilerTime.of(process).since(before)).isEqualTo(370_000);
        assertThat(CompilerTime.of(Path.of("/proc/self")).micros()).isNotEmpty();
    }

    private static void write(Path process, int thread, String name, int ticks) throws IOException {
        Path stat = process.resolve("task").resolve(Integer.toString(thread)).resolve("stat");
        Files.createDirectories(stat.getParent());
        String rest = " S 1 1 1 0 -1 0 0 0 0 0 " + ticks + " 0 0 0 20 0 3 0 0 0 0";
        Files.writeString(stat, thread + " (" + name + ")" + rest);
    }

    @Test
    void somethingElseIsNotTakenForAStatFile() {
        assertThatThrownBy(() -> CpuTime.parse("hello")).hasMessageContaining("/proc/PID/stat");
        assertThatThrownBy(() -> Pss.parse("hello")).hasMessageContaining("Pss");
    }

    @Test
    void thePssIsTheFirstOfItsKind() {
        String rollup =
                """
                55d0c8a00000-7ffc5d9f2000 ---p 00000000 00:00 0    [rollup]
                Rss:               51316 kB
                Pss:               20480 kB
                Pss_Dirty:          5000 kB
                """;
        assertThat(Pss.parse(rollup)).isEqualTo(20480 * 1024);
    }

    @Test
    void stolenTimeIsAShareOfAllTimeSinceThen() {
        StolenTime before = StolenTime.parse("cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1 2 3\n");
        StolenTime after = StolenTime.parse("cpu  150 0 120 820 0 0 0 10 0 0\ncpu0 1 2 3\n");
        assertThat(after.percentSince(before)).isEqualTo(10);
    }

    @Test
    void theLastTwoAllowedCoresAreUsed() {
        assertThat(Cores.choose("\t0-2,5\n").proxy()).contains(5);
        assertThat(Cores.choose("\t0-2,5\n").load()).contains(2);
        assertThat(Cores.choose("3")).isEqualTo(Cores.ALL);
    }
}
