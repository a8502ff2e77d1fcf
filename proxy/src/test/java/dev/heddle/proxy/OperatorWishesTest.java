package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.admin.LogLevels;
import dev.heddle.proxy.tuning.RuntimeValue;
import dev.heddle.proxy.tuning.RuntimeValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OperatorWishesTest {
    private final List<String> done = new ArrayList<>();
    private final LogLevels levels =
            new LogLevels() {
                @Override
                public SortedMap<String, String> levels() {
                    return new TreeMap<>();
                }

                @Override
                public void setAll(String level) {
                    done.add(level);
                }

                @Override
                public void reset() {
                    done.add("reset");
                }

                @Override
                public void set(String logger, String level) {
                    done.add(logger + "=" + level);
                }
            };
    private final OperatorWishes wishes =
            new OperatorWishes(
                    Optional.of(levels), fails -> done.add(fails ? "draining" : "serving"));

    private void said(Map<String, Integer> values) {
        var read = new TreeMap<String, RuntimeValue>();
        values.forEach((key, value) -> read.put(key, RuntimeValue.ofText(value.toString())));
        wishes.onValues(new RuntimeValues(read));
    }

    @Test
    void aLevelIsTakenOnceAndTakenBackOnce() {
        said(Map.of());
        said(Map.of("heddle.log.level", 2));
        said(Map.of("heddle.log.level", 2, "other", 1));
        said(Map.of("heddle.log.level", 7));
        said(Map.of());
        assertThat(done).containsExactly("debug", "off", "reset");
    }

    @Test
    void aLevelThatIsNoneIsNoWish() {
        said(Map.of("heddle.log.level", 8));
        said(Map.of("heddle.log.level", -1));
        assertThat(done).isEmpty();
    }

    @Test
    void itDrainsForAsLongAsItIsSaid() {
        said(Map.of("heddle.healthcheck.fail", 1));
        said(Map.of("heddle.healthcheck.fail", 1, "heddle.log.level", 1));
        said(Map.of("heddle.log.level", 1));
        assertThat(done).containsExactly("draining", "trace", "serving");
    }

    @Test
    void aLogOfFixedLevelsIsLeftAlone() {
        var fixed = new OperatorWishes(Optional.empty(), fails -> done.add("drain " + fails));
        fixed.onValues(
                new RuntimeValues(
                        Map.of(
                                "heddle.log.level",
                                RuntimeValue.ofText("1"),
                                "heddle.healthcheck.fail",
                                RuntimeValue.ofText("1"))));
        assertThat(done).containsExactly("drain true");
    }
}
