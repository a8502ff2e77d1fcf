package dev.heddle.proxy.filter.healthcheck;

import dev.heddle.proxy.http.RequestHead;
import java.util.List;
import java.util.function.Predicate;

/// Which requests are health checks, and who answers them.
///
/// @param passesThrough whether they are answered upstream as long as the proxy is not to fail
/// @param conditions all of which a health check meets
public record HealthCheckConfig(boolean passesThrough, List<Predicate<RequestHead>> conditions) {

    public HealthCheckConfig {
        conditions = List.copyOf(conditions);
    }

    boolean isCheck(RequestHead request) {
        for (Predicate<RequestHead> condition : conditions) {
            if (!condition.test(request)) {
                return false;
            }
        }
        return true;
    }
}
