package dev.heddle.proxy.config;

import envoy.config.cluster.v3.Cluster.CommonLbConfig;
import envoy.config.core.v3.HealthStatus;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Reads with which hosts sessions may stay (`common_lb_config.override_host_status`).
final class SessionHostsParser {
    private static final String PATH = "common_lb_config.override_host_status";

    private final Findings findings;

    SessionHostsParser(Findings findings) {
        this.findings = findings;
    }

    Set<Assignment.Health> states(CommonLbConfig config) {
        if (!config.hasOverrideHostStatus()) {
            return ClusterConfig.USABLE;
        }
        findings.fields(PATH, config.getOverrideHostStatus(), Set.of("statuses"));
        List<HealthStatus> statuses = config.getOverrideHostStatus().getStatusesList();
        var states = EnumSet.noneOf(Assignment.Health.class);
        for (HealthStatus status : statuses) {
            switch (status) {
                case UNKNOWN, HEALTHY -> states.add(Assignment.Health.HEALTHY);
                case DEGRADED -> states.add(Assignment.Health.DEGRADED);
                case UNHEALTHY -> states.add(Assignment.Health.UNHEALTHY);
                case DRAINING -> states.add(Assignment.Health.DRAINING);
                case TIMEOUT -> states.add(Assignment.Health.TIMEOUT);
                case UNRECOGNIZED -> findings.reject(PATH, "an unknown status");
            }
        }
        // Of a host that nothing is said of, this proxy knows no more than that it is healthy.
        if (statuses.contains(HealthStatus.UNKNOWN) != statuses.contains(HealthStatus.HEALTHY)) {
            findings.notImplemented(PATH, "one of UNKNOWN and HEALTHY without the other");
        }
        return states;
    }
}
