package dev.heddle.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenCaseTest {
    @TempDir Path dir;

    @Test
    void aDifferenceIsShownWithTheCommandThatAcceptsIt() throws IOException {
        Files.writeString(dir.resolve("plan.txt"), "one\ntwo\nthree\n");
        var golden = new GoldenCase(dir, Map.of("why", "to see a difference"));
        assertThatThrownBy(() -> golden.expect(Map.of("plan.txt", "one\n2\nthree\n"), Set.of()))
                .hasMessageContaining("to see a difference")
                .hasMessageContaining("- two")
                .hasMessageContaining("+ 2")
                .hasMessageContaining("./heddle test --bless");
    }

    @Test
    void anOutputThatNobodyMakesIsADifference() throws IOException {
        Files.createDirectories(dir.resolve("xds"));
        Files.writeString(dir.resolve("xds/old.yaml"), "x\n");
        var golden = new GoldenCase(dir, Map.of("why", "to see a stale file"));
        assertThatThrownBy(() -> golden.expect(Map.of(), Set.of("xds")))
                .hasMessageContaining("xds/old.yaml")
                .hasMessageContaining("nothing produces it");
    }

    @Test
    void equalTextsPass() throws IOException {
        Files.writeString(dir.resolve("plan.txt"), "same\n");
        var golden = new GoldenCase(dir, Map.of("why", "to see nothing"));
        golden.expect(Map.of("plan.txt", "same\n"), Set.of("plan.txt"));
        assertThat(dir.resolve("plan.txt")).hasContent("same\n");
    }
}
