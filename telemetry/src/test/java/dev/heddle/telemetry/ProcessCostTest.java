package dev.heddle.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessCostTest {
    @Test
    void aProcessKnowsWhatItCosts() {
        var out = new StringBuilder();
        ProcessCost.own().print(out, _ -> true);
        assertThat(out.toString())
                .containsPattern("# TYPE heddle_process_cpu_seconds_total counter\n")
                .containsPattern("heddle_process_cpu_seconds_total\\{} \\d+\\.\\d+\n")
                .containsPattern("heddle_process_resident_memory_bytes\\{} \\d{7,}\n");
        assertThat(ProcessCost.own().cpu().orElseThrow()).isGreaterThan(Duration.ofMillis(10));
    }

    @Test
    void whatTheSystemDoesNotSayIsNotThere() {
        var out = new StringBuilder();
        var unknown = new ProcessCost(Path.of("/nowhere/status"));
        unknown.print(out, it -> it.equals(ProcessCost.MEMORY));
        assertThat(out).isEmpty();
        assertThat(unknown.memory()).isEmpty();
    }
}
