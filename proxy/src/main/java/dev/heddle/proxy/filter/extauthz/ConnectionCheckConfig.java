package dev.heddle.proxy.filter.extauthz;

import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who is asked about connections (`envoy.extensions.filters.network.ext_authz.v3.ExtAuthz`).
///
/// @param enabled about which it is asked, by what filters before found out; null stands for
///   nothing at all
/// @param allowsOnFailure whether a connection passes where there is no answer
/// @param statPrefix part of the names of its counters, `ext_authz.<prefix>.ok`
public record ConnectionCheckConfig(
        CheckService.Grpc service,
        Predicate<@Nullable Map<String, Object>> enabled,
        boolean allowsOnFailure,
        ExtAuthzConfig.Told told,
        String statPrefix) {}
