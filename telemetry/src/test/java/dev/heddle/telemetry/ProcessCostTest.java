package dev.heddle.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessCostTest {
    @Test
    void aProcessKnowsWhatItCosts() {
        var page = new PrometheusText();
        ProcessCost.own().tell(page, _ -> true);
        assertThat(page.text())
                .containsPattern("# TYPE heddle_process_cpu_seconds_total counter\n")
                .containsPattern("heddle_process_cpu_seconds_total\\{} \\d+(\\.\\d+)?\n")
                .containsPattern("heddle_process_resident_memory_bytes\\{} \\d{7,}\n");
        assertThat(ProcessCost.own().cpu().orElseThrow()).isGreaterThan(Duration.ofMillis(10));
    }

    @Test
    void whatTheSystemDoesNotSayIsNotThere() {
        var page = new PrometheusText();
        var unknown = new ProcessCost(Path.of("/nowhere/status"));
        unknown.tell(page, it -> it.equals(ProcessCost.MEMORY));
        assertThat(page.text()).isEmpty();
        assertThat(unknown.memory()).isEmpty();
    }
}
