package dev.heddle.cli.analyze;

import java.util.Locale;

/// A severity, as options say it: these are read where a proxy runs, too, which knows no findings.
public enum Threshold {
    /// As [dev.heddle.model.Severity#INFO].
    INFO,
    /// As [dev.heddle.model.Severity#WARNING].
    WARNING,
    /// As [dev.heddle.model.Severity#ERROR].
    ERROR;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
