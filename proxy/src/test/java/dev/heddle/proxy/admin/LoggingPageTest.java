package dev.heddle.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LoggingPageTest {
    private final TreeMap<String, String> levels =
            new TreeMap<>(Map.of("a.b.One", "info", "a.b.Two", "info", "c.Three", "warning"));
    private final LoggingPage page =
            new LoggingPage(
                    Optional.of(
                            new LogLevels() {
                                @Override
                                public SortedMap<String, String> levels() {
                                    return levels;
                                }

                                @Override
                                public void setAll(String level) {
                                    levels.replaceAll((_, _) -> level);
                                }

                                @Override
                                public void reset() {
                                    setAll("info");
                                }

                                @Override
                                public void set(String logger, String level) {
                                    levels.replaceAll((name, old) ->
                                            (name + ".").startsWith(logger + ".") ? level : old);
                                }
                            }));

    @Test
    void levelsAreShownAndChanged() {
        assertThat(page.answer(Map.of()).body())
                .isEqualTo(
                        "active loggers:\n  a.b.One: info\n  a.b.Two: info\n  c.Three: warning\n");
        assertThat(page.answer(Map.of("a.b", "debug")).body())
                .contains("a.b.One: debug\n", "a.b.Two: debug\n", "c.Three: warning\n");
        assertThat(page.answer(Map.of("paths", "a.b.One:error,c.Three:off")).body())
                .contains("a.b.One: error\n", "a.b.Two: debug\n", "c.Three: off\n");
        assertThat(page.answer(Map.of("level", "trace")).body())
                .contains("a.b.One: trace\n", "a.b.Two: trace\n", "c.Three: trace\n");
    }

    @Test
    void mistakesAreSaidAndChangeNothing() {
        assertThat(error(Map.of("level", "loud"))).startsWith("error: unknown logger level\n");
        assertThat(error(Map.of("x", "info"))).startsWith("error: unknown logger name\n");
        assertThat(error(Map.of("c", "loud"))).startsWith("error: unknown logger level\n");
        assertThat(error(Map.of("paths", "c.Three:off,a"))).startsWith("error: 'a' (expected: ");
        assertThat(error(Map.of("paths", "c.Three:off,x:info")))
                .startsWith("error: unknown logger name\n");
        assertThat(error(Map.of("level", "info", "c", "info")))
                .startsWith("error: invalid number of parameters\n");
        assertThat(levels).containsEntry("c.Three", "warning");
    }

    private String error(Map<String, String> query) {
        Page.Answer answer = page.answer(query);
        assertThat(answer.status()).isEqualTo(400);
        return answer.body();
    }

    @Test
    void aLogOfSomebodyElsesIsSaid() {
        assertThat(new LoggingPage(Optional.empty()).answer(Map.of()).status()).isEqualTo(501);
    }
}
