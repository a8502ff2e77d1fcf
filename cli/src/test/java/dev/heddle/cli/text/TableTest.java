package dev.heddle.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        var table =
                new Table(
                        List.of("NAME", "HOSTS"),
                        List.of(List.of("reviews", "[\"reviews\"]"), List.of("a", "")));
        assertThat(table.print()).isEqualTo("NAME      HOSTS\nreviews   [\"reviews\"]\na\n");
    }
}
