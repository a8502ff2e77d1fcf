package dev.heddle.compiler.reuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RowTest {
    private static final Row<String, String> FIRST = row(Row.none(), "a", "b", "c");

    private static Row<String, String> row(Row<String, String> before, String... keys) {
        return before.next(List.of(keys), key -> key + before.values().size());
    }

    @Test
    void whatStaysIsTakenOver() {
        Row<String, String> then = row(FIRST, "a", "b", "c");
        assertThat(then.made()).isZero();
        assertThat(then.values()).containsExactly("a0", "b0", "c0");
    }

    @Test
    void whatIsReplacedIsMade() {
        Row<String, String> middle = row(FIRST, "a", "x", "c");
        assertThat(middle.made()).isEqualTo(1);
        assertThat(middle.values()).containsExactly("a0", "x3", "c0");
        assertThat(row(FIRST, "a", "b", "x").values()).containsExactly("a0", "b0", "x3");
    }

    @Test
    void whatMovesIsTakenOver() {
        assertThat(row(FIRST, "b", "c", "a").values()).containsExactly("b0", "c0", "a0");
        assertThat(row(FIRST, "x", "a", "b", "c").values()).containsExactly("x3", "a0", "b0", "c0");
        assertThat(row(FIRST, "b", "c").values()).containsExactly("b0", "c0");
        assertThat(row(FIRST, "a", "b", "c", "x").made()).isEqualTo(1);
    }

    @Test
    void whatIsNoLongerRightIsMadeAnew() {
        Row<String, String> then =
                FIRST.next(
                        List.of("a", "b", "c"),
                        (key, value) -> key.equals("b") ? Optional.empty() : Optional.of(value),
                        _ -> "new");
        assertThat(then.values()).containsExactly("a0", "new", "c0");
        assertThat(then.made()).isEqualTo(1);
    }
}
