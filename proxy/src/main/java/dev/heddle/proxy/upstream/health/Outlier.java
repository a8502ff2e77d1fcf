package dev.heddle.proxy.upstream.health;

import dev.heddle.proxy.upstream.health.OutlierDetection.FailurePercentage;
import dev.heddle.proxy.upstream.health.OutlierDetection.SuccessRate;

/// A way in which a host was found to fail.
enum Outlier {
    CONSECUTIVE_5XX(
            OutlierStat.EJECTIONS_DETECTED_CONSECUTIVE_5XX,
            OutlierStat.EJECTIONS_ENFORCED_CONSECUTIVE_5XX),
    CONSECUTIVE_GATEWAY_FAILURE(
            OutlierStat.EJECTIONS_DETECTED_CONSECUTIVE_GATEWAY_FAILURE,
            OutlierStat.EJECTIONS_ENFORCED_CONSECUTIVE_GATEWAY_FAILURE),
    CONSECUTIVE_LOCAL_ORIGIN_FAILURE(
            OutlierStat.EJECTIONS_DETECTED_CONSECUTIVE_LOCAL_ORIGIN_FAILURE,
            OutlierStat.EJECTIONS_ENFORCED_CONSECUTIVE_LOCAL_ORIGIN_FAILURE),
    SUCCESS_RATE(
            OutlierStat.EJECTIONS_DETECTED_SUCCESS_RATE,
            OutlierStat.EJECTIONS_ENFORCED_SUCCESS_RATE),
    SUCCESS_RATE_LOCAL_ORIGIN(
            OutlierStat.EJECTIONS_DETECTED_LOCAL_ORIGIN_SUCCESS_RATE,
            OutlierStat.EJECTIONS_ENFORCED_LOCAL_ORIGIN_SUCCESS_RATE),
    FAILURE_PERCENTAGE(
            OutlierStat.EJECTIONS_DETECTED_FAILURE_PERCENTAGE,
            OutlierStat.EJECTIONS_ENFORCED_FAILURE_PERCENTAGE),
    FAILURE_PERCENTAGE_LOCAL_ORIGIN(
            OutlierStat.EJECTIONS_DETECTED_LOCAL_ORIGIN_FAILURE_PERCENTAGE,
            OutlierStat.EJECTIONS_ENFORCED_LOCAL_ORIGIN_FAILURE_PERCENTAGE);

    private final OutlierStat detected;
    private final OutlierStat enforced;

    Outlier(OutlierStat detected, OutlierStat enforced) {
        this.detected = detected;
        this.enforced = enforced;
    }

    OutlierStat detected() {
        return detected;
    }

    OutlierStat enforced() {
        return enforced;
    }

    /// In how many cases of a hundred the host is ejected.
    int enforcingPercent(OutlierDetection config) {
        SuccessRate rate = config.successRate();
        FailurePercentage failures = config.failurePercentage();
        return switch (this) {
            case CONSECUTIVE_5XX -> config.consecutive().http().enforcingPercent();
            case CONSECUTIVE_GATEWAY_FAILURE -> config.consecutive().gateway().enforcingPercent();
            case CONSECUTIVE_LOCAL_ORIGIN_FAILURE ->
                    config.consecutive().localOrigin().enforcingPercent();
            case SUCCESS_RATE -> rate.enforcingPercent();
            case SUCCESS_RATE_LOCAL_ORIGIN -> rate.enforcingPercentLocalOrigin();
            case FAILURE_PERCENTAGE -> failures.enforcingPercent();
            case FAILURE_PERCENTAGE_LOCAL_ORIGIN -> failures.enforcingPercentLocalOrigin();
        };
    }
}
