package dev.heddle.proxy;

import dev.heddle.proxy.admin.LogLevels;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tuning.RuntimeValues;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What operators wish of this proxy by its runtime, for as long as it says so: from which level on
/// it logs, and that it says of itself that it fails. What its admin port was told meanwhile stays
/// until the runtime says something else.
@Confined("config thread")
final class OperatorWishes {
    /// 1 to 7, for the words of Envoy's admin port in their order; anything else is no wish.
    static final String LEVEL = "heddle.log.level";

    /// 1: as `/healthcheck/fail`; anything else: as `/healthcheck/ok`.
    static final String FAIL = "heddle.healthcheck.fail";

    private static final Logger LOG = LoggerFactory.getLogger(OperatorWishes.class);
    private static final List<String> WORDS =
            List.of("trace", "debug", "info", "warning", "error", "critical", "off");

    private final Optional<LogLevels> levels;
    private final Consumer<Boolean> failing;
    private long level;
    private boolean fails;

    /// @param levels of this process; empty where they are fixed
    /// @param failing takes whether the proxy says that it fails
    OperatorWishes(Optional<LogLevels> levels, Consumer<Boolean> failing) {
        this.levels = levels;
        this.failing = failing;
    }

    void onValues(RuntimeValues values) {
        long said = values.integer(LEVEL, 0);
        long next = said >= 1 && said <= WORDS.size() ? said : 0;
        if (next != level) {
            level = next;
            log(next);
        }
        boolean fail = values.integer(FAIL, 0) == 1;
        if (fail != fails) {
            fails = fail;
            LOG.info("{}, as the control plane says", fail ? "draining" : "no longer draining");
            failing.accept(fail);
        }
    }

    private void log(long next) {
        if (levels.isEmpty()) {
            LOG.warn("{}: this process's log has levels that are fixed", LEVEL);
        } else if (next == 0) {
            levels.get().reset();
            LOG.info("logging as at the start");
        } else {
            String word = WORDS.get((int) next - 1);
            LOG.info("logging from {} on, as the control plane says", word);
            levels.get().setAll(word);
        }
    }
}
