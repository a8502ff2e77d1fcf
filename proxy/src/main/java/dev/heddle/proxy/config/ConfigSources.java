package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import envoy.config.core.v3.ConfigSource;
import java.time.Duration;
import java.util.Set;

/// Where a resource comes from: always the one ADS stream of the bootstrap.
final class ConfigSources {

    private ConfigSources() {}

    /// Envoy's `initial_fetch_timeout` when none is set.
    static final Duration FETCH_TIMEOUT = Duration.ofSeconds(15);

    /// Accepts ADS, and Envoy's "where this came from".
    ///
    /// @return how long the first answer is waited for; zero for as long as it takes
    static Duration check(Findings findings, String path, ConfigSource source) {
        findings.fields(
                path,
                source,
                Set.of("ads", "self", "resource_api_version", "initial_fetch_timeout"));
        switch (source.getConfigSourceSpecifierCase()) {
            case ADS, SELF -> {
                // What we do.
            }
            case PATH, PATH_CONFIG_SOURCE, API_CONFIG_SOURCE -> {
                // Found by the field check.
            }
            case CONFIGSOURCESPECIFIER_NOT_SET ->
                    findings.reject(join(path, "ads"), "is not set (expected: ads or self)");
        }
        return source.hasInitialFetchTimeout()
                ? findings.duration(
                        join(path, "initial_fetch_timeout"), source.getInitialFetchTimeout())
                : FETCH_TIMEOUT;
    }
}
