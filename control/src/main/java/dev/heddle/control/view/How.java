package dev.heddle.control.view;

import dev.heddle.control.stage.StagePlan;

/// How a change shall come in force.
public sealed interface How {
    /// Not at all: only what would happen is asked.
    record DryRun() implements How {}

    /// For all proxies at once.
    record AtOnce() implements How {}

    /// For some first.
    record InStages(StagePlan plan) implements How {}

    /// At once, or not at all.
    static How of(boolean dryRun) {
        return dryRun ? new DryRun() : new AtOnce();
    }
}
