package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import java.util.Set;

/// Where a resource comes from: always the one ADS stream of the bootstrap.
final class ConfigSources {

    private ConfigSources() {}

    /// Accepts ADS, and Envoy's "where this came from".
    static void check(Findings findings, String path, ConfigSource source) {
        findings.fields(
                path,
                source,
                Set.of("ads", "self", "resource_api_version"),
                Set.of("initial_fetch_timeout"));
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
    }
}
