package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.upstream.health.OutlierDetection;
import dev.heddle.proxy.upstream.health.OutlierDetection.Consecutive;
import dev.heddle.proxy.upstream.health.OutlierDetection.Ejection;
import dev.heddle.proxy.upstream.health.OutlierDetection.FailurePercentage;
import dev.heddle.proxy.upstream.health.OutlierDetection.SuccessRate;
import dev.heddle.proxy.upstream.health.OutlierDetection.Threshold;
import google.protobuf.UInt32Value;
import java.time.Duration;
import java.util.Set;

/// Reads when hosts are ejected. Defaults are Envoy's.
final class OutlierParser {
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration BASE_EJECTION = Duration.ofSeconds(30);
    private static final Duration LONGEST_EJECTION = Duration.ofMinutes(5);

    private static final Set<String> READ =
            Set.of(
                    "consecutive_5xx",
                    "interval",
                    "base_ejection_time",
                    "max_ejection_percent",
                    "enforcing_consecutive_5xx",
                    "enforcing_success_rate",
                    "success_rate_minimum_hosts",
                    "success_rate_request_volume",
                    "success_rate_stdev_factor",
                    "consecutive_gateway_failure",
                    "enforcing_consecutive_gateway_failure",
                    "split_external_local_origin_errors",
                    "consecutive_local_origin_failure",
                    "enforcing_consecutive_local_origin_failure",
                    "enforcing_local_origin_success_rate",
                    "failure_percentage_threshold",
                    "enforcing_failure_percentage",
                    "enforcing_failure_percentage_local_origin",
                    "failure_percentage_minimum_hosts",
                    "failure_percentage_request_volume",
                    "max_ejection_time",
                    "max_ejection_time_jitter",
                    "successful_active_health_check_uneject_host",
                    "always_eject_one_host");

    private final Findings findings;
    private final String path;
    private final envoy.config.cluster.v3.OutlierDetection config;

    OutlierParser(Findings findings, String path, envoy.config.cluster.v3.OutlierDetection config) {
        this.findings = findings;
        this.path = path;
        this.config = config;
    }

    OutlierDetection detection() {
        findings.fields(path, config, READ);
        return new OutlierDetection(
                positive("interval", config.hasInterval(), config.getInterval(), INTERVAL),
                ejection(),
                new Consecutive(
                        threshold(
                                config.hasConsecutive5Xx(),
                                config.getConsecutive5Xx(),
                                percent(
                                        "enforcing_consecutive_5xx",
                                        config.hasEnforcingConsecutive5Xx(),
                                        config.getEnforcingConsecutive5Xx(),
                                        100)),
                        threshold(
                                config.hasConsecutiveGatewayFailure(),
                                config.getConsecutiveGatewayFailure(),
                                percent(
                                        "enforcing_consecutive_gateway_failure",
                                        config.hasEnforcingConsecutiveGatewayFailure(),
                                        config.getEnforcingConsecutiveGatewayFailure(),
                                        0)),
                        threshold(
                                config.hasConsecutiveLocalOriginFailure(),
                                config.getConsecutiveLocalOriginFailure(),
                                percent(
                                        "enforcing_consecutive_local_origin_failure",
                                        config.hasEnforcingConsecutiveLocalOriginFailure(),
                                        config.getEnforcingConsecutiveLocalOriginFailure(),
                                        100))),
                successRate(),
                failurePercentage(),
                config.getSplitExternalLocalOriginErrors(),
                !config.hasSuccessfulActiveHealthCheckUnejectHost()
                        || config.getSuccessfulActiveHealthCheckUnejectHost().getValue());
    }

    private Ejection ejection() {
        Duration base =
                positive(
                        "base_ejection_time",
                        config.hasBaseEjectionTime(),
                        config.getBaseEjectionTime(),
                        BASE_EJECTION);
        Duration usual = base.compareTo(LONGEST_EJECTION) > 0 ? base : LONGEST_EJECTION;
        Duration most =
                positive(
                        "max_ejection_time",
                        config.hasMaxEjectionTime(),
                        config.getMaxEjectionTime(),
                        usual);
        if (most.compareTo(base) < 0) {
            findings.reject(
                    join(path, "max_ejection_time"),
                    most + " (expected: no less than base_ejection_time, " + base + ")");
            most = base;
        }
        return new Ejection(
                base,
                most,
                findings.duration(
                        join(path, "max_ejection_time_jitter"), config.getMaxEjectionTimeJitter()),
                percent(
                        "max_ejection_percent",
                        config.hasMaxEjectionPercent(),
                        config.getMaxEjectionPercent(),
                        10),
                config.getAlwaysEjectOneHost().getValue());
    }

    private SuccessRate successRate() {
        return new SuccessRate(
                number(config.hasSuccessRateMinimumHosts(), config.getSuccessRateMinimumHosts(), 5),
                number(
                        config.hasSuccessRateRequestVolume(),
                        config.getSuccessRateRequestVolume(),
                        100),
                number(
                        config.hasSuccessRateStdevFactor(),
                        config.getSuccessRateStdevFactor(),
                        1900),
                percent(
                        "enforcing_success_rate",
                        config.hasEnforcingSuccessRate(),
                        config.getEnforcingSuccessRate(),
                        100),
                percent(
                        "enforcing_local_origin_success_rate",
                        config.hasEnforcingLocalOriginSuccessRate(),
                        config.getEnforcingLocalOriginSuccessRate(),
                        100));
    }

    private FailurePercentage failurePercentage() {
        return new FailurePercentage(
                percent(
                        "failure_percentage_threshold",
                        config.hasFailurePercentageThreshold(),
                        config.getFailurePercentageThreshold(),
                        85),
                number(
                        config.hasFailurePercentageMinimumHosts(),
                        config.getFailurePercentageMinimumHosts(),
                        5),
                number(
                        config.hasFailurePercentageRequestVolume(),
                        config.getFailurePercentageRequestVolume(),
                        50),
                percent(
                        "enforcing_failure_percentage",
                        config.hasEnforcingFailurePercentage(),
                        config.getEnforcingFailurePercentage(),
                        0),
                percent(
                        "enforcing_failure_percentage_local_origin",
                        config.hasEnforcingFailurePercentageLocalOrigin(),
                        config.getEnforcingFailurePercentageLocalOrigin(),
                        0));
    }

    private static Threshold threshold(boolean isSet, UInt32Value value, int enforcingPercent) {
        return new Threshold(number(isSet, value, 5), enforcingPercent);
    }

    private Duration positive(
            String field, boolean isSet, google.protobuf.Duration value, Duration usual) {
        if (!isSet) {
            return usual;
        }
        Duration duration = findings.duration(join(path, field), value);
        if (!duration.isPositive()) {
            findings.reject(join(path, field), duration + " (expected: more than 0s)");
            return usual;
        }
        return duration;
    }

    private int percent(String field, boolean isSet, UInt32Value value, int usual) {
        if (!isSet) {
            return usual;
        }
        long percent = Integer.toUnsignedLong(value.getValue());
        findings.range(join(path, field), percent, 0, 100);
        return Math.clamp(percent, 0, 100);
    }

    private static int number(boolean isSet, UInt32Value value, int usual) {
        if (!isSet) {
            return usual;
        }
        return value.getValue() < 0 ? Integer.MAX_VALUE : value.getValue();
    }
}
